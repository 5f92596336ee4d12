use {
    super::{
        content::Content,
        exit, findings,
        option::ValidateOptions,
        print::print,
        session::Session,
        strategy::strategy,
        subject::{Desk, Subject},
    },
    crate::{check, variable::Settings},
    anyhow::{Context, Result, bail},
    std::{collections::BTreeSet, io::IsTerminal, path::PathBuf},
};

/// `farcast validate`.
pub(super) fn validate(options: &ValidateOptions) -> Result<u8> {
    let session = Session::begin(&options.vault)?;
    let (dirs, files): (Vec<PathBuf>, Vec<_>) = options
        .playbooks
        .iter()
        .cloned()
        .partition(|path| path.is_dir());
    let mut content = Content::default();
    for dir in &dirs {
        content
            .add(dir)
            .with_context(|| format!("cannot search {}", dir.display()))?;
    }
    if files.is_empty() && content.playbooks.is_empty() && content.roles.is_empty() {
        bail!("there is no playbook and no role in {}", dirs[0].display());
    }
    let desk = desk(options, &session)?;
    let named = (!files.is_empty()).then_some(Subject::Run(files));
    let found = content.playbooks.into_iter();
    let playbooks: Vec<_> = named
        .into_iter()
        .chain(found.map(|path| Subject::Run(vec![path])))
        .collect();
    let mut inspection = desk.inspect(&playbooks, &BTreeSet::new());
    let roles: Vec<_> = content.roles.into_iter().map(Subject::Role).collect();
    let of_roles = desk.inspect(&roles, &inspection.read);
    inspection.join(of_roles);
    let found = check::in_order(inspection.findings);
    let colour = std::io::stdout().is_terminal() && !session.environment.no_colour;
    let text = findings::text(&found, options.format, colour);
    if !text.is_empty() {
        print(format!("{}\n", session.redactor.redact(&text)))?;
    }
    Ok(match findings::forbid(&found) {
        true => exit::BAD_INPUT,
        false => exit::FINE,
    })
}

fn desk<'a>(options: &ValidateOptions, session: &'a Session) -> Result<Desk<'a>> {
    Ok(Desk {
        session,
        engine: session.engine(),
        inventory: session.inventory(&options.inventory, None)?,
        extra: session.extra_vars(&options.inventory)?,
        settings: Settings {
            limit: options.inventory.limit.clone(),
            strategy: strategy(&session.config)?,
            ..Settings::default()
        },
        known_hosts: !session.sources(&options.inventory).is_empty(),
        playbook_dir: options.inventory.playbook_dir.clone(),
    })
}
