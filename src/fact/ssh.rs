use {
    super::line,
    crate::{
        act::{Failure, Probe},
        wire::Object,
    },
};

/// The public host keys of sshd.
pub(super) fn read(probe: &Probe) -> Result<Object, Failure> {
    let mut facts = Object::new();
    for kind in ["dsa", "rsa", "ecdsa", "ed25519"] {
        let key = line(probe, &format!("/etc/ssh/ssh_host_{kind}_key.pub"));
        let mut words = key.split_whitespace();
        if let (Some(name), Some(key)) = (words.next(), words.next()) {
            let fact = format!("ssh_host_key_{kind}_public");
            facts.insert(format!("{fact}_keytype"), name.into());
            facts.insert(fact, key.into());
        }
    }
    Ok(facts)
}
