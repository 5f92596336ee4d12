use {
    super::{Failure, Host},
    crate::wire::{Object, Outcome, Run},
    serde::{Deserialize, Serialize},
    serde_json::Value,
    std::{
        collections::BTreeMap,
        fs::{self, DirBuilder, OpenOptions},
        io::{self, BufRead, BufReader, Write},
        os::unix::{
            fs::{DirBuilderExt, OpenOptionsExt},
            process::CommandExt,
        },
        path::{Path, PathBuf},
        process::{Command, Stdio},
        thread,
    },
};

/// The agent itself, wherever its file is by now.
const AGENT: &str = "/proc/self/exe";

/// A step that goes on when the connection has ended: an agent of its own carries it out and leaves the outcome in a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// One item, to be applied.
    pub run: Run,
    /// Where jobs leave what they came to.
    pub directory: PathBuf,
    /// After so many seconds it is ended.
    pub seconds: u64,
    /// The content that it needs and the controller holds: in base64, by its hash.
    pub contents: BTreeMap<String, String>,
}

impl Job {
    /// Starts it and waits until it stands on its own; gives its id. The request travels on a pipe, so arguments are in no list of
    /// processes.
    ///
    /// Errors: the agent cannot be started, or says why the job cannot begin.
    pub fn start(&self, _: &mut Host) -> Result<String, Failure> {
        let failed = Failure::io("start a job from", Path::new(AGENT));
        let request = serde_json::to_vec(self).map_err(|error| failed(error.into()))?;
        let mut child = Command::new(AGENT)
            .arg0("farcast-agent")
            .arg("job")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(&failed)?;
        if let Some(mut pipe) = child.stdin.take() {
            // What ends before it has read all says why.
            let _ = pipe.write_all(&request);
        }
        let mut said = String::new();
        if let Some(pipe) = child.stdout.take() {
            BufReader::new(pipe).read_line(&mut said).map_err(failed)?;
        }
        // Nobody else takes note of its end while this agent is there.
        thread::spawn(move || child.wait());
        match said.trim_end().split_once(' ') {
            Some(("job", id)) => Ok(id.to_owned()),
            Some((_, why)) => Err(Failure::refused(why)),
            None => Err(Failure::refused("the agent of the job ended at once")),
        }
    }
}

/// The file that tells how a job stands, with the keys that Ansible writes. Only its owner may read it.
#[derive(Debug)]
pub struct JobRecord {
    id: String,
    directory: PathBuf,
}

impl JobRecord {
    /// Writes that the job has begun, under a new id; makes the directory where it is missing.
    pub fn begin(directory: &Path) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
        let mut random = [0; 8];
        rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty())?;
        let number = u64::from_ne_bytes(random) % 1_000_000_000_000;
        let record = Self {
            id: format!("j{number}.{}", std::process::id()),
            directory: directory.into(),
        };
        let mut values = Object::new();
        values.insert("started".into(), true.into());
        values.insert("finished".into(), false.into());
        values.insert("ansible_job_id".into(), record.id.as_str().into());
        record.write(&values)?;
        Ok(record)
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// Writes how the job ended: what `register` would have kept.
    pub fn finish(&self, outcome: Outcome) -> io::Result<()> {
        let mut values = outcome.data;
        values.insert("changed".into(), outcome.changed.into());
        for (name, so) in [("failed", outcome.failed), ("skipped", outcome.skipped)] {
            if so {
                values.insert(name.into(), true.into());
            }
        }
        if let Some(msg) = outcome.msg {
            values.insert("msg".into(), msg.into());
        }
        if !outcome.warnings.is_empty() {
            values.insert("warnings".into(), outcome.warnings.into());
        }
        if !outcome.diff.is_empty() {
            values.insert("diff".into(), serde_json::to_value(outcome.diff)?);
        }
        self.write(&values)
    }

    /// Whoever looks sees the old or the new file.
    fn write(&self, values: &Object) -> io::Result<()> {
        let temporary = self.directory.join(format!(".{}.new", self.id));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)?;
        let text = Value::Object(values.clone()).to_string();
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&temporary, self.directory.join(&self.id)))
            .inspect_err(|_| {
                // It is of no use to anybody.
                let _ = fs::remove_file(&temporary);
            })
    }
}

#[cfg(test)]
mod tests {
    use {super::*, crate::act::Scratch, serde_json::json, std::os::unix::fs::MetadataExt};

    #[test]
    fn a_record_tells_of_the_beginning_and_of_the_end_and_is_private() {
        let scratch = Scratch::new();
        let directory = scratch.at("jobs/deep");
        let record = JobRecord::begin(&directory).unwrap();
        let path = directory.join(record.id());
        let read = || serde_json::from_slice::<Value>(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(
            read(),
            json!({"started": true, "finished": false, "ansible_job_id": record.id()})
        );
        assert_eq!(fs::metadata(&directory).unwrap().mode() & 0o777, 0o700);
        let outcome = Outcome {
            failed: true,
            msg: Some("no".into()),
            data: Object::from_iter([("rc".to_owned(), 3.into())]),
            ..Outcome::default()
        };
        record.finish(outcome).unwrap();
        assert_eq!(
            read(),
            json!({"rc": 3, "changed": false, "failed": true, "msg": "no"})
        );
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
    }
}
