//! Files that customers sent: kept with their digest, and downloaded by a URL that lives 5 minutes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::from_millisecond;
use crate::numbers::Number;

/// Media ids from a webhook live this long.
const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The life of a download URL.
const URL_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// A stored file.
pub(crate) struct Media {
    pub(crate) id: String,
    pub(crate) phone_number_id: String,
    pub(crate) mime_type: String,
    /// Base64, as webhooks write it.
    pub(crate) sha256: String,
    pub(crate) bytes: Vec<u8>,
}

/// Puts a file given as `bytes_base64` into the store, and what a webhook says of it in its place.
///
/// # Errors
/// A sentence for the tool's author if the bytes are no base64, or SQLite's error.
pub(crate) fn take_in(
    db: &Connection,
    number: &Number,
    kind: &str,
    object: &mut Map<String, Value>,
    base_url: &str,
    now: Timestamp,
) -> Result<(), TakeInError> {
    let Some(given) = object.remove("bytes_base64") else { return Ok(()) };
    let bytes = given.as_str().and_then(|text| STANDARD.decode(text).ok()).ok_or(TakeInError::NotBase64)?;
    let mime_type = object.get("mime_type").and_then(Value::as_str).unwrap_or_else(|| usual_mime_type(kind)).to_owned();
    let media = Media {
        id: new_id(),
        phone_number_id: number.phone_number_id.clone(),
        mime_type,
        sha256: STANDARD.encode(Sha256::digest(&bytes)),
        bytes,
    };
    db.execute(
        "INSERT INTO media (id, phone_number_id, mime_type, sha256, bytes, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        params![media.id, media.phone_number_id, media.mime_type, media.sha256, media.bytes, now.as_millisecond()],
    )?;
    object.insert("url".into(), json!(url(&media.id, base_url, now)));
    object.insert("id".into(), json!(media.id));
    object.insert("mime_type".into(), json!(media.mime_type));
    object.insert("sha256".into(), json!(media.sha256));
    Ok(())
}

/// Why a file was not taken in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TakeInError {
    #[error("bytes_base64 must be a string of standard base64")]
    NotBase64,
    #[error("the store failed")]
    Store(#[from] rusqlite::Error),
}

/// A file that is not past its life.
pub(crate) fn find(db: &Connection, id: &str, now: Timestamp) -> rusqlite::Result<Option<Media>> {
    let found = db
        .query_row("SELECT * FROM media WHERE id = ?", [id], |row| {
            let created_at = from_millisecond(row.get("created_at")?);
            let media = Media {
                id: row.get("id")?,
                phone_number_id: row.get("phone_number_id")?,
                mime_type: row.get("mime_type")?,
                sha256: row.get("sha256")?,
                bytes: row.get("bytes")?,
            };
            Ok((media, created_at))
        })
        .optional()?;
    Ok(found.filter(|(_, created_at)| now < *created_at + LIFE).map(|(media, _)| media))
}

/// A fresh download URL.
pub(crate) fn url(id: &str, base_url: &str, now: Timestamp) -> String {
    let expires = (now + URL_LIFE).as_second();
    format!("{base_url}/whatsapp_business/attachments/?mid={id}&ext={expires}")
}

/// A new id of a file, as Meta makes them.
pub(crate) fn new_id() -> String {
    let random = Uuid::new_v4().as_u128() % 9_000_000_000_000_000;
    (1_000_000_000_000_000 + random).to_string()
}

fn usual_mime_type(kind: &str) -> &'static str {
    match kind {
        "image" => "image/jpeg",
        "video" => "video/mp4",
        "audio" => "audio/ogg; codecs=opus",
        "sticker" => "image/webp",
        _ => "application/octet-stream",
    }
}
