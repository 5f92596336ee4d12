//! Any bytes are a vault that opens, or an error.
#![no_main]

use {
    farcast::source::vault::{Password, Secrets},
    libfuzzer_sys::fuzz_target,
};

fuzz_target!(|bytes: &[u8]| {
    let mut secrets = Secrets::default();
    secrets
        .add(None, Password::new(b"fuzz".to_vec()))
        .expect("the first password");
    let header = b"$ANSIBLE_VAULT;1.1;AES256\n";
    for vault in [bytes.to_vec(), [header.as_slice(), bytes].concat()] {
        if let Err(error) = secrets.open(&vault) {
            assert!(!error.to_string().is_empty());
        }
    }
});
