use {
    super::frame::{FrameError, LIMIT, PACKED, header},
    lz4_flex::block::{compress_into, decompress_into, get_maximum_output_size},
};

/// What is shorter is not worth the time.
const WORTH: usize = 512;

/// At most so many batches go unpacked after one that did not get shorter.
const PATIENCE: u32 = 31;

/// Makes the bytes on the pipe fewer. Content that is packed already (archives, pictures) is soon left alone.
#[derive(Debug, Default)]
pub struct Packer {
    /// So many batches are to be passed over; how many it will be the next time.
    rest: u32,
    next: u32,
}

impl Packer {
    /// Takes whole frames, as encoded; gives one packed frame that holds them where that is shorter, else themselves.
    pub fn pack(&mut self, frames: Vec<u8>) -> Vec<u8> {
        if !(WORTH..=LIMIT).contains(&frames.len()) {
            return frames;
        }
        if self.rest > 0 {
            self.rest -= 1;
            return frames;
        }
        match packed(&frames) {
            Some(packed) => {
                self.next = 0;
                packed
            }
            None => {
                self.next = (self.next * 2 + 1).min(PATIENCE);
                self.rest = self.next;
                frames
            }
        }
    }
}

/// `None` where less than a sixteenth would be gained.
fn packed(frames: &[u8]) -> Option<Vec<u8>> {
    let start = header(0, PACKED).len() + size_of::<u32>();
    let mut bytes = vec![0; start + get_maximum_output_size(frames.len())];
    let length = compress_into(frames, &mut bytes[start..]).ok()?;
    if length > frames.len() - frames.len() / 16 {
        return None;
    }
    bytes.truncate(start + length);
    let payload = u32::try_from(size_of::<u32>() + length).ok()?;
    let whole = u32::try_from(frames.len()).ok()?;
    let head = header(payload, PACKED);
    bytes[..head.len()].copy_from_slice(&head);
    bytes[head.len()..start].copy_from_slice(&whole.to_be_bytes());
    Some(bytes)
}

/// The frames in the payload of a packed frame, as encoded.
pub(super) fn unpack(payload: &[u8]) -> Result<Vec<u8>, FrameError> {
    let (length, block) = payload.split_first_chunk().ok_or(FrameError::Packed)?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > LIMIT {
        return Err(FrameError::TooLong(length));
    }
    let mut frames = vec![0; length];
    match decompress_into(block, &mut frames) {
        Ok(found) if found == length => Ok(frames),
        _ => Err(FrameError::Packed),
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::wire::{Decoder, Frame},
    };

    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_be_bytes()[0]
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn packs_many_frames_as_one_and_gives_them_back() {
        let frames = [
            Frame::Message(b"{\"a\":1}".to_vec()),
            Frame::Chunk(vec![7; 3000]),
            Frame::Last(Vec::new()),
        ];
        let bytes: Vec<u8> = frames.iter().flat_map(|f| f.encode().unwrap()).collect();
        let packed = Packer::default().pack(bytes.clone());
        assert!(packed.len() < bytes.len() / 10);
        for size in [1, 4, packed.len()] {
            let mut decoder = Decoder::default();
            let mut seen = Vec::new();
            for piece in packed.chunks(size) {
                decoder.push(piece);
                while let Some(frame) = decoder.pull().unwrap() {
                    seen.push(frame);
                }
            }
            assert_eq!(seen, frames);
        }
    }

    #[test]
    fn leaves_alone_what_cannot_be_made_shorter_and_tries_again_later() {
        let mut packer = Packer::default();
        let noise = Frame::Chunk(noise(5000)).encode().unwrap();
        let plain = Frame::Chunk(vec![0; 5000]).encode().unwrap();
        assert_eq!(packer.pack(noise.clone()), noise);
        assert_eq!(packer.pack(plain.clone()), plain, "passed over");
        assert!(packer.pack(plain.clone()).len() < 100);
        let small = Frame::Chunk(vec![0; 100]).encode().unwrap();
        assert_eq!(packer.pack(small.clone()), small);
        for _ in 0..100 {
            packer.pack(noise.clone());
        }
        let tries = (0..=PATIENCE).find(|_| packer.pack(plain.clone()).len() < 100);
        assert!(tries.is_some());
    }

    #[test]
    fn refuses_what_was_not_packed_by_it() {
        let broken = |payload: &[u8]| {
            let mut decoder = Decoder::default();
            decoder.push(&header(payload.len() as u32, PACKED));
            decoder.push(payload);
            loop {
                match decoder.pull() {
                    Ok(Some(_)) => {}
                    Ok(None) => return false,
                    Err(_) => return true,
                }
            }
        };
        assert!(broken(b""));
        assert!(broken(&[0, 0, 0, 9, 1, 2, 3]));
        assert!(broken(&[0xff, 0xff, 0xff, 0xff, 0]));
        let inside = |frames: &[u8]| packed(frames).unwrap()[header(0, 0).len()..].to_vec();
        let whole = Frame::Chunk(vec![0; 1000]).encode().unwrap();
        assert!(!broken(&inside(&whole)));
        assert!(broken(&inside(&whole[..900])), "half a frame");
        let nested = packed(&vec![0; 100_000]).unwrap();
        let nested = [&nested[..], &whole].concat();
        assert!(broken(&inside(&nested)), "packed twice");
    }
}
