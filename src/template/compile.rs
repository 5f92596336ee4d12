use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::SystemTime,
};

use minijinja::{Error, TemplateSource, machinery::ast::Stmt, syntax::SyntaxConfig};

use super::{
    escape, failure,
    failure::Originals,
    rewrite,
    rewrite::{Rewritten, Strings},
};

/// The first character of a name that holds its template itself; the second says which kind it is.
const INLINE: char = '\u{1}';

/// What a template is called within minijinja: the name holds its text, so that each is compiled once.
#[derive(Clone, Debug)]
pub(super) struct Spelling(String);

impl Spelling {
    fn inline(kind: char, source: &str) -> Self {
        Self(format!("{INLINE}{kind}{source}"))
    }

    /// A bare expression.
    pub fn expression(source: &str) -> Self {
        Self::inline('e', source)
    }

    /// The expression of a condition.
    pub fn condition(source: &str) -> Self {
        Self::inline('c', source)
    }

    /// A string of a playbook.
    pub fn text(source: &str) -> Self {
        Self::inline('t', source)
    }

    /// The content of a template file, where backslashes have Jinja2's own meaning.
    pub fn file(source: &str) -> Self {
        Self::inline('f', source)
    }

    /// A string that is one `{{ }}` and nothing else.
    pub fn whole(source: &str) -> Option<Self> {
        let inner = source.strip_prefix("{{")?.strip_suffix("}}")?;
        if inner.contains("{{") || inner.contains("{%") || inner.contains("{#") {
            return None;
        }
        let read = escape::muted(source);
        let tree = minijinja::machinery::parse(&read, "", SyntaxConfig::default()).ok()?;
        match &tree {
            Stmt::Template(all) => match all.children.as_slice() {
                [Stmt::EmitExpr(_)] => Some(Self::inline('w', source)),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn name(&self) -> &str {
        &self.0
    }
}

/// The texts behind the names, as they were before they were rewritten.
#[derive(Debug, Default)]
pub(super) struct Sources {
    rewritten: RwLock<HashMap<String, Arc<Rewritten>>>,
    /// The strings that were looked at already, and how those are called that are one `{{ }}` and nothing else.
    wholes: RwLock<HashMap<String, Option<Spelling>>>,
}

impl Sources {
    /// [`Spelling::whole`], asked once a string.
    pub fn whole(&self, source: &str) -> Option<Spelling> {
        let known = self.wholes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(source) {
            return known.clone();
        }
        drop(known);
        let found = Spelling::whole(source);
        let mut known = self.wholes.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(source.to_owned(), found.clone());
        found
    }

    /// What minijinja compiles under a name.
    pub fn load(&self, name: &str, syntax: &SyntaxConfig) -> Result<Option<TemplateSource>, Error> {
        let mut inline = name.strip_prefix(INLINE).unwrap_or_default().chars();
        let rewritten = match inline.next() {
            Some('e') => expression(inline.as_str(), inline.as_str(), 0, Strings::Plain)?,
            Some('c') => expression(inline.as_str(), inline.as_str(), 0, Strings::Rendered)?,
            Some('w') => whole(inline.as_str())?,
            Some('t') => template(inline.as_str(), name, syntax, Strings::Plain)?,
            Some(_) => template(inline.as_str(), name, syntax, Strings::Escaped)?,
            None => return self.file(name, syntax),
        };
        Ok(Some(TemplateSource::new(self.keep(name, rewritten))))
    }

    /// A file that another template includes; it is read again when it changes.
    fn file(&self, name: &str, syntax: &SyntaxConfig) -> Result<Option<TemplateSource>, Error> {
        let path = Path::new(name);
        if !path.is_absolute() || !path.is_file() {
            return Ok(None);
        }
        let then = changed(path);
        let text = std::fs::read_to_string(path)
            .map_err(|error| failure::plain(format!("cannot read the template {name}: {error}")))?;
        // Jinja takes the last newline of a file away; only that of the template itself comes back.
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let rewritten = template(text, name, syntax, Strings::Escaped)?;
        let source = TemplateSource::new(self.keep(name, rewritten));
        let path = path.to_owned();
        Ok(Some(
            source.with_uptodate_check(move || changed(&path) == then),
        ))
    }

    fn keep(&self, name: &str, rewritten: Rewritten) -> String {
        let text = rewritten.text.clone();
        self.rewritten
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), Arc::new(rewritten));
        text
    }
}

impl Originals for Sources {
    fn original(&self, template: &str) -> Option<Arc<Rewritten>> {
        self.rewritten
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(template)
            .cloned()
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|about| about.modified()).ok()
}

fn template(
    source: &str,
    name: &str,
    syntax: &SyntaxConfig,
    strings: Strings,
) -> Result<Rewritten, Error> {
    rewrite::template(source, name, syntax.clone(), strings)
        .map_err(|error| failure::syntax(&error, 0))
}

/// An expression gives its value out, and nothing else.
fn expression(
    source: &str,
    original: &str,
    base: usize,
    strings: Strings,
) -> Result<Rewritten, Error> {
    let rewritten = rewrite::expression(source, base, strings)
        .map_err(|error| failure::syntax(&error, base))?;
    Ok(rewritten
        .between("{% do __give((", "\n)) %}")
        .within(original, base))
}

fn whole(source: &str) -> Result<Rewritten, Error> {
    let signs = ['-', '+'];
    let inner = source.strip_prefix("{{").unwrap_or(source);
    let inner = inner.strip_prefix(signs).unwrap_or(inner);
    let base = source.len() - inner.len();
    let inner = inner.strip_suffix("}}").unwrap_or(inner);
    let inner = inner.strip_suffix(signs).unwrap_or(inner);
    expression(inner, source, base, Strings::Plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        source::SourceFile,
        template::{Engine, fixture},
    };

    /// What each kind of template makes of itself, for one host after another.
    fn render_all(engine: &Engine) {
        let vars = fixture::vars();
        let file = SourceFile::new("once.j2", "{% if once is undefined %}{{ word }}{% endif %}");
        engine.text("once {{ word }}", &vars).unwrap();
        engine.text("{{ [word, 'once'] }}", &vars).unwrap();
        engine.expression("word ~ 'once'", &vars).unwrap();
        assert!(engine.truth("word == 'Hello'", &vars).unwrap());
        engine.file(&file, &vars).unwrap();
    }

    #[test]
    fn each_template_is_compiled_once_however_many_hosts_render_it() {
        let engine = fixture::engine();
        render_all(&engine);
        let names = [
            Spelling::text("once {{ word }}"),
            Spelling::inline('w', "{{ [word, 'once'] }}"),
            Spelling::expression("word ~ 'once'"),
            Spelling::condition("word == 'Hello'"),
            Spelling::file("{% if once is undefined %}{{ word }}{% endif %}"),
        ];
        // Compiling a template again would put another in its place.
        let kept = |name: &Spelling| engine.inner().sources.original(name.name()).unwrap();
        let first = names.each_ref().map(kept);
        render_all(&engine);
        for (name, first) in names.iter().zip(first) {
            assert!(Arc::ptr_eq(&first, &kept(name)), "{name:?}");
        }
    }

    #[test]
    fn a_file_that_is_included_is_compiled_anew_only_when_it_changes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("b.j2");
        std::fs::write(&path, "{{ word }}").unwrap();
        let file = SourceFile::new(directory.path().join("a.j2"), "{% include 'b.j2' %}");
        let engine = fixture::engine();
        let render = || engine.file(&file, &fixture::vars()).unwrap();
        let kept = || {
            engine
                .inner()
                .sources
                .original(path.to_str().unwrap())
                .unwrap()
        };
        assert_eq!(render(), "Hello");
        let first = kept();
        assert_eq!(render(), "Hello");
        assert!(Arc::ptr_eq(&first, &kept()));
        std::fs::write(&path, "new").unwrap();
        let then = SystemTime::now() + std::time::Duration::from_secs(10);
        std::fs::File::open(&path)
            .unwrap()
            .set_modified(then)
            .unwrap();
        assert_eq!(render(), "new");
    }
}
