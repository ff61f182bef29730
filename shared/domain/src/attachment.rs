//! Files that go with messages (F10).
//!
//! ```text
//! pending ──→ stored
//!    └──────→ unavailable
//! ```

mod filename;

use serde::{Deserialize, Serialize};

pub use filename::{clean_filename, shortened_filename};

/// A file of a message. Its id follows from the message's, since a message has one at most.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// As its sender called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// As its sender declared it; once stored, as its content shows it.
    pub mime_type: String,
    /// Bytes, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// SHA-256 of the bytes in hexadecimal: what Meta says of it until it is stored, then what it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    #[serde(flatten)]
    pub state: State,
}

/// Where the bytes are.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// With Meta, under its id.
    Pending { media_id: String },
    /// In our bucket.
    Stored { key: String },
    /// They cannot be had, and this is a stable word for why.
    Unavailable { reason: String },
}

/// What was found when the bytes were stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    pub key: String,
    pub mime_type: String,
    pub size: u64,
    /// In hexadecimal.
    pub sha256: String,
}

impl Attachment {
    /// What Meta is to be asked for, while it is with Meta only.
    pub fn pending(&self) -> Option<&str> {
        match &self.state {
            State::Pending { media_id } => Some(media_id),
            State::Stored { .. } | State::Unavailable { .. } => None,
        }
    }

    /// The bytes are in the bucket now. Says whether anything changed: what has ended stays as it is.
    pub fn store(&mut self, file: StoredFile) -> bool {
        let pending = self.pending().is_some();
        if pending {
            self.mime_type = file.mime_type;
            self.size = Some(file.size);
            self.sha256 = Some(file.sha256);
            self.state = State::Stored { key: file.key };
        }
        pending
    }

    /// The bytes will never come. Says whether anything changed: what has ended stays as it is.
    pub fn give_up(&mut self, reason: &str) -> bool {
        let pending = self.pending().is_some();
        if pending {
            self.state = State::Unavailable { reason: reason.to_owned() };
        }
        pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending() -> Attachment {
        let state = State::Pending { media_id: "1".into() };
        Attachment { filename: None, mime_type: "image/jpeg".into(), size: None, sha256: None, state }
    }

    fn file() -> StoredFile {
        StoredFile { key: "k".into(), mime_type: "image/png".into(), size: 3, sha256: "00".into() }
    }

    #[test]
    fn a_stored_file_is_what_its_content_shows() {
        let mut attachment = pending();
        assert!(attachment.store(file()));
        assert_eq!((attachment.mime_type.as_str(), attachment.size), ("image/png", Some(3)));
        assert_eq!(attachment.pending(), None);
    }

    #[test]
    fn what_has_ended_stays_as_it_is() {
        let mut attachment = pending();
        assert!(attachment.give_up("expired"));
        assert!(!attachment.store(file()));
        assert!(!attachment.give_up("empty"));
        assert!(attachment.state == State::Unavailable { reason: "expired".into() });
    }
}
