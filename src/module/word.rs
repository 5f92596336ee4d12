use {
    schemars::JsonSchema,
    serde::{
        Deserialize, Deserializer,
        de::{Error, Visitor},
    },
    std::fmt,
};

/// A text inside of a list or mapping that is an argument: nobody has made that canonical, so numbers and truth values come as
/// such.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub struct Word(pub String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

/// Writes values as Python does, which is what Ansible's modules get.
struct Reader;

impl Visitor<'_> for Reader {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.into())
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<String, E> {
        Ok(if truth { "True" } else { "False" }.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn takes_what_python_would_write() {
        let words: Vec<Word> = serde_json::from_value(json!(["a", 5, -1, true, 0.5])).unwrap();
        let texts: Vec<&str> = words.iter().map(|word| word.0.as_str()).collect();
        assert_eq!(texts, ["a", "5", "-1", "True", "0.5"]);
        assert!(serde_json::from_value::<Word>(json!(["a"])).is_err());
    }
}
