use {
    crate::{
        act::{Acts, Digest, Failure, Inode, Kind, Look, Probe, Question},
        module::{HostPath, Module},
        wire::Object,
    },
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
    serde_json::{Value, json},
    std::path::Path,
};

/// Tell what stands at a path: its kind, size, permissions, owner, times and checksum.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Stat {
    /// The path to look at.
    #[schemars(extend("aliases" = ["dest", "name"]))]
    path: HostPath,
    /// Look at what a link leads to, not at the link.
    #[serde(default)]
    follow: bool,
    /// Tell the checksum of a file.
    #[serde(default = "yes")]
    get_checksum: bool,
    /// The hash function for it.
    #[serde(default)]
    #[schemars(extend("aliases" = ["checksum", "checksum_algo"]))]
    checksum_algorithm: Algorithm,
    /// Tell the kind of content, where the host has the command `file`.
    #[serde(default = "yes")]
    #[schemars(extend("aliases" = ["mime", "mime_type", "mime-type"]))]
    get_mime: bool,
    /// Tell the file system's attributes, such as `immutable`.
    #[serde(default = "yes")]
    #[schemars(extend("aliases" = ["attr", "attributes"]))]
    get_attributes: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Algorithm {
    Md5,
    #[default]
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl From<Algorithm> for Digest {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => Self::Md5,
            Algorithm::Sha1 => Self::Sha1,
            Algorithm::Sha224 => Self::Sha224,
            Algorithm::Sha256 => Self::Sha256,
            Algorithm::Sha384 => Self::Sha384,
            Algorithm::Sha512 => Self::Sha512,
        }
    }
}

fn yes() -> bool {
    true
}

impl Module for Stat {
    const NAME: &'static str = "stat";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let path = self.path.on(probe)?;
        let inode = match self.follow {
            true => probe.follow(&path)?,
            false => probe.entry(&path)?,
        };
        let stat = match inode {
            None => json!({"exists": false}),
            Some(inode) => Value::Object(self.values(probe, &path, &inode)?),
        };
        let mut acts = Acts::new();
        acts.value("stat", stat);
        Ok(acts.into_look())
    }
}

impl Stat {
    fn values(&self, probe: &Probe, path: &Path, inode: &Inode) -> Result<Object, Failure> {
        let mut values = Object::new();
        values.insert("exists".into(), true.into());
        values.insert("path".into(), self.path.as_str().into());
        values.extend(basics(probe, inode)?);
        for (name, access) in [
            ("readable", rustix::fs::Access::READ_OK),
            ("writeable", rustix::fs::Access::WRITE_OK),
            ("executable", rustix::fs::Access::EXEC_OK),
        ] {
            values.insert(name.into(), probe.may(path, access)?.into());
        }
        if let Kind::Link(target) = &inode.kind {
            let source = probe.resolve(path)?;
            values.insert("lnk_source".into(), source.display().to_string().into());
            values.insert("lnk_target".into(), target.display().to_string().into());
        }
        if self.get_checksum && inode.is_file() {
            let digest = probe.digest(path, self.checksum_algorithm.into())?;
            values.insert("checksum".into(), digest.into());
        }
        if self.get_mime {
            values.extend(mime(probe, path)?);
        }
        if self.get_attributes {
            let flags = probe.flags(path)?;
            let names: Vec<_> = flags.iter().map(|(_, name)| *name).collect();
            let letters: String = flags.iter().map(|(letter, _)| *letter).collect();
            values.insert("attributes".into(), names.into());
            values.insert("attr_flags".into(), letters.into());
        }
        Ok(values)
    }
}

/// What is told about everything that is found.
pub(super) fn basics(probe: &Probe, inode: &Inode) -> Result<Object, Failure> {
    let mut values = Object::new();
    numbers(inode, &mut values);
    kinds(inode, &mut values);
    permissions(inode, &mut values);
    values.insert("pw_name".into(), probe.owner(inode.uid)?.into());
    values.insert("gr_name".into(), probe.group_name(inode.gid)?.into());
    Ok(values)
}

fn numbers(inode: &Inode, values: &mut Object) {
    let numbers: [(&str, Value); 14] = [
        ("mode", format!("{:04o}", inode.mode).into()),
        ("size", inode.size.into()),
        ("uid", inode.uid.into()),
        ("gid", inode.gid.into()),
        ("inode", inode.number.into()),
        ("dev", inode.device.into()),
        ("device_type", inode.special.into()),
        ("nlink", inode.links.into()),
        ("blocks", inode.blocks.into()),
        ("block_size", inode.block_size.into()),
        ("atime", inode.accessed.as_f64().into()),
        ("mtime", inode.modified.as_f64().into()),
        ("ctime", inode.changed.as_f64().into()),
        ("isuid", (inode.mode & 0o4000 != 0).into()),
    ];
    let numbers = numbers.into_iter();
    values.extend(numbers.map(|(name, value)| (name.into(), value)));
    values.insert("isgid".into(), (inode.mode & 0o2000 != 0).into());
}

fn kinds(inode: &Inode, values: &mut Object) {
    for (name, is) in [
        ("isreg", inode.is_file()),
        ("isdir", inode.is_directory()),
        ("islnk", inode.is_link()),
        ("issock", inode.kind == Kind::Socket),
        ("isfifo", inode.kind == Kind::Pipe),
        ("isblk", inode.kind == Kind::BlockDevice),
        ("ischr", inode.kind == Kind::CharacterDevice),
    ] {
        values.insert(name.into(), is.into());
    }
}

fn permissions(inode: &Inode, values: &mut Object) {
    for (shift, who) in [(6, "usr"), (3, "grp"), (0, "oth")] {
        for (bit, may) in [(4, "r"), (2, "w"), (1, "x")] {
            let is = inode.mode >> shift & bit != 0;
            values.insert(format!("{may}{who}"), is.into());
        }
    }
}

fn mime(probe: &Probe, path: &Path) -> Result<Object, Failure> {
    let question = Question::MimeType(path.display().to_string());
    let answer = match probe.ask(&question) {
        Ok(finished) if finished.success() => finished.text(),
        Ok(_) | Err(Failure::Missing { .. }) => String::new(),
        Err(failure) => return Err(failure),
    };
    let (kind, charset) = answer
        .trim()
        .split_once("; charset=")
        .unwrap_or(("unknown", "unknown"));
    let mut values = Object::new();
    values.insert("mimetype".into(), kind.into());
    values.insert("charset".into(), charset.into());
    Ok(values)
}

#[cfg(test)]
mod tests {
    use {
        crate::{act::Scratch, module::trial::Trial},
        serde_json::json,
        std::os::unix::fs::symlink,
    };

    #[test]
    fn tells_what_is_there() {
        let scratch = Scratch::new();
        let path = scratch.write("file", "a\n");
        let mut trial = Trial::new();
        let stat = trial.same("stat", json!({"path": path}))["stat"].clone();
        assert_eq!(stat["exists"], true);
        assert_eq!(stat["isreg"], true);
        assert_eq!(stat["size"], 2);
        assert_eq!(stat["checksum"], "3f786850e387550fdab836ed7e6dc881de23001b");
        assert_eq!(stat["readable"], true);
        let nothing = trial.same("stat", json!({"name": scratch.at("no")}));
        assert_eq!(nothing["stat"], json!({"exists": false}));
    }

    #[test]
    fn sees_a_link_or_what_it_leads_to() {
        let scratch = Scratch::new();
        scratch.write("file", "");
        let link = scratch.at("link");
        symlink("file", &link).unwrap();
        let mut trial = Trial::new();
        let stat = trial.same("stat", json!({"path": link}))["stat"].clone();
        assert_eq!(
            (&stat["islnk"], &stat["lnk_target"]),
            (&json!(true), &json!("file"))
        );
        assert!(stat["lnk_source"].as_str().unwrap().ends_with("/file"));
        let stat = trial.same("stat", json!({"path": link, "follow": "yes"}))["stat"].clone();
        assert_eq!(stat["isreg"], true);
    }

    #[test]
    fn sees_what_a_dry_run_foresees() {
        let scratch = Scratch::new();
        let mut trial = Trial::new();
        let dest = scratch.at("file");
        trial.look(
            "copy",
            json!({"content": "abc", "dest": dest, "mode": "0600"}),
        );
        let stat = trial.look("stat", json!({"path": dest})).data["stat"].clone();
        assert_eq!((&stat["mode"], &stat["size"]), (&json!("0600"), &json!(3)));
    }
}
