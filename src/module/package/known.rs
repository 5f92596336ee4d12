use {
    serde::{
        Deserializer,
        de::{DeserializeOwned, Visitor, value::Error},
        forward_to_deserialize_any,
    },
    std::cell::Cell,
};

/// The names of the arguments that a module's struct declares.
pub fn arguments<M: DeserializeOwned>() -> &'static [&'static str] {
    let none: &'static [&'static str] = &[];
    let names = Cell::new(none);
    // It fails as soon as the struct has said its names.
    let _ = M::deserialize(Names(&names));
    names.get()
}

/// Has nothing to read, and keeps the names that it is asked for.
struct Names<'a>(&'a Cell<&'static [&'static str]>);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(serde::de::Error::custom("no struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.set(fields);
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use {super::*, serde::Deserialize};

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only the names are of interest")]
    struct Trial {
        #[serde(rename = "use")]
        manager: String,
        names: Vec<String>,
    }

    #[test]
    fn says_what_a_struct_takes() {
        assert_eq!(arguments::<Trial>(), ["use", "names"]);
        assert!(arguments::<String>().is_empty());
    }
}
