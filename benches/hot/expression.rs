//! Conditions and templates over a host's variables.

use std::hint::black_box;

use criterion::Criterion;
use farcast::variable::{Scope, Surroundings};

use crate::world;

/// A condition, a text and a filter, as steps have them.
pub fn measure(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let world = world::world(&world::write(directory.path(), 100));
    let engine = world.engine.clone();
    let variables = Scope::new(&world, "host0-00", Surroundings::default()).variables();
    let mut group = criterion.benchmark_group("expression");
    let condition = "domain == 'example.org' and setting1 is defined and ansible_port | int < 1024";
    group.bench_function("condition", |bencher| {
        bencher.iter(|| engine.truth(black_box(condition), &variables));
    });
    let text = "server {{ inventory_hostname }} at {{ url }}, {{ setting1 | upper }}";
    group.bench_function("text", |bencher| {
        bencher.iter(|| engine.text(black_box(text), &variables));
    });
    let list = "{{ range(100) | map('string') | select('match', '^1') | join(',') }}";
    group.bench_function("filters", |bencher| {
        bencher.iter(|| engine.text(black_box(list), &variables));
    });
    group.finish();
}
