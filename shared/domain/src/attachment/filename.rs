//! Names of files, as somebody else gives them.

/// Longer names do not fit file systems.
const MAX_CHARS: usize = 255;

/// A name that shows and saves as what it is: as it was sent but for separators of paths, control characters and marks
/// that turn the direction of writing, with which `exe.gpj` reads as a picture. Nothing when no name is left.
pub fn clean_filename(name: &str) -> Option<String> {
    let kept = name.chars().filter(|c| !c.is_control() && !turns_writing(*c));
    let cleaned: String = kept.map(|c| if matches!(c, '/' | '\\') { '_' } else { c }).collect();
    let cleaned = cleaned.trim();
    let only_dots = cleaned.chars().all(|c| c == '.');
    (!only_dots).then(|| shortened_filename(cleaned, MAX_CHARS))
}

/// A name of so many characters at most. The ending tells what the file is, so it stays.
pub fn shortened_filename(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| format!(".{ending}"));
    let ending = ending.filter(|ending| ending.chars().count() <= 10.min(most)).unwrap_or_default();
    let stem: String = name.chars().take(most - ending.chars().count()).collect();
    stem + &ending
}

/// The embeddings, overrides and isolates of Unicode's bidirectional algorithm.
fn turns_writing(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_as_it_was_sent() {
        for name in ["Rechnung März.pdf", "請求書.xlsx", "شهادة.pdf", "a.tar.gz", ".profile", "no ending"] {
            assert_eq!(clean_filename(name).as_deref(), Some(name));
        }
    }

    #[test]
    fn a_name_leads_nowhere_and_looks_like_what_it_is() {
        assert_eq!(clean_filename("../../etc/passwd").as_deref(), Some(".._.._etc_passwd"));
        assert_eq!(clean_filename(r"C:\fakepath\a.pdf").as_deref(), Some("C:_fakepath_a.pdf"));
        assert_eq!(clean_filename("a\r\nb\0.pdf").as_deref(), Some("ab.pdf"));
        assert_eq!(clean_filename("photo\u{202e}gpj.exe").as_deref(), Some("photogpj.exe"));
        assert_eq!(clean_filename(&"é".repeat(300)).map(|name| name.chars().count()), Some(255));
        let long = clean_filename(&format!("{}.pdf", "é".repeat(300))).unwrap_or_default();
        assert!(long.chars().count() == 255 && long.ends_with("é.pdf"), "{long}");
    }

    #[test]
    fn what_is_no_name_is_none() {
        for nothing in ["", "  ", ".", "..", "\n"] {
            assert_eq!(clean_filename(nothing), None, "{nothing:?}");
        }
    }
}
