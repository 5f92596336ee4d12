//! Users who may not become root.

use super::{
    Check,
    ground::{Ground, PASSWORD},
};

pub const CHECKS: &[(&str, Check)] = &[
    ("sudo wants a password and has none", needed),
    ("sudo gets the wrong password", wrong),
    ("sudo knows the password and says no", not_permitted),
    ("there is no such user to become", no_such_user),
];

const TASK: &str = "    - ping:\n      become: true\n";

fn alone(ground: &Ground, inventory: &str, message: &str) -> Result<(), String> {
    let told = ground.apply(inventory, TASK)?;
    told.must(4, "debian", message)?;
    told.well("centos")
}

fn needed(ground: &Ground) -> Result<(), String> {
    alone(
        ground,
        "debian ansible_user=plain\n",
        "becoming `root` needs a password for sudo; give it with `--ask-become-pass` (-K) or `ansible_become_password`, or \
         allow it without one",
    )
}

fn wrong(ground: &Ground) -> Result<(), String> {
    alone(
        ground,
        "debian ansible_user=plain ansible_become_password=guess\n",
        "sudo did not take the password for becoming `root`; check `ansible_become_password` or what was typed",
    )
}

fn not_permitted(ground: &Ground) -> Result<(), String> {
    alone(
        ground,
        &format!("debian ansible_user=plain ansible_become_password=\"{PASSWORD}\"\n"),
        "sudo does not permit becoming `root`: plain is not in the sudoers file.",
    )
}

fn no_such_user(ground: &Ground) -> Result<(), String> {
    alone(
        ground,
        "debian ansible_become_user=nobody-knows\n",
        "there is no user `nobody-knows` to become on the host; check `become_user`",
    )
}
