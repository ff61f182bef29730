//! Words in a text.

/// Whether a text has a word or phrase, and not only as a part of another word. Scripts that write without spaces, or
/// append what other languages write as words of their own, have no such ends.
pub(super) fn holds(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(start, found)| {
        let (before, after) = (text[..start].chars().next_back(), text[start + found.len()..].chars().next());
        is_end(found.chars().next(), before) && is_end(found.chars().next_back(), after)
    })
}

fn is_end(inside: Option<char>, outside: Option<char>) -> bool {
    let is_word = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() && has_spaces(char));
    !(is_word(inside) && is_word(outside))
}

/// Not Thai, Lao, Burmese, Khmer, Chinese, Japanese or Korean.
fn has_spaces(char: char) -> bool {
    !matches!(char, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_whole() {
        for (text, word) in [
            ("buy now", "buy"),
            ("(buy)", "buy"),
            ("buy-now", "now"),
            ("get rich quick!", "get rich"),
            ("私の主民番号は", "主民番号"),
        ] {
            assert!(holds(text, word), "{text}");
        }
        for (text, word) in [("buyer", "buy"), ("rebuy", "buy"), ("bu y", "buy"), ("übuy", "buy")] {
            assert!(!holds(text, word), "{text}");
        }
    }
}
