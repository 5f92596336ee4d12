use {
    super::made_of,
    farcast::{
        inventory::Inventory,
        source::{Store, vault::Secrets},
    },
    proptest::prelude::*,
    std::{fs, sync::Arc},
};

const PIECES: &[&str] = &[
    "\n",
    "\n[",
    "[",
    "]",
    ":",
    ":children",
    ":vars",
    ":hosts",
    "[1:3]",
    "[a:c]",
    "[01:09:2]",
    " ",
    "=",
    "a=1",
    "b='x y'",
    "#",
    ";",
    "\"",
    "'",
    "web",
    "db",
    "::1",
    "[::1]:22",
    "ansible_host=",
    "{\"a\": 1}",
    "all",
    "ungrouped",
];

proptest! {
    #[test]
    fn an_inventory_is_read_or_refused(text in made_of(PIECES)) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("hosts");
        fs::write(&path, &text).unwrap();
        let source = path.to_str().unwrap().to_owned();
        if let Err(fault) = Inventory::load(&[source], &Store::new(Secrets::default()), &Arc::default()) {
            prop_assert!(!fault.to_string().is_empty());
        }
    }
}
