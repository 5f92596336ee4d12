//! Any bytes are frames, or an error; how they were cut into pieces changes nothing.
#![no_main]

use {
    farcast::wire::{Decoder, Frame, Report, Request},
    libfuzzer_sys::fuzz_target,
};

fuzz_target!(|input: (usize, &[u8])| {
    let (at, bytes) = input;
    let (head, tail) = bytes.split_at(at.checked_rem(bytes.len() + 1).unwrap_or(0));
    let whole = frames([bytes, &[]]);
    assert_eq!(whole, frames([head, tail]));
    for frame in whole {
        if let Frame::Message(payload) = &frame {
            let _request = Frame::read::<Request>(payload);
            let _report = Frame::read::<Report>(payload);
        }
        assert!(frame.encode().is_ok());
    }
});

fn frames(pieces: [&[u8]; 2]) -> Vec<Frame> {
    let mut decoder = Decoder::default();
    let mut frames = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        while let Ok(Some(frame)) = decoder.pull() {
            frames.push(frame);
        }
    }
    frames
}
