//! Tests of lists, and of files on the controller.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use minijinja::{Error, value::Value};

use super::core::{holds, yes};
use crate::template::{
    builtin::Run,
    call::{Call, items},
    failure,
};

pub(super) const ALL: &[(&str, Run)] = &[
    ("subset", |call| yes(within(&call.items()?, &other(call)?))),
    ("issubset", |call| {
        yes(within(&call.items()?, &other(call)?))
    }),
    ("superset", |call| {
        yes(within(&other(call)?, &call.items()?))
    }),
    ("issuperset", |call| {
        yes(within(&other(call)?, &call.items()?))
    }),
    ("contains", |call| {
        let wanted = call.need(1, "value")?;
        yes(holds(&call.value(), &wanted)?)
    }),
    ("any", |call| yes(call.items()?.iter().any(Value::is_true))),
    ("all", |call| yes(call.items()?.iter().all(Value::is_true))),
    ("nan", |call| {
        yes(f64::try_from(call.value()).is_ok_and(f64::is_nan))
    }),
    ("isnan", |call| {
        yes(f64::try_from(call.value()).is_ok_and(f64::is_nan))
    }),
    ("exists", |call| yes(call.file().exists())),
    ("link_exists", |call| {
        yes(call.file().symlink_metadata().is_ok())
    }),
    ("file", |call| yes(call.file().is_file())),
    ("is_file", |call| yes(call.file().is_file())),
    ("directory", |call| yes(call.file().is_dir())),
    ("is_dir", |call| yes(call.file().is_dir())),
    ("link", |call| yes(call.file().is_symlink())),
    ("is_link", |call| yes(call.file().is_symlink())),
    ("abs", |call| yes(Path::new(&call.subject()).is_absolute())),
    ("is_abs", |call| {
        yes(Path::new(&call.subject()).is_absolute())
    }),
    ("same_file", same_file),
    ("is_same_file", same_file),
    ("vaulted_file", vaulted_file),
    ("mount", |call| yes(is_mount(&call.file()))),
    ("is_mount", |call| yes(is_mount(&call.file()))),
];

fn other(call: &Call) -> Result<Vec<Value>, Error> {
    items(&call.need(1, "b")?)
}

fn within(inner: &[Value], outer: &[Value]) -> bool {
    inner.iter().all(|item| outer.contains(item))
}

fn vaulted_file(call: &mut Call) -> Result<Value, Error> {
    const HEADER: &[u8] = b"$ANSIBLE_VAULT";
    let path = call.file();
    let mut head = Vec::new();
    File::open(&path)
        .and_then(|file| file.take(HEADER.len() as u64).read_to_end(&mut head))
        .map_err(|error| failure::plain(format!("cannot read {}: {error}", path.display())))?;
    yes(head == HEADER)
}

fn same_file(call: &mut Call) -> Result<Value, Error> {
    let other = PathBuf::from(call.need_text(1, "other")?);
    let real = |path: PathBuf| {
        path.canonicalize()
            .map_err(|error| failure::plain(format!("{}: {error}", path.display())))
    };
    yes(real(call.file())? == real(other)?)
}

/// Whether another file system starts here: the directory and its parent lie on different devices.
fn is_mount(path: &std::path::Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let here = path.symlink_metadata();
    let above = path.join("..").metadata();
    match (here, above) {
        (Ok(here), Ok(above)) if here.is_dir() => {
            here.dev() != above.dev() || here.ino() == above.ino()
        }
        _ => false,
    }
}
