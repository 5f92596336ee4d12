use {
    super::{BadWord, Line, Unreachable, Word, line::Script, tail::clean},
    crate::source::Secret,
};

/// What sudo asks with, so that its question is told from other text.
const MARK: &str = "farcast-asks:";

/// Another user to become on the host.
#[derive(Clone, Debug)]
pub struct Become {
    pub means: Means,
    /// `None`: the usual name, found on the path.
    pub exe: Option<String>,
    pub user: String,
    pub password: Option<Secret>,
    /// More options for the program, one word each.
    pub flags: Vec<String>,
}

/// The program that changes the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    Sudo,
    Su,
    Doas,
}

impl Become {
    /// The command line that runs `script` as the other user.
    pub(super) fn line(&self, script: &Script) -> Result<Line, Unreachable> {
        if self.means == Means::Doas && self.password.is_some() {
            return Err(Unreachable::DoasPassword);
        }
        let words = self.words()?;
        Ok(match self.means {
            Means::Su => Line::under_text(&words, script),
            Means::Sudo | Means::Doas => Line::under(&words, script),
        })
    }

    fn words(&self) -> Result<Vec<Word>, BadWord> {
        let user = Word::name("become_user", &self.user)?;
        let mut words = vec![Word::name("become_exe", self.exe())?];
        for flag in &self.flags {
            // With a password, `-n` (never ask) would forbid to use it.
            if !(self.password.is_some() && flag == "-n") {
                words.push(Word::checked("become_flags", flag)?);
            }
        }
        let constants: &[&str] = match (self.means, &self.password) {
            (Means::Sudo, None) => &["-H", "-n", "-u"],
            (Means::Sudo, Some(_)) => &["-H", "-S", "-p", MARK, "-u"],
            (Means::Doas, _) => &["-n", "-u"],
            (Means::Su, _) => &[],
        };
        for constant in constants {
            words.push(Word::checked("option", constant)?);
        }
        words.push(user);
        Ok(words)
    }

    fn exe(&self) -> &str {
        self.exe.as_deref().unwrap_or(match self.means {
            Means::Sudo => "sudo",
            Means::Su => "su",
            Means::Doas => "doas",
        })
    }

    /// Whether `text`, which came last and after any earlier answer, ends with the question for the password.
    pub(super) fn asks(&self, text: &str) -> bool {
        match self.means {
            Means::Sudo => text.contains(MARK),
            // In whatever language: the last line ends with a colon and waits.
            Means::Su => text.trim_end_matches(' ').ends_with([':', '：']),
            Means::Doas => false,
        }
    }

    pub(super) fn password_needed(&self) -> Unreachable {
        Unreachable::PasswordNeeded {
            exe: self.exe().to_owned(),
            user: self.user.clone(),
        }
    }

    pub(super) fn wrong_password(&self) -> Unreachable {
        Unreachable::WrongPassword {
            exe: self.exe().to_owned(),
            user: self.user.clone(),
        }
    }

    /// What went wrong, from what the program said before it ended; `answered`: it was given the password.
    pub(super) fn failure(&self, said: &str, code: Option<i32>, answered: bool) -> Unreachable {
        let said = clean(&said.replace(MARK, ""));
        let lower = said.to_lowercase();
        let has = |texts: &[&str]| texts.iter().any(|text| lower.contains(text));
        let (exe, user) = (self.exe().to_owned(), self.user.clone());
        if has(&[
            "password is required",
            "terminal is required",
            "must have a tty",
            "authorization required",
            "must be run from a terminal",
        ]) {
            return self.password_needed();
        }
        if has(&[
            "not in the sudoers",
            "not allowed to",
            "may not run",
            "operation not permitted",
        ]) {
            return Unreachable::NotPermitted { exe, user, said };
        }
        if has(&[
            "unknown user",
            "does not exist",
            "no passwd entry",
            "unknown id",
        ]) {
            return Unreachable::NoSuchUser { user };
        }
        if has(&[
            "incorrect password",
            "authentication failure",
            "sorry, try again",
            "permission denied",
        ]) {
            return if answered {
                self.wrong_password()
            } else if self.password.is_none() {
                self.password_needed()
            } else {
                Unreachable::NotPermitted { exe, user, said }
            };
        }
        if code == Some(127) || has(&["not found", "no such file", "unknown command"]) {
            return Unreachable::NoEscalation { exe };
        }
        Unreachable::Escalation { exe, user, said }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn become_by(means: Means, password: Option<&str>) -> Become {
        Become {
            means,
            exe: None,
            user: "postgres".to_owned(),
            password: password.map(|text| Secret::new(text.to_owned())),
            flags: vec!["-n".to_owned()],
        }
    }

    #[test]
    fn the_password_is_on_no_command_line() {
        let script = Script::new("echo", &[]);
        let sudo = become_by(Means::Sudo, Some("hunter2"))
            .line(&script)
            .unwrap();
        assert_eq!(
            sudo.as_str(),
            "exec sudo -H -S -p farcast-asks: -u postgres /bin/sh -c 'echo'"
        );
    }

    #[test]
    fn names_from_an_inventory_are_checked() {
        let mut bad = become_by(Means::Su, None);
        bad.user = "root; reboot".to_owned();
        let script = Script::new("echo", &[]);
        assert!(matches!(bad.line(&script), Err(Unreachable::BadWord(_))));
    }

    #[test]
    fn what_the_programs_say_is_understood() {
        let sudo = become_by(Means::Sudo, None);
        let said = "ada is not in the sudoers file.";
        assert!(matches!(
            sudo.failure(said, Some(1), false),
            Unreachable::NotPermitted { .. }
        ));
        let said = "sudo: a password is required";
        assert!(matches!(
            sudo.failure(said, Some(1), false),
            Unreachable::PasswordNeeded { .. }
        ));
        let said = "sh: 1: exec: sudo: not found";
        assert!(matches!(
            sudo.failure(said, Some(127), false),
            Unreachable::NoEscalation { .. }
        ));
        let su = become_by(Means::Su, Some("x"));
        let said = "su: Authentication failure";
        assert!(matches!(
            su.failure(said, Some(1), true),
            Unreachable::WrongPassword { .. }
        ));
        assert!(su.asks("Passwort: ") && !su.asks("Last login: today\n"));
    }
}
