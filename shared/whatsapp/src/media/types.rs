//! The table of types and sizes.

/// A type of file that WhatsApp takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType {
    pub mime: &'static str,
    pub class: Class,
}

/// What kind of message a file makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Image,
    Video,
    Audio,
    Document,
    Sticker,
}

const MB: u64 = 1024 * 1024;
const KB: u64 = 1024;

/// Bytes of a sticker that does not move.
pub(super) const STILL_STICKER: u64 = 100 * KB;
/// Bytes of one that does.
pub(super) const MOVING_STICKER: u64 = 500 * KB;

const TYPES: [MediaType; 18] = [
    of("audio/aac", Class::Audio),
    of("audio/amr", Class::Audio),
    of("audio/mpeg", Class::Audio),
    of("audio/mp4", Class::Audio),
    of("audio/ogg", Class::Audio),
    of("text/plain", Class::Document),
    of("application/pdf", Class::Document),
    of("application/msword", Class::Document),
    of("application/vnd.ms-excel", Class::Document),
    of("application/vnd.ms-powerpoint", Class::Document),
    of("application/vnd.openxmlformats-officedocument.wordprocessingml.document", Class::Document),
    of("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Class::Document),
    of("application/vnd.openxmlformats-officedocument.presentationml.presentation", Class::Document),
    of("image/jpeg", Class::Image),
    of("image/png", Class::Image),
    of("image/webp", Class::Sticker),
    of("video/3gpp", Class::Video),
    of("video/mp4", Class::Video),
];

const fn of(mime: &'static str, class: Class) -> MediaType {
    MediaType { mime, class }
}

/// Other names under which browsers and systems know the same types.
const ALIASES: [(&str, &str); 8] = [
    ("audio/mp3", "audio/mpeg"),
    ("audio/m4a", "audio/mp4"),
    ("audio/x-m4a", "audio/mp4"),
    ("audio/opus", "audio/ogg"),
    ("audio/x-aac", "audio/aac"),
    ("audio/x-hx-aac-adts", "audio/aac"),
    ("image/jpg", "image/jpeg"),
    ("image/pjpeg", "image/jpeg"),
];

impl MediaType {
    /// The most bytes that such a file may have.
    pub fn most(self) -> u64 {
        match self.class {
            Class::Image => 5 * MB,
            Class::Video | Class::Audio => 16 * MB,
            Class::Document => 100 * MB,
            Class::Sticker => MOVING_STICKER,
        }
    }
}

impl Class {
    /// The class as the API names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Image => "images",
            Self::Video => "videos",
            Self::Audio => "audio",
            Self::Document => "documents",
            Self::Sticker => "stickers",
        }
    }
}

/// The type of this name, whatever its case, its parameters and its alias.
pub(super) fn find(mime_type: &str) -> Option<MediaType> {
    let name = mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    let name = alias.map_or(name.as_str(), |(_, name)| name);
    TYPES.iter().find(|media_type| media_type.mime == name).copied()
}

/// All types in a sentence.
pub(super) fn list() -> String {
    TYPES.map(|media_type| media_type.mime).join(", ")
}

/// What to send instead of a type that WhatsApp does not take.
pub(super) fn instead_of(mime_type: &str) -> &'static str {
    let name = mime_type.to_ascii_lowercase();
    match name.split('/').next().unwrap_or_default() {
        _ if name.starts_with("image/gif") => {
            "Send an animation as video/mp4, and a picture that does not move as image/png or image/jpeg."
        }
        "image" => "Send it as image/jpeg or image/png.",
        "video" => "Send it as video/mp4 with H.264 and AAC.",
        "audio" => "Send it as audio/mp4, audio/mpeg, or audio/ogg with OPUS in mono.",
        "text" => "Send it as text/plain or application/pdf.",
        _ => "Send it as application/pdf, or send a link to it.",
    }
}
