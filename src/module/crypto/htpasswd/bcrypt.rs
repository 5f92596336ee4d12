//! The hash of passwords that is made of Blowfish.

use {super::digits, blowfish::Blowfish};

/// Longer passwords are cut, by everyone.
const LONGEST: usize = 72;

/// What is encrypted, again and again.
const TEXT: &[u8; 24] = b"OrpheanBeholderScryDoubt";

/// The hash of a password. `cost` doubles the work with each step, from 4 to 31.
pub fn hash(password: &[u8], salt: [u8; 16], cost: u32) -> String {
    let digest = digest(password, salt, cost);
    let (salt, digest) = (digits::bcrypt(&salt), digits::bcrypt(&digest[..23]));
    format!("$2y${cost:02}${salt}{digest}")
}

/// Whether a hash (`$2a$`, `$2b$`, `$2y$`) is of a password.
pub fn is_of(hash: &str, password: &[u8]) -> bool {
    let read = || {
        let (cost, rest) = hash.get(4..)?.split_once('$')?;
        let cost = cost.parse().ok().filter(|cost| (4..=31).contains(cost))?;
        let (salt, written) = rest.split_at_checked(22)?;
        let salt: [u8; 16] = digits::bcrypt_bytes(salt)?.try_into().ok()?;
        Some((cost, salt, written))
    };
    read().is_some_and(|(cost, salt, written)| {
        digits::bcrypt(&digest(password, salt, cost)[..23]) == written
    })
}

fn digest(password: &[u8], salt: [u8; 16], cost: u32) -> [u8; 24] {
    let cut = &password[..password.len().min(LONGEST - 1)];
    let key = match password.len() < LONGEST {
        true => [cut, &[0]].concat(),
        false => password[..LONGEST].to_vec(),
    };
    let mut cipher: Blowfish = Blowfish::bc_init_state();
    cipher.salted_expand_key(&salt, &key);
    for _ in 0..1_u64 << cost {
        cipher.bc_expand_key(&key);
        cipher.bc_expand_key(&salt);
    }
    let mut digest = [0; 24];
    for (block, out) in TEXT.chunks(8).zip(digest.chunks_mut(8)) {
        let half = |at: usize| {
            let bytes = [block[at], block[at + 1], block[at + 2], block[at + 3]];
            u32::from_be_bytes(bytes)
        };
        let mut halves = [half(0), half(4)];
        for _ in 0..64 {
            halves = cipher.bc_encrypt(halves);
        }
        out[..4].copy_from_slice(&halves[0].to_be_bytes());
        out[4..].copy_from_slice(&halves[1].to_be_bytes());
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_apache_made() {
        let made = "$2y$05$cdkC1Mp9Y5muoHbcmlf/UuBmZdN6Qa.R2.jkwzIJg6.pDdo/61IUC";
        assert!(is_of(made, b"secret"));
        assert!(!is_of(made, b"other"));
        assert!(!is_of("$2y$05$short", b"secret"));
    }

    #[test]
    fn knows_what_it_made() {
        for length in [0, 71, 72, 73] {
            let password = vec![b'x'; length];
            let made = hash(&password, [length as u8; 16], 4);
            assert_eq!(made.len(), 60);
            assert!(is_of(&made, &password), "{length}");
        }
    }
}
