//! Both ways of ssh against a real sshd on the loopback: keys of hosts and users, the bootstrap, and every error on the way.

mod agent;
mod conversation;
mod escalation;
mod sshd;

use {
    farcast::transport::{
        Agent, AgentProgram, Handshakes, HostKeys, Method, Operator, Secret, Target, Transport,
        Unreachable,
    },
    sshd::{Sshd, fake_agent},
    std::{
        fs,
        os::unix::fs::{DirBuilderExt, PermissionsExt},
        time::{Duration, SystemTime},
    },
};

const BOTH: [Method; 2] = [Method::Ssh, Method::Russh];
const PATIENCE: Duration = Duration::from_secs(30);

fn target(sshd: &Sshd, method: Method) -> Target {
    Target {
        name: "web1".to_owned(),
        address: "127.0.0.1".to_owned(),
        port: Some(sshd.port),
        user: None,
        method,
        key_file: Some(sshd.path("ed25519")),
        password: None,
        common_args: Vec::new(),
        known_hosts: Some(sshd.path("known_hosts")),
        host_keys: HostKeys::Verify,
        connect_timeout: Duration::from_secs(10),
        keepalive: Duration::from_secs(15),
        operator: Operator {
            user: Some(whoami()),
            ..Operator::default()
        },
    }
}

fn whoami() -> String {
    let output = std::process::Command::new("id")
        .arg("-un")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

async fn reach(target: &Target) -> Result<Box<dyn Transport>, Unreachable> {
    Handshakes::new(1).connect(target, &mut || {}).await
}

async fn refusal(target: &Target) -> Unreachable {
    match reach(target).await {
        Ok(_) => panic!("connected"),
        Err(error) => error,
    }
}

async fn start(transport: &dyn Transport, program: &AgentProgram) -> Result<Agent, Unreachable> {
    Agent::start(transport, None, program, PATIENCE).await
}

#[tokio::test]
async fn the_agent_is_delivered_once_and_kept_privately() {
    for method in BOTH {
        let sshd = Sshd::start();
        let programs = tempfile::tempdir().unwrap();
        fake_agent(programs.path(), farcast::wire::VERSION);
        let program = AgentProgram::in_directory(programs.path(), farcast::module::Edition::Core);
        let transport = reach(&target(&sshd, method)).await.unwrap();
        for _ in 0..2 {
            let agent = start(&*transport, &program).await.unwrap();
            assert_eq!(agent.hello().user, "ada");
            agent.close().await;
        }
        transport.close().await;
        let cache = sshd.path("cache/farcast");
        let names: Vec<String> = fs::read_dir(&cache)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let hash = &program.kinds().unwrap()[0].1;
        assert_eq!(names, [format!("farcast-agent-{hash}")]);
        for path in [cache.join(&names[0]), cache] {
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o7777, 0o700, "{}", path.display());
        }
        let starts = fs::read_to_string(sshd.path("cache/starts")).unwrap();
        assert_eq!(starts.lines().count(), 2);
    }
}

#[tokio::test]
async fn an_agent_that_was_damaged_in_its_place_is_delivered_again() {
    let programs = tempfile::tempdir().unwrap();
    fake_agent(programs.path(), farcast::wire::VERSION);
    let program = AgentProgram::in_directory(programs.path(), farcast::module::Edition::Core);
    let hash = &program.kinds().unwrap()[0].1;
    for damage in ["#!/bin/sh\nexit 7\n", "\u{7f}ELF"] {
        let sshd = Sshd::start();
        let cache = sshd.path("cache/farcast");
        fs::DirBuilder::new().mode(0o700).create(&cache).unwrap();
        let place = cache.join(format!("farcast-agent-{hash}"));
        fs::write(&place, damage).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o700)).unwrap();
        let transport = reach(&target(&sshd, Method::Russh)).await.unwrap();
        let agent = start(&*transport, &program).await.unwrap();
        assert_eq!(agent.hello().user, "ada");
        agent.close().await;
        transport.close().await;
    }
}

#[tokio::test]
async fn a_host_that_takes_a_connection_and_says_nothing_is_given_up() {
    let mute = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let sshd = Sshd::start();
    for method in BOTH {
        let target = Target {
            port: Some(mute.local_addr().unwrap().port()),
            connect_timeout: Duration::from_secs(1),
            ..target(&sshd, method)
        };
        let error = refusal(&target).await;
        assert!(matches!(error, Unreachable::TimedOut { .. }), "{error}");
    }
}

#[tokio::test]
async fn old_agents_are_removed_but_for_the_newest() {
    let sshd = Sshd::start();
    let cache = sshd.path("cache/farcast");
    fs::DirBuilder::new().mode(0o700).create(&cache).unwrap();
    let day = Duration::from_secs(24 * 60 * 60);
    for age in 40..46 {
        let file = fs::File::create(cache.join(format!("farcast-agent-{age}"))).unwrap();
        file.set_modified(SystemTime::now() - day * age).unwrap();
    }
    let programs = tempfile::tempdir().unwrap();
    fake_agent(programs.path(), farcast::wire::VERSION);
    let program = AgentProgram::in_directory(programs.path(), farcast::module::Edition::Core);
    let transport = reach(&target(&sshd, Method::Ssh)).await.unwrap();
    let agent = start(&*transport, &program).await.unwrap();
    agent.close().await;
    transport.close().await;
    for age in 40..46 {
        let kept = cache.join(format!("farcast-agent-{age}")).exists();
        assert_eq!(kept, age < 43, "{age} days");
    }
}

#[tokio::test]
async fn an_unknown_key_is_named_and_can_be_accepted() {
    for method in BOTH {
        let sshd = Sshd::start();
        sshd.know_nothing();
        let mut target = target(&sshd, method);
        let error = refusal(&target).await;
        assert!(
            matches!(error, Unreachable::UnknownKey { .. }),
            "{method:?}: {error}"
        );
        let text = error.to_string();
        assert!(text.contains(&sshd.fingerprint()), "{text}");
        assert!(text.contains("ssh-ed25519") && text.contains("--accept-new-host-keys"));
        assert_eq!(fs::read_to_string(sshd.path("known_hosts")).unwrap(), "");

        target.host_keys = HostKeys::AcceptNew;
        reach(&target).await.unwrap().close().await;
        target.host_keys = HostKeys::Verify;
        reach(&target).await.unwrap().close().await;
    }
}

#[tokio::test]
async fn a_changed_key_is_refused_even_when_new_ones_are_accepted() {
    for method in BOTH {
        let sshd = Sshd::start();
        sshd.know("stranger");
        let mut target = target(&sshd, method);
        target.host_keys = HostKeys::AcceptNew;
        let error = refusal(&target).await;
        assert!(
            matches!(error, Unreachable::ChangedKey { .. }),
            "{method:?}: {error}"
        );
        let line = format!("line 2 of {}", sshd.path("known_hosts").display());
        assert!(
            error
                .to_string()
                .to_lowercase()
                .contains(&line.to_lowercase()),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_key_that_the_host_does_not_take_is_said_to_be_refused() {
    for method in BOTH {
        let sshd = Sshd::start();
        let mut target = target(&sshd, method);
        target.key_file = Some(sshd.path("stranger"));
        let error = refusal(&target).await;
        assert!(
            matches!(error, Unreachable::LoginRefused { .. }),
            "{method:?}: {error}"
        );
        assert!(error.to_string().contains("stranger"), "{error}");
    }
}

#[tokio::test]
async fn every_kind_of_key_logs_in() {
    let sshd = Sshd::start();
    for kind in ["rsa", "ecdsa"] {
        sshd.allow(kind, "");
        for method in BOTH {
            let mut target = target(&sshd, method);
            target.key_file = Some(sshd.path(kind));
            let reached = reach(&target).await;
            let transport = reached.unwrap_or_else(|error| panic!("{kind}: {error}"));
            transport.close().await;
        }
    }
}

#[tokio::test]
async fn a_locked_key_needs_its_passphrase() {
    let sshd = Sshd::start();
    sshd.allow("ecdsa", "open sesame");
    let mut target = target(&sshd, Method::Russh);
    target.key_file = Some(sshd.path("ecdsa"));
    let error = refusal(&target).await;
    assert!(matches!(error, Unreachable::KeyFile { .. }), "{error}");
    assert!(error.to_string().contains("ssh-add"), "{error}");
    target.password = Some(Secret::new("open sesame".to_owned()));
    reach(&target).await.unwrap().close().await;
}

#[tokio::test]
async fn nobody_at_the_port_and_no_such_name() {
    for method in BOTH {
        let sshd = Sshd::start();
        let mut target = target(&sshd, method);
        target.port = Some(1);
        let error = refusal(&target).await;
        assert!(
            matches!(error, Unreachable::Refused { .. }),
            "{method:?}: {error}"
        );
        target.address = "no-such-host.invalid".to_owned();
        let error = refusal(&target).await;
        assert!(
            matches!(error, Unreachable::NoSuchName { .. }),
            "{method:?}: {error}"
        );
    }
}

#[tokio::test]
async fn options_for_ssh_are_honoured() {
    let sshd = Sshd::start();
    for method in BOTH {
        let mut target = target(&sshd, method);
        target.port = None;
        target.key_file = None;
        let words = format!(
            "-C -o ControlMaster=auto -oPort={} -i {}",
            sshd.port,
            sshd.path("ed25519").display()
        );
        target.common_args = words.split(' ').map(str::to_owned).collect();
        reach(&target).await.unwrap().close().await;
        target.common_args.push("-f".to_owned());
        assert!(matches!(refusal(&target).await, Unreachable::Option { .. }));
    }
}

#[tokio::test]
async fn an_agent_of_another_build_is_told_apart() {
    let sshd = Sshd::start();
    let programs = tempfile::tempdir().unwrap();
    fake_agent(programs.path(), 7);
    let program = AgentProgram::in_directory(programs.path(), farcast::module::Edition::Core);
    let transport = reach(&target(&sshd, Method::Ssh)).await.unwrap();
    let error = start(&*transport, &program).await.err().unwrap();
    assert!(
        matches!(error, Unreachable::Version { theirs: 7, .. }),
        "{error}"
    );
    transport.close().await;
}

#[tokio::test]
async fn a_machine_without_a_program_is_named() {
    let sshd = Sshd::start();
    let programs = tempfile::tempdir().unwrap();
    fs::write(programs.path().join("farcast-agent-vax"), "").unwrap();
    let program = AgentProgram::in_directory(programs.path(), farcast::module::Edition::Core);
    let transport = reach(&target(&sshd, Method::Ssh)).await.unwrap();
    let error = start(&*transport, &program)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("available: vax"), "{error}");
    transport.close().await;
}

#[tokio::test]
async fn a_connection_goes_through_a_proxy_and_says_where_that_fails() {
    let sshd = Sshd::start();
    let mut target = target(&sshd, Method::Ssh);
    let hop = format!(
        "-oProxyCommand=ssh -F none -p {} -i {} -o UserKnownHostsFile={} -W %h:%p 127.0.0.1",
        sshd.port,
        sshd.path("ed25519").display(),
        sshd.path("known_hosts").display()
    );
    target.common_args = vec![hop];
    reach(&target).await.unwrap().close().await;

    // The first command line counts for ssh, so that the second hop's own error is seen.
    let unknown = format!(
        "-oProxyCommand=ssh -F none -p {} -o UserKnownHostsFile=/dev/null -W %h:%p 127.0.0.1",
        sshd.port
    );
    target.common_args = vec![unknown];
    let error = refusal(&target).await;
    assert!(matches!(error, Unreachable::Proxy { .. }), "{error}");
    assert!(
        error.to_string().contains("Host key verification failed"),
        "{error}"
    );
}

#[tokio::test]
async fn with_a_password_the_ssh_configuration_still_counts() {
    let sshd = Sshd::start();
    let mut target = target(&sshd, Method::Ssh);
    let config = format!("Host alias\n HostName 127.0.0.1\n Port {}\n", sshd.port);
    fs::write(sshd.path("ssh_config"), config).unwrap();
    target.address = "alias".to_owned();
    target.port = None;
    target.common_args = vec![
        "-F".to_owned(),
        sshd.path("ssh_config").display().to_string(),
    ];
    reach(&target).await.unwrap().close().await;
    target.key_file = None;
    target.password = Some(Secret::new("wrong".to_owned()));
    let error = refusal(&target).await;
    assert!(matches!(error, Unreachable::LoginRefused { .. }), "{error}");
    assert!(error.to_string().contains("tried: password"), "{error}");
}
