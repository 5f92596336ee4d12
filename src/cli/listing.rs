//! `--list-hosts`, `--list-tasks`, `--list-tags` and `--syntax-check`, as ansible-playbook prints them.

use {
    super::{
        option::{ChoiceOptions, RunOptions},
        playbooks::Loader,
    },
    crate::{
        playbook::Key,
        program::{Element, PlayProgram, Program, Step, TagFilter},
        source::{Fault, Node},
        template,
    },
    std::{
        collections::BTreeSet,
        fmt::Write,
        path::Path,
        sync::{Arc, PoisonError},
    },
};

/// Whether only a list is asked for.
pub(super) fn is_asked(choice: &ChoiceOptions) -> bool {
    choice.list_hosts || choice.list_tasks || choice.list_tags || choice.syntax_check
}

/// The lists that the options ask for.
///
/// # Errors
/// The hosts or the name of a play cannot be rendered, or a pattern is broken.
pub(super) fn listing(
    options: &RunOptions,
    loader: &Loader,
    programs: &[Program],
) -> Result<String, Fault> {
    let mut text = String::new();
    for (path, program) in options.playbooks.iter().zip(programs) {
        Listing {
            options,
            loader,
            tags: filter(&options.choice),
            text: &mut text,
        }
        .playbook(path, program)?;
    }
    Ok(text)
}

/// The list of all tags names those of steps that never run by themselves, too.
fn filter(choice: &ChoiceOptions) -> TagFilter {
    let only = match choice.list_tags && choice.tags.is_empty() {
        true => vec!["all".to_owned(), "never".to_owned()],
        false => choice.tags.clone(),
    };
    TagFilter::new(only, choice.skip_tags.clone())
}

struct Listing<'a> {
    options: &'a RunOptions,
    loader: &'a Loader<'a>,
    tags: TagFilter,
    text: &'a mut String,
}

impl Listing<'_> {
    fn line(&mut self, line: impl AsRef<str>) {
        // Writing into a string does not fail.
        let _ = writeln!(self.text, "{}", line.as_ref());
    }

    fn playbook(&mut self, path: &Path, program: &Program) -> Result<(), Fault> {
        self.line(format!("\nplaybook: {}", path.display()));
        let choice = &self.options.choice;
        if choice.list_hosts || choice.list_tasks || choice.list_tags {
            for (at, play) in program.plays.iter().enumerate() {
                self.play(at + 1, play)?;
            }
        }
        Ok(())
    }

    fn play(&mut self, number: usize, play: &PlayProgram) -> Result<(), Fault> {
        let hosts = play.play.keywords.list(Key::Hosts);
        let patterns = self.rendered(play, hosts)?;
        let title = match play.play.keywords.get(Key::Name) {
            Some(name) => self.rendered(play, std::slice::from_ref(name))?.concat(),
            None => patterns.join(","),
        };
        let tags = self.rendered(play, play.play.keywords.list(Key::Tags))?;
        self.line(format!(
            "\n  play #{number} ({}): {title}\tTAGS: [{}]",
            patterns.join(","),
            tags.join(",")
        ));
        let choice = &self.options.choice;
        if choice.list_hosts {
            self.hosts(&patterns)?;
        }
        if choice.list_tasks || choice.list_tags {
            self.tasks(play);
        }
        Ok(())
    }

    fn hosts(&mut self, patterns: &[String]) -> Result<(), Fault> {
        let chosen = {
            let inventory = self.loader.world.inventory.read();
            let inventory = inventory.unwrap_or_else(PoisonError::into_inner);
            let limit = self.options.inventory.limit.as_deref();
            let mut hosts = inventory.select(&patterns.join(","), limit)?.hosts;
            if let Some(shard) = self.options.part.shard {
                hosts.retain(|host| shard.takes(host));
            }
            hosts
        };
        let quoted: Vec<_> = patterns.iter().map(|name| format!("'{name}'")).collect();
        self.line(format!("    pattern: [{}]", quoted.join(", ")));
        self.line(format!("    hosts ({}):", chosen.len()));
        for host in chosen {
            self.line(format!("      {host}"));
        }
        Ok(())
    }

    fn tasks(&mut self, play: &PlayProgram) {
        let mut steps = Vec::new();
        bodies(&play.elements, &mut steps);
        steps.retain(|step| !step.implied && self.tags.selects(&step.tags));
        let choice = &self.options.choice;
        if choice.list_tasks {
            self.line("    tasks:");
            for step in &steps {
                let tags: BTreeSet<&str> = step.tags.iter().map(String::as_str).collect();
                self.line(format!("      {}\tTAGS: [{}]", title(step), listed(tags)));
            }
        }
        if choice.list_tags {
            let tags = steps.iter().flat_map(|step| &step.tags);
            let tags = tags.map(String::as_str).collect();
            self.line(format!("      TASK TAGS: [{}]", listed(tags)));
        }
    }

    fn rendered(&self, play: &PlayProgram, nodes: &[Node]) -> Result<Vec<String>, Fault> {
        let mut texts = Vec::new();
        for node in nodes {
            let value = self.loader.value(&play.library, node, Some(&play.frame))?;
            texts.extend(template::strings(&value));
        }
        Ok(texts)
    }
}

/// Only steps with a name of their own carry their role's.
fn title(step: &Step) -> String {
    match step.task.keywords.get(Key::Name) {
        Some(_) => step.title(),
        None => step.task.name().to_owned(),
    }
}

fn listed(tags: BTreeSet<&str>) -> String {
    tags.into_iter().collect::<Vec<_>>().join(", ")
}

/// The steps that run where nothing fails: `rescue` and `always` are not listed.
fn bodies<'a>(elements: &'a [Element], steps: &mut Vec<&'a Arc<Step>>) {
    for element in elements {
        match element {
            Element::Step(step) => steps.push(step),
            Element::Section(section) => bodies(&section.body, steps),
        }
    }
}
