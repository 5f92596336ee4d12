//! Tests of lists, and of files on the controller.

use std::path::PathBuf;

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
    ("exists", |call| yes(path(call).exists())),
    ("link_exists", |call| {
        yes(path(call).symlink_metadata().is_ok())
    }),
    ("file", |call| yes(path(call).is_file())),
    ("is_file", |call| yes(path(call).is_file())),
    ("directory", |call| yes(path(call).is_dir())),
    ("is_dir", |call| yes(path(call).is_dir())),
    ("link", |call| yes(path(call).is_symlink())),
    ("is_link", |call| yes(path(call).is_symlink())),
    ("abs", |call| yes(path(call).is_absolute())),
    ("is_abs", |call| yes(path(call).is_absolute())),
    ("same_file", same_file),
    ("is_same_file", same_file),
    ("mount", |call| yes(is_mount(&path(call)))),
    ("is_mount", |call| yes(is_mount(&path(call)))),
];

fn other(call: &Call) -> Result<Vec<Value>, Error> {
    items(&call.need(1, "b")?)
}

fn within(inner: &[Value], outer: &[Value]) -> bool {
    inner.iter().all(|item| outer.contains(item))
}

fn path(call: &Call) -> PathBuf {
    PathBuf::from(call.subject())
}

fn same_file(call: &mut Call) -> Result<Value, Error> {
    let other = PathBuf::from(call.need_text(1, "other")?);
    let real = |path: PathBuf| {
        path.canonicalize()
            .map_err(|error| failure::plain(format!("{}: {error}", path.display())))
    };
    yes(real(path(call))? == real(other)?)
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
