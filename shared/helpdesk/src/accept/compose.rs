//! Which messages a reply becomes.

use domain::Content;
use domain::content::{Location, Media, SharedContact};
use whatsapp::limits::{CAPTION_CHARS, takes_caption};

/// An attachment that was looked at.
#[derive(Clone)]
pub(super) enum Piece {
    File(Media),
    Words(String),
}

/// The messages in the order in which they go out. The text is the caption of the first attachment, if that takes one,
/// has none of its own and the text is short enough; otherwise it is a message before it. It is never said twice.
pub(super) fn compose(
    text: Option<&str>,
    mut pieces: Vec<Piece>,
    location: Option<&Location>,
    cards: Option<&[SharedContact]>,
) -> Vec<Content> {
    let mut contents = Vec::new();
    if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
        match pieces.first_mut() {
            Some(Piece::File(media))
                if takes_caption(media.kind) && media.caption.is_none() && text.chars().count() <= CAPTION_CHARS =>
            {
                media.caption = Some(text.to_owned());
            }
            _ => contents.push(Content::Text { text: text.to_owned() }),
        }
    }
    contents.extend(pieces.into_iter().map(|piece| match piece {
        Piece::File(media) => Content::Media(media),
        Piece::Words(text) => Content::Text { text },
    }));
    contents.extend(location.cloned().map(Content::Location));
    contents.extend(cards.map(|cards| Content::Contacts { contacts: cards.to_vec() }));
    contents
}

#[cfg(test)]
mod tests {
    use domain::Attachment;
    use domain::attachment::State;
    use domain::content::MediaKind;

    use super::*;

    fn file(kind: MediaKind, caption: Option<&str>) -> Piece {
        let attachment = Attachment {
            filename: Some("file".into()),
            mime_type: "x/y".into(),
            size: Some(1),
            sha256: None,
            state: State::Stored { key: "k".into() },
        };
        Piece::File(Media { kind, caption: caption.map(str::to_owned), attachment })
    }

    /// Each message by its kind and, if it has any, its words.
    fn said(text: &str, pieces: Vec<Piece>) -> Vec<String> {
        let contents = compose(Some(text), pieces, None, None);
        let words = |content: &Content| match content {
            Content::Media(media) => media.caption.clone().unwrap_or_default(),
            other => other.text().unwrap_or_default().into_owned(),
        };
        contents.iter().map(|content| format!("{}: {}", content.kind(), words(content))).collect()
    }

    #[test]
    fn the_text_is_the_caption_of_the_first_file_and_said_once() {
        let files = vec![file(MediaKind::Image, None), file(MediaKind::Image, None)];
        assert_eq!(said("look", files), ["image: look", "image: "]);
    }

    #[test]
    fn where_the_first_takes_no_caption_the_text_goes_before_it() {
        for kind in [MediaKind::Audio, MediaKind::Voice, MediaKind::Sticker { animated: false }] {
            let first = format!("{}: ", kind.name());
            assert_eq!(
                said("look", vec![file(kind, None), file(MediaKind::Image, None)]),
                ["text: look", &first, "image: "]
            );
        }
        assert_eq!(said("look", vec![file(MediaKind::Image, Some("mine"))]), ["text: look", "image: mine"]);
        assert_eq!(said("look", vec![Piece::Words("a snippet".into())]), ["text: look", "text: a snippet"]);
    }

    #[test]
    fn a_text_too_long_for_a_caption_is_a_message() {
        let long = "ä".repeat(1_025);
        assert_eq!(said(&long, vec![file(MediaKind::Document, None)]), [format!("text: {long}"), "document: ".into()]);
        let fits = "ä".repeat(1_024);
        assert_eq!(said(&fits, vec![file(MediaKind::Document, None)]), [format!("document: {fits}")]);
    }

    #[test]
    fn blank_words_are_none() {
        assert_eq!(said(" ", vec![file(MediaKind::Image, None)]), ["image: "]);
    }
}
