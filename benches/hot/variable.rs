//! What a step's first look at a variable costs, and what each later one does.

use std::hint::black_box;

use criterion::Criterion;
use farcast::variable::{Scope, Surroundings};

use crate::world;

/// A plain value and one that is rendered, of a host in an inventory of a thousand.
pub fn measure(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let world = world::world(&world::write(directory.path(), 1000));
    let scope = || Scope::new(&world, "host5-50", Surroundings::default());
    let mut group = criterion.benchmark_group("variable");
    for (name, variable) in [("plain", "setting1"), ("rendered", "url")] {
        group.bench_function(format!("{name}, in a new step"), |bencher| {
            bencher.iter(|| scope().value(black_box(variable)));
        });
        let known = scope();
        group.bench_function(format!("{name}, once more"), |bencher| {
            bencher.iter(|| known.value(black_box(variable)));
        });
    }
    group.finish();
}
