//! The shipped templates render by Tera with nothing but the variables that the roles define.
#![cfg(feature = "controller")]

use std::{fs, path::Path};

use tera::{Context, Tera};

/// The template of this name, rendered with the top-level scalars and lists of these variable files.
fn render(template: &str, variable_files: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let mut context = Context::new();
    context.insert("ansible_managed", "Ansible managed");
    for file in variable_files {
        let variables: serde_yaml::Value = serde_yaml::from_str(&read(file)).unwrap();
        context.extend(Context::from_serialize(variables).unwrap());
    }
    Tera::one_off(&read(&format!("templates/{template}")), &context, false).unwrap()
}

#[test]
fn supervisor_runs_the_service_with_its_own_options() {
    let text = render(
        "supervisor.conf.tera",
        &[
            "playbooks/group_vars/all.yml",
            "roles/greeting/defaults/main.yml",
        ],
    );
    let command = "command=/opt/greeting/greeting serve --listen unix:/opt/greeting/run/greeting.sock \
                   --database /var/lib/greeting/greeting.sqlite --log /var/log/greeting/greeting.log\n";
    assert!(
        text.starts_with("; Ansible managed\n[program:greeting]\n"),
        "{text}"
    );
    assert!(
        text.contains(command) && text.contains("\nuser=greeting\n"),
        "{text}"
    );
}

#[test]
fn nginx_replaces_the_header_that_the_service_believes() {
    let text = render(
        "nginx.conf.tera",
        &[
            "playbooks/group_vars/all.yml",
            "roles/nginx/defaults/main.yml",
        ],
    );
    assert!(
        text.contains("server unix:/opt/greeting/run/greeting.sock;"),
        "{text}"
    );
    assert!(
        text.contains("proxy_set_header X-Real-IP $remote_addr;"),
        "{text}"
    );
    assert!(
        text.contains("ssl_certificate_key /etc/nginx/tls/greeting.key;"),
        "{text}"
    );
}

#[test]
fn pg_hba_has_one_line_for_each_rule() {
    let text = render("pg_hba.conf.tera", &["roles/postgresql/defaults/main.yml"]);
    let rules: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        rules,
        [
            vec!["local", "all", "postgres", "peer"],
            vec!["local", "all", "all", "peer"],
            vec!["host", "all", "all", "127.0.0.1/32", "scram-sha-256"],
            vec!["host", "all", "all", "::1/128", "scram-sha-256"],
        ]
    );
}
