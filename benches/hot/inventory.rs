//! The loading of an inventory.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};

use crate::world;

/// Inventories of growing size: the throughput is in hosts.
pub fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("inventory");
    group.sample_size(20);
    for hosts in [100, 1000, 10_000] {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let source = world::write(directory.path(), hosts);
        group.throughput(Throughput::Elements(hosts as u64));
        group.bench_with_input(
            BenchmarkId::new("load", hosts),
            &source,
            |bencher, source| {
                bencher.iter(|| world::load(black_box(source)));
            },
        );
    }
    group.finish();
}
