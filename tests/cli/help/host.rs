use super::help;

#[test]
fn of_run() {
    insta::assert_snapshot!(help("run"), @r#"
    Do one thing on hosts, as the program `ansible` does

    Usage: farcast run [OPTIONS] <PATTERN>

    Arguments:
      <PATTERN>
              The hosts

    Options:
      -m, --module-name <MODULE>
              The module that does it

              [default: command]

      -a, --args <ARGS>
              The module's arguments: `name=value …`, JSON, or a command line where
              the module takes one

              [default: ""]

      -o, --one-line
              One line for each host

          --list-hosts
              List the hosts, and do nothing

          --task-timeout <SECONDS>
              Seconds until the module is given up

      -B, --background <SECONDS>
              Run as a job that is ended after so many seconds

      -P, --poll <SECONDS>
              How often to ask for the end of the job, in seconds; 0: not at all

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
              How many hosts work at once

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version
    "#);
}

#[test]
fn of_facts() {
    insta::assert_snapshot!(help("facts"), @r#"
    Gather facts about hosts and print them as JSON

    Usage: farcast facts [OPTIONS] [PATTERN]

    Arguments:
      [PATTERN]
              The hosts

              [default: all]

    Options:
          --filter <GLOB>
              Only facts whose names match, such as `ansible_distribution*` or
              `memory_mb`

          --subset <SUBJECT>
              Only these subjects, such as `network`, or all but one, as `!hardware`

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
              How many hosts work at once

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version
    "#);
}

#[test]
fn of_inventory() {
    insta::assert_snapshot!(help("inventory"), @r#"
    Show hosts, groups and their variables, as `ansible-inventory` does

    Usage: farcast inventory [OPTIONS] <--list|--graph|--host <HOST>> [GROUP]

    Arguments:
      [GROUP]  The group to begin the graph at [default: all]

    Options:
          --list
              All groups and hosts with their variables, as an inventory script
              prints them
          --graph
              The groups and hosts as a tree
          --host <HOST>
              The variables of one host
      -y, --yaml
              YAML instead of JSON
          --toml
              TOML instead of JSON
          --vars
              Show variables in the graph
          --export
              List the variables of groups at the groups: to be read as an inventory
              again
          --output <FILE>
              Write the list here instead of to standard output
      -i, --inventory <INVENTORY>
              An inventory: a file, a directory, an executable, or hosts with commas
              (`a,b,`) [alias: --inventory-file]
      -l, --limit <PATTERN>
              Only these hosts of what the pattern selects
      -e, --extra-vars <VARS>
              Variables that win over all others: `name=value …`, YAML or JSON, or
              `@FILE`
          --playbook-dir <DIR>
              The directory whose `group_vars`, `host_vars` and `roles` count as the
              playbook's
      -J, --ask-vault-pass
              Ask for the vault password [alias: --ask-vault-password]
          --vault-password-file <FILE>
              Read a vault password from this file, or from what it prints where it
              can be executed [alias: --vault-pass-file]
          --vault-id <ID>
              A vault password by id: `ID@FILE` or `ID@prompt`
      -h, --help
              Print help
      -V, --version
              Print version
    "#);
}
