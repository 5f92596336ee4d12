//! Numbers as short words, by the algorithm of hashids.org.

use minijinja::{
    Error,
    value::{Value, ValueKind},
};

use super::{Named, arguments::Arguments};
use crate::template::{bound, builtin::Run, call::items, failure};

pub(super) const FILTERS: &[Named<Run>] = &[
    ("community.general.hashids_encode", |call| {
        let given = Arguments::of(call, ENCODE)?;
        let words = Words::wanted(&given)?;
        let Some(numbers) = numbers(&given.any("nums")?)? else {
            return Ok("".into());
        };
        Ok(words.encoded(&numbers).into())
    }),
    ("community.general.hashids_decode", |call| {
        let given = Arguments::of(call, DECODE)?;
        let words = Words::wanted(&given)?;
        let word = given.any("hashid")?;
        let numbers = words.decoded(word.as_str().unwrap_or_default());
        let numbers = numbers.unwrap_or_default().into_iter();
        Ok(numbers
            .map(|number| i64::try_from(number).map_or(number.into(), Value::from))
            .collect())
    }),
];

const ENCODE: &[&str] = &["nums", "salt", "alphabet", "min_length"];

const DECODE: &[&str] = &["hashid", "salt", "alphabet", "min_length"];

const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890";

/// The letters that stand between two numbers, where the alphabet has them: so no word comes out by chance that offends.
const SEPARATORS: &str = "cfhistuCFHISTU";

/// The fewest letters that words can be made of.
const LETTERS: usize = 16;

/// For so many letters one separates, and for so many one guards.
const PER_SEPARATOR: f64 = 3.5;
const PER_GUARD: f64 = 12.0;

/// Whole numbers of a list, or one; nothing where one of them is below 0 or broken.
fn numbers(value: &Value) -> Result<Option<Vec<u128>>, Error> {
    let listed = match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => items(value)?,
        _ => vec![value.clone()],
    };
    let mut numbers = Vec::new();
    for item in &listed {
        let number = match item.kind() {
            ValueKind::Bool => Some(u128::from(item.is_true())),
            ValueKind::Number if item.is_integer() => u128::try_from(item.clone()).ok(),
            _ => None,
        };
        match number {
            Some(number) => numbers.push(number),
            None => return Ok(None),
        }
    }
    Ok(Some(numbers).filter(|numbers| !numbers.is_empty()))
}

/// How words are made.
struct Words {
    salt: Vec<char>,
    letters: Vec<char>,
    separators: Vec<char>,
    guards: Vec<char>,
    least: usize,
}

impl Words {
    fn wanted(given: &Arguments) -> Result<Self, Error> {
        let alphabet = given.text("alphabet").filter(|text| !text.is_empty());
        let salt = given.text("salt").unwrap_or_default();
        let least = given.int("min_length")?.unwrap_or(0);
        let least = bound::items(usize::try_from(least).unwrap_or(0))?;
        Self::new(&salt, alphabet.as_deref().unwrap_or(ALPHABET), least)
    }

    fn new(salt: &str, alphabet: &str, least: usize) -> Result<Self, Error> {
        let salt: Vec<char> = salt.chars().collect();
        let mut separators: Vec<char> = SEPARATORS
            .chars()
            .filter(|c| alphabet.contains(*c))
            .collect();
        let mut letters: Vec<char> = Vec::new();
        for c in alphabet.chars() {
            if !letters.contains(&c) && !separators.contains(&c) {
                letters.push(c);
            }
        }
        if letters.len() + separators.len() < LETTERS {
            let message = format!("the alphabet needs at least {LETTERS} different letters");
            return Err(failure::plain(message));
        }
        shuffle(&mut separators, &salt);
        let wanted = share(letters.len(), PER_SEPARATOR);
        if let Some(missing) = wanted.checked_sub(separators.len()) {
            separators.extend(letters.drain(..missing));
        }
        shuffle(&mut letters, &salt);
        let count = share(letters.len(), PER_GUARD);
        let from = match letters.len() {
            0..3 => &mut separators,
            _ => &mut letters,
        };
        let guards = from.drain(..count).collect();
        Ok(Self {
            salt,
            letters,
            separators,
            guards,
            least,
        })
    }

    fn encoded(&self, numbers: &[u128]) -> String {
        let sum: u128 = (100_u128..)
            .zip(numbers)
            .map(|(by, number)| number % by)
            .sum();
        let sum = sum as usize;
        let mut letters = self.letters.clone();
        let lottery = letters[sum % letters.len()];
        let mut word = vec![lottery];
        let mut separator = None;
        for (at, number) in numbers.iter().enumerate() {
            self.stir(&mut letters, lottery);
            let digits = digits(*number, &letters);
            word.extend(separator);
            let rest = number % (u128::from(u32::from(digits[0])) + at as u128);
            separator = Some(self.separators[rest as usize % self.separators.len()]);
            word.extend(digits);
        }
        if word.len() < self.least {
            word = self.lengthened(word, letters, sum);
        }
        word.into_iter().collect()
    }

    fn lengthened(&self, mut word: Vec<char>, mut letters: Vec<char>, sum: usize) -> Vec<char> {
        let guard = |c: char| self.guards[(sum + c as usize) % self.guards.len()];
        word.insert(0, guard(word[0]));
        if word.len() < self.least {
            word.push(guard(word[2]));
        }
        let half = letters.len() / 2;
        while word.len() < self.least {
            let salt = letters.clone();
            shuffle(&mut letters, &salt);
            let long = [&letters[half..], &word[..], &letters[..half]].concat();
            let excess = long.len().saturating_sub(self.least);
            let from = excess / 2;
            let to = if excess > 0 {
                from + self.least
            } else {
                long.len()
            };
            word = long[from..to].to_vec();
        }
        word
    }

    /// The numbers of a word; nothing where it is none of ours.
    fn decoded(&self, word: &str) -> Option<Vec<u128>> {
        let parts: Vec<&str> = word.split(|c: char| self.guards.contains(&c)).collect();
        let inner = match parts.len() {
            2 | 3 => parts[1],
            _ => parts[0],
        };
        let lottery = inner.chars().next()?;
        let mut letters = self.letters.clone();
        let mut numbers = Vec::new();
        for part in inner[lottery.len_utf8()..].split(|c: char| self.separators.contains(&c)) {
            self.stir(&mut letters, lottery);
            let mut number = 0_u128;
            for c in part.chars() {
                let digit = letters.iter().position(|letter| *letter == c)?;
                number = number
                    .checked_mul(letters.len() as u128)?
                    .checked_add(digit as u128)?;
            }
            numbers.push(number);
        }
        (self.encoded(&numbers) == word).then_some(numbers)
    }

    /// Puts the letters into another order for the next number.
    fn stir(&self, letters: &mut [char], lottery: char) {
        let mut salt = vec![lottery];
        salt.extend(&self.salt);
        salt.extend(letters.iter());
        salt.truncate(letters.len());
        shuffle(letters, &salt);
    }
}

/// How many letters of so many are set apart.
fn share(count: usize, per: f64) -> usize {
    (count as f64 / per).ceil() as usize
}

fn digits(mut number: u128, letters: &[char]) -> Vec<char> {
    let base = letters.len() as u128;
    let mut digits = Vec::new();
    loop {
        digits.insert(0, letters[(number % base) as usize]);
        number /= base;
        if number == 0 {
            return digits;
        }
    }
}

fn shuffle(letters: &mut [char], salt: &[char]) {
    if salt.is_empty() {
        return;
    }
    let (mut index, mut sum) = (0, 0);
    for at in (1..letters.len()).rev() {
        let code = salt[index] as usize;
        sum += code;
        letters.swap(at, (code + index + sum) % at);
        index = (index + 1) % salt.len();
    }
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn words_lead_back_to_their_numbers() {
        let there = shown("{{ [1, 23, 456] | hashids_encode('salt', min_length=20) }}");
        let back = format!("{{{{ {there} | hashids_decode('salt', min_length=20) }}}}");
        assert_eq!(there.len(), 22, "{there}");
        assert_eq!(shown(&back), "[1, 23, 456]");
        assert_eq!(shown("{{ 'nonsense' | hashids_decode('salt') }}"), "[]");
        assert_eq!(shown("{{ 'a' | hashids_encode }}"), "''");
    }
}
