use {
    super::MergeArguments,
    crate::{
        cli::{
            apply,
            config::Config,
            environment::Environment,
            exit,
            option::{Format, OutputOptions},
            terminal,
        },
        event::{Cut, Event, Merge, Recap},
        render::{Closing, JsonLines, Render},
    },
    anyhow::{Context, Result, ensure},
    std::{
        fs::{self, File},
        io::{self, BufReader, BufWriter, ErrorKind, Stdout},
        path::{Path, PathBuf},
    },
};

/// `farcast report merge`.
pub(super) fn merge(arguments: &MergeArguments) -> Result<u8> {
    let mut paper = Paper::new(arguments.format)?;
    let mut merge = Merge::new(|time: &str, event: &Event| paper.take(time, event));
    for path in files(&arguments.files)? {
        merge.join(&path, open(&path)?.map(BufReader::new))?;
    }
    let (recap, dry) = merge.finish();
    match paper.finish() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            return Err(error).context("cannot write to standard output");
        }
        _ => {}
    }
    Ok(code(&recap, dry))
}

/// Where the joined events are shown.
enum Paper {
    Text(Box<Closing<Stdout>>),
    Jsonl(JsonLines<BufWriter<Stdout>>),
}

impl Paper {
    fn new(format: Format) -> Result<Self> {
        let stdout = io::stdout();
        Ok(match format {
            Format::Text => {
                let environment = Environment::read();
                let config = Config::read(&environment)?;
                let options = OutputOptions::default();
                let style = terminal::style(&options, false, &config, &environment);
                Self::Text(Box::new(Closing::new(stdout, style)))
            }
            Format::Jsonl => Self::Jsonl(JsonLines::new(BufWriter::new(stdout))),
        })
    }

    fn take(&mut self, time: &str, event: &Event) {
        match self {
            Self::Text(closing) => closing.take(event),
            Self::Jsonl(lines) => lines.repeat(time, event),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Text(closing) => closing.finish(),
            Self::Jsonl(lines) => lines.finish(),
        }
    }
}

/// The files that are named, those of directories in the order of their names.
fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let list = || -> io::Result<Vec<PathBuf>> {
            let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
            entries.collect()
        };
        let mut inside = list().with_context(|| format!("cannot list {}", path.display()))?;
        inside.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
        inside.sort();
        ensure!(
            !inside.is_empty(),
            "there is no file *.jsonl in {}",
            path.display()
        );
        files.extend(inside);
    }
    Ok(files)
}

/// A file that is not there is that of a shard that did not run.
fn open(path: &Path) -> Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// What the end of all shards means to whoever called: the gravest of their exit codes.
fn code(recap: &Recap, dry: bool) -> u8 {
    match (&recap.cut_short, dry) {
        (Some(Cut::Fault(_)), _) => exit::BAD_INPUT,
        (cut, true) => apply::plan_code(recap, cut.is_some()),
        (cut, false) => apply::code(recap, cut.is_some()),
    }
}
