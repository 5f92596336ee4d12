use std::fmt::{self, Display, Formatter};

/// A word that means itself in every shell, so it needs no quotes: letters, digits and `_ . / @ % + = : , -`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(String);

/// Text that may not stand in a command line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` may not stand in a command line as {what}: only letters, digits and `_ . / @ % + = : , -` can"
)]
pub struct BadWord {
    /// What the text was meant for, such as "become_user".
    pub what: &'static str,
    pub text: String,
}

impl Word {
    /// Takes text from an inventory or a command line; `what` names it in the error.
    ///
    /// # Errors
    /// When the text is empty or holds a character that some shell could take for more than itself.
    pub fn checked(what: &'static str, text: &str) -> Result<Self, BadWord> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_./@%+=:,-".contains(c);
        // `=ls` and `%1` are more than themselves at the beginning of a word (zsh, job control).
        let begins_well = !text.starts_with(['=', '%']);
        if !text.is_empty() && begins_well && text.chars().all(plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(BadWord {
            what,
            text: text.to_owned(),
        })
    }

    /// As `checked`, for the name of a user: it may not look like an option either.
    ///
    /// # Errors
    /// As `checked`.
    pub fn name(what: &'static str, text: &str) -> Result<Self, BadWord> {
        let word = Self::checked(what, text)?;
        if text.starts_with('-') {
            return Err(BadWord { what, text: word.0 });
        }
        Ok(word)
    }
}

impl Display for Word {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A command line for a login shell of any kind (sh, bash, zsh, csh, fish), built from constants and checked words only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line(String);

/// Shell text that stands between single quotes unchanged in every shell.
#[derive(Clone, Debug)]
pub(super) struct Script {
    text: String,
    hashes: Vec<Word>,
}

impl Script {
    /// Puts the lines of a constant script on one line, with `arms` as `WORD) h=WORD;;` in the place of `@KINDS@`, and their
    /// second words in the place of `@HASHES@`.
    pub(super) fn new(text: &'static str, arms: &[(Word, Word)]) -> Self {
        let line = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect::<Vec<_>>()
            .join(" ");
        let hashes: Vec<_> = arms.iter().map(|(_, hash)| hash.clone()).collect();
        let arms: String = arms
            .iter()
            .map(|(kind, hash)| format!("{kind}) h={hash};; "))
            .collect();
        let line = line.replace("@KINDS@", arms.trim_end());
        let text = line.replace("@HASHES@", &spaced(&hashes));
        Self { text, hashes }
    }
}

impl Line {
    /// `/bin/sh` runs the script.
    pub(super) fn shell(script: &Script) -> Self {
        Self(format!("exec /bin/sh -c '{}'", script.text))
    }

    /// The login shell itself becomes the agent where it lies in its usual place: what `shortcut.sh` does, in words that all shells
    /// know. Else `/bin/sh` runs the script.
    pub(super) fn shortcut(script: &Script) -> Self {
        let directory = "$HOME/.cache/farcast";
        let tries = script.hashes.iter().map(|hash| {
            let agent = format!("{directory}/farcast-agent-{hash}");
            format!(
                "[ -O \"{directory}\" ] && [ -O \"{agent}\" ] && echo FARCAST FOUND && exec \"{agent}\" found; "
            )
        });
        let tries: String = tries.collect();
        Self(format!(
            "echo FARCAST HERE; {tries}{}",
            Self::shell(script).0
        ))
    }

    /// A program that takes a command as arguments (sudo, doas) starts `/bin/sh` with the script.
    pub(super) fn under(words: &[Word], script: &Script) -> Self {
        Self(format!(
            "exec {} /bin/sh -c '{}'",
            spaced(words),
            script.text
        ))
    }

    /// A program that takes a command as text for another login shell (su) does.
    pub(super) fn under_text(words: &[Word], script: &Script) -> Self {
        Self(format!(
            "exec {} -c 'exec /bin/sh -c '\"'\"'{}'\"'\"",
            spaced(words),
            script.text
        ))
    }

    /// The text as the shell gets it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn spaced(words: &[Word]) -> String {
    words
        .iter()
        .map(|word| word.0.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_a_shell_could_misread_are_refused() {
        for text in [
            "", "a b", "$(id)", "`id`", "a;b", "a'b", "ü", "=ls", "a\nb", "~root",
        ] {
            assert!(Word::checked("become_user", text).is_err(), "{text:?}");
        }
        assert!(Word::checked("become_flags", "-H").is_ok());
        assert!(Word::name("become_user", "-H").is_err());
        assert!(Word::name("become_user", "svc_app.1").is_ok());
    }

    #[test]
    fn text_inside_text_is_quoted_for_both_shells() {
        let script = Script::new("# dropped\n echo 1;\n echo two\n", &[]);
        let line = Line::under_text(&[Word("su".to_owned())], &script);
        assert_eq!(
            shlex::split(line.as_str()).unwrap(),
            ["exec", "su", "-c", "exec /bin/sh -c 'echo 1; echo two'"]
        );
    }
}
