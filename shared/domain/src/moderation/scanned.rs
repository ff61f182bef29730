//! Texts made ready for the detectors, once for all of them.

use super::link::{Link, links};

/// The texts of one message.
pub(super) struct Scanned<'a> {
    texts: Vec<&'a str>,
    links: Vec<Link>,
    numbers: Vec<String>,
}

impl<'a> Scanned<'a> {
    pub(super) fn of(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut scanned = Self { texts: Vec::new(), links: Vec::new(), numbers: Vec::new() };
        for text in texts {
            let links = links(text);
            let numbers = numbers(text, &links);
            if numbers.bytes().filter(u8::is_ascii_digit).nth(FEWEST_DIGITS - 1).is_some() {
                scanned.numbers.push(numbers);
            }
            scanned.texts.push(text);
            scanned.links.extend(links);
        }
        scanned
    }

    /// As they were written.
    pub(super) fn texts(&self) -> impl Iterator<Item = &'a str> {
        self.texts.iter().copied()
    }

    pub(super) fn links(&self) -> impl Iterator<Item = &Link> {
        self.links.iter()
    }

    /// Those that have any digits to speak of, in lower case, with digits, spaces and hyphens of one kind. Links are
    /// taken out: what a shop calls its pages and products is nobody's number.
    pub(super) fn numbers(&self) -> impl Iterator<Item = &str> {
        self.numbers.iter().map(String::as_str)
    }
}

/// A text with fewer holds no number that is looked for: an Italian tax code has seven.
const FEWEST_DIGITS: usize = 7;

fn numbers(text: &str, links: &[Link]) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut from = 0;
    for link in links {
        plain_into(&mut plain, &text[from..link.place.start]);
        plain.push('\n');
        from = link.place.end;
    }
    plain_into(&mut plain, &text[from..]);
    plain
}

fn plain_into(plain: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '\n' | '\r' => plain.push('\n'),
            _ if char.is_whitespace() => {
                // Two spaces are as one.
                if !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => plain.push('-'),
            _ if is_invisible(char) => {}
            _ => match digit(char) {
                Some(digit) => plain.push(digit),
                None => plain.extend(char.to_lowercase()),
            },
        }
    }
}

/// What takes no place on a screen: joiners, marks of direction, and what makes a digit a key cap.
pub(super) fn is_invisible(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{20e3}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Digits as they are written in Arabic, Persian, Hindi, Bengali and Thai, and in full width.
fn digit(char: char) -> Option<char> {
    const ZEROS: [char; 6] = ['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{e50}', '\u{ff10}'];
    let value = ZEROS.iter().find_map(|zero| u32::from(char).checked_sub(u32::from(*zero)).filter(|value| *value < 10));
    value.and_then(|value| char::from_digit(value, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers_of(text: &str) -> String {
        Scanned::of([text]).numbers().collect()
    }

    #[test]
    fn digits_spaces_and_hyphens_are_of_one_kind() {
        assert_eq!(numbers_of("Nr.\u{a0} ٤١١١–１１１１\u{200b} १२३"), "nr. 4111-1111 123");
        assert_eq!(numbers_of("4\u{fe0f}\u{20e3}1\u{fe0f}\u{20e3}00000"), "4100000");
    }

    #[test]
    fn a_link_is_no_number_and_few_digits_are_none() {
        assert_eq!(numbers_of("see https://shop.example/p/4111111111111111 or 12345678"), "see \n or 12345678");
        assert_eq!(numbers_of("at 12:30 on the 24th"), "");
    }
}
