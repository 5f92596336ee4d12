use {
    super::{escape::decoded, reader},
    crate::source::{Fault, Kind, Node},
};

/// What a task does: a module's or control step's name, and its arguments as written.
#[derive(Clone, Debug)]
pub struct Action {
    /// As written, such as `ansible.builtin.copy`.
    pub name: Node,
    /// Named arguments in the order written; later ones win.
    pub args: Vec<(String, Node)>,
    /// Text that is not `name=value`, such as a command line.
    pub free: Option<Node>,
    /// A template that gives a map of arguments (`args: "{{ options }}"`), weaker than `args`.
    pub template: Option<Node>,
}

impl Action {
    /// Takes a module's name and what stands behind it: a map, free text or nothing. `free_form` says that
    /// the module takes free text, of which only the listed names are read as `name=value`.
    pub(super) fn read(
        name: &Node,
        value: &Node,
        free_form: Option<&[&str]>,
    ) -> Result<Self, Fault> {
        let mut action = Self {
            name: name.clone(),
            args: Vec::new(),
            free: None,
            template: None,
        };
        match &value.kind {
            Kind::Null => {}
            Kind::Map(entries) => action.take_map(entries)?,
            Kind::String(text) if reader_is_template_only(text) && free_form.is_none() => {
                action.template = Some(value.clone());
            }
            Kind::String(text) => action.take_text(value, text, free_form),
            Kind::Int(_) | Kind::Float(_) | Kind::Bool(_) if free_form.is_some() => {
                let text = Kind::String(value.place.text().to_owned());
                action.free = Some(Node::new(value.place.clone(), text));
            }
            _ => {
                return Err(Fault::new(format!(
                    "the arguments of `{}` must be a map, not {}",
                    name.as_str().unwrap_or_default(),
                    value.describe()
                ))
                .at(&value.place));
            }
        }
        Ok(action)
    }

    /// Adds the task's `args:`; what stands behind the module's name wins.
    pub(super) fn add_args(&mut self, args: &Node) -> Result<(), Fault> {
        match &args.kind {
            Kind::Null => Ok(()),
            Kind::String(_) => {
                self.template = Some(args.clone());
                Ok(())
            }
            Kind::Map(entries) => {
                let own = std::mem::take(&mut self.args);
                self.take_map(entries)?;
                self.args
                    .retain(|(name, _)| !own.iter().any(|(other, _)| other == name));
                self.args.extend(own);
                Ok(())
            }
            _ => Err(
                Fault::new(format!("`args` takes a map, not {}", args.describe())).at(&args.place),
            ),
        }
    }

    /// The module's short name: without `ansible.builtin.` or `ansible.legacy.`.
    pub fn short_name(&self) -> &str {
        let name = self.name.as_str().unwrap_or_default();
        name.strip_prefix("ansible.builtin.")
            .or_else(|| name.strip_prefix("ansible.legacy."))
            .unwrap_or(name)
    }

    /// The argument of that name, as written.
    pub fn arg(&self, name: &str) -> Option<&Node> {
        self.args
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
    }

    fn take_map(&mut self, entries: &[(Node, Node)]) -> Result<(), Fault> {
        for (name, value) in entries {
            match (name.as_str(), value.as_str()) {
                (Some("_raw_params"), Some(_)) => self.free = Some(value.clone()),
                (Some(name), _) => self.args.push((name.to_owned(), value.clone())),
                (None, _) => {
                    return Err(
                        Fault::new("the name of an argument must be a string").at(&name.place)
                    );
                }
            }
        }
        Ok(())
    }

    fn take_text(&mut self, node: &Node, text: &str, free_form: Option<&[&str]>) {
        let mut free = String::new();
        for piece in pieces(text) {
            match pair(piece.trim_end(), free_form) {
                Some((name, value)) => {
                    let value = Node::new(node.place.clone(), Kind::String(unquoted(value)));
                    self.args.push((name.to_owned(), value));
                }
                None => free.push_str(piece),
            }
        }
        let free = free.trim();
        if !free.is_empty() {
            self.free = Some(Node::new(node.place.clone(), Kind::String(free.to_owned())));
        }
    }
}

/// One template and nothing else: it stands for the whole map of arguments.
fn reader_is_template_only(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("{{") && text.ends_with("}}") && pieces(text).count() == 1
}

/// `name=value`; with free text only the names that the module reads there.
fn pair<'a>(piece: &'a str, free_form: Option<&[&str]>) -> Option<(&'a str, &'a str)> {
    let (name, value) = piece.split_once('=')?;
    let word = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    let read = free_form.is_none_or(|names| names.contains(&name));
    (word && read).then_some((name, value))
}

fn unquoted(value: &str) -> String {
    let value = decoded(value);
    let inner = ['"', '\''].into_iter().find_map(|quote| {
        let rest = value.strip_prefix(quote)?;
        rest.strip_suffix(quote)
    });
    inner.unwrap_or(&value).to_owned()
}

/// Splits at white space outside quotes and templates; each piece keeps the space behind it.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = rest.split_at(piece_end(rest));
        rest = after;
        Some(piece)
    })
}

fn piece_end(text: &str) -> usize {
    let (mut quote, mut depth, mut ended, mut escaped) = (None, 0usize, false, false);
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        if ended && !c.is_whitespace() {
            return at;
        }
        match quote {
            _ if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None => match (previous, c) {
                ('{', '{' | '%') => depth += 1,
                ('}' | '%', '}') => depth = depth.saturating_sub(1),
                (_, '"' | '\'') if depth == 0 => quote = Some(c),
                (_, c) if depth == 0 && c.is_whitespace() => ended = true,
                _ => {}
            },
        }
        previous = c;
    }
    text.len()
}

/// The nearest keyword of a task to a name that is no module, for the check.
pub fn nearest_keyword(name: &str) -> Option<&'static str> {
    reader::nearest(name, super::On::Task)
}

#[cfg(test)]
mod tests {
    use {super::*, crate::source::Place};

    fn read(text: &str, free_form: Option<&[&str]>) -> Action {
        let node = |text: &str| Node::new(Place::outside("t", text), Kind::String(text.into()));
        Action::read(&node("m"), &node(text), free_form).unwrap()
    }

    fn args(action: &Action) -> Vec<(&str, &str)> {
        action
            .args
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect()
    }

    #[test]
    fn reads_pairs_with_quotes_and_templates() {
        let action = read(
            r#"path=/x mode="u=rw, g=r" src={{ a | default("b c") }}"#,
            None,
        );
        assert_eq!(
            args(&action),
            [
                ("path", "/x"),
                ("mode", "u=rw, g=r"),
                ("src", r#"{{ a | default("b c") }}"#)
            ]
        );
    }

    #[test]
    fn a_command_line_keeps_its_own_equals_signs_and_spacing() {
        let action = read("chdir=/tmp  A=1 make  x=y", Some(&["chdir"]));
        assert_eq!(args(&action), [("chdir", "/tmp")]);
        assert_eq!(action.free.unwrap().as_str(), Some("A=1 make  x=y"));
    }

    #[test]
    fn a_lone_template_stands_for_the_map_of_arguments() {
        assert!(read("{{ options }}", None).template.is_some());
    }
}
