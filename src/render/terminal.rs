use {
    super::{
        Label, Masked, Render, Screen, Style,
        complaint::complaint,
        diff_log::DiffLog,
        epilogue::epilogue,
        failure_log::FailureLog,
        printable::on_one_line,
        task_log::TaskLog,
        values::{always_shown, message, returned},
        waiting::first_of,
    },
    crate::{
        event::{Event, Finished, Status},
        playbook::Strategy,
    },
    std::{
        collections::HashSet,
        io::{self, Write},
    },
};

/// Shows a run line by line, in the words that Ansible's users (and their scripts) know.
pub struct Terminal<W> {
    screen: Screen<W>,
    dry: bool,
    tasks: TaskLog,
    /// The step whose banner was shown last.
    announced: Option<u64>,
    /// Whether the hosts of the play wait for each other, so that a step's banner can stand before its results.
    in_step: bool,
    differences: DiffLog,
    failures: FailureLog,
    /// Warnings that were shown, so that each is shown once.
    warned: HashSet<String>,
}

impl<W: Write> Terminal<W> {
    /// Takes where to write and how.
    pub fn new(writer: W, style: Style) -> Self {
        Self {
            screen: Screen::new(writer, style),
            dry: false,
            tasks: TaskLog::default(),
            announced: None,
            in_step: true,
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
            Event::RunStarted { playbooks, dry, .. } => self.run_started(playbooks, *dry),
            Event::PlayStarted { name, strategy, .. } => self.play_started(name, *strategy),
            // Whoever asks writes the question.
            Event::Asked { .. } => {}
            Event::PlaySkipped { name, reason } => {
                self.play(name);
                let text = format!("skipping: {}", on_one_line(reason));
                self.screen.line(Label::Skipped, &text);
            }
            Event::TaskStarted {
                task,
                kind,
                name,
                place,
                ..
            } => {
                self.tasks.begin(*task, *kind, name, place);
                if self.in_step && self.style().ok_hosts && self.style().skipped_hosts {
                    self.announce(*task);
                }
            }
            Event::Output {
                task, host, text, ..
            } => {
                if self.style().verbosity > 0 {
                    self.stream(*task, host, text);
                }
            }
            Event::ItemFinished {
                task,
                host,
                item,
                result,
            } => self.item(*task, host, item, result),
            Event::Retrying {
                task,
                host,
                item,
                left,
                ..
            } => self.retry(*task, host, item.as_deref(), *left),
            Event::Waiting {
                task,
                hosts,
                seconds,
            } => {
                self.announce(*task);
                let hosts = on_one_line(&first_of(hosts)).into_owned();
                let text = format!("waiting: [{hosts}] ({seconds} seconds)");
                self.screen.line(Label::Retry, &text);
            }
            Event::HostFinished { task, host, result } => self.host(*task, host, result),
            Event::Included { task, file, hosts } => {
                self.announce(*task);
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
    pub(super) fn stream(&mut self, task: u64, host: &str, text: &str) {
        self.announce(task);
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

    fn play_started(&mut self, name: &str, strategy: Strategy) {
        self.tasks.clear();
        self.in_step = strategy.keeps_step();
        self.play(name);
    }

    fn play(&mut self, name: &str) {
        let banner = match name.trim() {
            "" => "PLAY".to_owned(),
            name => format!("PLAY [{}]", on_one_line(name)),
        };
        self.screen.banner(&banner);
    }

    /// Shows the step's banner, unless what is above belongs to that step already.
    fn announce(&mut self, number: u64) {
        if self.announced == Some(number) {
            return;
        }
        let task = self.tasks.task(number);
        self.announced = Some(number);
        self.differences.clear();
        if task.banner.is_empty() {
            return;
        }
        self.screen.banner(&task.banner);
        if self.style().verbosity > 1 && !task.place.is_empty() {
            let text = format!("task path: {}", on_one_line(&task.place));
            self.screen.line(Label::Place, &text);
        }
    }

    fn item(&mut self, number: u64, host: &str, item: &str, result: &Finished) {
        let item = on_one_line(item);
        let suffix = match result.status {
            Status::Failed | Status::Unreachable => format!(" (item={item})"),
            // Ansible's space at the end is kept for those who compare.
            Status::Skipped => format!(" => (item={item}) "),
            _ => format!(" => (item={item})"),
        };
        let task = self.tasks.task(number);
        self.failures
            .item(host, &task.name, &task.place, &item, result);
        let word = match result.status {
            Status::Unreachable => "failed",
            status => word(status, "failed"),
        };
        self.result(number, word, host, &suffix, result);
    }

    fn host(&mut self, number: u64, host: &str, result: &Finished) {
        let told_by_items = result.looped
            && match result.status {
                Status::Ok | Status::Changed | Status::Unknown => true,
                Status::Failed => self.failures.item_failed(host),
                Status::Skipped | Status::Unreachable => false,
            };
        let task = self.tasks.task(number);
        self.failures.host(host, &task.name, &task.place, result);
        if !told_by_items && !says_included(result) {
            self.result(number, word(result.status, "fatal"), host, "", result);
        }
        if result.ignored {
            self.screen.line(Label::Skipped, "...ignoring");
        }
    }

    /// Shows how a step, or an item of it, ended on a host: differences, warnings, then one line and what belongs to it.
    fn result(&mut self, number: u64, word: &str, host: &str, suffix: &str, result: &Finished) {
        if self.hidden(result.status) {
            return;
        }
        self.announce(number);
        self.show_differences(host, result);
        for warning in &result.warnings {
            self.warn(warning, None);
        }
        let head = format!("{word}: [{}]{suffix}", who(host, result));
        let text = head + &self.tail(number, suffix, result);
        self.screen.line(label(result.status), &text);
    }

    fn hidden(&self, status: Status) -> bool {
        match status {
            Status::Ok => !self.style().ok_hosts,
            Status::Skipped => !self.style().skipped_hosts,
            Status::Changed | Status::Failed | Status::Unreachable | Status::Unknown => false,
        }
    }

    fn tail(&self, number: u64, suffix: &str, result: &Finished) -> String {
        let verbosity = self.style().verbosity;
        let complaint = || complaint(result, &self.tasks.task(number).place, verbosity);
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

    fn retry(&mut self, number: u64, host: &str, item: Option<&str>, left: u32) {
        self.announce(number);
        let item = item.map(|item| format!(" (item={})", on_one_line(item)));
        let text = format!(
            "FAILED - RETRYING: [{}]{}: {} ({left} retries left).",
            on_one_line(host),
            item.unwrap_or_default(),
            on_one_line(&self.tasks.task(number).name),
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
