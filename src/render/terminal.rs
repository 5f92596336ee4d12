use {
    super::{
        Label, Masked, Render, Screen, Style,
        complaint::complaint,
        diff_log::DiffLog,
        epilogue::epilogue,
        failure_log::FailureLog,
        printable::on_one_line,
        values::{always_shown, message, returned},
    },
    crate::event::{Event, Finished, Kind, Status},
    std::{
        collections::HashSet,
        io::{self, Write},
    },
};

/// Shows a run line by line, in the words that Ansible's users (and their scripts) know.
pub struct Terminal<W> {
    screen: Screen<W>,
    dry: bool,
    task: Task,
    differences: DiffLog,
    failures: FailureLog,
    /// Warnings that were shown, so that each is shown once.
    warned: HashSet<String>,
}

/// The step under way.
#[derive(Default)]
struct Task {
    banner: String,
    name: String,
    place: String,
    /// Whether the banner has been shown.
    announced: bool,
}

impl<W: Write> Terminal<W> {
    /// Takes where to write and how.
    pub fn new(writer: W, style: Style) -> Self {
        Self {
            screen: Screen::new(writer, style),
            dry: false,
            task: Task::default(),
            differences: DiffLog::default(),
            failures: FailureLog::default(),
            warned: HashSet::new(),
        }
    }

    pub fn style(&self) -> &Style {
        self.screen.style()
    }

    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::RunStarted { playbooks, dry } => self.run_started(playbooks, *dry),
            Event::PlayStarted { name, .. } => self.play(name),
            Event::PlaySkipped { name, reason } => {
                self.play(name);
                let text = format!("skipping: {}", on_one_line(reason));
                self.screen.line(Label::Skipped, &text);
            }
            Event::TaskStarted {
                kind, name, place, ..
            } => self.task_started(*kind, name, place),
            Event::Output { host, text, .. } => {
                if self.style().verbosity > 0 {
                    self.stream(host, text);
                }
            }
            Event::ItemFinished { host, item, result } => self.item(host, item, result),
            Event::Retrying {
                host, item, left, ..
            } => self.retry(host, item.as_deref(), *left),
            Event::HostFinished { host, result } => self.host(host, result),
            Event::Included { file, hosts } => {
                self.announce();
                let text = format!("included: {file} for {}", hosts.join(", "));
                self.screen.line(Label::Included, &on_one_line(&text));
            }
            Event::Warning { message, place } => self.warn(message, place.as_deref()),
            Event::RunFinished(recap) => {
                epilogue(&mut self.screen, recap, &self.failures, self.dry);
            }
        }
        self.screen.flush();
    }

    /// Shows output of a running step.
    pub(super) fn stream(&mut self, host: &str, text: &str) {
        self.announce();
        for line in text.split(['\n', '\r']).filter(|line| !line.is_empty()) {
            let text = format!("{} | {line}", on_one_line(host));
            self.screen.line(Label::Plain, &text);
        }
        self.screen.flush();
    }

    fn run_started(&mut self, playbooks: &[String], dry: bool) {
        self.dry = dry;
        if dry {
            self.screen
                .banner("DRY RUN [nothing is changed: \"changed\" says what would be]");
        }
        if self.style().verbosity > 1 {
            for playbook in playbooks {
                self.screen
                    .banner(&format!("PLAYBOOK: {}", on_one_line(playbook)));
            }
        }
    }

    fn play(&mut self, name: &str) {
        let banner = match name.trim() {
            "" => "PLAY".to_owned(),
            name => format!("PLAY [{}]", on_one_line(name)),
        };
        self.screen.banner(&banner);
    }

    fn task_started(&mut self, kind: Kind, name: &str, place: &str) {
        let title = match kind {
            Kind::Task | Kind::Gather => "TASK",
            Kind::Handler => "RUNNING HANDLER",
        };
        self.differences.clear();
        self.task = Task {
            banner: format!("{title} [{}]", on_one_line(name.trim())),
            name: name.trim().to_owned(),
            place: place.to_owned(),
            announced: false,
        };
        if self.style().ok_hosts && self.style().skipped_hosts {
            self.announce();
        }
    }

    /// Shows the step's banner, once.
    fn announce(&mut self) {
        if self.task.announced || self.task.banner.is_empty() {
            return;
        }
        self.task.announced = true;
        self.screen.banner(&self.task.banner);
        if self.style().verbosity > 1 && !self.task.place.is_empty() {
            let text = format!("task path: {}", on_one_line(&self.task.place));
            self.screen.line(Label::Place, &text);
        }
    }

    fn item(&mut self, host: &str, item: &str, result: &Finished) {
        let item = on_one_line(item);
        let suffix = match result.status {
            Status::Failed | Status::Unreachable => format!(" (item={item})"),
            // Ansible's space at the end is kept for those who compare.
            Status::Skipped => format!(" => (item={item}) "),
            _ => format!(" => (item={item})"),
        };
        self.failures
            .item(host, &self.task.name, &self.task.place, &item, result);
        let word = match result.status {
            Status::Unreachable => "failed",
            status => word(status, "failed"),
        };
        self.result(word, host, &suffix, result);
    }

    fn host(&mut self, host: &str, result: &Finished) {
        let told_by_items = result.looped
            && match result.status {
                Status::Ok | Status::Changed | Status::Unknown => true,
                Status::Failed => self.failures.item_failed(host),
                Status::Skipped | Status::Unreachable => false,
            };
        self.failures
            .host(host, &self.task.name, &self.task.place, result);
        if !told_by_items && !says_included(result) {
            self.result(word(result.status, "fatal"), host, "", result);
        }
        if result.ignored {
            self.screen.line(Label::Skipped, "...ignoring");
        }
    }

    /// Shows how a step, or an item of it, ended on a host: differences, warnings, then one line and what belongs to it.
    fn result(&mut self, word: &str, host: &str, suffix: &str, result: &Finished) {
        if self.hidden(result.status) {
            return;
        }
        self.announce();
        self.show_differences(host, result);
        for warning in &result.warnings {
            self.warn(warning, None);
        }
        let head = format!("{word}: [{}]{suffix}", who(host, result));
        let text = head + &self.tail(suffix, result);
        self.screen.line(label(result.status), &text);
    }

    fn hidden(&self, status: Status) -> bool {
        match status {
            Status::Ok => !self.style().ok_hosts,
            Status::Skipped => !self.style().skipped_hosts,
            Status::Changed | Status::Failed | Status::Unreachable | Status::Unknown => false,
        }
    }

    fn tail(&self, suffix: &str, result: &Finished) -> String {
        let verbosity = self.style().verbosity;
        let complaint = || complaint(result, &self.task.place, verbosity);
        match result.status {
            Status::Failed if suffix.is_empty() => format!(": FAILED! => {}", complaint()),
            Status::Unreachable if suffix.is_empty() => {
                format!(": UNREACHABLE! => {}", complaint())
            }
            Status::Failed | Status::Unreachable => format!(" => {}", complaint()),
            Status::Unknown => format!(" known after apply: {}", on_one_line(unknown(result))),
            Status::Ok | Status::Changed if verbosity > 0 || always_shown(result) => {
                format!(" => {}", returned(result, verbosity))
            }
            Status::Skipped if verbosity > 0 => format!(" => {}", returned(result, verbosity)),
            Status::Ok | Status::Changed | Status::Skipped => String::new(),
        }
    }

    fn show_differences(&mut self, host: &str, result: &Finished) {
        if !self.style().diff || result.censored {
            return;
        }
        let verbosity = self.style().verbosity;
        for (label, line) in self.differences.lines(host, &result.diff, verbosity) {
            self.screen.line(label, &line);
        }
    }

    fn retry(&mut self, host: &str, item: Option<&str>, left: u32) {
        self.announce();
        let item = item.map(|item| format!(" (item={})", on_one_line(item)));
        let text = format!(
            "FAILED - RETRYING: [{}]{}: {} ({left} retries left).",
            on_one_line(host),
            item.unwrap_or_default(),
            on_one_line(&self.task.name),
        );
        self.screen.line(Label::Retry, &text);
    }

    fn warn(&mut self, message: &str, place: Option<&str>) {
        let place = place.map(|place| format!("\n    place: {}", on_one_line(place)));
        let message = message.trim_end().replace('\n', "\n    ");
        let text = format!("[WARNING]: {message}{}", place.unwrap_or_default());
        if self.warned.insert(text.clone()) {
            self.screen.line(Label::Warning, &text);
        }
    }
}

impl<W: Write + Send> Render for Terminal<W> {
    fn show(&mut self, event: &Masked) {
        self.take(event);
    }

    fn finish(&mut self) -> io::Result<()> {
        self.screen.finish()
    }
}

fn word(status: Status, failed: &'static str) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Changed => "changed",
        Status::Skipped => "skipping",
        Status::Failed | Status::Unreachable => failed,
        Status::Unknown => "unknown",
    }
}

fn label(status: Status) -> Label {
    match status {
        Status::Ok => Label::Ok,
        Status::Changed => Label::Changed,
        Status::Skipped => Label::Skipped,
        Status::Failed => Label::Failed,
        Status::Unreachable => Label::Unreachable,
        Status::Unknown => Label::Unknown,
    }
}

fn who(host: &str, result: &Finished) -> String {
    let host = on_one_line(host);
    match &result.delegated {
        Some(other) if result.status != Status::Skipped => {
            format!("{host} -> {}", on_one_line(other))
        }
        _ => host.into_owned(),
    }
}

fn unknown(result: &Finished) -> &str {
    message(result).unwrap_or("the module cannot foresee it")
}

/// Steps whose success shows as `included:`.
fn says_included(result: &Finished) -> bool {
    matches!(result.module.as_str(), "include_tasks" | "include_role")
        && matches!(result.status, Status::Ok | Status::Changed)
}
