//! Becoming another user, with programs that behave as sudo and su do, and the places where the agent can be kept.

use {
    crate::sshd::fake_agent,
    farcast::transport::{
        Agent, AgentProgram, Become, Handshakes, HostKeys, Means, Method, Operator, Secret, Target,
        Unreachable,
    },
    std::{fs, os::unix::fs::PermissionsExt, time::Duration},
};

/// Asks and answers as sudo does; the right password is "right".
const SUDO: &str = r#"
while [ "$1" != /bin/sh ]; do
  case $1 in -n) never=1 ;; -p) prompt=$2; shift ;; -u) user=$2; shift ;; esac
  shift
done
if [ "$user" = nobody2 ]; then echo "sudo: unknown user nobody2" >&2; exit 1; fi
if [ "$user" = king ]; then echo "ada is not in the sudoers file." >&2; exit 1; fi
if [ -n "$never" ]; then echo "sudo: a password is required" >&2; exit 1; fi
for try in 1 2 3; do
  printf %s "$prompt" >&2
  read -r given || exit 1
  if [ "$given" = right ]; then exec "$@"; fi
  echo "Sorry, try again." >&2
done
"#;

/// Asks in the language of the host, once, and gives the command to a shell.
const SU: &str = r#"
echo "Willkommen" >&2
printf 'Passwort: ' >&2
read -r given || exit 1
if [ "$given" != right ]; then echo "su: Fehler bei der Authentifizierung" >&2; exit 1; fi
shift
exec /bin/sh "$@"
"#;

struct Place {
    directory: tempfile::TempDir,
    program: AgentProgram,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fake_agent(directory.path(), farcast::wire::VERSION);
        Self {
            program: AgentProgram::in_directory(directory.path(), farcast::module::Edition::Core),
            directory,
        }
    }

    /// Writes a program that goes on with a cache directory of its own.
    fn exe(&self, script: &str) -> String {
        let path = self.directory.path().join("become");
        let cache = self.directory.path().join("cache");
        fs::create_dir_all(&cache).unwrap();
        let text = format!(
            "#!/bin/sh\nexport XDG_CACHE_HOME={}\n{script}",
            cache.display()
        );
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    async fn start(&self, becoming: &Become) -> Result<Agent, Unreachable> {
        let transport = Handshakes::new(1)
            .connect(&local(), &mut || {})
            .await
            .unwrap();
        let patience = Duration::from_secs(30);
        Agent::start(&*transport, Some(becoming), &self.program, patience).await
    }
}

fn local() -> Target {
    Target {
        name: "here".to_owned(),
        address: "localhost".to_owned(),
        port: None,
        user: None,
        method: Method::Local,
        key_file: None,
        password: None,
        common_args: Vec::new(),
        known_hosts: None,
        host_keys: HostKeys::Verify,
        connect_timeout: Duration::from_secs(10),
        keepalive: Duration::from_secs(15),
        operator: Operator::default(),
    }
}

fn becoming(means: Means, exe: String, password: Option<&str>) -> Become {
    Become {
        means,
        exe: Some(exe),
        user: "postgres".to_owned(),
        password: password.map(|text| Secret::new(text.to_owned())),
        flags: Vec::new(),
    }
}

#[tokio::test]
async fn the_right_password_opens() {
    let place = Place::new();
    for (means, script) in [(Means::Sudo, SUDO), (Means::Su, SU)] {
        let becoming = becoming(means, place.exe(script), Some("right"));
        let agent = place.start(&becoming).await.unwrap();
        assert_eq!(agent.hello().user, "ada");
        agent.close().await;
    }
}

#[tokio::test]
async fn a_wrong_password_is_an_error_and_no_hang() {
    let place = Place::new();
    let sudo = becoming(Means::Sudo, place.exe(SUDO), Some("wrong"));
    let error = place.start(&sudo).await.err().unwrap();
    assert!(
        matches!(error, Unreachable::WrongPassword { .. }),
        "{error}"
    );
    assert!(!error.to_string().contains("right"));

    // What it says in another language is shown as it is.
    let su = becoming(Means::Su, place.exe(SU), Some("wrong"));
    let error = place.start(&su).await.err().unwrap().to_string();
    assert!(
        error.contains("Fehler bei der Authentifizierung"),
        "{error}"
    );
}

#[tokio::test]
async fn what_keeps_sudo_from_it_is_told_apart() {
    let place = Place::new();
    let mut sudo = becoming(Means::Sudo, place.exe(SUDO), None);
    let error = place.start(&sudo).await.err().unwrap();
    assert!(
        matches!(error, Unreachable::PasswordNeeded { .. }),
        "{error}"
    );
    sudo.user = "king".to_owned();
    let error = place.start(&sudo).await.err().unwrap();
    assert!(matches!(error, Unreachable::NotPermitted { .. }), "{error}");
    sudo.user = "nobody2".to_owned();
    let error = place.start(&sudo).await.err().unwrap();
    assert!(matches!(error, Unreachable::NoSuchUser { .. }), "{error}");
    sudo.exe = Some("no-such-sudo".to_owned());
    let error = place.start(&sudo).await.err().unwrap();
    assert!(matches!(error, Unreachable::NoEscalation { .. }), "{error}");
}

/// In mounts of its own, goes on with these options for the three places where the agent could be kept without a home.
fn confined(place: &Place, options: [&str; 3]) -> Become {
    confined_after(place, options, "")
}

/// As `confined`, after more was done there.
fn confined_after(place: &Place, options: [&str; 3], more: &str) -> Become {
    // The programs of this test stand below the temporary directory, so that one is covered last.
    let places = ["/var/tmp", "/dev/shm", "/tmp"];
    let mounts: String = places
        .iter()
        .zip(options)
        .map(|(path, options)| format!("mount -t tmpfs -o {options} none {path}\n"))
        .collect();
    let script = format!(
        "if [ -z \"$inside\" ]; then export inside=1; exec unshare -r -m \"$0\" \"$@\"; fi\nunset HOME XDG_CACHE_HOME\n\
         while [ \"$1\" != /bin/sh ]; do shift; done\n{mounts}{more}\nexec \"$@\"\n"
    );
    becoming(Means::Sudo, place.exe(&script), None)
}

#[tokio::test]
async fn a_place_where_nothing_may_run_is_passed_over() {
    let place = Place::new();
    let confined = confined(&place, ["noexec", "rw", "noexec"]);
    let agent = place.start(&confined).await.unwrap();
    agent.close().await;
}

#[tokio::test]
async fn no_place_at_all_says_why() {
    let place = Place::new();
    let noexec = confined(&place, ["noexec"; 3]);
    let error = place.start(&noexec).await.err().unwrap();
    assert!(matches!(error, Unreachable::NoExec { .. }), "{error}");
    assert!(
        error.to_string().contains("/var/tmp/farcast-0: noexec"),
        "{error}"
    );

    let readonly = confined(&place, ["ro"; 3]);
    let error = place.start(&readonly).await.err().unwrap();
    assert!(matches!(error, Unreachable::NoPlace { .. }), "{error}");
}

#[tokio::test]
async fn a_full_disk_says_so() {
    let place = Place::new();
    // Longer than a page, and nothing that packing could make small.
    let mut text = fs::read_to_string(place.directory.path().join("farcast-agent")).unwrap();
    text.push_str("exit\n");
    text.extend((0..200_000_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string()));
    fs::write(place.directory.path().join("farcast-agent"), text).unwrap();
    let full = confined(&place, ["size=4k"; 3]);
    let error = place.start(&full).await.err().unwrap();
    assert!(matches!(error, Unreachable::NoSpace { .. }), "{error}");
}

#[tokio::test]
async fn a_directory_that_others_could_fill_is_not_used() {
    let place = Place::new();
    for more in [
        "mkdir -m 755 /var/tmp/farcast-0",
        "mkdir -m 700 /var/tmp/other; ln -s other /var/tmp/farcast-0",
    ] {
        let confined = confined_after(&place, ["rw", "ro", "ro"], more);
        let error = place.start(&confined).await.err().unwrap().to_string();
        let reason =
            "/var/tmp/farcast-0: not a private directory; /dev/shm/farcast-0: cannot be made";
        assert!(error.contains(reason), "{error}");
    }
}
