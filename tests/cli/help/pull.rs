use super::help;

#[test]
fn of_pull() {
    insta::assert_snapshot!(help("pull"), @r#"
    Get a repository and apply its playbook to this machine, as `ansible-pull` does

    Usage: farcast pull [OPTIONS] --url <URL> [PLAYBOOK]...

    Arguments:
      [PLAYBOOK]...
              Playbooks of the repository, in order. Without any: `HOSTNAME.yml` by
              the full, then the short name, else `local.yml`

    Options:
      -U, --url <URL>
              The repository: whatever git can fetch from

      -C, --checkout <REVISION>
              The branch, tag or whole commit id to run; the repository's own
              branch, where none is named

      -d, --directory <DIR>
              Where the repository is checked out (`~/.ansible/pull/HOSTNAME`, where
              nothing is said)

          --verify-commit
              Run only what is signed by somebody whom git trusts: the commit, or
              the tag that names it

          --allowed-signers <FILE>
              Whose ssh keys are trusted: git's `gpg.ssh.allowedSignersFile`. It
              must not come from the repository

      -o, --only-if-changed
              Run nothing where the revision is the one that succeeded last

      -s, --sleep <SECONDS>
              Wait for less than so many seconds first, at random, so that hosts do
              not all ask at once

      -f, --force
              That the repository cannot be reached is no failure, where the last
              good revision succeeds again

          --clean
              Throw away what was changed in the checked out files

          --purge
              Remove the directory afterwards; no last good revision is kept then

          --full
              Fetch the whole history, and not only the revision

          --track-subs
              Let submodules follow their branches instead of the commits that the
              repository names

          --accept-host-key
              Believe the key of the repository's ssh server if it is not known yet,
              and remember it

          --print-unit <UNIT>
              Print a unit for systemd that does this pull, or the timer that starts
              it, and pull nothing

              Possible values:
              - service: `farcast-pull.service`: one pull
              - timer:   `farcast-pull.timer`: a pull every quarter of an hour

      -t, --tags <TAGS>
              Only steps with one of these tags

          --skip-tags <TAGS>
              No steps with one of these tags

          --check
              Look only: say what would change, and change nothing

          --list-hosts
              List the hosts of each play, and run nothing

          --flush-cache
              Forget the facts that earlier runs have kept

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

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version
    "#);
}
