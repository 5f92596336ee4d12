use {
    super::{Call, Keep, Prepared, Remote},
    crate::{source::Fault, wire::Object},
    std::{
        fs, io,
        path::{Component, Path, PathBuf},
    },
};

/// The controller's part of `fetch`: says where the file goes.
pub(super) fn prepare(args: Object, call: &Call<'_>) -> Result<Prepared, Fault> {
    let text = |name: &str| {
        args.get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
    };
    let flag = |name: &str, default: bool| {
        args.get(name)
            .and_then(|value| value.as_bool())
            .unwrap_or(default)
    };
    let (src, dest) = (text("src"), text("dest"));
    let base = match Path::new(dest).is_absolute() {
        true => PathBuf::from(dest),
        false => call
            .library()
            .map_or(PathBuf::from(dest), |library| library.dir.join(dest)),
    };
    let inside = Path::new(src)
        .components()
        .filter(|part| matches!(part, Component::Normal(_)));
    let path = match flag("flat", false) {
        true if dest.ends_with('/') => base.join(Path::new(src).file_name().unwrap_or_default()),
        true => base,
        false => base
            .join(call.scope.host())
            .join(inside.collect::<PathBuf>()),
    };
    let have = match path.is_file() {
        false => None,
        true => Some(
            call.contents
                .digest(&path)
                .map_err(|error| call.unreadable(&path, &error, "dest"))?,
        ),
    };
    let mut args = args;
    if let Some(have) = &have {
        args.insert("_have".to_owned(), have.as_str().into());
    }
    Ok(Prepared::Remote(Remote {
        module: "fetch",
        args,
        keep: Some(Keep { path, have }),
        data: Object::new(),
    }))
}

/// Writes a file on the controller: whole, or not at all.
pub fn write_here(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    io::Write::write_all(&mut file, bytes)?;
    file.persist(path)?;
    Ok(())
}
