//! The SQLite file: its tables, and changes as single transactions.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use crate::webhooks::{self, Queued, WebhookId};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS numbers (
        phone_number_id TEXT PRIMARY KEY, waba_id TEXT NOT NULL, display_phone_number TEXT NOT NULL,
        verified_name TEXT NOT NULL, access_token TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS customers (
        id INTEGER PRIMARY KEY, wa_id TEXT UNIQUE, name TEXT NOT NULL, username TEXT);
    CREATE TABLE IF NOT EXISTS bsuids (
        user_id TEXT PRIMARY KEY, customer_id INTEGER NOT NULL, waba_id TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS messages (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, phone_number_id TEXT NOT NULL,
        customer_id INTEGER NOT NULL, direction TEXT NOT NULL, kind TEXT NOT NULL, content TEXT NOT NULL,
        status TEXT NOT NULL, opaque_data TEXT, sent_to_user_id TEXT, at INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS messages_of_customer ON messages (customer_id, seq);
    CREATE INDEX IF NOT EXISTS messages_of_number ON messages (phone_number_id, direction, at);
    CREATE TABLE IF NOT EXISTS windows (
        phone_number_id TEXT NOT NULL, customer_id INTEGER NOT NULL, last_message_at INTEGER NOT NULL,
        PRIMARY KEY (phone_number_id, customer_id));
    CREATE TABLE IF NOT EXISTS pair_rates (
        phone_number_id TEXT NOT NULL, customer_id INTEGER NOT NULL, borrowed_until INTEGER NOT NULL,
        PRIMARY KEY (phone_number_id, customer_id));
    CREATE TABLE IF NOT EXISTS media (
        id TEXT PRIMARY KEY, phone_number_id TEXT NOT NULL, mime_type TEXT NOT NULL, sha256 TEXT NOT NULL,
        bytes BLOB NOT NULL, created_at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS generated_media (
        media_id TEXT PRIMARY KEY, size INTEGER NOT NULL, seed INTEGER NOT NULL, head BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS uploads (
        id TEXT PRIMARY KEY, phone_number_id TEXT NOT NULL, mime_type TEXT NOT NULL, filename TEXT,
        sha256 TEXT NOT NULL, size INTEGER NOT NULL, created_at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS webhooks (
        id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, message_id TEXT, body BLOB NOT NULL,
        created_at INTEGER NOT NULL, state TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS webhooks_pending ON webhooks (id) WHERE state = 'pending';
    CREATE TABLE IF NOT EXISTS webhook_attempts (
        webhook_id INTEGER NOT NULL, at INTEGER NOT NULL, status INTEGER, error TEXT);
    CREATE INDEX IF NOT EXISTS webhook_attempts_of_webhook ON webhook_attempts (webhook_id);
    CREATE TABLE IF NOT EXISTS requests (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
        query TEXT, body BLOB NOT NULL, status INTEGER, fault TEXT);
    CREATE TABLE IF NOT EXISTS templates (
        id TEXT PRIMARY KEY, waba_id TEXT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL, category TEXT NOT NULL,
        status TEXT NOT NULL, parameter_format TEXT NOT NULL, components TEXT NOT NULL, previous_category TEXT,
        quality TEXT NOT NULL, rejected_reason TEXT NOT NULL, edited_at INTEGER, UNIQUE (waba_id, name, language));
    CREATE TABLE IF NOT EXISTS choices (name TEXT PRIMARY KEY, value TEXT NOT NULL);
";

/// How many webhooks the log keeps, besides those to deliver.
const KEPT_WEBHOOKS: WebhookId = 100_000;

/// One connection, used by one caller at a time.
pub(crate) struct Store {
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens or makes the file. A committed change survives the death of the process (WAL).
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A transaction with the webhooks that it makes; none of it holds unless all of it does.
pub(crate) struct Change<'a> {
    pub(crate) db: Transaction<'a>,
    pub(crate) now: Timestamp,
    pub(crate) queued: Vec<Queued>,
}

impl Change<'_> {
    /// Queues a webhook behind those before it in `lane`.
    pub(crate) fn queue_webhook(
        &mut self,
        lane: String,
        message_id: Option<&str>,
        body: &[u8],
    ) -> rusqlite::Result<WebhookId> {
        self.db
            .prepare_cached(
                "INSERT INTO webhooks (lane, message_id, body, created_at, state) VALUES (?, ?, ?, ?, 'pending')",
            )?
            .execute(params![lane, message_id, body, self.now.as_millisecond()])?;
        let id = self.db.last_insert_rowid();
        if id % 1000 == 0 {
            webhooks::forget_up_to(&self.db, id - KEPT_WEBHOOKS)?;
        }
        self.queued.push(Queued { id, lane });
        Ok(id)
    }
}

/// A setting that a tool changed and that a restart keeps.
pub(crate) fn choice(db: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    use rusqlite::OptionalExtension;
    db.query_row("SELECT value FROM choices WHERE name = ?", [name], |row| row.get(0)).optional()
}

pub(crate) fn choose(db: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    db.execute("INSERT OR REPLACE INTO choices (name, value) VALUES (?, ?)", [name, value]).map(drop)
}
