use {
    super::LOCAL_NAMES,
    serde::{Deserialize, Serialize},
    sha2::{Digest, Sha256},
    std::{
        fmt::{self, Display, Formatter},
        str::FromStr,
    },
};

/// One of N parts of the hosts, for one of N controllers that share a play between them.
///
/// A host's part follows from its name alone: every controller comes to the same one, and a host more or less moves no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// From 1 to `of`.
    number: u32,
    of: u32,
}

/// What was written is no shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no shard: write K/N with K from 1 to N, such as 1/3, or index:I/N with I from 0 to N-1, such as index:0/3"
)]
pub struct NoShard(String);

impl Shard {
    /// Which of the parts, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many parts there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// Whether the host is in this part. `localhost` is in every one: it names the controller, and each has its own.
    pub fn takes(self, host: &str) -> bool {
        is_controller(host) || part(host, self.of) == self.number
    }
}

/// The part of a host, from 1: the first eight bytes of its name's SHA-256, as a big-endian number, modulo the number of parts.
fn part(host: &str, of: u32) -> u32 {
    let digest = Sha256::digest(host);
    let number = digest
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    // What is left of a division by a `u32` is one.
    u32::try_from(number % u64::from(of)).unwrap_or_default() + 1
}

/// Whether the name means the machine that farcast itself runs on.
pub fn is_controller(host: &str) -> bool {
    LOCAL_NAMES.contains(&host)
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let (first, numbers) = match text.strip_prefix("index:") {
            Some(numbers) => (0, numbers),
            None => (1, text),
        };
        let parse = || {
            let (number, of) = numbers.split_once('/')?;
            let (number, of): (u32, u32) = (whole(number)?, whole(of)?);
            let shard = Self {
                number: number.checked_add(1 - first)?,
                of,
            };
            (1..=of).contains(&shard.number).then_some(shard)
        };
        parse().ok_or_else(|| NoShard(text.to_owned()))
    }
}

fn whole(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

impl Display for Shard {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl TryFrom<String> for Shard {
    type Error = NoShard;

    fn try_from(text: String) -> Result<Self, NoShard> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(text: &str) -> Shard {
        text.parse().unwrap()
    }

    #[test]
    fn counts_from_one_or_by_index_from_zero() {
        assert_eq!(shard("1/3"), shard("index:0/3"));
        assert_eq!(shard("index:2/3").to_string(), "3/3");
        for wrong in [
            "0/3",
            "4/3",
            "index:3/3",
            "1/0",
            "index:0/0",
            "1",
            "/",
            "-1/3",
            "+1/3",
            "1/3/3",
            "index:/3",
            "9999999999/3",
            "",
        ] {
            let error = wrong.parse::<Shard>().unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("`{wrong}` is no shard")),
                "{error}"
            );
        }
    }

    #[test]
    fn every_host_is_in_one_shard_and_the_shards_are_alike_in_size() {
        let shards: Vec<Shard> = (1..=7).map(|number| Shard { number, of: 7 }).collect();
        let mut sizes = [0; 7];
        for host in (0..7000).map(|number| format!("web{number}.example.org")) {
            let taking: Vec<_> = shards.iter().filter(|shard| shard.takes(&host)).collect();
            let [shard] = taking[..] else {
                panic!("{host} is in {taking:?}");
            };
            sizes[usize::try_from(shard.number - 1).unwrap()] += 1;
        }
        assert!(
            sizes.iter().all(|size| (850..1150).contains(size)),
            "{sizes:?}"
        );
    }

    /// Fleets are divided by it: another version must divide them alike.
    #[test]
    fn a_host_stays_where_it_is() {
        let parts = ["web1", "web2", "db1.example.org", "müsli"].map(|host| part(host, 10));
        assert_eq!(parts, [7, 8, 3, 5]);
    }

    #[test]
    fn each_controller_has_its_own_localhost() {
        for number in 1..=3 {
            let shard = Shard { number, of: 3 };
            assert!(shard.takes("localhost") && shard.takes("127.0.0.1"));
        }
    }
}
