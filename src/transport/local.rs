use {
    super::{Exit, Line, Pipe, Transport, Unreachable},
    futures::FutureExt,
    std::process::Stdio,
    tokio::process::{Child, Command},
};

/// This machine: processes are started directly, as the user who runs farcast.
pub(super) struct Local;

#[async_trait::async_trait]
impl Transport for Local {
    async fn exec(&self, line: &Line) -> Result<Pipe, Unreachable> {
        let failed = |reason| Unreachable::Local {
            program: "/bin/sh",
            reason,
        };
        let mut child = Command::new("/bin/sh")
            .arg("-c")
            .arg(line.as_str())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C is for farcast, which then ends its agents in an orderly way.
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(failed(std::io::Error::other("its pipes are missing")));
        };
        Ok(Pipe {
            stdin: Box::new(stdin),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            exit: ended(child).boxed(),
        })
    }

    async fn close(&self) {}
}

async fn ended(mut child: Child) -> Exit {
    match child.wait().await.ok().and_then(|status| status.code()) {
        Some(code) => Exit::Code(code),
        None => Exit::Lost,
    }
}
