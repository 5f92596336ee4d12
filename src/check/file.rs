use {
    super::{
        site::{Site, literal},
        spelling::Spelling,
        survey::{PlaySurvey, Survey},
        walker::known_directory,
    },
    crate::{
        playbook::boolean,
        source::{Node, SourceFile},
        template::Variables,
    },
    std::{
        path::{Path, PathBuf},
        sync::Arc,
    },
};

/// A file on the controller that a step names.
pub(super) struct Named<'a> {
    pub node: &'a Node,
    pub name: String,
    /// Where files of its kind are: `files`, `templates`, `vars`.
    pub kind: &'static str,
}

/// A template file that a step renders.
pub(super) struct TemplateFile<'a> {
    pub named: &'a Node,
    pub source: Arc<SourceFile>,
}

/// The file that a step reads from the controller, where its name is known.
pub(super) fn named_by(site: &Site) -> Option<Named<'_>> {
    let action = &site.step.task.action;
    let src = |kind| {
        let node = action.arg("src")?;
        Some((node, literal(node)?.to_owned(), kind))
    };
    let here = |name: &str| {
        let node = action.arg(name);
        node.is_none_or(|node| boolean(node) == Some(false))
    };
    let (node, name, kind) = match action.short_name() {
        "template" => src("templates")?,
        "copy" if here("remote_src") => src("files")?,
        "unarchive" if here("remote_src") && action.arg("copy").is_none() => src("files")?,
        "script" => {
            let node = action.free.as_ref().or_else(|| action.arg("cmd"))?;
            let first = shlex::split(node.as_str()?)?.into_iter().next()?;
            (node, first, "files")
        }
        "include_vars" => {
            let node = action.free.as_ref().or_else(|| action.arg("file"))?;
            (node, literal(node)?.to_owned(), "vars")
        }
        _ => return None,
    };
    let elsewhere = name.contains("://") || name.starts_with('~') || name.contains("{{");
    (!elsewhere && !name.is_empty()).then_some(Named { node, name, kind })
}

impl Named<'_> {
    /// Where it is looked for.
    pub fn places(&self, survey: &Survey, play: &PlaySurvey, site: &Site) -> Vec<PathBuf> {
        let name = self.name.trim_end_matches('/');
        if Path::new(name).is_absolute() {
            return vec![PathBuf::from(name)];
        }
        let dirs = survey.scope(play, site).search_path(self.kind);
        dirs.iter().map(|dir| dir.join(name)).collect()
    }
}

/// The Jinja2 file that a `template` step renders, where it is there and its name is known.
pub(super) fn template_of<'a>(
    survey: &Survey,
    play: &PlaySurvey,
    site: &'a Site,
) -> Option<TemplateFile<'a>> {
    if site.step.task.action.short_name() != "template" {
        return None;
    }
    let named = named_by(site)?;
    let places = named.places(survey, play, site);
    let path = places.iter().find(|path| path.is_file())?;
    if path.extension().is_some_and(|ending| ending == "tera") {
        return None;
    }
    Some(TemplateFile {
        named: named.node,
        source: survey.world.store.file(path).ok()?,
    })
}

/// The files that an `include_vars` may read; `None` where that may be any.
pub(super) fn included_vars(
    survey: &Survey,
    play: &PlaySurvey,
    site: &Site,
) -> Option<Vec<PathBuf>> {
    let action = &site.step.task.action;
    let dirs = survey.scope(play, site).search_path("vars");
    if let Some(node) = action.free.as_ref().or_else(|| action.arg("file")) {
        let role = site.step.frame.role().map(Arc::as_ref);
        let fill = |name: &str| known_directory(name, role, &play.context.dir);
        return Spelling::of_file(node.as_str()?, fill).files(&dirs);
    }
    let node = action.arg("dir")?;
    let name = literal(node)?;
    let dir = dirs
        .iter()
        .map(|dir| dir.join(name))
        .find(|dir| dir.is_dir());
    dir.map_or(Some(Vec::new()), |dir| {
        crate::program::sorted_files(&dir, &node.place).ok()
    })
}
