use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A private sshd on the loopback, for the user who runs the tests; it ends with the value.
pub struct Sshd {
    directory: tempfile::TempDir,
    pub port: u16,
    process: Child,
}

impl Sshd {
    pub fn start() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("farcast-sshd-")
            .tempdir()
            .unwrap();
        let path = directory.path();
        for name in ["host", "stranger"] {
            make_key(&path.join(name), "ed25519", "");
        }
        fs::DirBuilder::new()
            .mode(0o755)
            .create(path.join("cache"))
            .unwrap();
        // Where sshd runs as root it wants this directory, which its package makes at boot.
        if !Path::new("/run/sshd").exists() {
            let _ = fs::create_dir("/run/sshd");
        }
        let (port, process) = listen(path);
        let sshd = Self {
            directory,
            port,
            process,
        };
        sshd.know("host");
        sshd.allow("ed25519", "");
        sshd
    }

    /// Makes a key of this kind, named after it, and lets it log in.
    pub fn allow(&self, kind: &str, passphrase: &str) {
        make_key(&self.path(kind), kind, passphrase);
        fs::copy(
            self.path(kind).with_extension("pub"),
            self.path("authorized_keys"),
        )
        .unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a `known_hosts` that holds the named key for this sshd.
    pub fn know(&self, name: &str) {
        let key = fs::read_to_string(self.path(name).with_extension("pub")).unwrap();
        let line = format!("# a comment\n[127.0.0.1]:{} {key}", self.port);
        fs::write(self.path("known_hosts"), line).unwrap();
    }

    /// Writes a `known_hosts` that holds nothing.
    pub fn know_nothing(&self) {
        fs::write(self.path("known_hosts"), "").unwrap();
    }

    /// Ends the processes that serve connections, as a host that restarts does.
    pub fn cut(&self) {
        self.signal("-KILL");
    }

    /// Stops the processes that serve connections, as a network that goes away does; `cut` must follow.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    fn signal(&self, signal: &str) {
        let id = self.process.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
        for child in children.split_whitespace() {
            let status = Command::new("kill").args([signal, child]).status().unwrap();
            assert!(status.success());
        }
    }

    /// The fingerprint of the host's key as ssh-keygen tells it.
    pub fn fingerprint(&self) -> String {
        let output = Command::new("ssh-keygen")
            .arg("-lf")
            .arg(self.path("host"))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split(' ').nth(1).unwrap().to_owned()
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn make_key(path: &Path, kind: &str, passphrase: &str) {
    let status = Command::new("ssh-keygen")
        .args(["-q", "-t", kind, "-N", passphrase, "-f"])
        .arg(path)
        .status()
        .unwrap();
    assert!(status.success());
}

/// Starts sshd on a port that was free a moment ago; another one, should somebody have taken it.
fn listen(path: &Path) -> (u16, Child) {
    loop {
        let port = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let place = path.display();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {place}/host\nAuthorizedKeysFile {place}/authorized_keys\n\
             StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPidFile none\n\
             SetEnv XDG_CACHE_HOME={place}/cache\n"
        );
        fs::write(path.join("config"), config).unwrap();
        let mut process = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(path.join("config"))
            .stderr(Stdio::piped())
            .spawn()
            .expect("openssh-server is installed");
        let mut stderr = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        while stderr.read_line(&mut line).unwrap() > 0 {
            if line.contains("Server listening") {
                // What it says later is read and dropped, so that it never waits for a reader.
                std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
                return (port, process);
            }
        }
        process.wait().unwrap();
        assert!(line.contains("in use"), "{line}");
    }
}

/// Writes a program that greets as an agent does and then reads to the end of its input.
pub fn fake_agent(directory: &Path, version: u32) {
    let hello = format!(
        "{{\"Hello\":{{\"version\":{version},\"pid\":1,\"uid\":0,\"user\":\"ada\",\"hostname\":\"h\",\"machine\":\"m\"}}}}"
    );
    let script = format!(
        "#!/bin/sh\ncase $1 in --version) exit 0 ;; install) mv \"$0\" \"$2\" ;; esac\n\
         printf '\\000\\000\\000\\{:03o}\\001%s' '{hello}'\necho started >>\"${{0%/*}}\"/../starts\ncat >/dev/null\n",
        hello.len()
    );
    let path = directory.join("farcast-agent");
    fs::write(&path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
