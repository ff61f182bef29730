//! Documents: text, PDF, and Office files old and new.

use super::glimpse::{Glimpse, Unsettled};
use super::{MediaType, another_content};

pub(super) fn check(media_type: MediaType, file: &Glimpse) -> Result<(), Unsettled> {
    let head = file.head()?;
    let is_so = match media_type.mime {
        "text/plain" => is_text(head),
        // Readers find it in the first 1,024 bytes (PDF 1.7, implementation note 13).
        "application/pdf" => contains(&head[..head.len().min(1_024)], b"%PDF-"),
        mime => match folder(mime) {
            Some(folder) => is_zip(head) && (contains(head, folder) || contains(file.tail()?, folder)),
            None => head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
        },
    };
    if is_so { Ok(()) } else { Err(another_content(media_type, file)) }
}

/// The folder that tells which of the newer Office files, all of them zip archives, one is. The three older ones share
/// one container and are not told apart.
fn folder(mime: &str) -> Option<&'static [u8]> {
    match mime.rsplit('.').next() {
        Some("document") => Some(b"word/"),
        Some("sheet") => Some(b"xl/"),
        Some("presentation") => Some(b"ppt/"),
        _ => None,
    }
}

fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04")
}

/// Nothing that is known to be something else, and no zero byte but in UTF-16.
fn is_text(head: &[u8]) -> bool {
    let is_utf16 = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let is_known = infer::get(head).is_some_and(|kind| !kind.mime_type().starts_with("text/"));
    is_utf16 || (!is_known && !head.contains(&0))
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
