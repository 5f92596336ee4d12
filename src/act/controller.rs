use {
    super::Failure,
    crate::wire::Stream,
    base64::{Engine as _, engine::general_purpose::STANDARD},
    std::{
        collections::BTreeMap,
        io::{BufRead, Read},
    },
};

/// The controller, as the work on a step sees it: the other end of the pipe.
pub trait Controller {
    /// Asks for contents by their hashes, all at once, and hands each over as it comes, in the order asked, by its index. A
    /// content that ends without an error is what the hash says. After a failure nothing more is handed over.
    fn contents(
        &mut self,
        wanted: &[&str],
        take: &mut dyn FnMut(usize, &mut dyn BufRead) -> Result<(), Failure>,
    ) -> Result<(), Failure>;

    /// Sends bytes that belong to the outcome of step `id`, to their end.
    fn deliver(&mut self, id: u64, bytes: &mut dyn Read) -> Result<(), Failure>;

    /// Sends a piece of a running program's output.
    fn output(&mut self, id: u64, item: usize, stream: Stream, text: &str);
}

/// No controller: only inline content is to be had.
pub struct Alone;

impl Controller for Alone {
    fn contents(
        &mut self,
        wanted: &[&str],
        _: &mut dyn FnMut(usize, &mut dyn BufRead) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let wanted = wanted.join(", ");
        Err(Failure::refused(format!(
            "content {wanted} is needed and there is no controller to ask"
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
    fn contents(
        &mut self,
        wanted: &[&str],
        take: &mut dyn FnMut(usize, &mut dyn BufRead) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        for (index, sha256) in wanted.iter().enumerate() {
            let Some(text) = self.0.get(*sha256) else {
                return Alone.contents(&[sha256], take);
            };
            let bytes = STANDARD.decode(text).map_err(|error| {
                Failure::refused(format!("content {sha256} came damaged: {error}"))
            })?;
            take(index, &mut bytes.as_slice())?;
        }
        Ok(())
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
        let mut taken = Vec::new();
        let mut take = |_, bytes: &mut dyn BufRead| {
            bytes.read_to_end(&mut taken).unwrap();
            Ok(())
        };
        assert!(carried.contents(&["abc"], &mut take).is_ok());
        assert!(carried.contents(&["bad"], &mut take).is_err());
        assert!(carried.contents(&["def"], &mut take).is_err());
        assert_eq!(taken, b"\0\xff");
    }
}
