use {
    super::farcast,
    std::{fs, net::TcpListener, path::Path},
};

/// A directory with a playbook for one host, which is this test itself: it notices when it is asked.
struct Bench {
    dir: tempfile::TempDir,
    host: TcpListener,
}

impl Bench {
    fn new(playbook: &str) -> Self {
        let host = TcpListener::bind("127.0.0.1:0").unwrap();
        host.set_nonblocking(true).unwrap();
        let bench = Self {
            dir: tempfile::tempdir().unwrap(),
            host,
        };
        let port = bench.host.local_addr().unwrap().port();
        let hosts = format!("[web]\nw1 ansible_host=127.0.0.1 ansible_port={port}\n");
        bench.with("hosts", &hosts).with("site.yml", playbook)
    }

    /// A playbook with one task.
    fn task(task: &str) -> Self {
        let task = task.replace('\n', "\n      ");
        Self::new(&format!(
            "- hosts: web\n  gather_facts: false\n  tasks:\n    - {task}\n"
        ))
    }

    fn with(self, path: &str, text: &str) -> Self {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Runs both verbs: each must end with code 1, say the place and all of the rest, and not have asked the host.
    fn refuses(&self, place: &str, said: &[&str]) {
        self.refuses_with(&[], place, said);
    }

    fn refuses_with(&self, options: &[&str], place: &str, said: &[&str]) {
        for verb in ["validate", "apply"] {
            let args = [&[verb, "-i", "hosts"], options, &["site.yml"]].concat();
            let output = farcast(self.dir.path(), &args);
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8(text).unwrap();
            let text = text.replace(&canonical(self.dir.path()), "HERE");
            assert_eq!(output.status.code(), Some(1), "{verb}: {text}");
            for part in [&[place], said].concat() {
                assert!(text.contains(part), "{verb}: {part} is not in {text}");
            }
            assert!(self.host.accept().is_err(), "{verb} asked the host: {text}");
        }
    }
}

fn canonical(path: &Path) -> String {
    path.canonicalize().unwrap().display().to_string()
}

#[test]
fn broken_yaml() {
    let bench = Bench::new("- hosts: web\n  tasks:\n    - ping: [1,\n    - ping:\n");
    bench.refuses("site.yml:", &["broken YAML"]);
}

#[test]
fn a_key_given_twice() {
    Bench::task("name: a\nping:\nname: b").refuses(
        "site.yml:6:7",
        &["key `name` is given twice", "remove one of the two"],
    );
}

#[test]
fn a_keyword_that_does_not_exist() {
    Bench::task("ping:\nwhenn: true").refuses("site.yml:5:7", &["did you mean `when`?"]);
}

#[test]
fn a_module_that_does_not_exist() {
    Bench::task("coppy:\n  dest: /x").refuses("site.yml:4:7", &["did you mean `copy`?"]);
}

#[test]
fn an_argument_that_does_not_exist() {
    Bench::task("copy:\n  dst: /x\n  content: y").refuses("site.yml:5:14", &["`dest`?"]);
}

#[test]
fn an_argument_of_the_wrong_type() {
    Bench::task("copy:\n  dest: /x\n  content: y\n  force: perhaps")
        .refuses("site.yml:7:16", &["must be a boolean", "farcast doc copy"]);
}

#[test]
fn a_variable_that_nothing_defines() {
    Bench::task("debug:\n  msg: \"{{ inventory_hostnam }}\"")
        .refuses("site.yml:5:18", &["did you mean `inventory_hostname`?"]);
}

#[test]
fn a_template_that_is_nowhere() {
    Bench::task("template:\n  src: a.j2\n  dest: /x")
        .refuses("site.yml:5:14", &["`a.j2` is not there", "looked for"]);
}

#[test]
fn a_file_that_is_nowhere() {
    Bench::task("copy:\n  src: a.txt\n  dest: /x")
        .refuses("site.yml:5:14", &["`a.txt` is not there", "looked for"]);
}

#[test]
fn a_role_that_is_nowhere() {
    Bench::new("- hosts: web\n  roles:\n    - gone\n")
        .refuses("site.yml:3:7", &["role `gone` is not there", "looked for"]);
}

#[test]
fn a_vault_password_that_is_wrong() {
    let vault = "$ANSIBLE_VAULT;1.1;AES256\n61626364\n";
    let bench = Bench::task("ping:").with("group_vars/web.yml", vault);
    let bench = bench.with("password", "wrong\n");
    bench.refuses_with(
        &["--vault-password-file", "password"],
        "group_vars/web.yml:1:1",
        &["help:"],
    );
    bench.refuses("group_vars/web.yml:1:1", &["help:"]);
}

#[test]
fn variables_that_cannot_be_read() {
    Bench::task("ping:")
        .with("group_vars/web.yml", "a: 1\na: 2\n")
        .refuses("group_vars/web.yml:2:1", &["given twice"]);
}

#[test]
fn an_empty_inventory() {
    Bench::task("ping:")
        .with("hosts", "")
        .refuses("hosts", &["name at least one host"]);
}

#[test]
fn a_broken_inventory() {
    Bench::task("ping:")
        .with("hosts", "[web:chldren]\ndb\n")
        .refuses("hosts:1:", &["[GROUP:children]"]);
}

#[test]
fn a_pattern_that_matches_nothing() {
    Bench::new("- hosts: wbe\n  tasks: []\n")
        .refuses("site.yml:1:10", &["no play matches any host", "`-i`"]);
    Bench::task("ping:").refuses_with(
        &["--limit", "nobody"],
        "--limit:1:1",
        &["no play matches any host"],
    );
}
