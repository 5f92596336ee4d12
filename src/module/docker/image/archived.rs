use {
    crate::act::{Failure, Probe},
    serde_json::Value,
    std::{io::Read, path::Path},
};

/// What a file holds in which an image is to be archived.
pub(super) enum Archived {
    Nothing,
    Unreadable,
    Image { id: String, names: Vec<String> },
}

impl Archived {
    pub(super) fn read(probe: &Probe, path: &Path) -> Result<Self, Failure> {
        if !probe.exists(path)? {
            return Ok(Self::Nothing);
        }
        let archive = probe.open(path)?;
        Ok(manifest(archive).map_or(Self::Unreadable, |(id, names)| Self::Image { id, names }))
    }
}

/// The number and the names of the one image in an archive.
fn manifest(archive: Box<dyn Read>) -> Option<(String, Vec<String>)> {
    let mut archive = tar::Archive::new(archive);
    for entry in archive.entries().ok()? {
        let entry = entry.ok()?;
        if entry.path().ok()?.as_ref() != Path::new("manifest.json") {
            continue;
        }
        let manifest: Value = serde_json::from_reader(entry).ok()?;
        let [image] = manifest.as_array()?.as_slice() else {
            return None;
        };
        let config = image["Config"].as_str()?;
        let digits = config.rsplit('/').next()?.trim_end_matches(".json");
        let names = image["RepoTags"].as_array().into_iter().flatten();
        let names = names.filter_map(Value::as_str).map(Into::into);
        return Some((format!("sha256:{digits}"), names.collect()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_an_archive_holds() {
        let manifest_text = br#"[{"Config": "ab12.json", "RepoTags": ["app:1"], "Layers": []}]"#;
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(manifest_text.len() as u64);
        builder
            .append_data(&mut header, "manifest.json", manifest_text.as_slice())
            .unwrap();
        let bytes = builder.into_inner().unwrap();
        let found = manifest(Box::new(std::io::Cursor::new(bytes)));
        assert_eq!(found, Some(("sha256:ab12".into(), vec!["app:1".into()])));
        assert_eq!(
            manifest(Box::new(std::io::Cursor::new(b"x".to_vec()))),
            None
        );
    }
}
