//! Whom the service has met, in an embedded SQLite database.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, OpenFlags, params};

use super::{GreetingError, PersonName};

/// How long a meeting is remembered, in seconds.
const MEMORY: i64 = 3600;

/// How long a call waits for another process (the purge) to let go of the database.
const PATIENCE: Duration = Duration::from_secs(5);

const TABLE: &str = "CREATE TABLE IF NOT EXISTS acquaintance (
    name TEXT NOT NULL,
    origin TEXT NOT NULL,
    met_at INTEGER NOT NULL, -- seconds since 1970, of the first meeting
    PRIMARY KEY (name, origin)
) WITHOUT ROWID";

// One statement decides and remembers, so that of many first requests exactly one is the first.
const MEET: &str = "INSERT INTO acquaintance (name, origin, met_at) VALUES (?1, ?2, ?3)
    ON CONFLICT (name, origin) DO UPDATE SET met_at = excluded.met_at WHERE met_at < excluded.met_at - ?4";

/// Whether a person is met for the first time within the last hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// Not seen within the hour.
    First,
    /// Seen within the hour.
    Again,
}

/// The memory of (name, origin) pairs. A pair is forgotten one hour after its first meeting, purged or not.
///
/// Calls block on the disk: call them off the async threads.
#[derive(Debug)]
pub struct Acquaintances {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl Acquaintances {
    /// Opens the database at `path`, making the file and its table if they are missing.
    pub fn open_or_create(path: &Path) -> Result<Self, GreetingError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        Self::connect(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
    }

    /// Opens the database at `path`, which must exist.
    pub fn open(path: &Path) -> Result<Self, GreetingError> {
        if !path.exists() {
            return Err(GreetingError::NoDatabase {
                path: path.to_owned(),
            });
        }
        Self::connect(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
    }

    /// Remembers that `name` came from `origin` at `now`, and says whether that was the first time within the hour.
    pub fn meet(
        &self,
        name: &PersonName,
        origin: IpAddr,
        now: SystemTime,
    ) -> Result<Meeting, GreetingError> {
        let changed = self
            .connection()
            .prepare_cached(MEET)
            .and_then(|mut meet| {
                meet.execute(params![
                    name.as_str(),
                    origin.to_string(),
                    seconds(now),
                    MEMORY
                ])
            })
            .map_err(|cause| self.failed(cause))?;
        Ok(if changed == 0 {
            Meeting::Again
        } else {
            Meeting::First
        })
    }

    /// How many pairs are remembered at `now`.
    pub fn count(&self, now: SystemTime) -> Result<u64, GreetingError> {
        self.connection()
            .query_row(
                "SELECT count(*) FROM acquaintance WHERE met_at >= ?1",
                [seconds(now) - MEMORY],
                |row| row.get::<_, i64>(0),
            )
            .map(i64::unsigned_abs)
            .map_err(|cause| self.failed(cause))
    }

    /// Deletes the pairs that were met more than an hour before `now`; gives their number.
    pub fn purge(&self, now: SystemTime) -> Result<usize, GreetingError> {
        self.connection()
            .execute(
                "DELETE FROM acquaintance WHERE met_at < ?1",
                [seconds(now) - MEMORY],
            )
            .map_err(|cause| self.failed(cause))
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, GreetingError> {
        let prepare = || {
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(PATIENCE)?;
            // Readers and the purge do not wait for each other.
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.execute_batch(TABLE)?;
            Ok(connection)
        };
        let connection = prepare().map_err(|cause| GreetingError::Database {
            path: path.to_owned(),
            cause,
        })?;
        Ok(Self {
            path: path.to_owned(),
            connection: Mutex::new(connection),
        })
    }

    // Each call is one statement: a thread that died in the middle left nothing half done.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, cause: rusqlite::Error) -> GreetingError {
        GreetingError::Database {
            path: self.path.clone(),
            cause,
        }
    }
}

/// Whole seconds since 1970; a clock before that counts as 1970.
fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const AWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
    }

    fn ada() -> PersonName {
        PersonName::new("Ada".into()).unwrap()
    }

    fn fresh() -> (tempfile::TempDir, Acquaintances) {
        let room = tempfile::tempdir().unwrap();
        let acquaintances =
            Acquaintances::open_or_create(&room.path().join("greeting.sqlite")).unwrap();
        (room, acquaintances)
    }

    #[test]
    fn a_person_is_known_by_name_and_origin() {
        let (_room, known) = fresh();
        let jorg = PersonName::new("Jörg".into()).unwrap();
        assert_eq!(known.meet(&ada(), HOME, at(0)).unwrap(), Meeting::First);
        assert_eq!(known.meet(&ada(), HOME, at(1)).unwrap(), Meeting::Again);
        assert_eq!(known.meet(&ada(), AWAY, at(1)).unwrap(), Meeting::First);
        assert_eq!(known.meet(&jorg, HOME, at(1)).unwrap(), Meeting::First);
    }

    #[test]
    fn an_entry_older_than_an_hour_is_as_if_it_were_not_there() {
        let (_room, known) = fresh();
        known.meet(&ada(), HOME, at(0)).unwrap();
        assert_eq!(known.meet(&ada(), HOME, at(3600)).unwrap(), Meeting::Again);
        assert_eq!(known.count(at(3601)).unwrap(), 0);
        assert_eq!(known.meet(&ada(), HOME, at(3601)).unwrap(), Meeting::First);
        assert_eq!(known.meet(&ada(), HOME, at(3602)).unwrap(), Meeting::Again);
    }

    #[test]
    fn purge_deletes_only_what_is_forgotten() {
        let (_room, known) = fresh();
        known.meet(&ada(), HOME, at(0)).unwrap();
        known.meet(&ada(), AWAY, at(1)).unwrap();
        assert_eq!(known.purge(at(3600)).unwrap(), 0);
        assert_eq!(known.purge(at(3601)).unwrap(), 1);
        assert_eq!(known.meet(&ada(), AWAY, at(3601)).unwrap(), Meeting::Again);
    }

    #[test]
    fn a_purge_never_makes_a_database() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("typo.sqlite");
        assert!(matches!(
            Acquaintances::open(&path),
            Err(GreetingError::NoDatabase { .. })
        ));
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_is_no_database_is_named() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("notes.txt");
        std::fs::write(
            &path,
            "not a database, but long enough to be taken for one: ".repeat(40),
        )
        .unwrap();
        let message = Acquaintances::open(&path).unwrap_err().to_string();
        assert!(
            message.contains("notes.txt") && message.contains("not a database"),
            "{message}"
        );
    }
}
