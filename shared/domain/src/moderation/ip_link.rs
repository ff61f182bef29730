//! Links to an address instead of a name: nobody's shop, and how many a stolen machine is reached.
//!
//! Left alone: addresses of a network at home, where a router or a printer answers; and addresses that are no links.

use url::Host;

use super::link::Link;

/// Whether a link is one.
pub(super) fn is(link: &Link) -> bool {
    match &link.host {
        Host::Domain(_) => false,
        Host::Ipv4(address) => {
            !(address.is_private() || address.is_loopback() || address.is_link_local() || address.is_unspecified())
        }
        Host::Ipv6(address) => {
            let is_at_home = address.is_unique_local() || address.is_unicast_link_local();
            !(is_at_home || address.is_loopback() || address.is_unspecified())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moderation::link::links;

    fn is_in(text: &str) -> bool {
        links(text).iter().any(is)
    }

    #[test]
    fn an_address_in_any_spelling_is_found() {
        for text in [
            "http://203.0.113.9/login",
            "https://203.0.113.9:8443",
            "http://0xcb007109/",
            "http://3405803785/",
            "http://[2001:db8::9]/x",
        ] {
            assert!(is_in(text), "{text}");
        }
    }

    #[test]
    fn machines_at_home_names_and_bare_addresses_are_left_alone() {
        for text in [
            "http://192.168.0.1/setup",
            "http://10.0.0.138",
            "http://localhost:3000 and http://127.0.0.1",
            "http://[fe80::1]/",
            "https://shop.example/203.0.113.9",
            "my address is 203.0.113.9",
            "version 10.4.1.22",
        ] {
            assert!(!is_in(text), "{text}");
        }
    }
}
