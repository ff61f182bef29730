//! Pictures, films, sounds, documents and stickers. Their bytes are with Meta yet, under the id that it gives.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use domain::Attachment;
use domain::attachment::{State, clean_filename};
use domain::content::{Media, MediaKind};
use serde_json::Value;

use super::super::json::{short, text};

/// Documented names are far shorter.
const MAX_CHARS: usize = 255;

/// What is said of a file whose kind nobody named.
const ANY_BYTES: &str = "application/octet-stream";

/// Reads a file; without an id of Meta's there is none.
pub(super) fn read(kind: &str, file: &Value) -> Option<Media> {
    let media_id = text(file, "id").filter(|id| id.len() <= MAX_CHARS)?;
    let attachment = Attachment {
        filename: text(file, "filename").and_then(|name| clean_filename(&name)),
        mime_type: short(file, "mime_type", MAX_CHARS).unwrap_or_else(|| ANY_BYTES.to_owned()),
        size: None,
        sha256: text(file, "sha256").and_then(|digest| hex_digest(&digest)),
        state: State::Pending { media_id },
    };
    Some(Media { kind: shown_as(kind, file), caption: text(file, "caption"), attachment })
}

fn shown_as(kind: &str, file: &Value) -> MediaKind {
    let is = |key: &str| file.get(key).is_some_and(|flag| *flag == true || *flag == "true");
    match kind {
        "image" => MediaKind::Image,
        "video" => MediaKind::Video,
        "sticker" => MediaKind::Sticker { animated: is("animated") },
        "document" => MediaKind::Document,
        // A name of its own is how voice notes came once.
        "voice" => MediaKind::Voice,
        _ if is("voice") => MediaKind::Voice,
        _ => MediaKind::Audio,
    }
}

/// Webhooks write digests in base64, samples elsewhere in hexadecimal. What is neither is no digest of anything.
fn hex_digest(written: &str) -> Option<String> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let bytes = hex::decode(written).ok().filter(|bytes| bytes.len() == 32).or_else(|| LENIENT.decode(written).ok())?;
    (bytes.len() == 32).then(|| hex::encode(bytes))
}
