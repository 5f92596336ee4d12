//! Whether time grows with size in a straight line.

/// Powers are tried from nought to three, in hundredths.
const POWERS: std::ops::RangeInclusive<u32> = 1..=300;

/// A straight line through measured points, and the power that fits them better.
#[derive(Debug)]
pub struct Fit {
    /// What size nought would take.
    pub base: f64,
    /// What one more takes.
    pub slope: f64,
    /// How much of the spread the line explains: 1 is all of it.
    pub r_squared: f64,
    /// The `k` of the `a + b × size^k` that fits best, with no `a` below nought: 1 is a straight line, 2 a square.
    pub exponent: f64,
}

impl Fit {
    /// Fits a line, and then a curve, to pairs of size and time.
    pub fn through(points: &[(f64, f64)]) -> Self {
        let straight = Line::through(points);
        let curve = |power: u32| {
            let power = f64::from(power) / 100.0;
            let bent: Vec<_> = points
                .iter()
                .map(|(size, time)| (size.powf(power), *time))
                .collect();
            (power, Line::through(&bent))
        };
        let possible = POWERS.map(curve).filter(|(_, line)| line.base >= 0.0);
        let best = possible.min_by(|(_, one), (_, other)| one.missed.total_cmp(&other.missed));
        Self {
            base: straight.base,
            slope: straight.slope,
            r_squared: straight.r_squared,
            exponent: best.map_or(f64::INFINITY, |(power, _)| power),
        }
    }
}

/// Least squares.
struct Line {
    base: f64,
    slope: f64,
    r_squared: f64,
    /// The sum of the squares of what the line misses the points by.
    missed: f64,
}

impl Line {
    fn through(points: &[(f64, f64)]) -> Self {
        let count = points.len() as f64;
        let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
        let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
        let xx: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        let yy: f64 = points.iter().map(|(_, y)| (y - mean_y).powi(2)).sum();
        let xy: f64 = points
            .iter()
            .map(|(x, y)| (x - mean_x) * (y - mean_y))
            .sum();
        let slope = xy / xx;
        Self {
            base: mean_y - slope * mean_x,
            slope,
            r_squared: xy * xy / (xx * yy),
            missed: yy - slope * xy,
        }
    }
}
