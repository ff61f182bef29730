//! Pictures, films, sounds, documents and stickers.

use serde::{Deserialize, Serialize};

use crate::attachment::Attachment;

/// A file, with what is said of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    pub kind: MediaKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    pub attachment: Attachment,
}

/// How WhatsApp shows a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Image,
    /// A GIF comes as one, too.
    Video,
    Audio,
    /// A voice note: it can be reported as played.
    Voice,
    Document,
    Sticker {
        animated: bool,
    },
}

impl MediaKind {
    /// The kind as the API names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Voice => "voice",
            Self::Document => "document",
            Self::Sticker { .. } => "sticker",
        }
    }
}
