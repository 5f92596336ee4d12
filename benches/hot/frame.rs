//! Messages and content, to bytes and back.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use farcast::wire::{CHUNK, Decoder, Frame};
use serde_json::{Value, json};

/// A message about a step, and a chunk of a file.
pub fn measure(criterion: &mut Criterion) {
    let step = json!({
        "id": 7,
        "module": "copy",
        "items": [{"content": "some text\n", "dest": "/srv/app/file", "mode": "0644", "owner": "root"}],
        "environment": {"LANG": "C.UTF-8"},
    });
    let message = Frame::message(&step).expect("it is short");
    let chunk = Frame::Chunk(vec![7; CHUNK]);
    let mut group = criterion.benchmark_group("frame");
    for (name, frame) in [("message", message), ("chunk", chunk)] {
        let bytes = frame.encode().expect("it is within the limit");
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(format!("encode a {name}"), |bencher| {
            bencher.iter(|| black_box(&frame).encode());
        });
        group.bench_function(format!("decode a {name}"), |bencher| {
            bencher.iter(|| {
                let mut decoder = Decoder::default();
                decoder.push(black_box(&bytes));
                decoder.pull()
            });
        });
    }
    let payload = serde_json::to_vec(&step).expect("it is JSON");
    group.throughput(Throughput::Bytes(payload.len() as u64));
    group.bench_function("read a message", |bencher| {
        bencher.iter(|| Frame::read::<Value>(black_box(&payload)));
    });
    group.finish();
}
