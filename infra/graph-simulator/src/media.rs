//! Files that customers sent: kept with their digest, and downloaded by a URL that lives 5 minutes.

mod generated;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub(crate) use self::generated::Generated;
use crate::clock::from_millisecond;
use crate::numbers::Number;

/// Media ids from a webhook live this long.
const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The life of a download URL.
const URL_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// A file as it is described.
pub(crate) struct Media {
    pub(crate) id: String,
    pub(crate) phone_number_id: String,
    pub(crate) mime_type: String,
    /// Base64, as webhooks write it.
    pub(crate) sha256: String,
    pub(crate) size: u64,
}

/// Where a file's bytes come from.
pub(crate) enum Content {
    Kept(Vec<u8>),
    /// Made while it is read, so that large files need no room.
    Generated(Generated),
}

/// Puts a file given as `bytes_base64` or `generated` into the store, and what a webhook says of it in its place.
///
/// # Errors
/// A sentence for the tool's author if no file can be made of what is given, or SQLite's error.
pub(crate) fn take_in(
    db: &Connection,
    number: &Number,
    kind: &str,
    object: &mut Map<String, Value>,
    base_url: &str,
    now: Timestamp,
) -> Result<(), TakeInError> {
    let Some(content) = Content::given(object)? else { return Ok(()) };
    let mime_type = object.get("mime_type").and_then(Value::as_str).unwrap_or_else(|| usual_mime_type(kind)).to_owned();
    let (id, sha256) = (new_id(), STANDARD.encode(content.digest()));
    let bytes = match &content {
        Content::Kept(bytes) => bytes.as_slice(),
        Content::Generated(_) => &[],
    };
    db.execute(
        "INSERT INTO media (id, phone_number_id, mime_type, sha256, bytes, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        params![id, number.phone_number_id, mime_type, sha256, bytes, now.as_millisecond()],
    )?;
    if let Content::Generated(generated) = &content {
        generated.keep(db, &id)?;
    }
    object.insert("url".into(), json!(url(&id, base_url, now)));
    object.insert("id".into(), json!(id));
    object.insert("mime_type".into(), json!(mime_type));
    object.insert("sha256".into(), json!(sha256));
    Ok(())
}

/// Why a file was not taken in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TakeInError {
    #[error("bytes_base64 must be a string of standard base64")]
    NotBase64,
    #[error(
        r#"generated must be {{"size": bytes, "seed"?: number, "head_base64"?: standard base64 of the first bytes}}"#
    )]
    NotGenerated,
    #[error("the store failed")]
    Store(#[from] rusqlite::Error),
}

impl Content {
    fn given(object: &mut Map<String, Value>) -> Result<Option<Self>, TakeInError> {
        if let Some(given) = object.remove("generated") {
            return Ok(Some(Self::Generated(Generated::read(&given).ok_or(TakeInError::NotGenerated)?)));
        }
        let Some(given) = object.remove("bytes_base64") else { return Ok(None) };
        let bytes = given.as_str().and_then(|text| STANDARD.decode(text).ok()).ok_or(TakeInError::NotBase64)?;
        Ok(Some(Self::Kept(bytes)))
    }

    fn digest(&self) -> [u8; 32] {
        let digest = match self {
            Self::Kept(bytes) => Sha256::digest(bytes),
            Self::Generated(generated) => {
                generated.pieces().fold(Sha256::new(), |digest, piece| digest.chain_update(piece)).finalize()
            }
        };
        digest.into()
    }
}

/// A file that is not past its life.
pub(crate) fn find(db: &Connection, id: &str, now: Timestamp) -> rusqlite::Result<Option<Media>> {
    let found = db
        .query_row(
            "SELECT media.*, COALESCE(generated_media.size, LENGTH(media.bytes)) AS size
             FROM media LEFT JOIN generated_media ON media_id = id WHERE id = ?",
            [id],
            |row| {
                let created_at = from_millisecond(row.get("created_at")?);
                let media = Media {
                    id: row.get("id")?,
                    phone_number_id: row.get("phone_number_id")?,
                    mime_type: row.get("mime_type")?,
                    sha256: row.get("sha256")?,
                    size: row.get("size")?,
                };
                Ok((media, created_at))
            },
        )
        .optional()?;
    Ok(found.filter(|(_, created_at)| now < *created_at + LIFE).map(|(media, _)| media))
}

/// The bytes of a file that was found.
pub(crate) fn content(db: &Connection, media: &Media) -> rusqlite::Result<Content> {
    match Generated::find(db, &media.id)? {
        Some(generated) => Ok(Content::Generated(generated)),
        None => db.query_row("SELECT bytes FROM media WHERE id = ?", [&media.id], |row| row.get(0)).map(Content::Kept),
    }
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
