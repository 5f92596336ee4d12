use {
    super::{
        config::Config,
        environment::Environment,
        option::{Format, OutputOptions},
    },
    crate::{
        render::{Audience, JsonLines, Progress, Redactor as Masks, Style, Terminal},
        source::Redactor,
    },
    indicatif::ProgressDrawTarget,
    std::{
        borrow::Cow,
        io::{IsTerminal, Write},
        sync::Arc,
    },
};

/// How output is to look.
pub(super) fn style(
    options: &OutputOptions,
    diff: bool,
    config: &Config,
    environment: &Environment,
) -> Style {
    let no_colour = environment.no_colour || config.bool("defaults.nocolor") == Some(true);
    Style {
        colour: std::io::stdout().is_terminal() && !no_colour,
        width: environment.width(),
        verbosity: options.verbose,
        diff,
        skipped_hosts: config
            .bool("defaults.display_skipped_hosts")
            .unwrap_or(true),
        custom_stats: config.bool("defaults.show_custom_stats") == Some(true),
        ok_hosts: config.bool("defaults.display_ok_hosts").unwrap_or(true),
    }
}

/// Who looks on at a run: text, with progress on a terminal, or JSON lines.
pub(super) fn audience(format: Format, style: Style, redactor: &Redactor) -> Audience {
    let audience = nobody(redactor);
    let stdout = std::io::stdout();
    match format {
        Format::Jsonl => audience.with(JsonLines::new(stdout)),
        Format::Text if stdout.is_terminal() && std::io::stderr().is_terminal() => audience.with(
            Progress::new(Terminal::new(stdout, style), ProgressDrawTarget::stderr()),
        ),
        Format::Text => audience.with(Terminal::new(stdout, style)),
    }
}

/// An audience without a renderer, which masks what those that are added see.
pub(super) fn nobody(redactor: &Redactor) -> Audience {
    Audience::new(Arc::new(Mask(redactor.clone())))
}

struct Mask(Redactor);

impl Masks for Mask {
    fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.0.redact(text)
    }
}

/// Asks the person at the terminal for a line; `None` where standard input is no terminal.
pub(super) fn ask_if_there(prompt: &str, echo: bool) -> Option<String> {
    std::io::stdin().is_terminal().then(|| ask(prompt, echo))
}

/// Asks the person at the terminal for a line.
pub(super) fn ask(prompt: &str, echo: bool) -> String {
    if !echo {
        return rpassword::prompt_password(prompt).unwrap_or_default();
    }
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{prompt}");
    let _ = stderr.flush();
    let mut line = String::new();
    // End of input is an empty answer.
    let _ = std::io::stdin().read_line(&mut line);
    line.trim_end_matches(['\r', '\n']).to_owned()
}
