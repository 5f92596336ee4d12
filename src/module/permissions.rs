use {
    super::Failure,
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
};

/// A file mode as a user gives it: octal (`0644`), symbolic (`u=rwX,g=rX,o-w`) or `preserve`. In the canonical form that the
/// schema makes, numbers are octal text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("format" = "mode"))]
pub struct Permissions(String);

impl Permissions {
    pub fn new(mode: impl Into<String>) -> Self {
        Self(mode.into())
    }

    /// Whether the mode of the source is wanted.
    pub fn is_preserve(&self) -> bool {
        self.0 == "preserve"
    }

    /// The permission bits. Takes those that are there now, for symbolic modes, and the umask.
    pub fn resolve(&self, current: u32, directory: bool, umask: u32) -> Result<u32, Failure> {
        if let Ok(mode) = u32::from_str_radix(self.0.trim_start_matches("0o"), 8)
            && mode <= 0o7777
        {
            return Ok(mode);
        }
        self.0
            .split(',')
            .try_fold(current, |mode, clause| {
                apply(clause.trim(), mode, directory, umask)
            })
            .ok_or_else(|| {
                let Self(mode) = self;
                Failure::refused(format!(
                    "mode {mode} is neither octal (\"0644\") nor symbolic (\"u=rw,g=r,o=r\")"
                ))
            })
    }
}

/// One clause such as `ug+rw-x`. `None` if it is none.
fn apply(clause: &str, mut mode: u32, directory: bool, umask: u32) -> Option<u32> {
    let operators = ['+', '-', '='];
    let (who, mut rest) = clause.split_at(clause.find(operators)?);
    let (mut mask, implicit) = (who_mask(who)?, who.is_empty());
    while let Some(operator) = rest.chars().next() {
        let end = rest[1..].find(operators).map_or(rest.len(), |at| at + 1);
        let mut bits = permission_bits(&rest[1..end], mode, directory)? & mask;
        if implicit {
            bits &= !umask;
        }
        if directory && operator == '=' && !rest[1..end].contains(['s', 't']) {
            // As chmod: a directory keeps setuid and setgid unless they are named.
            mask &= 0o1777;
        }
        mode = match operator {
            '+' => mode | bits,
            '-' => mode & !bits,
            _ => (mode & !mask) | bits,
        };
        rest = &rest[end..];
    }
    Some(mode)
}

fn who_mask(who: &str) -> Option<u32> {
    if who.is_empty() {
        return Some(0o7777);
    }
    who.chars().try_fold(0, |mask, who| {
        Some(
            mask | match who {
                'u' => 0o4700,
                'g' => 0o2070,
                'o' => 0o1007,
                'a' => 0o7777,
                _ => return None,
            },
        )
    })
}

fn permission_bits(letters: &str, mode: u32, directory: bool) -> Option<u32> {
    let spread = |bits: u32| bits * 0o111;
    letters.chars().try_fold(0, |bits, letter| {
        Some(
            bits | match letter {
                'r' => 0o444,
                'w' => 0o222,
                'x' => 0o111,
                'X' if directory || mode & 0o111 != 0 => 0o111,
                'X' => 0,
                's' => 0o6000,
                't' => 0o1000,
                'u' => spread(mode >> 6 & 7),
                'g' => spread(mode >> 3 & 7),
                'o' => spread(mode & 7),
                _ => return None,
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(text: &str, current: u32, directory: bool) -> u32 {
        Permissions::new(text)
            .resolve(current, directory, 0o022)
            .unwrap()
    }

    #[test]
    fn reads_octal_and_symbolic_modes() {
        assert_eq!(mode("0644", 0, false), 0o644);
        assert_eq!(mode("1777", 0, true), 0o1777);
        assert_eq!(mode("u=rw,g=r,o=", 0o777, false), 0o640);
        assert_eq!(mode("u=rwX,g=rX,o=rX", 0o600, true), 0o755);
        assert_eq!(mode("u=rwX,g=rX,o=rX", 0o600, false), 0o644);
        assert_eq!(mode("a+x", 0o644, false), 0o755);
        assert_eq!(mode("+w", 0o444, false), 0o644);
        assert_eq!(mode("g=u,o-rwx", 0o755, false), 0o770);
        assert_eq!(mode("u+s,g+s,+t", 0o755, true), 0o7755);
    }

    #[test]
    fn refuses_what_is_neither() {
        for text in ["rw-r--r--", "9", "u=q", "77777"] {
            assert!(
                Permissions::new(text).resolve(0, false, 0).is_err(),
                "{text}"
            );
        }
    }
}
