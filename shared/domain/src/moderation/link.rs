//! Links in a text, taken apart.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};
use url::{Host, Url};

/// A link that a phone or browser would follow.
#[derive(Debug)]
pub(super) struct Link {
    /// Where in its text it is, in bytes.
    pub(super) place: Range<usize>,
    /// The host that would be called.
    pub(super) host: Host<String>,
    /// The link as it was written.
    pub(super) written: String,
    /// Whether there is a name or password in front of the host.
    pub(super) has_credentials: bool,
}

/// Every link in a text, in order.
///
/// A host without `http://` in front is one only when its ending is one that hosts have, or a sentence without a space
/// after its full stop and the name of a file would be links, too.
pub(super) fn links(text: &str) -> Vec<Link> {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    let found = finder.links(text).filter(|found| *found.kind() == LinkKind::Url);
    let mut links: Vec<Link> = found.filter_map(|found| read(text, found.start()..found.end())).collect();
    links.extend(addresses(text));
    links.sort_by_key(|link| link.place.start);
    links.dedup_by(|next, kept| next.place.start < kept.place.end);
    links
}

/// Links to an address in brackets or as one number, which are hosts for a browser and not for [`LinkFinder`].
fn addresses(text: &str) -> impl Iterator<Item = Link> {
    text.match_indices("://").filter_map(|(colon, separator)| {
        let scheme = text[..colon].bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        let host = colon + separator.len();
        let length = text[host..].find(|char: char| matches!(char, '/' | '?' | '#') || char.is_whitespace());
        let end = length.map_or(text.len(), |length| host + length);
        read(text, colon - scheme..end).filter(|link| !matches!(link.host, Host::Domain(_)))
    })
}

fn read(text: &str, place: Range<usize>) -> Option<Link> {
    let written = &text[place.clone()];
    let url = match written.split_once("://") {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
            Url::parse(written).ok()?
        }
        Some(_) => return None,
        None => Url::parse(&format!("http://{written}")).ok().filter(has_usual_ending)?,
    };
    Some(Link {
        place,
        host: url.host()?.to_owned(),
        has_credentials: !url.username().is_empty() || url.password().is_some(),
        written: written.to_owned(),
    })
}

fn has_usual_ending(url: &Url) -> bool {
    let Some(Host::Domain(domain)) = url.host() else { return false };
    let ending = domain.rsplit('.').next().unwrap_or_default();
    ending.starts_with("xn--") || (ending.len() == 2 && !FILES.contains(&ending)) || USUAL.contains(&ending)
}

/// Two letters that end the names of files at least as often as those of hosts.
const FILES: [&str; 8] = ["ai", "gz", "js", "md", "ps", "py", "rs", "ts"];

/// The longer endings in which most hosts are, phishing ones included.
const USUAL: [&str; 38] = [
    "app", "bar", "biz", "buzz", "click", "club", "cloud", "com", "dev", "example", "fit", "fun", "help", "host",
    "icu", "info", "life", "link", "live", "ltd", "mobi", "net", "news", "one", "online", "org", "page", "pro", "shop",
    "site", "space", "store", "support", "tech", "top", "vip", "website", "xyz",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> Vec<String> {
        links(text).iter().map(|link| link.host.to_string()).collect()
    }

    #[test]
    fn links_are_found_with_and_without_their_scheme() {
        assert_eq!(
            hosts("(see https://a.example/x?y=1), HTTP://B.example. Or shop.example/cart!"),
            ["a.example", "b.example", "shop.example"]
        );
        assert_eq!(hosts("http://[2001:db8::1]/ and http://203.0.113.9:8080/x"), ["[2001:db8::1]", "203.0.113.9"]);
        assert_eq!(hosts("http://3405803785?x, HTTPS://0xcb007109."), ["203.0.113.9", "203.0.113.9"]);
        assert_eq!(hosts("https://paypal.com@evil.example/login"), ["evil.example"]);
        assert_eq!(hosts("https://müller.example"), ["xn--mller-kva.example"]);
    }

    #[test]
    fn a_sentence_a_file_and_an_address_are_no_links() {
        for text in ["Danke.Ich komme um 10.", "счет.pdf", "rechnung.docx", "ada@shop.example", "192.168.0.1", "v1.2.3"]
        {
            assert_eq!(hosts(text), Vec::<String>::new(), "{text}");
        }
    }
}
