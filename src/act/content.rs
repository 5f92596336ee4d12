use {
    super::{Body, Failure, Probe},
    crate::wire::Content,
    std::{
        fs::File,
        io::{BufRead, Write},
        path::Path,
        rc::Rc,
    },
};

/// Content that the controller holds.
impl Probe {
    /// Gets content: inline, or from the controller (once a step; what is small is often there from an earlier one).
    pub fn content(&self, content: &Content) -> Result<Rc<Body>, Failure> {
        if let Some(body) = self.at_hand(content) {
            return Ok(body);
        }
        self.fetch(&[content])?;
        self.at_hand(content).ok_or(Failure::Cancelled)
    }

    /// Gets contents that are not at hand, all at once, so that `content` has them.
    pub fn fetch(&self, contents: &[&Content]) -> Result<(), Failure> {
        let missing = contents.iter().filter(|it| self.at_hand(it).is_none());
        let mut wanted: Vec<&str> = missing.map(|content| content.sha256.as_str()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return Ok(());
        }
        self.receive(&wanted, &mut |index, bytes| {
            let body = Body::read(bytes)?;
            let mut received = self.received.borrow_mut();
            received.insert(wanted[index].to_owned(), Rc::new(body));
            Ok(())
        })
    }

    /// Content that need not be asked for.
    pub fn at_hand(&self, content: &Content) -> Option<Rc<Body>> {
        match &content.inline {
            Some(text) => Some(Rc::new(Body::Memory(text.clone().into_bytes()))),
            None => self.received.borrow().get(&content.sha256).cloned(),
        }
    }

    /// Asks for contents by their hashes, all at once, and hands each over as it comes, by its index: nothing is kept.
    pub(super) fn receive(
        &self,
        wanted: &[&str],
        take: &mut dyn FnMut(usize, &mut dyn BufRead) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.controller.borrow_mut().contents(wanted, take)
    }

    /// Writes all that a reader gives to a file; ends early, with an error, with the step. The path is for the message.
    pub(super) fn pour(
        &self,
        from: &mut dyn BufRead,
        to: &mut File,
        path: &Path,
    ) -> Result<(), Failure> {
        let failed = Failure::io("write", path);
        loop {
            self.check()?;
            let piece = from.fill_buf().map_err(&failed)?;
            if piece.is_empty() {
                return Ok(());
            }
            to.write_all(piece).map_err(&failed)?;
            let count = piece.len();
            from.consume(count);
        }
    }

    /// Sends a file's bytes to the controller, ahead of the outcome.
    pub fn deliver(&self, path: &Path) -> Result<(), Failure> {
        let mut reader = self.open(path)?;
        self.controller
            .borrow_mut()
            .deliver(self.step.id, &mut reader)
    }
}
