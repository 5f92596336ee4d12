use {
    super::{Call, Control, Prepared, Remote},
    crate::{source::Fault, wire::Object},
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
};

/// Render a template from the controller into a file on the host. A `.tera` file is rendered by Tera, any other as Jinja2.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Template {
    /// The template, from the role's or playbook's `templates`.
    src: String,
    /// Where to: a file, or a directory that is there or whose name ends in `/`.
    dest: String,
    /// The permissions of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<crate::module::Permissions>,
    /// The name or number of the user that shall own it.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// The name or number of the group that shall own it.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// The user of the file's SELinux context. Hosts without SELinux ignore it.
    #[serde(skip_serializing_if = "Option::is_none")]
    seuser: Option<String>,
    /// The role of the file's SELinux context.
    #[serde(skip_serializing_if = "Option::is_none")]
    serole: Option<String>,
    /// The type of the file's SELinux context.
    #[serde(skip_serializing_if = "Option::is_none")]
    setype: Option<String>,
    /// The level of the file's SELinux context.
    #[serde(skip_serializing_if = "Option::is_none")]
    selevel: Option<String>,
    /// Keep a copy of the old file with a time stamp in its name.
    #[serde(default)]
    backup: bool,
    /// Replace a file that is different. Without it, a file that is there is left alone.
    #[serde(default = "yes")]
    force: bool,
    /// If `dest` is a link, write to where it leads instead of replacing it.
    #[serde(default)]
    follow: bool,
    /// A command that must succeed before the file is put in place; `%s` stands for the new file. It is run without a shell.
    #[serde(skip_serializing_if = "Option::is_none")]
    validate: Option<String>,
    /// How lines end: `\n`, `\r` or `\r\n`.
    #[serde(skip_serializing)]
    newline_sequence: Option<String>,
    /// Take away the first newline after a block.
    #[serde(default = "yes", skip_serializing)]
    trim_blocks: bool,
    /// Take away white space before a block.
    #[serde(default, skip_serializing)]
    lstrip_blocks: bool,
    /// What begins a block, instead of `{%`.
    #[serde(skip_serializing)]
    block_start_string: Option<String>,
    /// What ends a block, instead of `%}`.
    #[serde(skip_serializing)]
    block_end_string: Option<String>,
    /// What begins an expression, instead of `{{`.
    #[serde(skip_serializing)]
    variable_start_string: Option<String>,
    /// What ends an expression, instead of `}}`.
    #[serde(skip_serializing)]
    variable_end_string: Option<String>,
    /// What begins a comment, instead of `{#`.
    #[serde(skip_serializing)]
    comment_start_string: Option<String>,
    /// What ends a comment, instead of `#}`.
    #[serde(skip_serializing)]
    comment_end_string: Option<String>,
    /// Write into the old file where it cannot be replaced (a mount point in a container): not safe when interrupted.
    #[serde(default)]
    unsafe_writes: bool,
}

fn yes() -> bool {
    true
}

impl Control for Template {
    const NAME: &'static str = "template";
    const EARLY: bool = true;

    fn prepare(self, call: &Call<'_>) -> Result<Prepared, Fault> {
        let path = call.find(&self.src, "templates", "src")?;
        let world = call.scope.world();
        let file = world
            .store
            .file(&path)
            .map_err(|problem| problem.at_least(call.place_of("src")))?;
        let mut text = world
            .engine
            .file_with(&self.options(), &file, &call.scope.variables())
            .map_err(|error| super::fault(error, call.place_of("src")))?;
        if let Some(newline) = &self.newline_sequence {
            text = text.replace('\n', newline);
        }
        let content = call.contents.hold(text.into_bytes());
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let wrong = |error: serde_json::Error| Fault::new(error.to_string()).at(call.place());
        let mut args = match serde_json::to_value(&self).map_err(wrong)? {
            serde_json::Value::Object(args) => args,
            _ => Object::new(),
        };
        args.insert(
            "_content".to_owned(),
            serde_json::to_value(content).map_err(wrong)?,
        );
        args.insert("_name".to_owned(), name.into());
        Ok(Prepared::Remote(Remote {
            module: "copy",
            args,
            keep: None,
            data: Object::from_iter([("src".to_owned(), path.display().to_string().into())]),
        }))
    }
}

impl Template {
    /// What is other than usual, as a template's first line would write it.
    fn options(&self) -> String {
        let flags = [
            (!self.trim_blocks).then_some("trim_blocks:False".to_owned()),
            self.lstrip_blocks
                .then_some("lstrip_blocks:True".to_owned()),
        ];
        let strings = [
            ("block_start_string", &self.block_start_string),
            ("block_end_string", &self.block_end_string),
            ("variable_start_string", &self.variable_start_string),
            ("variable_end_string", &self.variable_end_string),
            ("comment_start_string", &self.comment_start_string),
            ("comment_end_string", &self.comment_end_string),
        ];
        let strings = strings
            .into_iter()
            .map(|(name, value)| Some(format!("{name}:{}", value.as_ref()?)));
        let all: Vec<_> = flags.into_iter().chain(strings).flatten().collect();
        all.join(",")
    }
}
