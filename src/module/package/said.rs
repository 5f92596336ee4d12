use {
    crate::{act::Finished, wire::Object},
    serde_json::Value,
};

/// What the programs of a transaction printed.
#[derive(Clone, Debug, Default)]
pub struct Said {
    stdout: String,
    stderr: String,
}

impl Said {
    pub fn add(&mut self, finished: &Finished) {
        self.stdout.push_str(&finished.text());
        let stderr = String::from_utf8_lossy(&finished.stderr);
        self.stderr.push_str(&stderr);
    }

    /// `stdout`, `stdout_lines`, `stderr`, `stderr_lines`.
    pub fn values(&self) -> Object {
        let mut values = Object::new();
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let lines: Vec<&str> = text.lines().collect();
            values.insert(name.into(), Value::from(text.as_str()));
            values.insert(format!("{name}_lines"), Value::from(lines));
        }
        values
    }
}
