use {
    crate::cli::option::VaultOptions,
    clap::{ArgAction, Args, Subcommand},
    std::path::PathBuf,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct VaultArguments {
    #[command(subcommand)]
    pub(super) verb: VaultVerb,
    /// Taken as ansible-vault takes it; there is no more to say.
    #[arg(short, long, action = ArgAction::Count, global = true, hide = true)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(super) enum VaultVerb {
    /// Encrypt files in place, or standard input to standard output.
    Encrypt(EncryptOptions),
    /// Decrypt files in place, or standard input to standard output.
    Decrypt(DecryptOptions),
    /// Show what is in encrypted files.
    View(FileOptions),
    /// Edit encrypted files with $VISUAL or $EDITOR.
    Edit(FileOptions),
    /// Make an encrypted file with $VISUAL or $EDITOR.
    Create(CreateOptions),
    /// Encrypt files anew with another password.
    Rekey(RekeyOptions),
    /// Encrypt texts as values to paste into a playbook.
    #[command(alias = "encrypt_string")]
    EncryptString(StringOptions),
}

#[derive(Debug, Args)]
pub(super) struct EncryptOptions {
    /// Files to encrypt; none or `-` means standard input.
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Write the result here instead of in place; `-` means standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Encrypt with the password of this id, where several are given.
    #[arg(long, value_name = "ID")]
    pub(super) encrypt_vault_id: Option<String>,
    #[command(flatten)]
    pub(super) vault: VaultOptions,
}

#[derive(Debug, Args)]
pub(super) struct DecryptOptions {
    /// Files to decrypt; none or `-` means standard input.
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Write the result here instead of in place; `-` means standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) vault: VaultOptions,
}

#[derive(Debug, Args)]
pub(super) struct FileOptions {
    /// Encrypted files; for `view`, `-` means standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Taken as ansible-vault takes it: a file that is edited keeps its own id.
    #[arg(long, value_name = "ID", hide = true)]
    encrypt_vault_id: Option<String>,
    #[command(flatten)]
    pub(super) vault: VaultOptions,
}

#[derive(Debug, Args)]
pub(super) struct CreateOptions {
    /// The file to make.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Encrypt with the password of this id, where several are given.
    #[arg(long, value_name = "ID")]
    pub(super) encrypt_vault_id: Option<String>,
    #[command(flatten)]
    pub(super) vault: VaultOptions,
}

#[derive(Debug, Args)]
pub(super) struct RekeyOptions {
    /// Encrypted files.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// The file that holds the new password, or prints it where it can be executed.
    #[arg(long, value_name = "FILE", conflicts_with = "new_vault_id")]
    pub(super) new_vault_password_file: Option<PathBuf>,
    /// The new password with its id: `ID@FILE` or `ID@prompt`.
    #[arg(long, value_name = "ID")]
    pub(super) new_vault_id: Option<String>,
    /// The id to write, where it is another than that of the new password.
    #[arg(long, value_name = "ID")]
    pub(super) encrypt_vault_id: Option<String>,
    #[command(flatten)]
    pub(super) vault: VaultOptions,
}

#[derive(Debug, Args)]
pub(super) struct StringOptions {
    /// Texts to encrypt; `-` means standard input.
    #[arg(value_name = "TEXT")]
    pub(super) texts: Vec<String>,
    /// The name of the variable; once for each text, in order.
    #[arg(short, long, value_name = "NAME")]
    pub(super) name: Vec<String>,
    /// The name of the variable that standard input is for.
    #[arg(long, value_name = "NAME")]
    pub(super) stdin_name: Option<String>,
    /// Ask for a text at the terminal.
    #[arg(short, long)]
    pub(super) prompt: bool,
    /// Show what is typed.
    #[arg(long)]
    pub(super) show_input: bool,
    /// Write the result here; `-` means standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Encrypt with the password of this id, where several are given.
    #[arg(long, value_name = "ID")]
    pub(super) encrypt_vault_id: Option<String>,
    #[command(flatten)]
    pub(super) vault: VaultOptions,
}
