//! Paths as Windows writes them.

use minijinja::{
    Error,
    value::{Tuple, Value},
};

use crate::template::{builtin::Run, call::Call};

pub(super) const ALL: &[(&str, Run)] = &[
    ("win_basename", |call| {
        let path = call.subject();
        Ok(split(&path).1.into())
    }),
    ("win_dirname", |call| {
        let path = call.subject();
        Ok(split(&path).0.into())
    }),
    ("win_splitdrive", splitdrive),
];

const SEPARATORS: [char; 2] = ['\\', '/'];

/// The drive, or the server and its share, and what is behind.
fn drive(path: &str) -> (&str, &str) {
    if path.get(1..2) == Some(":") {
        return path.split_at(2);
    }
    let Some(rest) = path
        .strip_prefix(SEPARATORS)
        .and_then(|rest| rest.strip_prefix(SEPARATORS))
    else {
        return ("", path);
    };
    let Some(server) = rest.find(SEPARATORS) else {
        return (path, "");
    };
    let share = rest[server + 1..].find(SEPARATORS);
    let end = share.map_or(path.len(), |at| path.len() - rest.len() + server + 1 + at);
    path.split_at(end)
}

fn split(path: &str) -> (String, &str) {
    let (drive, rest) = drive(path);
    let at = rest.rfind(SEPARATORS).map_or(0, |at| at + 1);
    let (head, name) = rest.split_at(at);
    let bare = head.trim_end_matches(SEPARATORS);
    let head = if bare.is_empty() { head } else { bare };
    (format!("{drive}{head}"), name)
}

fn splitdrive(call: &mut Call) -> Result<Value, Error> {
    let path = call.subject();
    let (drive, rest) = drive(&path);
    Ok(Tuple::from(vec![drive.into(), rest.into()]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drives_and_shares_come_off() {
        assert_eq!(drive(r"C:\a\b"), ("C:", r"\a\b"));
        assert_eq!(drive(r"\\host\share\x"), (r"\\host\share", r"\x"));
        assert_eq!(split(r"C:\a\b.txt"), (r"C:\a".into(), "b.txt"));
    }
}
