//! Pictures: JPEG and PNG of 8 bits a channel, in colour.

use super::glimpse::{Glimpse, Unsettled};
use super::{MediaType, another_content, refused};

/// How many segments of a JPEG are passed over until its frame has to come; cameras write about ten.
const MOST_SEGMENTS: usize = 200;

pub(super) fn check(media_type: MediaType, file: &Glimpse) -> Result<(), Unsettled> {
    let frame = match media_type.mime {
        "image/png" => png(file)?,
        _ => jpeg(file)?,
    };
    let Some(Frame { bits, colors }) = frame else { return Err(another_content(media_type, file)) };
    let is_color = matches!(colors, Colors::Rgb | Colors::Rgba);
    if bits == 8 && is_color {
        return Ok(());
    }
    Err(refused(
        "colors",
        format!("The picture has {bits} bits a channel, {}", colors.name()),
        "pictures of 8 bits a channel in RGB or RGBA".to_owned(),
        "Save it with 8 bits in RGB and upload it again.".to_owned(),
    ))
}

/// What a picture says of itself.
struct Frame {
    bits: u8,
    colors: Colors,
}

#[derive(Clone, Copy)]
enum Colors {
    Gray,
    Palette,
    Rgb,
    Rgba,
    Cmyk,
    Other,
}

impl Colors {
    fn name(self) -> &'static str {
        match self {
            Self::Gray => "in grey",
            Self::Palette => "with a palette",
            Self::Rgb => "in RGB",
            Self::Rgba => "in RGBA",
            Self::Cmyk => "in CMYK",
            Self::Other => "in colours of another kind",
        }
    }
}

/// A PNG begins with its header (W3C, PNG §11.2.1).
fn png(file: &Glimpse) -> Result<Option<Frame>, Unsettled> {
    let head = file.head()?;
    if !head.starts_with(b"\x89PNG\r\n\x1a\n") || head.get(12..16) != Some(b"IHDR") {
        return Ok(None);
    }
    let Some(&[bits, color_type]) = head.get(24..26) else { return Ok(None) };
    let colors = match color_type {
        0 | 4 => Colors::Gray,
        2 => Colors::Rgb,
        3 => Colors::Palette,
        6 => Colors::Rgba,
        _ => return Ok(None),
    };
    Ok(Some(Frame { bits, colors }))
}

/// A JPEG is a row of segments, of which one describes the frame (ITU T.81, B.2.2).
fn jpeg(file: &Glimpse) -> Result<Option<Frame>, Unsettled> {
    if !file.head()?.starts_with(&[0xff, 0xd8, 0xff]) {
        return Ok(None);
    }
    let mut at = 2;
    for _ in 0..MOST_SEGMENTS {
        let Some(&[0xff, marker, high, low]) = file.read(at, 4)? else { return Ok(None) };
        match marker {
            // Filling, and markers that stand alone.
            0xff => at += 1,
            0x01 | 0xd0..=0xd7 => at += 2,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let Some(&[bits, _, _, _, _, components]) = file.read(at + 4, 6)? else { return Ok(None) };
                return Ok(Some(Frame { bits, colors: of_components(components) }));
            }
            // The picture itself begins, or ends.
            0xda | 0xd9 => return Ok(None),
            _ => at += 2 + u64::from(u16::from_be_bytes([high, low])),
        }
    }
    Ok(None)
}

fn of_components(components: u8) -> Colors {
    match components {
        1 => Colors::Gray,
        3 => Colors::Rgb,
        4 => Colors::Cmyk,
        _ => Colors::Other,
    }
}
