use {
    anyhow::{Context, Result, bail},
    clap::ValueEnum,
    std::{
        env,
        ffi::{OsStr, OsString},
    },
};

/// A file of systemd's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum UnitFile {
    /// `farcast-pull.service`: one pull.
    Service,
    /// `farcast-pull.timer`: a pull every quarter of an hour.
    Timer,
}

/// A timer that starts the service of the same name. Its hosts do not ask all at once.
const TIMER: &str = "\
[Unit]
Description=Bring this machine into its declared state every quarter of an hour

[Timer]
OnBootSec=2min
OnUnitInactiveSec=15min
RandomizedDelaySec=5min

[Install]
WantedBy=timers.target
";

/// The text of the file; the service does the pull that the command line asks for.
///
/// # Errors
/// farcast does not know where it is, or an argument cannot stand in a unit.
pub(super) fn text(file: UnitFile) -> Result<String> {
    if file == UnitFile::Timer {
        return Ok(TIMER.to_owned());
    }
    let own = env::current_exe().context("cannot tell where farcast itself is")?;
    let mut words = vec![own.into_os_string(), "pull".into()];
    words.extend(arguments(env::args_os().skip(1)));
    service(&words)
}

/// What the command line says besides the verb and the wish for a unit.
fn arguments(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut words = words.peekable();
    // Called as ansible-pull there is no verb.
    words.next_if(|word| word == "pull");
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--print-unit") => drop(words.next()),
            Some(text) if text.starts_with("--print-unit=") => {}
            _ => kept.push(word),
        }
    }
    kept
}

/// A service that runs this command once. What a playbook starts to outlive it is left alone when it ends.
fn service(words: &[OsString]) -> Result<String> {
    let words: Result<Vec<String>> = words.iter().map(|word| quoted(word)).collect();
    Ok(format!(
        "\
[Unit]
Description=Bring this machine into the state that its repository declares
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
Environment=HOME=%h
ExecStart={}
KillMode=process
",
        words?.join(" ")
    ))
}

/// A word of a command line as systemd reads it: within quotes, and without its variables and specifiers.
fn quoted(word: &OsStr) -> Result<String> {
    let Some(text) = word
        .to_str()
        .filter(|text| !text.contains(char::is_control))
    else {
        bail!("{} cannot stand in a unit", word.display());
    };
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    let escaped = escaped.replace('%', "%%").replace('$', "$$");
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@+,".contains(letter);
    Ok(match !text.is_empty() && text.chars().all(plain) {
        true => escaped,
        false => format!("\"{escaped}\""),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    #[test]
    fn the_service_does_what_the_command_line_says() {
        let called = [
            "pull",
            "-U",
            "https://h/r",
            "--print-unit",
            "service",
            "-t",
            "a",
        ];
        let kept = arguments(words(&called).into_iter());
        assert_eq!(kept, words(&["-U", "https://h/r", "-t", "a"]));
        let called = ["--print-unit=service", "-U", "pull"];
        assert_eq!(
            arguments(words(&called).into_iter()),
            words(&["-U", "pull"])
        );
    }

    #[test]
    fn words_mean_themselves_to_systemd() {
        let line = service(&words(&["/usr/bin/farcast", "-e", "a=\"$HOME\" 5%\\", ""])).unwrap();
        let line = line
            .lines()
            .find(|line| line.starts_with("ExecStart="))
            .unwrap();
        assert_eq!(
            line,
            r#"ExecStart=/usr/bin/farcast -e "a=\"$$HOME\" 5%%\\" """#
        );
        assert!(service(&words(&["a\nb"])).is_err());
    }
}
