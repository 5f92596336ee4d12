use {
    farcast::wire::{Decoder, Frame, LIMIT, Packer},
    proptest::prelude::*,
};

fn frame() -> impl Strategy<Value = Frame> {
    let payload = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..2000),
        (any::<u8>(), 0..5000_usize).prop_map(|(byte, length)| vec![byte; length]),
    ];
    (0..3, payload).prop_map(|(kind, payload)| match kind {
        0 => Frame::Message(payload),
        1 => Frame::Chunk(payload),
        _ => Frame::Last(payload),
    })
}

fn pulled(decoder: &mut Decoder) -> Vec<Frame> {
    std::iter::from_fn(|| decoder.pull().unwrap()).collect()
}

proptest! {
    #[test]
    fn frames_come_out_as_they_went_in_however_they_are_packed_and_cut(
        batches in prop::collection::vec(prop::collection::vec(frame(), 0..6), 0..6),
        piece in 1..700_usize,
    ) {
        let mut packer = Packer::default();
        let mut bytes = Vec::new();
        for batch in &batches {
            let mut frames = Vec::new();
            for frame in batch {
                frame.encode_to(&mut frames).unwrap();
            }
            bytes.extend(packer.pack(frames));
        }
        let mut decoder = Decoder::default();
        let mut seen = Vec::new();
        for piece in bytes.chunks(piece) {
            decoder.push(piece);
            seen.extend(pulled(&mut decoder));
        }
        prop_assert!(seen == batches.concat());
        prop_assert!(!decoder.is_partial());
    }

    #[test]
    fn bytes_that_are_no_frames_are_refused_without_a_panic(
        kind in 0..6_u8,
        payload in prop::collection::vec(any::<u8>(), 0..300),
        length in prop_oneof![Just(None), (0..(LIMIT as u32 * 2)).prop_map(Some)],
    ) {
        let length = length.unwrap_or(payload.len() as u32);
        let mut decoder = Decoder::default();
        decoder.push(&length.to_be_bytes());
        decoder.push(&[kind]);
        decoder.push(&payload);
        let mut pulls = 0;
        while let Ok(Some(_)) = decoder.pull() {
            pulls += 1;
            prop_assert!(pulls <= 100);
        }
    }
}
