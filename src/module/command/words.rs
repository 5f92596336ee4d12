use crate::act::Failure;

/// Splits a command into words as Ansible does (Python's `shlex`): quotes and backslashes as in a shell, nothing else of it.
pub fn words(command: &str) -> Result<Vec<String>, Failure> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = command.chars();
    while let Some(letter) = letters.next() {
        if matches!(letter, ' ' | '\t' | '\r' | '\n') {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_default();
        let whole = match letter {
            '\'' => single_quoted(&mut letters, word),
            '"' => double_quoted(&mut letters, word),
            '\\' => letters.next().map(|escaped| word.push(escaped)),
            plain => {
                word.push(plain);
                Some(())
            }
        };
        if whole.is_none() {
            let open = match letter {
                '\\' => "No escaped character",
                _ => "No closing quotation",
            };
            return Err(Failure::refused(format!("{open}: {command}")));
        }
    }
    words.extend(word);
    Ok(words)
}

/// `None`: the end is missing.
fn single_quoted(letters: &mut impl Iterator<Item = char>, word: &mut String) -> Option<()> {
    loop {
        match letters.next()? {
            '\'' => return Some(()),
            letter => word.push(letter),
        }
    }
}

/// A backslash stands for itself here, save before a quote or another one.
fn double_quoted(letters: &mut impl Iterator<Item = char>, word: &mut String) -> Option<()> {
    loop {
        match letters.next()? {
            '"' => return Some(()),
            '\\' => match letters.next()? {
                escaped @ ('"' | '\\') => word.push(escaped),
                other => word.extend(['\\', other]),
            },
            letter => word.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_python_does() {
        let cases: [(&str, &[&str]); 7] = [
            ("  a\tb\n c ", &["a", "b", "c"]),
            ("a 'b  c'd", &["a", "b  cd"]),
            (r#"a "b \" \\ \n""#, &["a", r#"b " \ \n"#]),
            (r"a\ b \'", &["a b", "'"]),
            ("a '' \"\"", &["a", "", ""]),
            ("echo # no comment", &["echo", "#", "no", "comment"]),
            ("", &[]),
        ];
        for (command, expected) in cases {
            assert_eq!(words(command).unwrap(), expected, "{command}");
        }
    }

    #[test]
    fn names_what_is_open() {
        let open = |command| words(command).unwrap_err().to_string();
        assert_eq!(open("a 'b"), "No closing quotation: a 'b");
        assert_eq!(open("a \"b\\"), "No closing quotation: a \"b\\");
        assert_eq!(open("a \\"), "No escaped character: a \\");
    }
}
