//! What agents and customers write, and what becomes of it. `⁀` stands for a word joiner.

mod display;
mod editors;
mod hostile;
mod markdown;

/// With word joiners that can be seen.
fn visible(text: &str) -> String {
    text.replace('\u{2060}', "⁀")
}
