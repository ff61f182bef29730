//! Bank accounts as IBAN (ISO 13616): a country, its length and structure, and check digits.
//!
//! Left alone: account numbers without check digits, which look like any other number.

use iban::Iban;

use super::mask;

/// The longest that the standard allows, and the shortest that a country has.
const LONGEST: usize = 34;
const SHORTEST: usize = 15;

/// Whether a text holds one, in one piece or in groups.
pub(super) fn is_in(text: &str) -> bool {
    mask::starts(text).any(|start| is_at(&text[start..]))
}

fn is_at(text: &str) -> bool {
    if !matches!(text.as_bytes(), [a, b, c, d, ..] if [a, b].iter().all(|byte| byte.is_ascii_lowercase()) && [c, d].iter().all(|byte| byte.is_ascii_digit()))
    {
        return false;
    }
    let mut iban = String::with_capacity(LONGEST);
    let mut rest = text;
    loop {
        let group = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if group == 0 || iban.len() + group > LONGEST {
            return false;
        }
        iban.push_str(&rest[..group].to_ascii_uppercase());
        rest = &rest[group..];
        if iban.len() >= SHORTEST && mask::ends_alone(rest) && iban.parse::<Iban>().is_ok() {
            return true;
        }
        match rest.strip_prefix([' ', '-', '.']) {
            Some(next) => rest = next,
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the standard's registry.
    const IBANS: [&str; 14] = [
        "DE89 3704 0044 0532 0130 00",
        "GB29 NWBK 6016 1331 9268 19",
        "FR14 2004 1010 0505 0001 3M02 606",
        "ES91 2100 0418 4502 0005 1332",
        "IT60 X054 2811 1010 0000 0123 456",
        "NL91 ABNA 0417 1643 00",
        "BE68 5390 0754 7034",
        "NO93 8601 1117 947",
        "PL61 1090 1014 0000 0712 1981 2874",
        "CH93 0076 2011 6238 5295 7",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "BR18 0036 0305 0000 1000 9795 493C 1",
        "SA03 8000 0000 6080 1016 7519",
        "TR33 0006 1005 1978 6457 8413 26",
    ];

    #[test]
    fn the_registrys_examples_are_found_however_they_are_grouped() {
        for iban in IBANS {
            let lower = iban.to_lowercase();
            let compact = lower.replace(' ', "");
            for text in [
                lower.clone(),
                compact.clone(),
                format!("please pay to {lower} today"),
                format!("iban:{compact}."),
                format!("{} {}", &compact[..4], &compact[4..]),
                lower.replace(' ', "-"),
            ] {
                assert!(is_in(&text), "{text}");
            }
        }
    }

    #[test]
    fn what_only_looks_like_one_is_left_alone() {
        for text in [
            "de88 3704 0044 0532 0130 00",
            "de89 3704 0044 0532 0130",
            "de89 3704 0044 0532 0130 001",
            "xx89 3704 0044 0532 0130 00",
            "no93 rooms and 8601 seats",
            "vat de123456789",
            "rr123456785de",
            "de89370400440532013000x",
            "ade89370400440532013000",
        ] {
            assert!(!is_in(text), "{text}");
        }
    }
}
