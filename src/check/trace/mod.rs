//! Where a variable of a host comes from, and who reads it: the answer to `farcast why`.

mod definition;
mod reader;

use {
    super::{
        Circumstances,
        survey::{Hosts, PlaySurvey, Survey},
    },
    crate::{
        program::Program,
        source::{Fault, Place},
        template::{TemplateError, Value},
        variable::{Scope, Surroundings, World},
    },
    std::sync::Arc,
};

pub use {definition::Definition, reader::Reader};

/// A variable of one host in one play.
pub struct PlayTrace {
    /// The play's name and place; none where no playbook was asked about.
    pub play: Option<(String, Place)>,
    /// What the variable is before the first step; nothing where it is not defined yet.
    pub value: Result<Option<Value>, TemplateError>,
    /// Weakest first.
    pub definitions: Vec<Definition>,
    pub readers: Vec<Reader>,
}

impl PlayTrace {
    /// The definition that wins wherever none for a part of the play stands against it.
    pub fn winner(&self) -> Option<&Definition> {
        let mut whole = self.definitions.iter().filter(|one| one.only.is_none());
        whole.next_back()
    }
}

/// The variable in each play for the host; without programs, in the inventory alone.
///
/// # Errors
/// The inventory's variables of the host cannot be read.
pub fn trace(
    programs: &[Program],
    world: &Arc<World>,
    host: &str,
    name: &str,
) -> Result<Vec<PlayTrace>, Fault> {
    let circumstances = Circumstances {
        whole: true,
        inventory: true,
        alone: false,
    };
    let survey = Survey::new(programs, world, circumstances);
    if programs.is_empty() {
        return Ok(vec![one(&survey, None, host, name)?]);
    }
    let plays = survey.plays.iter();
    plays
        .filter(|play| is_for(play, host))
        .map(|play| one(&survey, Some(play), host, name))
        .collect()
}

fn is_for(play: &PlaySurvey, host: &str) -> bool {
    match &play.hosts {
        Hosts::Known(selection) => selection.hosts.iter().any(|name| name == host),
        Hosts::Wrong(_) | Hosts::Unknown => true,
    }
}

fn one(
    survey: &Survey,
    play: Option<&PlaySurvey>,
    host: &str,
    name: &str,
) -> Result<PlayTrace, Fault> {
    let around = play.map_or_else(Surroundings::default, |play| Surroundings {
        play: Some(Arc::clone(&play.context)),
        frame: Some(Arc::clone(&play.program.frame)),
        ..Surroundings::default()
    });
    Ok(PlayTrace {
        play: play.map(|play| {
            let play = &play.program.play;
            (play.name(), play.place.clone())
        }),
        value: Scope::new(survey.world, host, around).value(name),
        definitions: definition::all(survey, play, host, name)?,
        readers: reader::all(survey, play, host, name)?,
    })
}
