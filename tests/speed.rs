//! What the bench reckons is right, and what it measures is written down.

#[path = "../benches/run/fit.rs"]
mod fit;

use std::{collections::BTreeSet, fs, path::Path};

use fit::Fit;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Times of growing sizes.
fn times(time: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    [100.0, 200.0, 400.0, 800.0]
        .map(|size| (size, time(size)))
        .into()
}

#[test]
fn a_straight_line_is_found() {
    let fit = Fit::through(&times(|size| 0.3 + 0.001 * size));
    assert!((fit.base - 0.3).abs() < 1e-9, "{fit:?}");
    assert!((fit.slope - 0.001).abs() < 1e-9, "{fit:?}");
    assert!((fit.r_squared - 1.0).abs() < 1e-9, "{fit:?}");
    assert!((fit.exponent - 1.0).abs() < 0.005, "{fit:?}");
}

#[test]
fn a_curve_is_not_taken_for_a_straight_line() {
    let square = Fit::through(&times(|size| 0.3 + 0.000_001 * size * size));
    assert!((square.exponent - 2.0).abs() < 0.005, "{square:?}");
    assert!(square.r_squared < 0.99, "{square:?}");
    let root = Fit::through(&times(|size| 0.3 + 0.01 * size.sqrt()));
    assert!((root.exponent - 0.5).abs() < 0.005, "{root:?}");
}

#[test]
fn every_scenario_is_described() {
    let read = |path: &str| fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
    let page = read("docs/speed.md");
    let (_, table) = page.split_once("| scenario | work |\n").unwrap();
    let rows = table.lines().map_while(|line| line.strip_prefix('|'));
    let described: BTreeSet<String> = rows
        .filter_map(|row| row.split('`').nth(1))
        .map(str::to_owned)
        .collect();
    let scenarios = fs::read_dir(Path::new(ROOT).join("benches/run/scenario")).unwrap();
    let names = scenarios.map(|file| file.unwrap().path());
    let names = names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned());
    let there: BTreeSet<String> = names.filter(|name| name != "mod").collect();
    assert_eq!(described, there);
}
