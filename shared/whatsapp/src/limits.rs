//! Meta's limits on what is sent.

use domain::content::MediaKind;
use jiff::SignedDuration;

/// Characters of a text message as it goes out, with its marks (Meta, "text messages").
pub const TEXT_CHARS: usize = 4_096;

/// Characters of a caption (Meta, "image messages" and others).
pub const CAPTION_CHARS: usize = 1_024;

/// Cards in one message (Meta, "contacts messages").
pub const CARDS: usize = 257;

/// How old a message may be that is reacted to (Meta, "reaction messages").
pub const REACTABLE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whether words can stand below such a file.
pub fn takes_caption(kind: MediaKind) -> bool {
    matches!(kind, MediaKind::Image | MediaKind::Video | MediaKind::Document)
}

/// The one emoji that a text is, as phones write it; a reaction is one.
pub fn emoji(text: &str) -> Option<&'static str> {
    emojis::get(text).map(emojis::Emoji::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reaction_is_one_emoji() {
        for one in ["👍", "👍🏽", "🏳️‍🌈", "🇩🇪", "7️⃣"] {
            assert_eq!(emoji(one), Some(one));
        }
        // Phones write it with a selector, editors often without.
        assert_eq!(emoji("❤"), Some("❤️"));
        for other in ["", "ok", "👍👍", "👍 ", ":)"] {
            assert_eq!(emoji(other), None, "{other}");
        }
    }
}
