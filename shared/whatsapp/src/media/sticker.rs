//! Stickers: WebP, still or moving.

use super::glimpse::{Glimpse, Unsettled};
use super::types::{MOVING_STICKER, STILL_STICKER};
use super::{MediaType, another_content, refused};

/// Width and height of every sticker (Meta, "sticker messages").
const SIDE: u32 = 512;

/// Whether it moves.
pub(super) fn check(media_type: MediaType, file: &Glimpse) -> Result<bool, Unsettled> {
    let Some(webp) = read(file.head()?) else { return Err(another_content(media_type, file)) };
    if (webp.width, webp.height) != (SIDE, SIDE) {
        return Err(refused(
            "dimensions",
            format!("The picture has {}×{} pixels", webp.width, webp.height),
            format!("image/webp as a sticker only, with {SIDE}×{SIDE} pixels"),
            "Give it that size, or send it as image/png or image/jpeg.".to_owned(),
        ));
    }
    let (kind, most) = if webp.moves { ("moving", MOVING_STICKER) } else { ("still", STILL_STICKER) };
    if file.size() > most {
        return Err(refused(
            "size",
            format!("The {kind} sticker has {} bytes", file.size()),
            format!("{kind} stickers of at most {most} bytes"),
            "Make it smaller, or send it as image/png or image/jpeg.".to_owned(),
        ));
    }
    Ok(webp.moves)
}

struct WebP {
    moves: bool,
    width: u32,
    height: u32,
}

/// The first chunk says it (RFC 9649).
fn read(head: &[u8]) -> Option<WebP> {
    if !head.starts_with(b"RIFF") || head.get(8..12)? != b"WEBP" {
        return None;
    }
    match head.get(12..16)? {
        b"VP8X" => {
            let moves = head.get(20)? & 0b10 != 0;
            Some(WebP { moves, width: 1 + u24(head, 24)?, height: 1 + u24(head, 27)? })
        }
        b"VP8L" if *head.get(20)? == 0x2f => {
            let bits = u32::from_le_bytes(head.get(21..25)?.try_into().ok()?);
            Some(WebP { moves: false, width: 1 + (bits & 0x3fff), height: 1 + (bits >> 14 & 0x3fff) })
        }
        b"VP8 " if head.get(23..26)? == [0x9d, 0x01, 0x2a] => {
            let side = |at: usize| Some(u32::from(u16::from_le_bytes(head.get(at..at + 2)?.try_into().ok()?) & 0x3fff));
            Some(WebP { moves: false, width: side(26)?, height: side(28)? })
        }
        _ => None,
    }
}

fn u24(bytes: &[u8], at: usize) -> Option<u32> {
    let &[low, middle, high] = bytes.get(at..at + 3)? else { return None };
    Some(u32::from_le_bytes([low, middle, high, 0]))
}
