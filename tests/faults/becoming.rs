//! Becoming another user in every way there is, and users who may not.

use super::{
    Check,
    ground::{Ground, PASSWORD},
};

pub const CHECKS: &[(&str, Check)] = &[
    ("sudo, su and doas lead to root and to others", ways),
    ("sudo takes the right password", right),
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

/// On Debian; what is kept for another user is for that user alone.
fn ways(ground: &Ground) -> Result<(), String> {
    const TASKS: &str = r#"
    - when: inventory_hostname == 'debian'
      become: true
      block:
        - apt: {name: opendoas, update_cache: true}
        - copy: {content: "permit nopass operator\n", dest: /etc/doas.conf, mode: "0600"}
        - user: {name: keeper, password: "{{ 'kept' | password_hash('sha512', 'salted', rounds=5000) }}", shell: /bin/sh}
        - command: id -un
          register: sudo_root
        - command: id -un
          become_user: www-data
          register: sudo_other
        - command: id -un
          become_method: doas
          register: doas_root
        - command: id -un
          become_method: doas
          become_user: www-data
          register: doas_other
        - command: id -un
          become_method: su
          become_user: keeper
          vars: {ansible_become_password: kept}
          register: su_other
        - assert:
            that:
              - sudo_root.stdout == 'root' and doas_root.stdout == 'root'
              - sudo_other.stdout == 'www-data' and doas_other.stdout == 'www-data'
              - su_other.stdout == 'keeper'
        - copy: {content: secret, dest: /var/tmp/of-keeper, mode: "0600"}
          become_method: su
          become_user: keeper
          vars: {ansible_become_password: kept}
"#;
    let told = ground.apply("", TASKS)?;
    told.well("debian")?;
    let open = ["find", "/", "-xdev", "-name", "*farcast*", "-perm", "/077"];
    match ground.on("debian", &open)?.as_str() {
        "" => Ok(()),
        open => Err(format!("others can read {open}")),
    }
}

fn right(ground: &Ground) -> Result<(), String> {
    let rule = "/etc/sudoers.d/plain";
    let script = format!("echo 'plain ALL=(www-data) ALL' > {rule} && chmod 440 {rule}");
    ground.on("debian", &["sh", "-c", &script])?;
    let inventory = format!(
        "debian ansible_user=plain ansible_become_user=www-data ansible_become_password=\"{PASSWORD}\"\n"
    );
    let told = ground.apply(
        &inventory,
        "    - ping:\n      become: \"{{ inventory_hostname == 'debian' }}\"\n",
    );
    ground.on("debian", &["rm", rule])?;
    told?.well("debian")
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
