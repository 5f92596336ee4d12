//! What whole runs look like on a terminal.

use {
    super::{Style, Terminal, recording::*},
    crate::{
        event::{Event, Finished, Kind, Recap, Status, Tally},
        playbook::Strategy,
        wire::{Diff, Side, Stream},
    },
    serde_json::json,
    std::collections::BTreeMap,
};

fn terminal(style: Style, events: &[Event]) -> String {
    shown(|paper| Terminal::new(paper, style), events)
}

fn plain(events: &[Event]) -> String {
    terminal(Style::default(), events)
}

fn with(status: Status, module: &str, data: serde_json::Value) -> Finished {
    Finished {
        data: object(data),
        ..finished(status, module)
    }
}

/// The run of `fixtures/ansible.yml`, as events.
fn familiar() -> Vec<Event> {
    let both = ["web1", "database-2"];
    let mut events = vec![play("First play", &both), task("Debug text", &both)];
    let hi = with(Status::Ok, "debug", json!({"msg": "hi there"}));
    events.extend(both.map(|host| done(host, hi.clone())));
    events.push(task("Loop", &both));
    for host in both {
        for name in ["x", "y"] {
            let status = if name == "x" {
                Status::Changed
            } else {
                Status::Ok
            };
            events.push(item(host, name, finished(status, "command")));
        }
        let looped = Finished {
            looped: true,
            ..finished(Status::Changed, "command")
        };
        events.push(done(host, looped));
    }
    events.push(task("Skip items", &both));
    for host in both {
        events.push(item(host, "1", finished(Status::Skipped, "command")));
        let skipped = Finished {
            looped: true,
            ..finished(Status::Skipped, "command")
        };
        events.push(done(host, skipped));
    }
    events.push(task("Copy", &both[..1]));
    let copied = Finished {
        diff: vec![text_diff("/srv/f", "a\nb\nc\n", "a\nB\nc\n")],
        ..finished(Status::Changed, "copy")
    };
    events.push(done("web1", copied));
    events.push(task("include_tasks", &both));
    events.push(Event::Included {
        task: 0,
        file: "inc.yml".to_owned(),
        hosts: names(&both),
    });
    events.push(task("Delegated", &both));
    let delegated = Finished {
        delegated: Some("web1".to_owned()),
        ..finished(Status::Changed, "command")
    };
    events.push(done("web1", finished(Status::Changed, "command")));
    events.push(done("database-2", delegated));
    events.push(task("Again", &both[..1]));
    events.push(Event::Retrying {
        task: 0,
        host: "web1".to_owned(),
        item: None,
        attempt: 1,
        left: 3,
    });
    events.push(done("web1", finished(Status::Ok, "command")));
    events.push(step(Kind::Handler, "ring", &both[..1]));
    events.push(done("web1", finished(Status::Changed, "command")));
    events.push(Event::PlaySkipped {
        name: "nothing".to_owned(),
        reason: "no hosts matched".to_owned(),
    });
    let tally = |ok, changed, skipped| Tally {
        ok,
        changed,
        skipped,
        ..Tally::default()
    };
    events.push(ended(&[
        ("database-2", tally(4, 2, 1)),
        ("web1", tally(7, 4, 1)),
    ]));
    events
}

#[test]
fn says_what_ansible_says() {
    let style = Style {
        diff: true,
        ..Style::default()
    };
    let ours = terminal(style, &familiar());
    let theirs = include_str!("fixtures/ansible.txt");
    assert_eq!(ours, theirs);
}

#[test]
fn a_plan_says_what_would_be_and_what_cannot_be_known() {
    let both = ["web1", "web2"];
    let differing = |after: &str| Finished {
        diff: vec![Diff {
            what: "/etc/motd".to_owned(),
            before: Side::Absent,
            after: Side::Text(after.to_owned()),
        }],
        ..finished(Status::Changed, "copy")
    };
    let unknown = Finished {
        msg: Some("the package nginx is not installed yet".to_owned()),
        ..finished(Status::Unknown, "service")
    };
    let tally = Tally {
        ok: 1,
        changed: 1,
        unknown: 1,
        ..Tally::default()
    };
    let events = [
        started(true),
        play("Web", &both),
        task("motd", &both),
        done("web1", differing("hello\n")),
        done("web2", differing("hello\n")),
        task("nginx : start", &both),
        done("web1", unknown.clone()),
        item("web2", "nginx", unknown.clone()),
        done(
            "web2",
            Finished {
                looped: true,
                ..unknown
            },
        ),
        ended(&[("web1", tally), ("web2", tally)]),
    ];
    let style = Style {
        diff: true,
        ..Style::default()
    };
    insta::assert_snapshot!(terminal(style, &events).trim(), @r#"
    DRY RUN [nothing is changed: "changed" says what would be] *********************

    PLAY [Web] *********************************************************************

    TASK [motd] ********************************************************************
    --- before (absent)
    +++ after: /etc/motd
    @@ -0,0 +1 @@
    +hello

    changed: [web1]
    (same difference as on web1)
    changed: [web2]

    TASK [nginx : start] ***********************************************************
    unknown: [web1] known after apply: the package nginx is not installed yet
    unknown: [web2] => (item=nginx) known after apply: the package nginx is not installed yet

    PLAY RECAP *********************************************************************
    web1                       : ok=1    changed=1    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0    unknown=1   
    web2                       : ok=1    changed=1    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0    unknown=1
    "#);
}

/// Failures of all sorts, an ignored and a rescued one among them.
fn failures() -> Vec<Event> {
    let all = ["web1", "web2", "web3", "gone"];
    let data = json!({"rc": 3, "cmd": ["sh", "-c", "boom"], "stdout": "one\ntwo", "stderr": "no\u{1b}[31m space"});
    let broken = failed("non-zero return code", data);
    let ignored = Finished {
        ignored: true,
        ..failed("never mind", json!({}))
    };
    let unreachable = Finished {
        msg: Some("Connection refused".to_owned()),
        ..finished(Status::Unreachable, "setup")
    };
    let looped = Finished {
        looped: true,
        ..broken.clone()
    };
    let tally = |ok, failed, rescued, unreachable| Tally {
        ok,
        failed,
        rescued,
        unreachable,
        ..Tally::default()
    };
    vec![
        play("Web\nok: [not ours]", &all),
        step(Kind::Gather, "Gathering Facts", &all),
        done("gone", unreachable),
        task("Build", &all[..3]),
        done("web1", broken.clone()),
        done("web2", broken.clone()),
        done("web3", ignored),
        task("Loop", &all[2..3]),
        item("web3", "/bin/false", failed("it is false", json!({}))),
        done("web3", looped),
        Event::Warning {
            message: "look out".to_owned(),
            place: Some("site.yml:1:1".to_owned()),
        },
        Event::RunFinished(Recap {
            hosts: vec![
                ("web1".to_owned(), tally(0, 1, 0, 0)),
                ("web2".to_owned(), tally(0, 1, 0, 0)),
                ("web3".to_owned(), tally(1, 0, 1, 0)),
                ("gone".to_owned(), tally(0, 0, 0, 1)),
            ],
            owed: BTreeMap::from([("web1".to_owned(), names(&["restart nginx", "reload"]))]),
            interrupted: BTreeMap::from([("web3".to_owned(), "Slow".to_owned())]),
            ..Recap::default()
        }),
    ]
}

#[test]
fn failures_can_be_read_and_are_told_again_by_cause() {
    insta::assert_snapshot!(plain(&failures()).trim(), @r"
    PLAY [Web\nok: [not ours]] *****************************************************

    TASK [Gathering Facts] *********************************************************
    fatal: [gone]: UNREACHABLE! => Connection refused
        place: site.yml:7:5

    TASK [Build] *******************************************************************
    fatal: [web1]: FAILED! => non-zero return code
        rc: 3
        cmd: sh -c boom
        stdout:
            one
            two
        stderr: no\x1b[31m space
        place: site.yml:7:5
    fatal: [web2]: FAILED! => non-zero return code
        rc: 3
        cmd: sh -c boom
        stdout:
            one
            two
        stderr: no\x1b[31m space
        place: site.yml:7:5
    fatal: [web3]: FAILED! => never mind
        place: site.yml:7:5
    ...ignoring

    TASK [Loop] ********************************************************************
    failed: [web3] (item=/bin/false) => it is false
        place: site.yml:7:5
    [WARNING]: look out
        place: site.yml:1:1

    PLAY RECAP *********************************************************************
    web1                       : ok=0    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0   
    web2                       : ok=0    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0   
    web3                       : ok=1    changed=0    unreachable=0    failed=0    skipped=0    rescued=1    ignored=0   
    gone                       : ok=0    changed=0    unreachable=1    failed=0    skipped=0    rescued=0    ignored=0   

    UNREACHABLE on gone: [Gathering Facts] at site.yml:7:5
        Connection refused

    FAILED on web1, web2: [Build] at site.yml:7:5
        non-zero return code
        stderr: no\x1b[31m space

    Handlers that were notified but not run:
        web1: restart nginx, reload

    Interrupted; whether these steps were carried out is not known:
        web3: [Slow]
    ");
}

#[test]
fn colours_say_nothing_that_words_do_not() {
    let style = Style {
        colour: true,
        diff: true,
        ..Style::default()
    };
    let mut events = familiar();
    events.extend(failures());
    let coloured = terminal(style.clone(), &events);
    let ink = regex::Regex::new("\x1b\\[[0-9;]*m").unwrap();
    let uncoloured = Style {
        colour: false,
        ..style
    };
    assert_eq!(
        ink.replace_all(&coloured, ""),
        terminal(uncoloured, &events)
    );
    for line in [
        "\x1b[0;33mchanged: [web1]\x1b[0m\n",
        "\x1b[0;32mok: [web1] => {\x1b[0m\n",
        "\x1b[0;36mskipping: [web1]\x1b[0m\n",
        "\x1b[0;31mweb1\x1b[0m                       : ok=0    changed=0    unreachable=0    \x1b[0;31mfailed=1   \x1b[0m skipped=0",
        "\x1b[1;31mfatal: [gone]: UNREACHABLE! => Connection refused\x1b[0m\n",
    ] {
        assert!(coloured.contains(line), "{line:?} in {coloured:?}");
    }
}

#[test]
fn more_v_more_to_see() {
    let command = with(
        Status::Changed,
        "command",
        json!({"rc": 0, "stdout": "a\nb"}),
    );
    let skipped = with(
        Status::Skipped,
        "command",
        json!({"skip_reason": "not wanted"}),
    );
    let events = [
        started(false),
        task("Run", &["web1"]),
        output("web1", Stream::Stdout, "half\rline\nrest\n"),
        done("web1", command),
        done("web2", skipped),
    ];
    assert!(!plain(&events).contains("rest"));
    insta::assert_snapshot!(terminal(verbose(2), &events).trim(), @r#"
    PLAYBOOK: site.yml *************************************************************

    TASK [Run] *********************************************************************
    task path: site.yml:7:5
    web1 | half
    web1 | line
    web1 | rest
    changed: [web1] => {
        "changed": true,
        "rc": 0,
        "stdout": "a\nb"
    }
    skipping: [web2] => {
        "changed": false,
        "skip_reason": "not wanted"
    }
    "#);
}

#[test]
fn a_banner_waits_for_something_to_show_where_ok_is_not_shown() {
    let style = Style {
        ok_hosts: false,
        skipped_hosts: false,
        ..Style::default()
    };
    let events = [
        task("Quiet", &["web1"]),
        done("web1", finished(Status::Ok, "command")),
        done("web2", finished(Status::Skipped, "command")),
        task("Loud", &["web1"]),
        done("web1", finished(Status::Changed, "command")),
    ];
    let text = terminal(style, &events);
    assert!(text.starts_with("\nTASK [Loud] "), "{text}");
    assert!(text.ends_with("*\nchanged: [web1]\n"), "{text}");
}

#[test]
fn a_warning_is_shown_once() {
    let warned = Finished {
        warnings: names(&["old\nthing"]),
        ..finished(Status::Ok, "command")
    };
    let events = [
        task("T", &["web1"]),
        done("web1", warned.clone()),
        done("web2", warned),
    ];
    let text = plain(&events);
    assert_eq!(
        text.matches("[WARNING]: old\n    thing\n").count(),
        1,
        "{text}"
    );
}

#[test]
fn hosts_at_their_own_pace_show_their_step_again_where_it_differs() {
    let at = |task, name: &str, host: &str| Event::TaskStarted {
        task,
        kind: Kind::Task,
        name: name.to_owned(),
        place: "site.yml:7:5".to_owned(),
        hosts: names(&[host]),
    };
    let done = |task, host: &str, status| Event::HostFinished {
        task,
        host: host.to_owned(),
        result: finished(status, "command"),
    };
    let events = [
        Event::PlayStarted {
            name: "free".to_owned(),
            strategy: Strategy::Free,
            hosts: names(&["web1", "web2"]),
        },
        at(1, "Quick", "web1"),
        at(1, "Quick", "web2"),
        done(1, "web1", Status::Ok),
        at(2, "Then", "web1"),
        done(2, "web1", Status::Changed),
        done(1, "web2", Status::Failed),
        Event::RunFinished(Recap::default()),
    ];
    insta::assert_snapshot!(plain(&events), @r"

    PLAY [free] ********************************************************************

    TASK [Quick] *******************************************************************
    ok: [web1]

    TASK [Then] ********************************************************************
    changed: [web1]

    TASK [Quick] *******************************************************************
    fatal: [web2]: FAILED! => the module gave no reason
        place: site.yml:7:5

    PLAY RECAP *********************************************************************

    FAILED on web2: [Quick] at site.yml:7:5
        the module gave no reason
    ");
}

#[test]
fn hosts_that_take_long_are_named() {
    let hosts = ["a", "b", "c", "d", "e", "f", "g"];
    let events = [
        task("Build", &hosts),
        waiting(&hosts, 10),
        waiting(&["g"], 20),
    ];
    let text = plain(&events);
    let lines = "waiting: [a, b, c, d, e and 2 more] (10 seconds)\nwaiting: [g] (20 seconds)\n";
    assert!(text.ends_with(lines), "{text}");
}
