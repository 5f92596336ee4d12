use {
    super::text::plain,
    crate::{act::Failure, wire::Object},
    serde_json::Value,
};

/// A map among a module's arguments, whose keys are arguments themselves. What users write is taken as elsewhere: `yes` and
/// `"5"` will do.
pub struct Part<'p> {
    name: &'static str,
    map: &'p Object,
}

impl<'p> Part<'p> {
    /// Takes the argument's name, its value, and the keys that it may have.
    ///
    /// # Errors
    /// It has another key.
    pub fn new(name: &'static str, map: &'p Object, known: &[&str]) -> Result<Self, Failure> {
        match map.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(Self { name, map }),
            Some(key) => Err(Failure::refused(format!(
                "Unsupported parameters: {name}.{key}. Supported parameters include: {}.",
                known.join(", ")
            ))),
        }
    }

    /// What is given for a key.
    pub fn value(&self, key: &str) -> Option<&'p Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    pub fn text(&self, key: &str) -> Result<Option<String>, Failure> {
        match self.value(key) {
            Some(Value::Array(_) | Value::Object(_)) => Err(self.wrong(key, "a string")),
            value => Ok(value.map(plain)),
        }
    }

    /// What has to be given for a key.
    pub fn required(&self, key: &str) -> Result<String, Failure> {
        self.text(key)?.ok_or_else(|| {
            Failure::refused(format!(
                "missing required arguments: {key} found in {}",
                self.name
            ))
        })
    }

    pub fn flag(&self, key: &str) -> Result<Option<bool>, Failure> {
        let Some(value) = self.value(key) else {
            return Ok(None);
        };
        match plain(value).to_ascii_lowercase().as_str() {
            "yes" | "on" | "1" | "true" | "y" | "t" => Ok(Some(true)),
            "no" | "off" | "0" | "false" | "n" | "f" => Ok(Some(false)),
            _ => Err(self.wrong(key, "a boolean")),
        }
    }

    pub fn number(&self, key: &str) -> Result<Option<i64>, Failure> {
        let Some(value) = self.value(key) else {
            return Ok(None);
        };
        let number = plain(value).trim().parse();
        number
            .map(Some)
            .map_err(|_| self.wrong(key, "a whole number"))
    }

    /// A list; text is split at commas.
    pub fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Failure> {
        Ok(match self.value(key) {
            None => None,
            Some(Value::Array(items)) => Some(items.iter().map(plain).collect()),
            Some(Value::Object(_)) => return Err(self.wrong(key, "a list")),
            Some(one) => {
                let text = plain(one);
                let items = text
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty());
                Some(items.map(Into::into).collect())
            }
        })
    }

    /// A map of text.
    pub fn map(&self, key: &str) -> Result<Option<Object>, Failure> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Object(map)) => {
                let pairs = map.iter().map(|(k, v)| (k.clone(), plain(v).into()));
                Ok(Some(pairs.collect()))
            }
            Some(_) => Err(self.wrong(key, "a map")),
        }
    }

    fn wrong(&self, key: &str, expected: &str) -> Failure {
        Failure::refused(format!("argument {}.{key} must be {expected}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn takes_what_users_write() {
        let Value::Object(map) = json!({"a": "yes", "b": "5", "c": "x, y", "d": {"k": 1}, "e": []})
        else {
            unreachable!()
        };
        let part = Part::new("build", &map, &["a", "b", "c", "d", "e"]).unwrap();
        assert_eq!(part.flag("a").unwrap(), Some(true));
        assert_eq!(part.number("b").unwrap(), Some(5));
        assert_eq!(part.texts("c").unwrap().unwrap(), ["x", "y"]);
        assert_eq!(part.map("d").unwrap().unwrap()["k"], "1");
        assert!(part.text("e").is_err() && part.required("f").is_err());
        let error = Part::new("build", &map, &["a"]).err().unwrap();
        assert!(error.to_string().contains("build.b"), "{error}");
    }
}
