use std::{collections::BTreeSet, iter::Peekable, str::Chars};

/// Statements that the server lets a read-only transaction begin with, and that read.
const READING: [&str; 6] = ["select", "show", "values", "table", "explain", "with"];

/// What SQL is about, as far as that can be told from its words.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// All statements begin as those that only read.
    pub reads: bool,
    /// The names that stand before a parenthesis.
    pub calls: BTreeSet<String>,
}

impl Scan {
    pub fn of(sql: &str) -> Self {
        let mut scan = Self {
            reads: true,
            calls: BTreeSet::new(),
        };
        let tokens = Tokens {
            letters: sql.chars().peekable(),
        };
        let (mut begins, mut before) = (true, None);
        for token in tokens {
            match (&token, before.take()) {
                (Token::Sign('('), Some(name)) => drop(scan.calls.insert(name)),
                (Token::Sign(';'), _) => begins = true,
                _ => {}
            }
            if begins && !matches!(token, Token::Sign(';' | '(')) {
                begins = false;
                scan.reads &=
                    matches!(&token, Token::Word(word) if READING.contains(&word.as_str()));
            }
            before = match token {
                Token::Word(word) => Some(word),
                Token::Sign(_) | Token::Text => None,
            };
        }
        scan
    }
}

#[derive(Debug)]
enum Token {
    /// A word, small unless it is quoted.
    Word(String),
    Text,
    Sign(char),
}

struct Tokens<'a> {
    letters: Peekable<Chars<'a>>,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let letter = self.letters.next()?;
            return Some(match letter {
                blank if blank.is_whitespace() => continue,
                '-' if self.letters.next_if_eq(&'-').is_some() => {
                    self.letters.by_ref().find(|letter| *letter == '\n');
                    continue;
                }
                '/' if self.letters.next_if_eq(&'*').is_some() => {
                    self.comment();
                    continue;
                }
                '\'' => self.until('\'', false),
                '"' => Token::Word(self.quoted()),
                '$' => self.dollars(),
                'e' | 'E' if self.letters.next_if_eq(&'\'').is_some() => self.until('\'', true),
                start if start.is_alphanumeric() || start == '_' => Token::Word(self.word(start)),
                sign => Token::Sign(sign),
            });
        }
    }
}

impl Tokens<'_> {
    fn word(&mut self, start: char) -> String {
        let mut word: String = start.to_lowercase().collect();
        let goes_on = |letter: &char| letter.is_alphanumeric() || "_$".contains(*letter);
        while let Some(letter) = self.letters.next_if(goes_on) {
            word.extend(letter.to_lowercase());
        }
        word
    }

    fn quoted(&mut self) -> String {
        let mut word = String::new();
        while let Some(letter) = self.letters.next() {
            match letter {
                '"' if self.letters.next_if_eq(&'"').is_none() => break,
                letter => word.push(letter),
            }
        }
        word
    }

    fn until(&mut self, end: char, escapes: bool) -> Token {
        while let Some(letter) = self.letters.next() {
            match letter {
                '\\' if escapes => drop(self.letters.next()),
                letter if letter == end && self.letters.next_if_eq(&end).is_none() => break,
                _ => {}
            }
        }
        Token::Text
    }

    /// Comments stand in comments.
    fn comment(&mut self) {
        let mut depth = 1;
        while let (true, Some(letter)) = (depth > 0, self.letters.next()) {
            match letter {
                '*' if self.letters.next_if_eq(&'/').is_some() => depth -= 1,
                '/' if self.letters.next_if_eq(&'*').is_some() => depth += 1,
                _ => {}
            }
        }
    }

    /// `$name$ … $name$`, or the place of a parameter.
    fn dollars(&mut self) -> Token {
        let mut mark = String::from("$");
        while let Some(letter) = self.letters.next_if(|l| l.is_alphanumeric() || *l == '_') {
            mark.push(letter);
        }
        if self.letters.next_if_eq(&'$').is_none() {
            return Token::Sign('$');
        }
        mark.push('$');
        let mut text = String::new();
        for letter in self.letters.by_ref() {
            text.push(letter);
            if text.ends_with(&mark) {
                break;
            }
        }
        Token::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_reads_from_what_may_write() {
        for sql in [
            "SELECT 1",
            " -- INSERT\n/* a /* b */ DROP */ select 'x; DROP', E'\\'; DROP', $a$; DROP $$ $a$;",
            "WITH a AS (SELECT 1) TABLE a",
            "(SELECT 1) UNION (SELECT 2); SHOW all",
            "",
        ] {
            assert!(Scan::of(sql).reads, "{sql}");
        }
        for sql in [
            "INSERT INTO a VALUES (1)",
            "SELECT 1; DELETE FROM a",
            "/* SELECT */ VACUUM",
            "SET a TO b",
            "'SELECT'",
        ] {
            assert!(!Scan::of(sql).reads, "{sql}");
        }
    }

    #[test]
    fn finds_calls() {
        let scan = Scan::of("SELECT pg_Reload_conf(), a.\"My f\" (1), 'no()' || b, $1 FROM x");
        let calls: Vec<&str> = scan.calls.iter().map(String::as_str).collect();
        assert_eq!(calls, ["My f", "pg_reload_conf"]);
    }
}
