//! Events as a run would record them, for the tests of the renderers.

use {
    super::{Audience, Redactor, Render, Style},
    crate::{
        event::{Consumer, Cut, Event, Finished, Kind, Recap, Status, Tally},
        playbook::Strategy,
        wire::{Diff, Object, Side, Stream},
    },
    serde_json::{Value, json},
    std::{
        borrow::Cow,
        collections::BTreeMap,
        io::{self, Write},
        sync::{Arc, Mutex},
    },
};

pub fn open(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// A place to write to that can be read while others still hold it.
#[derive(Clone, Default)]
pub struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a renderer writes when it sees these events.
pub fn shown<R: Render + 'static>(build: impl FnOnce(Paper) -> R, events: &[Event]) -> String {
    let paper = Paper::default();
    let redactor: Arc<dyn Redactor> = Arc::new(open);
    let mut audience = Audience::new(redactor).with(build(paper.clone()));
    numbered(events)
        .iter()
        .for_each(|event| audience.take(event));
    audience.finish().unwrap();
    paper.text()
}

/// The events with the numbers of their steps: what follows a step's beginning belongs to it, unless it has its own.
pub fn numbered(events: &[Event]) -> Vec<Event> {
    let mut current = 0;
    let mut events = events.to_vec();
    for event in &mut events {
        match event {
            Event::TaskStarted { task: 0, .. } => current += 1,
            Event::TaskStarted { task, .. } => current = *task,
            _ => {}
        }
        if let Some(task) = event.task_mut()
            && *task == 0
        {
            *task = current;
        }
    }
    events
}

pub fn verbose(verbosity: u8) -> Style {
    Style {
        verbosity,
        ..Style::default()
    }
}

pub fn object(value: Value) -> Object {
    value.as_object().unwrap().clone()
}

pub fn finished(status: Status, module: &str) -> Finished {
    Finished {
        status,
        ignored: false,
        looped: false,
        module: module.to_owned(),
        delegated: None,
        msg: None,
        data: Object::new(),
        diff: Vec::new(),
        warnings: Vec::new(),
        censored: false,
        place: None,
        elapsed: 0.25,
    }
}

pub fn failed(msg: &str, data: Value) -> Finished {
    Finished {
        msg: Some(msg.to_owned()),
        data: object(data),
        ..finished(Status::Failed, "command")
    }
}

pub fn started(dry: bool) -> Event {
    Event::RunStarted {
        playbooks: vec!["site.yml".to_owned()],
        dry,
        shard: None,
    }
}

pub fn play(name: &str, hosts: &[&str]) -> Event {
    Event::PlayStarted {
        strategy: Strategy::Linear,
        name: name.to_owned(),
        hosts: names(hosts),
    }
}

pub fn task(name: &str, hosts: &[&str]) -> Event {
    step(Kind::Task, name, hosts)
}

pub fn step(kind: Kind, name: &str, hosts: &[&str]) -> Event {
    Event::TaskStarted {
        task: 0,
        kind,
        name: name.to_owned(),
        place: "site.yml:7:5".to_owned(),
        hosts: names(hosts),
    }
}

pub fn done(host: &str, result: Finished) -> Event {
    Event::HostFinished {
        task: 0,
        host: host.to_owned(),
        result,
    }
}

pub fn item(host: &str, item: &str, result: Finished) -> Event {
    Event::ItemFinished {
        task: 0,
        host: host.to_owned(),
        item: item.to_owned(),
        result,
    }
}

pub fn waiting(hosts: &[&str], seconds: u64) -> Event {
    Event::Waiting {
        task: 0,
        hosts: names(hosts),
        seconds,
    }
}

pub fn output(host: &str, stream: Stream, text: &str) -> Event {
    Event::Output {
        task: 0,
        host: host.to_owned(),
        item: None,
        stream,
        text: text.to_owned(),
    }
}

pub fn ended(hosts: &[(&str, Tally)]) -> Event {
    Event::RunFinished(Recap {
        hosts: hosts
            .iter()
            .map(|(host, tally)| ((*host).to_owned(), *tally))
            .collect(),
        ..Recap::default()
    })
}

pub fn text_diff(what: &str, before: &str, after: &str) -> Diff {
    Diff {
        what: what.to_owned(),
        before: Side::Text(before.to_owned()),
        after: Side::Text(after.to_owned()),
    }
}

pub fn state(properties: &[(&str, &str)]) -> Side {
    let pairs = properties.iter();
    Side::State(
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    )
}

pub fn names(hosts: &[&str]) -> Vec<String> {
    hosts.iter().map(|&host| host.to_owned()).collect()
}

/// One of every kind of event, with something in every field.
pub fn samples() -> Vec<Event> {
    let full = Finished {
        delegated: Some("db1".to_owned()),
        diff: vec![
            text_diff("/etc/a", "a\n", "b\n"),
            Diff {
                what: "user ada".to_owned(),
                before: state(&[("uid", "1")]),
                after: Side::Absent,
            },
        ],
        warnings: names(&["careful"]),
        place: Some("site.yml:9:7".to_owned()),
        ..failed("it broke", json!({"rc": 1, "lines": ["a", {"b": "c"}]}))
    };
    numbered(&[
        Event::RunStarted {
            playbooks: names(&["site.yml"]),
            dry: true,
            shard: "2/3".parse().ok(),
        },
        play("First", &["web1"]),
        Event::PlaySkipped {
            name: "Second".to_owned(),
            reason: "no hosts matched".to_owned(),
        },
        Event::Asked {
            question: "Go on?".to_owned(),
        },
        task("Install", &["web1"]),
        Event::Output {
            task: 0,
            host: "web1".to_owned(),
            item: Some("a".to_owned()),
            stream: Stream::Stdout,
            text: "hello\n".to_owned(),
        },
        item("web1", "a", full.clone()),
        Event::Retrying {
            task: 0,
            host: "web1".to_owned(),
            item: Some("a".to_owned()),
            attempt: 1,
            left: 2,
        },
        waiting(&["web1"], 10),
        done("web1", full),
        Event::Included {
            task: 0,
            file: "more.yml".to_owned(),
            hosts: names(&["web1"]),
        },
        Event::Warning {
            message: "look out".to_owned(),
            place: Some("site.yml:1:1".to_owned()),
        },
        Event::RunFinished(Recap {
            hosts: vec![("web1".to_owned(), Tally::default())],
            owed: BTreeMap::from([("web1".to_owned(), names(&["restart nginx"]))]),
            interrupted: BTreeMap::from([("web1".to_owned(), "Install".to_owned())]),
            cut_short: Some(Cut::Fault("no such order".to_owned())),
            stats: object(json!({"built": "yes"})),
            elapsed: 1.5,
        }),
    ])
}
