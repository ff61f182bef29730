//! How the text of a reply is written, and what goes out (F25).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use whatsapp::formatting;

/// How a text is written. `text`, the default, goes out exactly as it is, so that WhatsApp's own marks (`*bold*`, `_italic_`, `~strike~`,
/// `` `code` ``) work in it. `markdown` and `html`, as rich-text editors make it, become these marks, and what only looks
/// like one does not: `2 * 3` and `snake_case` stay what they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    #[default]
    Text,
    Markdown,
    Html,
}

impl Format {
    /// What goes out of a text that is written so.
    pub(super) fn outgoing(self, text: String) -> String {
        match self {
            Self::Text => text,
            Self::Markdown => formatting::from_markdown(&text),
            Self::Html => formatting::from_html(&text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_goes_out_as_it_is_and_the_others_with_marks() {
        let outgoing = |format: &str, text: &str| {
            let format: Format = serde_json::from_value(format.into()).unwrap();
            format.outgoing(text.to_owned())
        };
        assert_eq!(outgoing("text", " **a** <b>\r\n"), " **a** <b>\r\n");
        assert_eq!(outgoing("markdown", "**a** _b_"), "*a* _b_");
        assert_eq!(outgoing("html", "<b>a</b> <i>b</i>"), "*a* _b_");
    }
}
