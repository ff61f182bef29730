//! Files that businesses uploaded to send them. What matters of one is kept, not its bytes.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use crate::clock::from_millisecond;

/// Media ids from an upload live this long.
const LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A file that was uploaded.
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) phone_number_id: String,
    pub(crate) mime_type: String,
    pub(crate) filename: Option<String>,
    /// In hexadecimal.
    pub(crate) sha256: String,
    /// Bytes.
    pub(crate) size: u64,
}

pub(crate) fn insert(db: &Connection, upload: &Upload, now: Timestamp) -> rusqlite::Result<()> {
    let Upload { id, phone_number_id, mime_type, filename, sha256, size } = upload;
    db.execute(
        "INSERT INTO uploads (id, phone_number_id, mime_type, filename, sha256, size, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        params![id, phone_number_id, mime_type, filename, sha256, size, now.as_millisecond()],
    )
    .map(drop)
}

/// A file that is not past its life.
pub(crate) fn find(db: &Connection, id: &str, now: Timestamp) -> rusqlite::Result<Option<Upload>> {
    let found = known(db, id)?;
    Ok(found.filter(|(_, created_at)| now < *created_at + LIFE).map(|(upload, _)| upload))
}

pub(crate) fn delete(db: &Connection, id: &str) -> rusqlite::Result<()> {
    db.execute("DELETE FROM uploads WHERE id = ?", [id]).map(drop)
}

/// What a phone that got a message shows of its file. It has it, whatever becomes of the upload.
pub(crate) fn shown(db: &Connection, id: &str) -> rusqlite::Result<Value> {
    let describe = |(upload, _): (Upload, _)| {
        let Upload { mime_type, filename, sha256, size, .. } = upload;
        json!({ "mime_type": mime_type, "filename": filename, "sha256": sha256, "size": size })
    };
    Ok(known(db, id)?.map_or(Value::Null, describe))
}

fn known(db: &Connection, id: &str) -> rusqlite::Result<Option<(Upload, Timestamp)>> {
    db.query_row("SELECT * FROM uploads WHERE id = ?", [id], |row| {
        let upload = Upload {
            id: row.get("id")?,
            phone_number_id: row.get("phone_number_id")?,
            mime_type: row.get("mime_type")?,
            filename: row.get("filename")?,
            sha256: row.get("sha256")?,
            size: row.get("size")?,
        };
        Ok((upload, from_millisecond(row.get("created_at")?)))
    })
    .optional()
}
