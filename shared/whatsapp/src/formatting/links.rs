//! Addresses: those in a text, and how the text of a link and its address become words.

use linkify::{LinkFinder, LinkKind};

use super::rules::is_mark;

/// An address in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it begins and ends, in bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where it leads.
    pub(super) href: String,
}

/// What WhatsApp shows as a link: web addresses with `http`, `https` or `www`, and e-mail addresses. A mark at the edge of one is
/// a mark.
pub(super) fn found(text: &str) -> Vec<Found> {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    finder.links(text).filter_map(|link| of(link.as_str(), link.start(), link.kind())).collect()
}

fn of(link: &str, start: usize, kind: &LinkKind) -> Option<Found> {
    let skipped = if *kind == LinkKind::Email { before_mailbox(link) } else { 0 };
    let (start, mut address) = (start + skipped, &link[skipped..]);
    if address.ends_with(is_mark) {
        address = address.trim_end_matches(|c| is_mark(c) || matches!(c, '.' | ',' | ';' | ':' | '!' | '?'));
    }
    let href = match kind {
        LinkKind::Email => format!("mailto:{address}"),
        _ if is_web(address) => address.to_owned(),
        _ if has_prefix(address, "www.") => format!("https://{address}"),
        _ => return None,
    };
    Some(Found { start, end: start + address.len(), href })
}

/// How much comes before the address of a mailbox: almost everything may be in one, and hardly anything is.
fn before_mailbox(link: &str) -> usize {
    let name = link.split('@').next().unwrap_or_default();
    let is_usual = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    let usual = name.trim_end_matches(is_usual).len();
    usual + name[usual..].len() - name[usual..].trim_start_matches(is_mark).len()
}

/// What to write of an address that a link leads to; nothing if it leads nowhere from a phone.
pub(super) fn written(href: &str) -> Option<String> {
    let href = href.trim();
    if has_prefix(href, "mailto:") {
        let address = href["mailto:".len()..].split('?').next().unwrap_or_default();
        Some(escaped(address)).filter(|address| address.contains('@'))
    } else if has_prefix(href, "tel:") {
        Some(escaped(&href["tel:".len()..])).filter(|number| !number.is_empty())
    } else if has_prefix(href, "www.") {
        Some(format!("https://{}", escaped(href)))
    } else {
        is_web(href).then(|| escaped(href))
    }
}

/// Whether the text of a link says what its address does: it is the address, or a shortened form of it.
pub(super) fn says_the_same(text: &str, address: &str) -> bool {
    let (text, address) = (bare(text), bare(address));
    let start = text.strip_suffix('…').or_else(|| text.strip_suffix("..."));
    text == address
        || start.is_some_and(|start| !start.is_empty() && address.starts_with(start))
        || (address.starts_with(['+', '0']) && digits(&text) == digits(&address))
}

/// An address without what people leave out when they write one.
fn bare(address: &str) -> String {
    let lower = address.trim().to_lowercase();
    let mut rest = lower.as_str();
    for prefix in ["https://", "http://", "mailto:", "www."] {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    rest.trim_end_matches('/').to_owned()
}

fn digits(number: &str) -> String {
    number.chars().filter(|c| c.is_ascii_digit() || c.is_alphabetic()).collect()
}

fn is_web(address: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| has_prefix(address, scheme) && address.len() > scheme.len())
}

fn has_prefix(address: &str, prefix: &str) -> bool {
    address.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// With what ends an address, or would be taken for a mark at its end, written as `%20` and the like.
fn escaped(address: &str) -> String {
    let kept = address.trim_end_matches(is_mark).len();
    let mut escaped = String::with_capacity(address.len());
    for (at, c) in address.char_indices() {
        let ends_it =
            c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^');
        if ends_it || at >= kept {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                escaped.push_str(&format!("%{byte:02X}"));
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}
