//! Whether time grows with size in a straight line.

/// A straight line through measured points, and how well it fits.
#[derive(Debug)]
pub struct Fit {
    /// What size nought would take.
    pub base: f64,
    /// What one more takes.
    pub slope: f64,
    /// How much of the spread the line explains: 1 is all of it.
    pub r_squared: f64,
    /// The power with which what is above the base grows: 1 is a straight line, 2 a square.
    pub exponent: Option<f64>,
}

impl Fit {
    /// Fits `base + slope × size` to (size, time), and then a power to what is above the base.
    pub fn through(points: &[(f64, f64)]) -> Self {
        let (base, slope, r_squared) = line(points);
        let above = points.iter().filter(|(_, time)| *time > base);
        let above: Vec<_> = above
            .map(|(size, time)| (size.ln(), (time - base).ln()))
            .collect();
        Self {
            base,
            slope,
            r_squared,
            exponent: (above.len() >= 3).then(|| line(&above).1),
        }
    }
}

/// Least squares: where the line meets nought, its slope, and R².
fn line(points: &[(f64, f64)]) -> (f64, f64, f64) {
    let count = points.len() as f64;
    let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
    let spread = |of: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>();
    let xx = spread(&|(x, _)| (x - mean_x).powi(2));
    let xy = spread(&|(x, y)| (x - mean_x) * (y - mean_y));
    let yy = spread(&|(_, y)| (y - mean_y).powi(2));
    let slope = xy / xx;
    (mean_y - slope * mean_x, slope, xy * xy / (xx * yy))
}
