//! The help of every verb, as people see it.

use super::Room;

fn help(verb: &str) -> String {
    let help = Room::new().farcast(&format!("{verb} --help")).good();
    let lines: Vec<_> = help.lines().map(str::trim_end).collect();
    lines.join("\n")
}

#[test]
fn of_farcast() {
    insta::assert_snapshot!(help(""), @r#"
    Bring hosts into the state that Ansible playbooks declare: over SSH, with
    nothing needed on the hosts

    Usage: farcast <COMMAND>

    Commands:
      apply        Run playbooks
      plan         Say what `apply` would change, with differences, and change
                   nothing. Exit code 0: in sync; 3: something would change
      validate     Check playbooks without touching a host
      run          Do one thing on hosts, as the program `ansible` does
      facts        Gather facts about hosts and print them as JSON
      inventory    Show hosts, groups and their variables, as `ansible-inventory`
                   does
      doc          Describe modules and their arguments
      vault        Encrypt, decrypt, view and edit vaults, as `ansible-vault` does
      sandbox      Make and end throwaway real hosts on this machine
      test         Test a playbook on throwaway hosts: apply it, apply it again
                   (which must change nothing), verify the result
      completions  Print a script that completes farcast's command line in a shell
      man          Print the manual page, or write the pages of all verbs into a
                   directory
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version
    "#);
}

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

      -C, --check
              Look only: say what would change, and change nothing

      -f, --forks <N>
              How many hosts work on a step at once

          --force-handlers
              Run notified handlers of hosts that failed

          --flush-cache
              Taken as ansible-playbook takes it; facts are not kept between runs

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

    Usage: farcast validate [OPTIONS] <PLAYBOOK>...

    Arguments:
      <PLAYBOOK>...
              Playbooks to check

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
              - human: With the lines of the file around it
              - jsonl: One JSON object a line

              [default: human]

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version
    "#);
}

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

#[test]
fn of_doc() {
    insta::assert_snapshot!(help("doc"), @r#"
    Describe modules and their arguments

    Usage: farcast doc [OPTIONS] [MODULE]...

    Arguments:
      [MODULE]...  Modules to describe; another word searches all descriptions. None
                   lists all modules

    Options:
      -l, --list     List the modules (of which the name or synopsis holds the words
                     given)
      -j, --json     JSON, as ansible-doc prints it
      -s, --snippet  Show a task to copy and fill in
      -h, --help     Print help
      -V, --version  Print version
    "#);
}

#[test]
fn of_vault() {
    insta::assert_snapshot!(help("vault"), @r#"
    Encrypt, decrypt, view and edit vaults, as `ansible-vault` does

    Usage: farcast vault <COMMAND>

    Commands:
      encrypt         Encrypt files in place, or standard input to standard output
      decrypt         Decrypt files in place, or standard input to standard output
      view            Show what is in encrypted files
      edit            Edit encrypted files with $VISUAL or $EDITOR
      create          Make an encrypted file with $VISUAL or $EDITOR
      rekey           Encrypt files anew with another password
      encrypt-string  Encrypt texts as values to paste into a playbook
      help            Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version
    "#);
}

#[test]
fn of_vault_encrypt() {
    insta::assert_snapshot!(help("vault encrypt"), @r#"
    Encrypt files in place, or standard input to standard output

    Usage: farcast vault encrypt [OPTIONS] [FILE]...

    Arguments:
      [FILE]...  Files to encrypt; none or `-` means standard input

    Options:
          --output <FILE>
              Write the result here instead of in place; `-` means standard output
          --encrypt-vault-id <ID>
              Encrypt with the password of this id, where several are given
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

#[test]
fn of_vault_encrypt_string() {
    insta::assert_snapshot!(help("vault encrypt-string"), @r#"
    Encrypt texts as values to paste into a playbook

    Usage: farcast vault encrypt-string [OPTIONS] [TEXT]...

    Arguments:
      [TEXT]...  Texts to encrypt; `-` means standard input

    Options:
      -n, --name <NAME>
              The name of the variable; once for each text, in order
          --stdin-name <NAME>
              The name of the variable that standard input is for
      -p, --prompt
              Ask for a text at the terminal
          --show-input
              Show what is typed
          --output <FILE>
              Write the result here; `-` means standard output
          --encrypt-vault-id <ID>
              Encrypt with the password of this id, where several are given
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

#[test]
fn of_vault_rekey() {
    insta::assert_snapshot!(help("vault rekey"), @r#"
    Encrypt files anew with another password

    Usage: farcast vault rekey [OPTIONS] <FILE>...

    Arguments:
      <FILE>...  Encrypted files

    Options:
          --new-vault-password-file <FILE>
              The file that holds the new password, or prints it where it can be
              executed
          --new-vault-id <ID>
              The new password with its id: `ID@FILE` or `ID@prompt`
          --encrypt-vault-id <ID>
              The id to write, where it is another than that of the new password
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

#[test]
fn of_sandbox() {
    insta::assert_snapshot!(help("sandbox"), @r#"
    Make and end throwaway real hosts on this machine

    Usage: farcast sandbox <COMMAND>

    Commands:
      up    Make hosts and wait until they answer on SSH
      down  End a run's hosts and remove everything that it made
      list  List the runs and their hosts
      ssh   Open a shell on a host, or run a command there, as the user `operator`
      help  Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version
    "#);
}

#[test]
fn of_sandbox_up() {
    insta::assert_snapshot!(help("sandbox up"), @r#"
    Make hosts and wait until they answer on SSH

    Usage: farcast sandbox up [OPTIONS] <HOST>...

    Arguments:
      <HOST>...  What to make: `debian-12` or `centos-9`, with a name as in
                 `web1=debian-12`

    Options:
          --name <RUN>  The name of the run: runs with different names do not meet
                        [default: default]
      -h, --help        Print help
      -V, --version     Print version
    "#);
}

#[test]
fn of_sandbox_ssh() {
    insta::assert_snapshot!(help("sandbox ssh"), @r#"
    Open a shell on a host, or run a command there, as the user `operator`

    Usage: farcast sandbox ssh [OPTIONS] <HOST> [COMMAND]...

    Arguments:
      <HOST>        The host
      [COMMAND]...  The command; none means a shell

    Options:
          --name <RUN>  The run [default: default]
      -h, --help        Print help
      -V, --version     Print version
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

#[test]
fn of_completions() {
    insta::assert_snapshot!(help("completions"), @r#"
    Print a script that completes farcast's command line in a shell

    Usage: farcast completions <SHELL>

    Arguments:
      <SHELL>  The shell to complete in [possible values: bash, elvish, fish,
               powershell, zsh]

    Options:
      -h, --help     Print help
      -V, --version  Print version
    "#);
}

#[test]
fn of_man() {
    insta::assert_snapshot!(help("man"), @r#"
    Print the manual page, or write the pages of all verbs into a directory

    Usage: farcast man [DIR]

    Arguments:
      [DIR]  Write one page for farcast and one for each verb into this directory

    Options:
      -h, --help     Print help
      -V, --version  Print version
    "#);
}

/// A plan takes what a run takes.
#[test]
fn of_plan() {
    let (apply, plan) = (help("apply"), help("plan"));
    let options = |help: &str| help.split_once("Arguments:").unwrap().1.to_owned();
    assert_eq!(options(&plan), options(&apply));
}

#[test]
fn without_a_verb() {
    let told = Room::new().farcast("");
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("Commands:"), "{}", told.stderr);
}
