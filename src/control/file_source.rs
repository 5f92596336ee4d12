use {
    super::Call,
    crate::{
        source::Fault,
        template::{Reach, Variables},
    },
    std::path::PathBuf,
};

impl Call<'_> {
    /// A file or directory on the controller that an argument names, from the directories where this kind is looked for.
    pub(super) fn find(&self, name: &str, kind: &str, argument: &str) -> Result<PathBuf, Fault> {
        let path = PathBuf::from(name);
        // Before the step's turn it is noted that a file here was read.
        let _ = self.scope.may_reach(Reach::Files);
        let places = match path.is_absolute() {
            true => vec![path],
            false => self
                .scope
                .search_path(kind)
                .iter()
                .map(|dir| dir.join(name))
                .collect(),
        };
        let found = places.iter().find(|path| path.exists()).cloned();
        found.ok_or_else(|| {
            let looked: Vec<_> = places
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            Fault::new(format!("`{name}` is not there"))
                .at(self.place_of(argument))
                .help(format!("looked for {}", looked.join(", ")))
        })
    }

    /// A file that cannot be read.
    pub(super) fn unreadable(
        &self,
        path: &std::path::Path,
        error: &std::io::Error,
        argument: &str,
    ) -> Fault {
        Fault::new(format!("cannot read {}: {error}", path.display())).at(self.place_of(argument))
    }
}
