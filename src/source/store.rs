use super::{Fault, SourceFile};
use std::{path::Path, sync::Arc};
#[derive(Debug, Default)]
pub struct Store;
impl Store {
    pub fn read(&self, path: &Path) -> Result<Arc<SourceFile>, Fault> {
        let text = std::fs::read_to_string(path).map_err(|e| Fault::new(e.to_string()))?;
        Ok(SourceFile::new(path, text))
    }
}
