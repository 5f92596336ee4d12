use {
    crate::{
        act::{Carried, Failure, Job, JobRecord, Probe, Watch},
        module::registry,
        wire::{Object, Outcome},
    },
    std::{
        io::{self, Read, Write},
        sync::{
            Arc, Mutex, PoisonError,
            mpsc::{self, Receiver, RecvTimeoutError},
        },
        thread,
        time::Duration,
    },
};

/// Why a job did not begin, or could not say how it ended.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    #[error("cannot leave the session of the connection: {0}")]
    Session(#[from] rustix::io::Errno),
    #[error("cannot understand what is to be done: {0}")]
    Request(#[from] serde_json::Error),
    #[error("cannot write the job's file: {0}")]
    Record(#[from] io::Error),
}

/// The record of a job, until somebody has written its end.
type Open = Arc<Mutex<Option<JobRecord>>>;

/// Carries out a job in a session of its own, so that the end of the connection does not end it. Takes what is to be done from
/// the input to its end, says `job ID` on the output as soon as the job stands on its own (`failed WHY`, if it cannot), and
/// leaves the outcome in the job's file.
pub fn job(mut input: impl Read, mut output: impl Write) -> Result<(), JobError> {
    let (job, record) = match begin(&mut input) {
        Ok(begun) => begun,
        Err(error) => {
            let why = error.to_string().replace('\n', " ");
            writeln!(output, "failed {why}")?;
            return Err(error);
        }
    };
    // Whoever asked may be gone by now; the job goes on.
    let _ = writeln!(output, "job {}", record.id());
    drop(output);
    let watch = Watch::default();
    let record: Open = Arc::new(Mutex::new(Some(record)));
    let (working, work) = mpsc::channel();
    let limit = Duration::from_secs(job.seconds);
    let late = {
        let (watch, record) = (watch.clone(), Arc::clone(&record));
        thread::spawn(move || end_in_time(&work, limit, &watch, &record))
    };
    let outcome = perform(job, watch);
    match take(&record) {
        Some(record) => record.finish(outcome)?,
        // It is late, which is being written; that ends the process.
        None => drop(late.join()),
    }
    drop(working);
    Ok(())
}

fn begin(input: &mut impl Read) -> Result<(Job, JobRecord), JobError> {
    rustix::process::setsid()?;
    let mut request = Vec::new();
    input.read_to_end(&mut request)?;
    let job: Job = serde_json::from_slice(&request)?;
    let record = JobRecord::begin(&job.directory)?;
    Ok((job, record))
}

fn take(record: &Open) -> Option<JobRecord> {
    record.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Ends the job with everything it started, and the process, when its time is over.
fn end_in_time(work: &Receiver<()>, limit: Duration, watch: &Watch, record: &Open) {
    if work.recv_timeout(limit) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let Some(record) = take(record) else {
        return;
    };
    watch.close();
    let outcome = Outcome {
        failed: true,
        msg: Some("Timeout exceeded".into()),
        data: Object::from_iter([("child_pid".to_owned(), std::process::id().into())]),
        ..Outcome::default()
    };
    // Where it cannot be written, the file goes on saying that the job was started.
    let _ = record.finish(outcome);
    std::process::exit(0);
}

fn perform(job: Job, watch: Watch) -> Outcome {
    let mut probe = Probe::new(Box::new(Carried(job.contents)), watch);
    let run = &job.run;
    let mut ended = None;
    if let Some(module) = registry::requested(&run.module) {
        (module.run)(&mut probe, run, &mut |_, outcome| ended = Some(outcome));
    }
    ended.unwrap_or_else(|| {
        let msg = format!("the agent has no module {}", run.module);
        Failure::refused(msg).into_outcome()
    })
}
