//! Dumps and restores, by PostgreSQL's own programs.

use {
    super::{PostgresqlDb, State},
    crate::{
        act::{Act, Acts, Bits, Draft, Failure, Host, Probe, Program},
        module::{HostPath, Ownership, archive::Packing, postgresql::client::Login},
        wire::{Diff, Effect, Object, Side},
    },
    bzip2::write::BzEncoder,
    flate2::write::GzEncoder,
    lzma_rust2::{XzOptions, XzWriter},
    std::{
        fs::File,
        io::{self, Read, Write},
        path::{Path, PathBuf},
    },
};

/// What the ending of a file says about its form: the word for the programs, and how it is compressed.
fn form(path: &Path) -> (&'static str, Packing) {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("tar") => ("tar", Packing::Plain),
        Some("pgc") => ("custom", Packing::Plain),
        Some("dir") => ("directory", Packing::Plain),
        Some("gz") => ("plain", Packing::Gzip),
        Some("bz2") => ("plain", Packing::Bzip2),
        Some("xz") => ("plain", Packing::Xz),
        _ => ("plain", Packing::Plain),
    }
}

impl PostgresqlDb {
    /// Plans a dump or a restore.
    pub(super) fn archive(
        &self,
        probe: &Probe,
        login: &Login,
        acts: &mut Acts,
    ) -> Result<(), Failure> {
        let target = match self.target.is_empty() {
            true => std::path::absolute(format!("{}.sql", self.name))
                .map_err(Failure::io("find", Path::new(".")))?,
            false => HostPath::new(&self.target).on(probe)?,
        };
        let dumps = self.state == State::Dump;
        if dumps {
            probe.require_parent(&target)?;
        } else {
            // What is missing is said before anything is done.
            drop(probe.open(&target)?);
        }
        let argv = self.argv(login, form(&target).0, dumps)?;
        let shown = argv.join(" ");
        let password = login.password.clone();
        acts.value("executed_commands", vec![shown.clone()]);
        acts.value("cmd", shown);
        acts.push(Archive {
            argv,
            password,
            target,
            dumps,
            database: self.name.clone(),
            bits: Ownership::default().create(probe, false)?,
        });
        Ok(())
    }

    fn argv(&self, login: &Login, form: &str, dumps: bool) -> Result<Vec<String>, Failure> {
        let program = match (dumps, form) {
            (true, _) => "pg_dump",
            (false, "plain") => "psql",
            (false, _) => "pg_restore",
        };
        let mut argv: Vec<String> = vec![program.into(), format!("--dbname={}", self.name)];
        if !login.host.is_empty() {
            argv.push(format!("--host={}", login.host));
        }
        argv.push(format!("--port={}", login.port));
        argv.push(format!("--username={}", login.user));
        if program != "psql" {
            argv.push(format!("--format={form}"));
            argv.extend(login.role.as_ref().map(|role| format!("--role={role}")));
        }
        let extra = self.dump_extra_args.as_deref().filter(|_| dumps);
        for words in extra.into_iter().chain([self.target_opts.as_str()]) {
            let words = shlex::split(words).ok_or_else(|| {
                Failure::refused(format!("a quote is not closed in the arguments {words}"))
            })?;
            argv.extend(words);
        }
        Ok(argv)
    }
}

/// Writes a database to a file, or reads it from one.
struct Archive {
    /// The program, without the file.
    argv: Vec<String>,
    password: Option<String>,
    target: PathBuf,
    dumps: bool,
    database: String,
    bits: Bits,
}

impl Archive {
    fn program(&self, file: &Path) -> Program {
        let mut argv = self.argv.clone();
        match argv[0].as_str() {
            "pg_restore" => argv.push(file.display().to_string()),
            _ => argv.push(format!("--file={}", file.display())),
        }
        let program = Program::new(argv);
        match &self.password {
            Some(password) => program.env("PGPASSWORD", password),
            None => program,
        }
    }

    /// The file is there when the dump is whole.
    fn dump(&self, host: &mut Host, packing: Packing) -> Result<Object, Failure> {
        let draft = Draft::beside(host, &self.target)?;
        let finished = host.succeed(&self.program(draft.temporary()))?;
        if packing == Packing::Plain {
            draft.place(self.bits, false)?;
            return Ok(finished.values());
        }
        let mut packed = Draft::beside(host, &self.target)?;
        let failed = Failure::io("pack", &self.target);
        let mut plain = File::open(draft.temporary()).map_err(&failed)?;
        pack(&mut plain, packed.file(), packing).map_err(&failed)?;
        packed.place(self.bits, false)?;
        Ok(finished.values())
    }

    fn restore(&self, host: &mut Host, packing: Packing) -> Result<Object, Failure> {
        if packing == Packing::Plain {
            return Ok(host.succeed(&self.program(&self.target))?.values());
        }
        let failed = Failure::io("unpack", &self.target);
        let mut draft = Draft::beside(host, &self.target)?;
        let packed = File::open(&self.target).map_err(&failed)?;
        let mut plain = packing.unpack(packed).map_err(&failed)?;
        io::copy(&mut plain, draft.file()).map_err(&failed)?;
        let program = self.program(draft.temporary());
        Ok(host.succeed(&program)?.values())
    }
}

fn pack(plain: &mut impl Read, packed: impl Write, packing: Packing) -> io::Result<()> {
    match packing {
        Packing::Gzip => {
            let mut writer = GzEncoder::new(packed, flate2::Compression::default());
            io::copy(plain, &mut writer)?;
            writer.finish().map(drop)
        }
        Packing::Bzip2 => {
            let mut writer = BzEncoder::new(packed, bzip2::Compression::default());
            io::copy(plain, &mut writer)?;
            writer.finish().map(drop)
        }
        Packing::Xz => {
            let mut writer = XzWriter::new(packed, XzOptions::with_preset(6))?;
            io::copy(plain, &mut writer)?;
            writer.finish().map(drop)
        }
        Packing::Plain | Packing::Zstd => Err(io::ErrorKind::Unsupported.into()),
    }
}

impl Act for Archive {
    fn perform(&self, host: &mut Host) -> Result<Object, Failure> {
        let (form, packing) = form(&self.target);
        match (self.dumps, form) {
            (true, "directory") => Ok(host.succeed(&self.program(&self.target))?.values()),
            (true, _) => self.dump(host, packing),
            (false, _) => self.restore(host, packing),
        }
    }

    fn diff(&self) -> Vec<Diff> {
        let (what, text) = match self.dumps {
            true => (
                self.target.display().to_string(),
                format!("a dump of database {}\n", self.database),
            ),
            false => (
                format!("database {}", self.database),
                format!("what {} holds\n", self.target.display()),
            ),
        };
        vec![Diff {
            what,
            before: Side::Text(String::new()),
            after: Side::Text(text),
        }]
    }

    fn effects(&self) -> Vec<Effect> {
        let what = match self.dumps {
            true => format!("the dump {}", self.target.display()),
            false => format!("what is restored into database {}", self.database),
        };
        vec![Effect::Opaque { what }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_what_can_be_unpacked() {
        for packing in [Packing::Gzip, Packing::Bzip2, Packing::Xz] {
            let mut packed = Vec::new();
            pack(&mut b"CREATE TABLE a ();".as_slice(), &mut packed, packing).unwrap();
            let mut plain = String::new();
            let mut reader = packing.unpack(packed.as_slice()).unwrap();
            reader.read_to_string(&mut plain).unwrap();
            assert_eq!(plain, "CREATE TABLE a ();", "{packing:?}");
        }
    }

    #[test]
    fn the_ending_says_the_form() {
        assert_eq!(form(Path::new("/a/b.sql.gz")), ("plain", Packing::Gzip));
        assert_eq!(form(Path::new("/a/b.pgc")), ("custom", Packing::Plain));
        assert_eq!(form(Path::new("/a/b")), ("plain", Packing::Plain));
    }
}
