//! What is left of a message that is hidden, and the way back.

use super::Detector;
use crate::attachment::Attachment;
use crate::content::{Content, Hidden};

impl Hidden {
    /// What stands for a content in which something was found.
    pub fn of(content: &Content, found: &[Detector]) -> Self {
        let attachment = content.attachment().cloned();
        let reason = match content {
            Content::Placeholder(placeholder) => Some(placeholder.reason.clone()),
            _ => None,
        };
        Self {
            kind: content.kind().to_owned(),
            reason,
            findings: found.iter().map(|detector| detector.name().to_owned()).collect(),
            attachment: attachment.map(|attachment| Attachment { filename: None, ..attachment }),
        }
    }

    /// The content it stands for, with the file as it is by now.
    pub fn reveal(&self, mut content: Content) -> Content {
        if let (Some(now), Some(then)) = (&self.attachment, content.attachment_mut()) {
            *then = Attachment { filename: then.filename.take(), ..now.clone() };
        }
        content
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attachment::State;
    use crate::content::{Media, MediaKind, Placeholder};

    fn document() -> Content {
        let attachment = Attachment {
            filename: Some("4111111111111111.pdf".into()),
            mime_type: "application/pdf".into(),
            size: None,
            sha256: None,
            state: State::Pending { media_id: "1".into() },
        };
        Content::Media(Media { kind: MediaKind::Document, caption: Some("my card".into()), attachment })
    }

    #[test]
    fn a_hidden_message_is_the_work_that_it_was() {
        for (kind, reason) in [("edit", "edited"), ("unsupported", "pinned"), ("system", "unknown_kind"), ("x", "y")] {
            let (kind, reason) = (kind.to_owned(), reason.to_owned());
            let (text, original) = (None, "4111111111111111".to_owned());
            let content = Content::Placeholder(Placeholder { kind, reason, text, emoji: None, target: None, original });

            let hidden = Content::Hidden(Hidden::of(&content, &[Detector::PaymentCard]));

            assert_eq!(hidden.opens_session(), content.opens_session());
            assert_eq!(hidden.makes_work(), content.makes_work());
        }
    }

    #[test]
    fn a_hidden_file_has_no_name_and_comes_back_with_it_as_it_is_by_then() {
        let mut hidden = Content::Hidden(Hidden::of(&document(), &[Detector::PaymentCard]));
        let json = serde_json::to_string(&hidden).unwrap();
        assert!(!json.contains("4111") && !json.contains("my card"), "{json}");
        assert_eq!((hidden.kind(), hidden.text()), ("document", None));

        hidden.attachment_mut().unwrap().give_up("expired");

        let Content::Hidden(hidden) = hidden else { unreachable!() };
        assert_eq!(hidden.findings, ["payment_card"]);
        let revealed = hidden.reveal(document());
        let attachment = revealed.attachment().unwrap();
        assert_eq!(attachment.filename.as_deref(), Some("4111111111111111.pdf"));
        assert!(attachment.state == State::Unavailable { reason: "expired".into() });
        assert_eq!(revealed.text().as_deref(), Some("my card"));
    }
}
