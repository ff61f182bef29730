//! Every Graph request that came in, in order, with what it was answered.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::clock::from_millisecond;

/// How many are kept.
const KEPT: i64 = 100_000;

/// A request as it arrived. The token is not kept.
pub(crate) struct Received<'a> {
    pub(crate) at: Timestamp,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) body: &'a [u8],
    /// The fault that it met.
    pub(crate) fault: Option<&'a str>,
}

/// Its place in the log.
pub(crate) fn record(db: &Connection, request: &Received<'_>) -> rusqlite::Result<i64> {
    db.prepare_cached("INSERT INTO requests (at, method, path, query, body, fault) VALUES (?, ?, ?, ?, ?, ?)")?
        .execute(params![
            request.at.as_millisecond(),
            request.method,
            request.path,
            request.query,
            request.body,
            request.fault,
        ])?;
    let seq = db.last_insert_rowid();
    if seq % 1000 == 0 {
        db.execute("DELETE FROM requests WHERE seq <= ?", [seq - KEPT])?;
    }
    Ok(seq)
}

/// A request whose connection was closed instead is never answered.
pub(crate) fn answered(db: &Connection, seq: i64, status: u16) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE requests SET status = ? WHERE seq = ?")?.execute(params![status, seq]).map(drop)
}

/// Those behind a place in the log.
pub(crate) fn behind(db: &Connection, seq: i64) -> rusqlite::Result<Vec<Value>> {
    let mut query = db
        .prepare("SELECT seq, at, method, path, query, body, status, fault FROM requests WHERE seq > ? ORDER BY seq")?;
    let rows = query.query_map([seq], |row| {
        Ok(json!({
            "seq": row.get::<_, i64>(0)?,
            "at": from_millisecond(row.get(1)?).to_string(),
            "method": row.get::<_, String>(2)?,
            "path": row.get::<_, String>(3)?,
            "query": row.get::<_, Option<String>>(4)?,
            "body": readable(&row.get::<_, Vec<u8>>(5)?),
            "status": row.get::<_, Option<u16>>(6)?,
            "fault": row.get::<_, Option<String>>(7)?,
        }))
    })?;
    rows.collect()
}

pub(crate) fn clear(db: &Connection) -> rusqlite::Result<()> {
    db.execute("DELETE FROM requests", []).map(drop)
}

/// JSON as such, anything else as text, nothing as null.
pub(crate) fn readable(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(bytes)))
}
