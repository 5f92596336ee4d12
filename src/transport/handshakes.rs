use {
    super::{
        Method, Target, Transport, Unreachable, key_files::KeyFiles, known_files::KnownFiles,
        local, openssh, russh,
    },
    std::{pin::pin, time::Duration},
    tokio::{sync::Semaphore, time::timeout},
};

/// After the connection stands, logging in may take this long (slow name services, keys to be touched).
pub(super) const LOGIN: Duration = Duration::from_secs(60);

/// A handshake that takes longer waits for its host and not for this machine: it no longer keeps others from beginning.
const BRISK: Duration = Duration::from_secs(5);

/// The way to all hosts of a run: so many handshakes go on at once, and what all of them read is read once.
pub struct Handshakes {
    permits: Semaphore,
    keys: KeyFiles,
    known: KnownFiles,
}

impl Handshakes {
    /// Takes how many go on at once.
    pub fn new(at_once: usize) -> Self {
        Self {
            permits: Semaphore::new(at_once),
            keys: KeyFiles::default(),
            known: KnownFiles::default(),
        }
    }

    /// Connects to a host and logs in; calls `begun` when its turn has come.
    ///
    /// # Errors
    /// Says which of the many ways it failed, and what to do.
    pub async fn connect(
        &self,
        target: &Target,
        begun: &mut (dyn FnMut() + Send),
    ) -> Result<Box<dyn Transport>, Unreachable> {
        // A closed semaphore bounds nothing.
        let permit = self.permits.acquire().await.ok();
        begun();
        let mut connecting = pin!(self.reach(target));
        if let Ok(reached) = timeout(BRISK, &mut connecting).await {
            return reached;
        }
        drop(permit);
        connecting.await
    }

    async fn reach(&self, target: &Target) -> Result<Box<dyn Transport>, Unreachable> {
        match target.method() {
            Method::Local => Ok(Box::new(local::Local)),
            Method::Ssh => Ok(Box::new(openssh::connect(target).await?)),
            Method::Russh => Ok(Box::new(
                russh::connect(target, &self.keys, &self.known).await?,
            )),
        }
    }
}
