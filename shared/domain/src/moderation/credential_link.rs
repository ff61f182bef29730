//! Links with a name or password in front of their host: `https://paypal.com@evil.example` leads to the latter, and
//! `https://ada:secret@shop.example` gives a password away.

use super::link::Link;

/// Whether a link is one.
pub(super) fn is(link: &Link) -> bool {
    link.has_credentials
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moderation::link::links;

    fn is_in(text: &str) -> bool {
        links(text).iter().any(is)
    }

    #[test]
    fn what_stands_in_front_of_the_host_is_found() {
        for text in
            ["https://paypal.com@evil.example/login", "http://ada:secret@shop.example", "https://:x@shop.example/"]
        {
            assert!(is_in(text), "{text}");
        }
    }

    #[test]
    fn addresses_and_handles_are_left_alone() {
        for text in [
            "ada@shop.example",
            "mailto:ada@shop.example",
            "https://video.example/@ada/1",
            "https://shop.example/?mail=ada@shop.example",
        ] {
            assert!(!is_in(text), "{text}");
        }
    }
}
