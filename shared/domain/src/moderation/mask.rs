//! How a number is written, and whether it stands alone.

/// What a text has from `start` on, if it is written as the mask says and nothing of it goes on behind it.
///
/// In a mask `9` is a digit, `a` a letter, `x` either, `_` a separator, the same wherever it stands, and everything else
/// itself. A text is in lower case.
pub(super) fn at<'t>(mask: &str, text: &'t str, start: usize) -> Option<&'t str> {
    let end = start + mask.len();
    let found = text.as_bytes().get(start..end)?;
    let mut separator = None;
    let fits = mask.bytes().zip(found).all(|(wanted, byte)| match wanted {
        b'9' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_lowercase(),
        b'x' => byte.is_ascii_digit() || byte.is_ascii_lowercase(),
        b'_' => matches!(byte, b' ' | b'-' | b'.') && separator.get_or_insert(*byte) == byte,
        other => other == *byte,
    });
    // Nothing but ASCII fits, so both ends are ends of characters.
    (fits && ends_alone(&text[end..])).then(|| &text[start..end])
}

/// Where in a text something begins that is not the rest of something longer.
pub(super) fn starts(text: &str) -> impl Iterator<Item = usize> {
    let begins = |index: usize| text.as_bytes()[index].is_ascii_alphanumeric() && begins_alone(&text[..index]);
    text.char_indices().map(|(index, _)| index).filter(move |index| begins(*index))
}

/// The letters and digits of what was found.
pub(super) fn compact(found: &str) -> String {
    found.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// `+` makes it a phone number, `#` an order's; a hyphen, full stop or slash in between part of a longer one.
fn begins_alone(before: &str) -> bool {
    let mut before = before.chars().rev();
    match before.next() {
        Some('+' | '#' | '№' | '@') => false,
        // WhatsApp's mark for italics is a `_` with nothing in front.
        Some('-' | '_') => !before.next().is_some_and(char::is_alphanumeric),
        Some('.' | ',' | '/') => !before.next().is_some_and(|char| char.is_ascii_digit()),
        Some(char) => !char.is_alphanumeric(),
        None => true,
    }
}

pub(super) fn ends_alone(after: &str) -> bool {
    let mut after = after.chars();
    match after.next() {
        Some('@') => false,
        Some('-' | '_') => !after.next().is_some_and(char::is_alphanumeric),
        Some('.' | ',') => !after.next().is_some_and(|char| char.is_ascii_digit()),
        Some(char) => !char.is_alphanumeric(),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_fits_what_is_written_so() {
        assert_eq!(at("999.999-xa", "123.456-7k, thanks", 0), Some("123.456-7k"));
        assert_eq!(at("99_99_99", "a 12-34-56", 2), Some("12-34-56"));
        for other in ["12-34 56", "12-34-5", "12-34-567", "12-34-56-7", "12-34-56.7", "12-34-56a", "12-34-5é"] {
            assert_eq!(at("99_99_99", other, 0), None, "{other}");
        }
    }

    #[test]
    fn a_number_begins_where_nothing_longer_does() {
        let begins = |text: &str| starts(text).map(|index| text[index..].to_owned()).collect::<Vec<_>>();
        assert_eq!(
            begins("id:12 é34 (56) -78 x.9"),
            ["id:12 é34 (56) -78 x.9", "12 é34 (56) -78 x.9", "56) -78 x.9", "78 x.9", "x.9", "9"]
        );
        for text in ["+1", "#1", "é_1", "é1"] {
            assert!(begins(text).is_empty(), "{text}");
        }
        assert_eq!(begins("1-2 3.4"), ["1-2 3.4", "3.4"]);
    }
}
