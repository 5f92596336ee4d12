use super::help;

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
