//! What the server writes as text becomes the values that Ansible's modules return.

use serde_json::Value;

/// The numbers of types: they are the same in all servers.
mod kind {
    pub const BOOL: u32 = 16;
    pub const INTEGERS: [u32; 4] = [20, 21, 23, 26];
    pub const NUMBERS: [u32; 3] = [700, 701, 1700];
    pub const JSON: [u32; 2] = [114, 3802];
    pub const TIMES: [u32; 2] = [1114, 1184];
    /// Arrays, each with the type of its elements.
    pub const ARRAYS: [(u32, u32); 15] = [
        (1000, BOOL),
        (1002, 18),
        (1003, 19),
        (1005, 21),
        (1007, 23),
        (1009, 25),
        (1014, 1042),
        (1015, 1043),
        (1016, 20),
        (1021, 700),
        (1022, 701),
        (1028, 26),
        (1115, 1114),
        (1185, 1184),
        (1231, 1700),
    ];
}

/// A value of a type, by its text.
pub fn read(kind: u32, text: &str) -> Value {
    let known = match kind {
        kind::BOOL => Some(Value::Bool(text == "t")),
        _ if kind::INTEGERS.contains(&kind) => text.parse::<i64>().ok().map(Into::into),
        _ if kind::NUMBERS.contains(&kind) => text.parse::<f64>().ok().and_then(number),
        _ if kind::JSON.contains(&kind) => serde_json::from_str(text).ok(),
        _ if kind::TIMES.contains(&kind) => Some(time(text).into()),
        _ => {
            let array = kind::ARRAYS.iter().find(|(array, _)| *array == kind);
            array.and_then(|(_, element)| Array::new(text).list(*element))
        }
    };
    known.unwrap_or_else(|| text.into())
}

/// What is no number has no JSON.
fn number(number: f64) -> Option<Value> {
    serde_json::Number::from_f64(number).map(Value::Number)
}

/// A point in time, as Python writes it.
fn time(text: &str) -> String {
    let Some((day, rest)) = text.split_once(' ') else {
        return text.into();
    };
    if rest.contains(' ') {
        return text.into();
    }
    let (clock, zone) = match rest.find(['+', '-']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let clock = match clock.split_once('.') {
        Some((clock, fraction)) => format!("{clock}.{fraction:0<6}"),
        None => clock.into(),
    };
    let minutes = if zone.len() == 3 { ":00" } else { "" };
    format!("{day}T{clock}{zone}{minutes}")
}

/// The elements of an array, as text; null is none. No array: nothing.
pub fn elements(text: &str) -> Vec<Option<String>> {
    let list = Array::new(text).list(25).unwrap_or_default();
    let list = list.as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|value| value.as_str().map(Into::into))
        .collect()
}

/// Reads `{1,"a b",NULL,{…}}`.
struct Array<'a> {
    letters: std::iter::Peekable<std::str::Chars<'a>>,
}

impl<'a> Array<'a> {
    fn new(text: &'a str) -> Self {
        // Bounds other than the usual ones stand before: `[0:1]={…}`.
        let start = match text.starts_with('[') {
            true => text.find('{').unwrap_or_default(),
            false => 0,
        };
        let letters = text[start..].chars().peekable();
        Self { letters }
    }

    fn list(&mut self, kind: u32) -> Option<Value> {
        self.letters.next_if_eq(&'{')?;
        let mut list = Vec::new();
        while self.letters.next_if_eq(&'}').is_none() {
            list.push(self.element(kind)?);
            self.letters.next_if_eq(&',');
        }
        Some(Value::Array(list))
    }

    fn element(&mut self, kind: u32) -> Option<Value> {
        match self.letters.peek()? {
            '{' => self.list(kind),
            '"' => self.quoted().map(|text| read(kind, &text)),
            _ => {
                let mut text = String::new();
                while let Some(letter) = self.letters.next_if(|letter| !",}".contains(*letter)) {
                    text.push(letter);
                }
                self.letters.peek()?;
                Some(match text.as_str() {
                    "NULL" => Value::Null,
                    text => read(kind, text),
                })
            }
        }
    }

    fn quoted(&mut self) -> Option<String> {
        self.letters.next();
        let mut text = String::new();
        loop {
            match self.letters.next()? {
                '"' => return Some(text),
                '\\' => text.push(self.letters.next()?),
                letter => text.push(letter),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn reads_what_the_server_writes() {
        assert_eq!(read(16, "t"), json!(true));
        assert_eq!(read(23, "-7"), json!(-7));
        assert_eq!(read(1700, "1.50"), json!(1.5));
        assert_eq!(read(1700, "NaN"), json!("NaN"));
        assert_eq!(read(3802, r#"{"a": [1]}"#), json!({"a": [1]}));
        assert_eq!(read(25, "7"), json!("7"));
        assert_eq!(
            read(1184, "2026-01-02 03:04:05.5+02"),
            json!("2026-01-02T03:04:05.500000+02:00")
        );
        assert_eq!(
            read(1114, "2026-01-02 03:04:05"),
            json!("2026-01-02T03:04:05")
        );
        assert_eq!(read(1184, "infinity"), json!("infinity"));
    }

    #[test]
    fn reads_arrays() {
        assert_eq!(read(1007, "{1,NULL,3}"), json!([1, null, 3]));
        assert_eq!(read(1007, "[0:1]={1,2}"), json!([1, 2]));
        assert_eq!(
            read(1009, r#"{a,"b \"c\",{}",{x}}"#),
            json!(["a", "b \"c\",{}", ["x"]])
        );
        assert_eq!(read(1009, "{}"), json!([]));
        assert_eq!(
            read(1009, "{a,"),
            json!("{a,"),
            "what is cut off stays text"
        );
        assert_eq!(elements("{a,NULL}"), [Some("a".to_owned()), None]);
    }
}
