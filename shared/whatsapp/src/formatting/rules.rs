//! WhatsApp's marks, and where one counts.
//!
//! WhatsApp publishes the marks, not when it heeds them. This is what its apps are seen to do, and what other readers of its texts
//! agree on: a mark has the border of a word at its outer side and no space at its inner one, and its partner is on the same line.

use super::document::Style;

/// Says that there is no border of a word here, and is not seen.
pub(super) const JOINER: char = '\u{2060}';

/// The mark of inline code, and three of them of a block.
pub(super) const TICK: char = '`';
pub(super) const FENCE: &str = "```";

/// All that are within a line.
pub(super) const MARKS: [char; 4] = ['*', '_', '~', TICK];

/// The style that a mark gives.
pub(super) fn style_of(mark: char) -> Option<Style> {
    Style::ALL.into_iter().find(|style| style.mark() == mark)
}

pub(super) fn is_mark(c: char) -> bool {
    MARKS.contains(&c)
}

/// Whether a mark between these characters could begin something.
pub(super) fn can_open(before: Option<char>, after: Option<char>) -> bool {
    is_border_after(before) && after.is_some_and(|c| !is_blank(c) && !belongs_to_the_one_before(c))
}

/// Whether a mark between these characters could end something.
pub(super) fn can_close(before: Option<char>, after: Option<char>) -> bool {
    before.is_some_and(|c| !is_blank(c)) && is_border_before(after)
}

/// Whether a word may begin after this character, or at the start of a line.
pub(super) fn is_border_after(c: Option<char>) -> bool {
    c.is_none_or(|c| !c.is_alphanumeric() && !joins(c))
}

/// Whether a word may end before this character, or at the end of a line.
pub(super) fn is_border_before(c: Option<char>) -> bool {
    is_border_after(c) && !c.is_some_and(belongs_to_the_one_before)
}

/// What a mark does not stand next to, at its inner side.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == JOINER
}

/// Characters that hold words together: joiners, and accents that are written as characters of their own.
fn joins(c: char) -> bool {
    matches!(c, JOINER | '\u{200c}' | '\u{200d}' | '\u{300}'..='\u{36f}')
}

/// What makes an emoji of the character before: `*` and these two are the key of a telephone.
fn belongs_to_the_one_before(c: char) -> bool {
    matches!(c, '\u{fe0f}' | '\u{20e3}')
}
