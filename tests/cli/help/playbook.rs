use super::help;

#[test]
fn of_apply() {
    insta::assert_snapshot!(help("apply"), @r#"
    Run playbooks

    Usage: farcast apply [OPTIONS] <PLAYBOOK>...

    Arguments:
      <PLAYBOOK>...
              Playbooks to run, in order

    Options:
      -i, --inventory <INVENTORY>
              An inventory: a file, a directory, an executable, or hosts with commas
              (`a,b,`)

              [alias: --inventory-file]

      -l, --limit <PATTERN>
              Only these hosts of what the pattern selects

      -e, --extra-vars <VARS>
              Variables that win over all others: `name=value …`, YAML or JSON, or
              `@FILE`

          --playbook-dir <DIR>
              The directory whose `group_vars`, `host_vars` and `roles` count as the
              playbook's

      -u, --user <USER>
              Log in as this user

      -k, --ask-pass
              Ask for the password to log in with

          --connection-password-file <FILE>
              Read the password to log in with from this file

              [alias: --conn-pass-file]

          --private-key <FILE>
              Log in with this key

              [alias: --key-file]

      -c, --connection <KIND>
              How to connect: ssh (your own ssh program), russh (built in), local

          --ssh-common-args <ARGS>
              Options for ssh, as ssh takes them

          --ssh-extra-args <ARGS>
              More options for ssh, as ssh takes them

      -T, --timeout <SECONDS>
              Seconds until a connection is given up

          --accept-new-host-keys
              Believe the keys of hosts that are not known yet, and remember them. A
              key that has changed is refused all the same

      -b, --become
              Become another user for every step

          --become-method <METHOD>
              How: sudo, su, doas

          --become-user <USER>
              Whom (root, where nothing is said)

      -K, --ask-become-pass
              Ask for the password to become another user with

          --become-password-file <FILE>
              Read the password to become another user with from this file

              [alias: --become-pass-file]

      -J, --ask-vault-pass
              Ask for the vault password

              [alias: --ask-vault-password]

          --vault-password-file <FILE>
              Read a vault password from this file, or from what it prints where it
              can be executed

              [alias: --vault-pass-file]

          --vault-id <ID>
              A vault password by id: `ID@FILE` or `ID@prompt`

      -t, --tags <TAGS>
              Only steps with one of these tags

          --skip-tags <TAGS>
              No steps with one of these tags

          --start-at-task <NAME>
              Begin at the step of this name

          --step
              Ask before every step

          --list-tasks
              List the steps, and run nothing

          --list-hosts
              List the hosts of each play, and run nothing

          --list-tags
              List the tags of each play, and run nothing

          --syntax-check
              Check the playbooks without touching a host

      -v, --verbose...
              Say more; up to four times

      -D, --diff
              Show what changes in files

          --format <FORMAT>
              What the output is

              Possible values:
              - text:  For people
              - jsonl: One JSON object a line, as `docs/events.md` describes

              [default: text]

          --shard <K/N>
              Only one of N parts of the hosts: K from 1 to N, or `index:I/N` with I
              from 0. `docs/scale.md` tells how to run all

          --events <FILE>
              Write what happens into this file, too, as JSON lines; `report merge`
              joins the files of all shards

      -C, --check
              Look only: say what would change, and change nothing

      -f, --forks <N>
              How many hosts work on a step at once

          --look-ahead <N>
              How many steps may be sent to a host at once; 1 is step by step

              [default: 128]

          --force-handlers
              Run notified handlers of hosts that failed

          --flush-cache
              Forget the facts that earlier runs have kept

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version
    "#);
}

#[test]
fn of_validate() {
    insta::assert_snapshot!(help("validate"), @r#"
    Check playbooks without touching a host

    Usage: farcast validate [OPTIONS] <PLAYBOOK|DIR>...

    Arguments:
      <PLAYBOOK|DIR>...
              Playbooks to check, and directories of playbooks and roles

    Options:
      -i, --inventory <INVENTORY>
              An inventory: a file, a directory, an executable, or hosts with commas
              (`a,b,`)

              [alias: --inventory-file]

      -l, --limit <PATTERN>
              Only these hosts of what the pattern selects

      -e, --extra-vars <VARS>
              Variables that win over all others: `name=value …`, YAML or JSON, or
              `@FILE`

          --playbook-dir <DIR>
              The directory whose `group_vars`, `host_vars` and `roles` count as the
              playbook's

      -J, --ask-vault-pass
              Ask for the vault password

              [alias: --ask-vault-password]

          --vault-password-file <FILE>
              Read a vault password from this file, or from what it prints where it
              can be executed

              [alias: --vault-pass-file]

          --vault-id <ID>
              A vault password by id: `ID@FILE` or `ID@prompt`

          --format <FORMAT>
              What the output is

              Possible values:
              - human:  With the lines of the file around it
              - jsonl:  One JSON object a line
              - github: Commands by which a GitHub workflow shows them beside the
                change
              - sarif:  SARIF 2.1.0, for code scanning

              [default: human]

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version
    "#);
}

#[test]
fn of_test() {
    insta::assert_snapshot!(help("test"), @r#"
    Test a playbook on throwaway hosts: apply it, apply it again (which must change
    nothing), verify the result

    Usage: farcast test [OPTIONS] <PLAYBOOK>

    Arguments:
      <PLAYBOOK>
              The playbook to test

    Options:
          --image <HOST>
              The hosts to test on, as `farcast sandbox up` takes them: `debian-12`,
              `web1=centos-9`

              [default: debian-12]

          --verify <PLAYBOOK>
              The playbook that proves the result, if not `verify.yml` beside the
              playbook

          --keep
              Leave the hosts running

      -e, --extra-vars <VARS>
              Variables that win over all others: `name=value …`, YAML or JSON, or
              `@FILE`

      -J, --ask-vault-pass
              Ask for the vault password

              [alias: --ask-vault-password]

          --vault-password-file <FILE>
              Read a vault password from this file, or from what it prints where it
              can be executed

              [alias: --vault-pass-file]

          --vault-id <ID>
              A vault password by id: `ID@FILE` or `ID@prompt`

      -v, --verbose...
              Say more; up to four times

      -D, --diff
              Show what changes in files

          --format <FORMAT>
              What the output is

              Possible values:
              - text:  For people
              - jsonl: One JSON object a line, as `docs/events.md` describes

              [default: text]

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version
    "#);
}

/// A plan takes what a run takes.
#[test]
fn of_plan() {
    let (apply, plan) = (help("apply"), help("plan"));
    let options = |help: &str| help.split_once("Arguments:").unwrap().1.to_owned();
    assert_eq!(options(&plan), options(&apply));
}
