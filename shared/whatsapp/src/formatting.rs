//! Formatted text (F25): what an agent writes, as Markdown or as the HTML of a rich-text editor, becomes WhatsApp's marks; and a
//! text with marks becomes HTML for display.
//!
//! WhatsApp has `*bold*`, `_italic_`, `~strike~`, `` `code` ``, blocks of code, lists, quotes and plain links, and no way to
//! escape any of them. Everything passes one small document between the two sides, and the decisions are these:
//!
//! - **A mark counts only at the border of a word.** Of `**a**b` the style goes and the words stay: `ab`. In Markdown, delimiters
//!   with a letter or digit on both sides are no delimiters, so `5*3*2` and `2**3**2` stay as typed; `__init__` at borders is
//!   bold, as CommonMark says.
//! - **What is literal stays literal.** Where WhatsApp could read a `*`, `_`, `~`, `` ` ``, or the start of a line, as a mark that
//!   was not meant, an invisible word joiner (U+2060) is put at its outer side: there is no border of a word, then. Each
//!   line is read back before it is used; one that would not be read as it was meant goes without its styles.
//! - **Addresses are never touched**: no style, no word joiner, nothing inside them is a mark.
//! - **What WhatsApp lacks becomes words**: a link its text and address (the address alone if the text says the same), a
//!   heading a bold line, an image its alternative text and address, a table lines of cells with ` | ` between them, a rule
//!   `———`. A line break that is typed is a line break, in Markdown, too.
//!
//! Time and depth are bounded whatever comes: everything is linear in the input, which the caller bounds, and nothing
//! is nested deeper than a few levels. Nothing here panics on input.

mod builder;
mod document;
mod editor;
mod html;
mod links;
mod markdown;
mod marks;
mod reading;
mod rules;

/// Markdown (CommonMark with strikethrough and tables) with WhatsApp's marks.
pub fn from_markdown(markdown: &str) -> String {
    marks::written(&markdown::read(&with_plain_line_ends(markdown)))
}

/// The HTML of a rich-text editor with WhatsApp's marks.
pub fn from_html(html: &str) -> String {
    marks::written(&editor::read(html))
}

/// A text with WhatsApp's marks as HTML that is safe to display: it has `strong`, `em`, `del`, `code`, `pre`, `ul`, `ol` (with
/// `start`), `li`, `blockquote`, `p`, `br` and `a` with an `href` of `http`, `https` or `mailto`, all closed, and everything else
/// escaped. Empty if the text is.
pub fn to_html(text: &str) -> String {
    html::written(&reading::read(&with_plain_line_ends(text)))
}

/// A text in which WhatsApp heeds no marks, such as the name of a file, as HTML that is safe to display.
pub fn to_html_without_marks(text: &str) -> String {
    html::written(&reading::words(&with_plain_line_ends(text)))
}

fn with_plain_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
