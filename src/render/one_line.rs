use {
    super::{
        Label, Masked, Render, Screen, Style, complaint::reason, printable::on_one_line,
        values::compact,
    },
    crate::event::{Event, Finished, Status},
    serde_json::Value,
    std::io::{self, Write},
};

/// Shows the result of one module on each host in one line, for people who look over many hosts and for `grep`.
pub struct OneLine<W> {
    screen: Screen<W>,
}

impl<W: Write> OneLine<W> {
    /// Takes where to write and how.
    pub fn new(writer: W, style: Style) -> Self {
        Self {
            screen: Screen::new(writer, style),
        }
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::HostFinished { host, result, .. } => {
                let (label, caption) = caption(result.status);
                let text = format!("{} | {caption}{}", host, values(result, &self.screen));
                self.screen.line(label, &on_one_line(&text));
            }
            Event::Warning { message, .. } => {
                let text = format!("[WARNING]: {message}");
                self.screen.line(Label::Warning, &on_one_line(&text));
            }
            Event::RunFinished(recap) => {
                for host in recap.interrupted.keys() {
                    let text = format!("{host} | INTERRUPTED");
                    self.screen.line(Label::Warning, &on_one_line(&text));
                }
            }
            _ => {}
        }
        self.screen.flush();
    }
}

impl<W: Write + Send> Render for OneLine<W> {
    fn show(&mut self, event: &Masked) {
        self.take(event);
    }

    fn finish(&mut self) -> io::Result<()> {
        self.screen.finish()
    }
}

fn caption(status: Status) -> (Label, &'static str) {
    match status {
        Status::Ok => (Label::Ok, "SUCCESS"),
        Status::Changed => (Label::Changed, "CHANGED"),
        Status::Failed => (Label::Failed, "FAILED!"),
        Status::Skipped => (Label::Skipped, "SKIPPED"),
        Status::Unreachable => (Label::Unreachable, "UNREACHABLE!"),
        Status::Unknown => (Label::Unknown, "UNKNOWN"),
    }
}

/// What a command wrote, or the return values of another module.
fn values<W: Write>(result: &Finished, screen: &Screen<W>) -> String {
    let text = |key: &str| result.data.get(key).and_then(Value::as_str);
    match result.status {
        Status::Skipped => return String::new(),
        Status::Unknown => return format!(" => known after apply: {}", reason(result)),
        _ => {}
    }
    match (result.data.get("rc"), text("stdout"), text("stderr")) {
        (Some(rc), Some(stdout), stderr) if !result.censored => {
            let stderr = stderr.filter(|text| !text.is_empty());
            let stderr = stderr.map(|text| format!(" (stderr) {}", text.trim_end()));
            let stderr = stderr.unwrap_or_default();
            format!(" | rc={rc} | (stdout) {}{stderr}", stdout.trim_end())
        }
        _ => format!(" => {}", compact(result, screen.style().verbosity)),
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::render::recording::{done, failed, finished, object, shown},
        serde_json::json,
    };

    #[test]
    fn one_line_a_host() {
        let with = |status, module: &str, data| Finished {
            data: object(data),
            ..finished(status, module)
        };
        let events = [
            done("web1", with(Status::Ok, "ping", json!({"ping": "pong"}))),
            done(
                "web1",
                with(
                    Status::Changed,
                    "shell",
                    json!({"rc": 0, "stdout": "a\nb", "stderr": "err\x1b[m"}),
                ),
            ),
            done("web2", failed("no space\nleft", json!({}))),
            done("web4", finished(Status::Skipped, "command")),
        ];
        insta::assert_snapshot!(shown(|paper| OneLine::new(paper, Style::default()), &events), @r#"
        web1 | SUCCESS => {"changed":false,"ping":"pong"}
        web1 | CHANGED | rc=0 | (stdout) a\nb (stderr) err\x1b[m
        web2 | FAILED! => {"changed":false,"msg":"no space\nleft"}
        web4 | SKIPPED
        "#);
    }
}
