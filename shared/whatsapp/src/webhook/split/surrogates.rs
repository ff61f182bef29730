//! Half an emoji, as a text cut at a fixed length ends with, is written `\ud83d` by lenient writers and refused by strict
//! readers. It must not make a batch of a thousand messages unreadable.

/// `body` with every escaped half of a surrogate pair that has lost its partner replaced by `\ufffd`.
pub(super) fn mended(body: &[u8]) -> Vec<u8> {
    let mut mended = body.to_vec();
    let mut at = 0;
    while at < body.len() {
        at += match (unit(body, at), unit(body, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                mended[at..at + 6].copy_from_slice(br"\ufffd");
                6
            }
            // Any other escape is skipped whole, so that the second backslash of `\\` starts none.
            _ if body[at] == b'\\' => 2,
            _ => 1,
        };
    }
    mended
}

/// The UTF-16 unit of an escape `\uXXXX` that stands at `at`.
fn unit(body: &[u8], at: usize) -> Option<u16> {
    let digits = body.get(at..at + 6)?.strip_prefix(br"\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_halves_without_a_partner_are_replaced() {
        let mended = |text: &str| String::from_utf8(mended(text.as_bytes())).expect("text");
        assert_eq!(mended(r"\ud83d\ude00"), r"\ud83d\ude00");
        assert_eq!(mended(r"\ud83d"), r"\ufffd");
        assert_eq!(mended(r"a\ude00\ud83d\u0041"), r"a\ufffd\ufffd\u0041");
        assert_eq!(mended(r"\\ud83d \n"), r"\\ud83d \n");
        assert_eq!(mended(r"\ud8"), r"\ud8");
    }
}
