//! Any text is YAML, or a placed error; and any YAML is a playbook, or a placed error.
#![no_main]

use {
    farcast::{
        playbook,
        source::{SourceFile, yaml::load},
    },
    libfuzzer_sys::fuzz_target,
};

fuzz_target!(|text: &str| {
    let documents = match load(&SourceFile::new("fuzzed.yml", text)) {
        Ok(documents) => documents,
        Err(error) => return assert!(error.place().end() <= text.len(), "{error}"),
    };
    for document in &documents {
        if let Err(fault) = playbook::playbook(document) {
            assert!(fault.place().is_some(), "{fault}");
        }
    }
});
