//! The help of every verb, as people see it.

mod host;
mod playbook;
mod pull;
mod vault;

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
      why          Say where a variable of a host comes from: the definition that
                   wins, those it hides, and who reads it
      schema       Print the JSON Schema of playbooks, for editors
      doc          Describe modules and their arguments
      pull         Get a repository and apply its playbook to this machine, as
                   `ansible-pull` does
      report       Tell what came of runs that are over
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
fn of_report_merge() {
    insta::assert_snapshot!(help("report merge"), @r#"
    Join the event files of a run's shards into one recap and one exit code

    Usage: farcast report merge [OPTIONS] <FILE|DIR>...

    Arguments:
      <FILE|DIR>...
              Event files, as `--events` and `--format jsonl` write them, and
              directories of such files (`*.jsonl`)

    Options:
          --format <FORMAT>
              What the output is: the recap, or all events as one stream

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

#[test]
fn without_a_verb() {
    let told = Room::new().farcast("");
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("Commands:"), "{}", told.stderr);
}
