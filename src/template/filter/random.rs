//! Chance: seeded as Python's `random.Random`, so that a seed gives what it gives in Ansible; else from the kernel.

use std::io::Read;

use minijinja::{
    Error,
    value::{Value, ValueKind},
};
use sha2::{Digest, Sha512};

use crate::template::{builtin::Run, call::Call, failure, print};

pub(super) const ALL: &[(&str, Run)] = &[("random", random), ("shuffle", shuffle)];

const SIZE: usize = 624;

/// The Mersenne Twister MT19937, seeded as Python does.
pub(in crate::template) struct Random {
    state: [u32; SIZE],
    at: usize,
}

impl Random {
    /// Takes a seed as a template gives it: an integer, or anything else as text.
    pub fn seeded(seed: &Value) -> Self {
        match seed.as_i64() {
            Some(number) if seed.is_integer() => {
                let number = number.unsigned_abs();
                let words = [number as u32, (number >> 32) as u32];
                Self::from_words(if words[1] == 0 { &words[..1] } else { &words })
            }
            _ => Self::from_text(&print::text(seed)),
        }
    }

    /// Takes a text, followed by its digest, as one large number.
    fn from_text(text: &str) -> Self {
        let mut bytes = text.as_bytes().to_vec();
        bytes.extend(Sha512::digest(text.as_bytes()));
        bytes.reverse();
        let words: Vec<u32> = bytes
            .chunks(4)
            .map(|chunk| {
                chunk
                    .iter()
                    .rev()
                    .fold(0, |word, byte| word << 8 | u32::from(*byte))
            })
            .collect();
        let length = words
            .iter()
            .rposition(|word| *word != 0)
            .map_or(1, |at| at + 1);
        Self::from_words(&words[..length])
    }

    /// A seed from the kernel.
    pub fn fresh() -> Result<Self, Error> {
        let mut bytes = [0; 64];
        std::fs::File::open("/dev/urandom")
            .and_then(|mut source| source.read_exact(&mut bytes))
            .map_err(|error| {
                failure::plain(format!("the kernel gives no random bytes: {error}"))
            })?;
        let words: Vec<u32> = bytes
            .chunks(4)
            .map(|chunk| {
                chunk
                    .iter()
                    .fold(0, |word, byte| word << 8 | u32::from(*byte))
            })
            .collect();
        Ok(Self::from_words(&words))
    }

    fn from_words(key: &[u32]) -> Self {
        let mut state = [0_u32; SIZE];
        state[0] = 19_650_218;
        for at in 1..SIZE {
            state[at] = mixed(state[at - 1])
                .wrapping_mul(1_812_433_253)
                .wrapping_add(at as u32);
        }
        let (mut at, mut from) = (1, 0);
        for _ in 0..SIZE.max(key.len()) {
            let before = mixed(state[at - 1]).wrapping_mul(1_664_525);
            state[at] = (state[at] ^ before)
                .wrapping_add(key[from])
                .wrapping_add(from as u32);
            at += 1;
            from = (from + 1) % key.len();
            if at >= SIZE {
                state[0] = state[SIZE - 1];
                at = 1;
            }
        }
        for _ in 1..SIZE {
            let before = mixed(state[at - 1]).wrapping_mul(1_566_083_941);
            state[at] = (state[at] ^ before).wrapping_sub(at as u32);
            at += 1;
            if at >= SIZE {
                state[0] = state[SIZE - 1];
                at = 1;
            }
        }
        state[0] = 0x8000_0000;
        Self { state, at: SIZE }
    }

    fn word(&mut self) -> u32 {
        if self.at >= SIZE {
            for at in 0..SIZE {
                let joined =
                    self.state[at] & 0x8000_0000 | self.state[(at + 1) % SIZE] & 0x7fff_ffff;
                let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[at] = self.state[(at + 397) % SIZE] ^ joined >> 1 ^ odd;
            }
            self.at = 0;
        }
        let mut word = self.state[self.at];
        self.at += 1;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }

    /// A number below another, which is above 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bits = usize::BITS - bound.leading_zeros();
        loop {
            let number = if bits <= 32 {
                (self.word() >> (32 - bits)) as usize
            } else {
                self.word() as usize | ((self.word() >> (64 - bits)) as usize) << 32
            };
            if number < bound {
                return number;
            }
        }
    }
}

fn mixed(word: u32) -> u32 {
    word ^ word >> 30
}

/// A word of characters chosen by the kernel's chance.
pub(in crate::template) fn word(length: usize, characters: &str) -> Result<String, Error> {
    let characters: Vec<char> = characters.chars().collect();
    let mut random = Random::fresh()?;
    Ok((0..length)
        .map(|_| characters[random.below(characters.len())])
        .collect())
}

fn source(call: &Call, at: usize) -> Result<Random, Error> {
    match call.arg(at, "seed").filter(|seed| !seed.is_none()) {
        Some(seed) => Ok(Random::seeded(&seed)),
        None => Random::fresh(),
    }
}

fn random(call: &mut Call) -> Result<Value, Error> {
    let mut source = source(call, 3)?;
    let value = call.value();
    if value.kind() != ValueKind::Number {
        let items = call.items()?;
        if items.is_empty() {
            return Err(failure::plain("there is nothing to choose from"));
        }
        return Ok(items[source.below(items.len())].clone());
    }
    let start = call.int(1, "start")?.unwrap_or(0);
    let step = call.int(2, "step")?.unwrap_or(1);
    let end = call.int(0, "end")?.unwrap_or(0);
    let choices = match step {
        1.. => (end - start + step - 1) / step,
        0 => 0,
        _ => (end - start + step + 1) / step,
    };
    match usize::try_from(choices) {
        Ok(choices) if choices > 0 => {
            let chosen = i64::try_from(source.below(choices)).unwrap_or(0);
            Ok((start + step * chosen).into())
        }
        _ => Err(failure::plain("there is no number in that range")),
    }
}

fn shuffle(call: &mut Call) -> Result<Value, Error> {
    let mut source = source(call, 1)?;
    let mut items = call.items()?;
    for at in (1..items.len()).rev() {
        items.swap(at, source.below(at + 1));
    }
    Ok(items.into())
}
