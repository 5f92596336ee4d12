use {
    std::{
        env, fs,
        io::Write,
        path::{Path, PathBuf},
        process::{Command, Output, Stdio},
    },
    tempfile::TempDir,
};

/// A directory of its own, in which programs see nothing of this machine's settings.
pub struct Room {
    home: TempDir,
}

/// What a program said and how it ended.
pub struct Told {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Room {
    pub fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file.
    pub fn with(self, name: &str, text: &str) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn farcast(&self, arguments: &str) -> Told {
        self.run(
            Path::new(env!("CARGO_BIN_EXE_farcast")),
            &words(arguments),
            "",
        )
    }

    pub fn farcast_with(&self, arguments: &str, stdin: &str) -> Told {
        let program = Path::new(env!("CARGO_BIN_EXE_farcast"));
        self.run(program, &words(arguments), stdin)
    }

    /// farcast on a terminal of its own, at which somebody types. Everything that the terminal showed is standard output.
    pub fn farcast_at_terminal(&self, arguments: &str, typed: &str) -> Told {
        let command = format!("{} {arguments}", env!("CARGO_BIN_EXE_farcast"));
        let words = ["--quiet", "--return", "--command", &command, "/dev/null"];
        self.run(Path::new("script"), &words.map(str::to_owned), typed)
    }

    /// farcast, called by another name.
    pub fn persona(&self, command: &str) -> Told {
        let [name, arguments @ ..] = &words(command)[..] else {
            panic!("a command names a program");
        };
        let link = self.path(name);
        if !link.is_symlink() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_farcast"), &link).unwrap();
        }
        self.run(&link, arguments, "")
    }

    /// The program of ansible-core.
    pub fn oracle(&self, command: &str) -> Told {
        let bin = env::var_os("FARCAST_ORACLE").expect(
            "set FARCAST_ORACLE to the directory that holds ansible-playbook (a Python environment's bin with ansible-core), \
             as `make test` does",
        );
        let words = words(command);
        self.run(&Path::new(&bin).join(&words[0]), &words[1..], "")
    }

    fn run(&self, program: &Path, arguments: &[String], stdin: &str) -> Told {
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("COLUMNS", "80")
            .env("EDITOR", self.path("editor"))
            .current_dir(self.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        // A program that ends without reading is no error.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        Told::new(child.wait_with_output().unwrap())
    }
}

impl Told {
    fn new(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Standard output of a program that must have ended well.
    pub fn good(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Standard error of a program that must have refused its input, and must not have written anything else.
    pub fn bad(self) -> String {
        assert_eq!(self.code, 1, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        self.stderr
    }
}

fn words(command: &str) -> Vec<String> {
    shlex::split(command).unwrap()
}
