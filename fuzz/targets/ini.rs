//! Any text is an inventory, or an error.
#![no_main]

use {
    farcast::{
        inventory::Inventory,
        source::{Store, vault::Secrets},
    },
    libfuzzer_sys::fuzz_target,
    std::{fs, sync::Arc},
};

fuzz_target!(|text: &str| {
    // Inventories are read from files: one in memory.
    let path = format!("/dev/shm/farcast-fuzz-{}.ini", std::process::id());
    fs::write(&path, text).expect("memory is writable");
    if let Err(fault) = Inventory::load(&[path], &Store::new(Secrets::default()), &Arc::default()) {
        assert!(!fault.to_string().is_empty());
    }
});
