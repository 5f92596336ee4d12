use {
    super::object,
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
    rustix::process::{getegid, geteuid, getgid, getuid},
};

/// The user that the agent runs as.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    let uid = geteuid().as_raw();
    let mut facts = object([
        ("user_uid", uid.into()),
        ("real_user_id", getuid().as_raw().into()),
        ("effective_user_id", uid.into()),
        ("real_group_id", getgid().as_raw().into()),
        ("effective_group_id", getegid().as_raw().into()),
    ]);
    let name = probe.owner(uid)?;
    if let Some(account) = probe.account(&name)? {
        facts.extend(object([
            ("user_id", account.name.into()),
            ("user_gid", account.gid.into()),
            ("user_gecos", account.comment.into()),
            ("user_dir", account.home.into()),
            ("user_shell", account.shell.into()),
        ]));
    }
    Ok(facts)
}
