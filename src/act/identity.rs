//! Lines of `/etc/passwd` and `/etc/group`.

use crate::wire::{Account, Group};

/// Reads a passwd line; `None` for what is none (comments, NIS markers).
pub(super) fn account(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty())?;
    fields.next()?;
    Some(Account {
        name: name.into(),
        uid: fields.next()?.parse().ok()?,
        gid: fields.next()?.parse().ok()?,
        comment: fields.next()?.into(),
        home: fields.next()?.into(),
        shell: fields.next()?.into(),
    })
}

/// Reads a group line.
pub(super) fn group(line: &str) -> Option<Group> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty())?;
    fields.next()?;
    let gid = fields.next()?.parse().ok()?;
    let members = fields.next()?.split(',').filter(|name| !name.is_empty());
    Some(Group {
        name: name.into(),
        gid,
        members: members.map(Into::into).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_and_skips_what_is_none() {
        let root = account("root:x:0:0:root:/root:/bin/bash").unwrap();
        assert_eq!(
            (root.uid, root.home.as_str(), root.shell.as_str()),
            (0, "/root", "/bin/bash")
        );
        assert_eq!(account("+::::::"), None);
        let sudo = group("sudo:x:27:ada,bob").unwrap();
        assert_eq!((sudo.gid, sudo.members.len()), (27, 2));
        assert!(group("x:x:1:").unwrap().members.is_empty());
    }
}
