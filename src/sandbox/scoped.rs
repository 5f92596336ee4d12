//! A run that ends with its value.

use std::ops::Deref;

use super::{error::SandboxError, run::Sandbox};

/// A run that ends with its value: for tests, which may panic. It comes from [`Sandbox::scoped`].
#[derive(Debug)]
pub struct Scoped(Option<Sandbox>);

impl Scoped {
    /// Takes the run.
    pub(super) fn new(sandbox: Sandbox) -> Self {
        Self(Some(sandbox))
    }

    /// Ends the run and says whether that worked.
    ///
    /// # Errors
    /// As [`Sandbox::down`].
    pub fn down(mut self) -> Result<(), SandboxError> {
        self.0.take().map_or(Ok(()), Sandbox::down)
    }
}

impl Deref for Scoped {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        self.0
            .as_ref()
            .expect("only `down` and `drop` take it, and both take the whole value")
    }
}

impl Drop for Scoped {
    fn drop(&mut self) {
        if let Some(sandbox) = self.0.take() {
            // What is left is cleared by the next `up` of this name.
            let _ = sandbox.down();
        }
    }
}
