//! How a browser is to take a file: under which name, and whether it may show it.

use std::fmt::Write as _;

use domain::attachment::{clean_filename, shortened_filename};

/// What browsers show without running anything in it. A picture of SVG or a PDF may hold scripts.
const SHOWN: [&str; 4] = ["image/gif", "image/jpeg", "image/png", "image/webp"];
const SHOWN_FAMILIES: [&str; 2] = ["audio/", "video/"];

/// What WhatsApp sends, as people's computers call it.
const EXTENSIONS: [(&str, &str); 18] = [
    ("application/pdf", "pdf"),
    ("application/zip", "zip"),
    ("audio/aac", "aac"),
    ("audio/amr", "amr"),
    ("audio/m4a", "m4a"),
    ("audio/mp4", "m4a"),
    ("audio/mpeg", "mp3"),
    ("audio/ogg", "ogg"),
    ("audio/opus", "ogg"),
    ("image/gif", "gif"),
    ("image/heif", "heif"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("text/plain", "txt"),
    ("video/3gpp", "3gp"),
    ("video/mp4", "mp4"),
    ("video/quicktime", "mov"),
];

/// Longer names do more harm in addresses than good on disks.
const NAME_CHARS: usize = 120;

/// A `Content-Disposition` (RFC 6266): the name in UTF-8 for all who read that (RFC 5987), and without accents for others.
pub(super) fn disposition(mime_type: &str, name: &str) -> String {
    let how = if is_shown(essence(mime_type)) { "inline" } else { "attachment" };
    let name = cleaned(name);
    let plain: String = name.chars().map(|char| if char.is_ascii() { char } else { '_' }).collect();
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(&name))
}

/// A name for a file that has none: `image.jpg`.
pub(super) fn name_made_of(kind: &str, mime_type: &str) -> String {
    let known = EXTENSIONS.iter().find(|(name, _)| *name == essence(mime_type));
    format!("{kind}.{}", known.map_or("bin", |(_, extension)| extension))
}

fn is_shown(mime_type: &str) -> bool {
    SHOWN.contains(&mime_type) || SHOWN_FAMILIES.iter().any(|family| mime_type.starts_with(family))
}

/// The type without its parameters.
fn essence(mime_type: &str) -> &str {
    mime_type.split(';').next().unwrap_or_default().trim()
}

/// A name that is one wherever it is saved.
fn cleaned(name: &str) -> String {
    let name = clean_filename(name).unwrap_or_default();
    let safe: String = name.chars().map(|char| if r#":*?"<>|"#.contains(char) { '_' } else { char }).collect();
    match safe.trim_matches(|char: char| char == '.' || char.is_whitespace()) {
        "" => "file".to_owned(),
        name => shortened_filename(name, NAME_CHARS),
    }
}

/// Percent-encoded but for what RFC 5987 leaves as it is (`attr-char`).
fn encoded(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_in_a_browser_is_a_download() {
        for shown in ["image/jpeg", "image/webp", "video/mp4", "audio/ogg; codecs=opus"] {
            assert!(disposition(shown, "a").starts_with("inline; "), "{shown}");
        }
        for saved in [
            "text/html",
            "image/svg+xml",
            "application/pdf",
            "text/xml",
            "text/javascript",
            "application/octet-stream",
            "",
        ] {
            assert!(disposition(saved, "a").starts_with("attachment; "), "{saved}");
        }
    }

    #[test]
    fn a_name_is_told_in_utf_8_and_without_accents() {
        assert_eq!(
            disposition("application/pdf", "Übersicht – Q3.pdf"),
            "attachment; filename=\"_bersicht _ Q3.pdf\"; filename*=UTF-8''%C3%9Cbersicht%20%E2%80%93%20Q3.pdf"
        );
    }

    #[test]
    fn a_name_leads_nowhere_and_hides_nothing() {
        for (given, expected) in [
            ("../../etc/passwd", "_.._etc_passwd"),
            (r"C:\boot.ini", "C__boot.ini"),
            ("a\"; filename=\"b.exe", "a_; filename=_b.exe"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("line\r\nbreak.txt", "linebreak.txt"),
            (" . ", "file"),
            ("", "file"),
        ] {
            assert_eq!(cleaned(given), expected);
        }
    }

    #[test]
    fn a_long_name_keeps_its_end() {
        let name = cleaned(&format!("{}.pdf", "ü".repeat(500)));
        assert!(name.chars().count() == NAME_CHARS && name.ends_with("ü.pdf"), "{name}");
        assert_eq!(cleaned(&"x".repeat(500)).len(), NAME_CHARS);
    }

    #[test]
    fn a_file_without_a_name_is_called_after_what_it_is() {
        assert_eq!(name_made_of("image", "image/jpeg"), "image.jpg");
        assert_eq!(name_made_of("voice", "audio/ogg; codecs=opus"), "voice.ogg");
        assert_eq!(name_made_of("document", "application/x-something"), "document.bin");
    }
}
