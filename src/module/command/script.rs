use {
    super::{Condition, launch, words},
    crate::{
        act::{Delta, Failure, Host, Look, Private, Probe, Program},
        module::{HostPath, Module, host_path},
        wire::{Content, Diff, Effect, Object, Outcome},
    },
    schemars::JsonSchema,
    serde::Deserialize,
    serde_json::Value,
    std::{
        fs::File,
        io::Read,
        path::{Path, PathBuf},
    },
};

/// As the kernel: a longer first line names no interpreter.
const FIRST_LINE_LIMIT: u64 = 256;

/// Run a script from the controller on the host.
///
/// It is run by the interpreter that its first line names (`#!`), by `/bin/sh` where it names none, and is gone afterwards.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Script {
    /// The path of the script on the controller, and its arguments.
    cmd: String,
    /// The interpreter, with its options.
    executable: Option<String>,
    /// The directory to run it in: an absolute path.
    chdir: Option<HostPath>,
    /// A path: if something stands there, the script is not run.
    creates: Option<HostPath>,
    /// A path: if nothing stands there, the script is not run.
    removes: Option<HostPath>,
    /// A vault file is decrypted on the controller.
    #[serde(default = "yes")]
    #[expect(dead_code, reason = "the controller heeds it")]
    decrypt: bool,
    /// The script.
    #[serde(rename = "_content")]
    content: Option<Content>,
}

fn yes() -> bool {
    true
}

impl Module for Script {
    const NAME: &'static str = "script";
    const FREE_FORM: Option<&'static str> = Some("cmd");
    type Delta = Performance;

    fn look(&self, probe: &Probe) -> Result<Look<Performance>, Failure> {
        let condition = Condition {
            chdir: self.chdir.as_ref(),
            creates: self.creates.as_ref(),
            removes: self.removes.as_ref(),
        };
        if let Some(reason) = condition.reason(probe, None)? {
            return Ok(Look::skipped(reason.skip(), Object::new()));
        }
        let directory = condition.directory(probe)?;
        if let Some(directory) = directory.as_ref().filter(|path| !path.is_absolute()) {
            return Err(Failure::refused(format!(
                "chdir {} must be an absolute path for a Unix-aware remote node",
                directory.display()
            )));
        }
        let mut words = words(&self.cmd)?.into_iter();
        let (Some(name), Some(content)) = (words.next(), &self.content) else {
            return Err(Failure::refused("no script given"));
        };
        let arguments = words.map(|word| host_path::expand(&word, probe));
        Ok(Look::Change(Performance {
            content: content.clone(),
            name,
            arguments: arguments.collect::<Result<_, _>>()?,
            executable: self.executable.as_deref().map(super::words).transpose()?,
            directory,
            cmd: self.cmd.trim().into(),
        }))
    }
}

/// A script to be run.
#[derive(Clone, Debug)]
pub struct Performance {
    content: Content,
    /// Its path on the controller.
    name: String,
    arguments: Vec<String>,
    executable: Option<Vec<String>>,
    directory: Option<PathBuf>,
    cmd: Value,
}

impl Delta for Performance {
    fn diff(&self) -> Vec<Diff> {
        Vec::new()
    }

    fn effects(&self) -> Vec<Effect> {
        vec![launch::effect(&self.cmd)]
    }

    fn predicted(&self) -> Object {
        Object::new()
    }

    fn unknown(&self) -> Option<String> {
        Some(launch::unknown(&self.cmd))
    }

    fn apply(self, host: &mut Host) -> Result<Outcome, Failure> {
        let place = Private::new(host)?;
        let name = Path::new(&self.name)
            .file_name()
            .unwrap_or("script".as_ref());
        let body = host.content(&self.content)?;
        let mut reader = body
            .reader()
            .map_err(Failure::io("read", Path::new(&self.name)))?;
        let path = place.write(name, &mut reader, 0o700)?;
        let mut argv = match &self.executable {
            Some(executable) => executable.clone(),
            None => interpreter(&path)?,
        };
        argv.push(path.display().to_string());
        argv.extend(self.arguments);
        let program = Program {
            directory: self.directory,
            ..Program::new(argv)
        };
        launch::launch(&program, self.cmd, false, host)
    }
}

/// What runs a file, as the kernel would choose, and `/bin/sh` where the kernel knows nothing. Naming it makes the file run
/// where it stands in a file system that forbids running files. A binary runs itself.
fn interpreter(path: &Path) -> Result<Vec<String>, Failure> {
    let failed = Failure::io("read", path);
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(FIRST_LINE_LIMIT).read_to_end(&mut start))
        .map_err(failed)?;
    if start.starts_with(b"\x7fELF") {
        return Ok(Vec::new());
    }
    let text = String::from_utf8_lossy(&start);
    let first = text.lines().next().unwrap_or_default();
    let named = first.strip_prefix("#!").map(str::trim).unwrap_or_default();
    let (program, option) = match named.split_once([' ', '\t']) {
        Some((program, option)) => (program, option.trim()),
        None => (named, ""),
    };
    let words = [program, option]
        .into_iter()
        .filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(Into::into).collect();
    match words.is_empty() {
        true => Ok(vec!["/bin/sh".into()]),
        false => Ok(words),
    }
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::{Value, json},
    };

    fn arguments(script: &str, cmd: &str) -> Value {
        let content = json!({"sha256": "", "length": script.len(), "inline": script});
        json!({"cmd": cmd, "_content": content})
    }

    #[test]
    fn runs_with_arguments_and_leaves_nothing() {
        let script = "#!/bin/sh\necho \"$0\"\nfor a; do echo \"$a\"; done\n";
        let arguments = arguments(script, "dir/say.sh one 'two words'");
        let outcome = Trial::new().apply("script", arguments);
        let lines = outcome.data["stdout_lines"].as_array().unwrap();
        assert_eq!(lines[1..], [json!("one"), json!("two words")]);
        let path = lines[0].as_str().unwrap();
        assert!(path.ends_with("/say.sh"));
        assert!(!std::path::Path::new(path).parent().unwrap().exists());
    }

    #[test]
    fn finds_what_runs_it() {
        let mut trial = Trial::new();
        let outcome = trial.apply("script", arguments("echo $0 plain; exit 3", "x"));
        assert!(outcome.failed && outcome.msg.as_deref() == Some("non-zero return code"));
        let awk = "#!/usr/bin/awk -f\nBEGIN { print \"awk\" }\n";
        let outcome = trial.apply("script", arguments(awk, "x"));
        assert_eq!(outcome.data["stdout"], "awk\n");
        let mut cat = arguments("text", "x");
        cat["executable"] = json!("cat -A");
        assert_eq!(trial.apply("script", cat).data["stdout"], "text");
    }

    #[test]
    fn is_skipped_or_unknown() {
        let scratch = Scratch::new();
        let mut arguments = arguments("echo", "x a");
        arguments["removes"] = json!(scratch.at("no"));
        let mut trial = Trial::new();
        let outcome = trial.look("script", arguments.clone());
        assert!(outcome.skipped && !outcome.changed);
        assert!(
            outcome
                .msg
                .unwrap()
                .ends_with("does not exist, matching removes option")
        );
        arguments["removes"] = json!(scratch.path());
        let look = trial.look("script", arguments);
        assert!(look.unknown.unwrap().ends_with("would run x a"));
    }
}
