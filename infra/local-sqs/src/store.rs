//! The one SQLite file, and the one thread that touches it.

mod dead_letter;
mod in_flight;
mod overview;
mod queue;
mod receive;
mod row;
mod send;

use std::{
    path::Path,
    sync::mpsc::{Sender, channel},
    thread,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use crate::Error;

pub use dead_letter::MoveTask;
pub(crate) use dead_letter::{moves, redrive, start_move};
pub(crate) use in_flight::{change_visibility, delete};
pub(crate) use overview::{Outlook, counts, messages, next_change_at, outlook};
pub(crate) use queue::{Queue, create, find, names, purge, remove, set};
pub(crate) use receive::{Received, receive};
pub(crate) use row::{seconds, timestamp};
pub(crate) use send::send;

/// Milliseconds since the epoch, as the tables keep time.
pub(crate) type Millis = i64;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Runs transactions one after the other, away from the async threads.
#[derive(Debug)]
pub(crate) struct Store {
    jobs: Sender<Job>,
}

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut connection = Connection::open(path)?;
        // With a write-ahead log, NORMAL loses nothing when the process is killed, only when the machine is.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.execute_batch(include_str!("store/schema.sql"))?;

        let (jobs, inbox) = channel::<Job>();
        thread::Builder::new()
            .name("local-sqs".to_owned())
            .spawn(move || inbox.into_iter().for_each(|job| job(&mut connection)))
            .map_err(|_| Error::Stopped)?;
        Ok(Self { jobs })
    }

    /// Does the work in one transaction, which is undone if the work fails. It is done even if the caller stops waiting.
    pub(crate) async fn transaction<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.transaction_then(work, |_| ()).await
    }

    /// Does the work so, and tells `done` what came of it as soon as it is committed, whoever still waits.
    pub(crate) async fn transaction_then<T, F, D>(&self, work: F, done: D) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
        D: FnOnce(&T) + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = in_transaction(connection, work).inspect(done);
            // A caller that has gone does not want to know.
            let _ = answer.send(result);
        });
        self.jobs.send(job).map_err(|_| Error::Stopped)?;
        answered.await.map_err(|_| Error::Stopped)?
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let result = work(&transaction)?;
    transaction.commit()?;
    Ok(result)
}
