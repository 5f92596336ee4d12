//! `farcast vault`: what `ansible-vault` does, with the same options.

mod arguments;
mod file;
mod password;
mod string;

pub(super) use arguments::VaultArguments;

use {super::environment::Environment, anyhow::Result, arguments::VaultVerb};

/// `farcast vault`.
pub(super) fn vault(arguments: &VaultArguments) -> Result<u8> {
    let environment = Environment::read();
    match &arguments.verb {
        VaultVerb::Encrypt(options) => file::encrypt(options, &environment),
        VaultVerb::Decrypt(options) => file::decrypt(options, &environment),
        VaultVerb::View(options) => file::view(options, &environment),
        VaultVerb::Edit(options) => file::edit(options, &environment),
        VaultVerb::Create(options) => file::create(options, &environment),
        VaultVerb::Rekey(options) => file::rekey(options, &environment),
        VaultVerb::EncryptString(options) => string::encrypt(options, &environment),
    }
}
