use {
    super::{Body, Failure},
    crate::wire::Stream,
    base64::{Engine as _, engine::general_purpose::STANDARD},
    std::{collections::BTreeMap, io::Read},
};

/// The controller, as the work on a step sees it: the other end of the pipe.
pub trait Controller {
    /// Asks for content by its hash, and waits for it.
    fn content(&mut self, sha256: &str) -> Result<Body, Failure>;

    /// Sends bytes that belong to the outcome of step `id`, to their end.
    fn deliver(&mut self, id: u64, bytes: &mut dyn Read) -> Result<(), Failure>;

    /// Sends a piece of a running program's output.
    fn output(&mut self, id: u64, item: usize, stream: Stream, text: &str);
}

/// No controller: only inline content is to be had.
pub struct Alone;

impl Controller for Alone {
    fn content(&mut self, sha256: &str) -> Result<Body, Failure> {
        Err(Failure::refused(format!(
            "content {sha256} is needed and there is no controller to ask"
        )))
    }

    fn deliver(&mut self, _: u64, _: &mut dyn Read) -> Result<(), Failure> {
        Err(Failure::refused(
            "there is no controller to send content to",
        ))
    }

    fn output(&mut self, _: u64, _: usize, _: Stream, _: &str) {}
}

/// No controller, but the content that was given along: in base64, by its hash.
pub struct Carried(pub BTreeMap<String, String>);

impl Controller for Carried {
    fn content(&mut self, sha256: &str) -> Result<Body, Failure> {
        let Some(text) = self.0.get(sha256) else {
            return Alone.content(sha256);
        };
        let bytes = STANDARD.decode(text);
        bytes
            .map(Body::Memory)
            .map_err(|error| Failure::refused(format!("content {sha256} came damaged: {error}")))
    }

    fn deliver(&mut self, id: u64, bytes: &mut dyn Read) -> Result<(), Failure> {
        Alone.deliver(id, bytes)
    }

    fn output(&mut self, _: u64, _: usize, _: Stream, _: &str) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_along_is_there_and_nothing_else() {
        let carried = BTreeMap::from([
            ("abc".to_owned(), STANDARD.encode(b"\0\xff")),
            ("bad".to_owned(), "?".to_owned()),
        ]);
        let mut carried = Carried(carried);
        assert_eq!(carried.content("abc").unwrap().bytes().unwrap(), b"\0\xff");
        assert!(carried.content("bad").is_err());
        assert!(carried.content("def").is_err());
    }
}
