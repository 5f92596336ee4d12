use {
    super::{
        Label, Masked, Render, Screen, Style,
        complaint::{indented, reason},
        diff_log::DiffLog,
        printable::on_one_line,
        values::{message, returned},
    },
    crate::event::{Event, Finished, Status},
    serde_json::Value,
    std::io::{self, Write},
};

/// Modules whose output is what a person asked for; it is shown as it is.
const RUNS_A_COMMAND: [&str; 4] = ["command", "shell", "raw", "script"];

/// Shows the results of one module on many hosts, as the program `ansible` does.
pub struct AdHoc<W> {
    screen: Screen<W>,
    differences: DiffLog,
}

impl<W: Write> AdHoc<W> {
    /// Takes where to write and how.
    pub fn new(writer: W, style: Style) -> Self {
        Self {
            screen: Screen::new(writer, style),
            differences: DiffLog::default(),
        }
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::HostFinished { host, result, .. } => self.host(host, result),
            Event::Warning { message, .. } => {
                let text = format!("[WARNING]: {}", indented(message));
                self.screen.line(Label::Warning, &text);
            }
            Event::RunFinished(recap) => {
                for host in recap.interrupted.keys() {
                    let text = format!(
                        "{} | INTERRUPTED => whether it was carried out is not known",
                        on_one_line(host)
                    );
                    self.screen.line(Label::Warning, &text);
                }
            }
            _ => {}
        }
        self.screen.flush();
    }

    fn host(&mut self, host: &str, result: &Finished) {
        let verbosity = self.screen.style().verbosity;
        if self.screen.style().diff && !result.censored {
            for (label, line) in self.differences.lines(host, &result.diff, verbosity) {
                self.screen.line(label, &line);
            }
        }
        for warning in &result.warnings {
            let text = format!("[WARNING]: {}", indented(warning));
            self.screen.line(Label::Warning, &text);
        }
        let host = on_one_line(host);
        let (label, text) = match result.status {
            Status::Ok => (Label::Ok, values(&host, "SUCCESS", result, verbosity)),
            Status::Changed => (Label::Changed, values(&host, "CHANGED", result, verbosity)),
            Status::Failed => (Label::Failed, values(&host, "FAILED", result, verbosity)),
            Status::Skipped => (Label::Skipped, format!("{host} | SKIPPED")),
            Status::Unreachable => {
                let text = format!("{host} | UNREACHABLE! => {}", returned(result, verbosity));
                (Label::Unreachable, text)
            }
            Status::Unknown => {
                let text = format!(
                    "{host} | UNKNOWN => known after apply: {}",
                    indented(reason(result))
                );
                (Label::Unknown, text)
            }
        };
        self.screen.line(label, &text);
    }
}

impl<W: Write + Send> Render for AdHoc<W> {
    fn show(&mut self, event: &Masked) {
        self.take(event);
    }

    fn finish(&mut self) -> io::Result<()> {
        self.screen.finish()
    }
}

fn values(host: &str, caption: &str, result: &Finished, verbosity: u8) -> String {
    let failed = result.status == Status::Failed;
    let ran = result.data.get("rc").and_then(Value::as_i64);
    match ran {
        Some(rc) if RUNS_A_COMMAND.contains(&result.module.as_str()) && !result.censored => {
            format!("{host} | {caption} | rc={rc} >>\n{}", output(result))
                .trim_end()
                .to_owned()
        }
        _ => {
            let mark = if failed { "!" } else { "" };
            format!(
                "{host} | {caption}{mark} => {}",
                returned(result, verbosity)
            )
        }
    }
}

/// What the command wrote, and the module's message where it failed or did nothing.
fn output(result: &Finished) -> String {
    let written = ["stdout", "stderr"]
        .iter()
        .filter_map(|key| result.data.get(*key)?.as_str());
    let texts = written.chain(message(result)).map(str::trim_end);
    texts
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::render::recording::{done, failed, finished, object, shown},
        serde_json::json,
    };

    #[test]
    fn looks_like_ansible() {
        let with = |status, module: &str, data| Finished {
            data: object(data),
            ..finished(status, module)
        };
        let unreachable = Finished {
            msg: Some("Connection refused".to_owned()),
            ..with(Status::Unreachable, "ping", json!({"unreachable": true}))
        };
        let unknown = Finished {
            msg: Some("a command shows its effects only when it runs".to_owned()),
            ..finished(Status::Unknown, "command")
        };
        let events = [
            done("web1", with(Status::Ok, "ping", json!({"ping": "pong"}))),
            done(
                "web1",
                with(
                    Status::Changed,
                    "shell",
                    json!({"rc": 0, "stdout": "out", "stderr": "err\x1b[m"}),
                ),
            ),
            done(
                "web2",
                with(
                    Status::Changed,
                    "command",
                    json!({"rc": 0, "stdout": "", "stderr": ""}),
                ),
            ),
            done(
                "web2",
                failed(
                    "non-zero return code",
                    json!({"rc": 4, "stdout": "out", "stderr": ""}),
                ),
            ),
            done(
                "web2",
                Finished {
                    module: "copy".to_owned(),
                    ..failed("no space", json!({}))
                },
            ),
            done("web3", unreachable),
            done("web4", finished(Status::Skipped, "command")),
            done("web5", unknown),
        ];
        insta::assert_snapshot!(shown(|paper| AdHoc::new(paper, Style::default()), &events), @r#"
        web1 | SUCCESS => {
            "changed": false,
            "ping": "pong"
        }
        web1 | CHANGED | rc=0 >>
        out
        err\x1b[m
        web2 | CHANGED | rc=0 >>
        web2 | FAILED | rc=4 >>
        out
        non-zero return code
        web2 | FAILED! => {
            "changed": false,
            "msg": "no space"
        }
        web3 | UNREACHABLE! => {
            "changed": false,
            "msg": "Connection refused",
            "unreachable": true
        }
        web4 | SKIPPED
        web5 | UNKNOWN => known after apply: a command shows its effects only when it runs
        "#);
    }
}
