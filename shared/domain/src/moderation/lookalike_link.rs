//! Links to hosts that look like another, by letters of other alphabets (Unicode Technical Standard 39, as browsers do
//! it), by digits for letters in a name that is often forged, or by such a name in front of another host.
//!
//! Left alone: names in one alphabet or with accents, and addresses in `xn--` form as such, since browsers copy every
//! international name that way.

use std::sync::LazyLock;

use unicode_security::MixedScript;
use unicode_security::confusable_detection::skeleton;
use url::Host;

use super::link::Link;

/// Names that are forged most, in the lists of those who count phishing, and those of WhatsApp's own world.
const FORGED: [&str; 40] = [
    "airbnb",
    "amazon",
    "apple",
    "barclays",
    "binance",
    "booking",
    "bradesco",
    "coinbase",
    "correos",
    "docusign",
    "dropbox",
    "facebook",
    "fedex",
    "google",
    "hsbc",
    "icloud",
    "instagram",
    "linkedin",
    "mastercard",
    "mercadolibre",
    "mercadolivre",
    "mercadopago",
    "messenger",
    "microsoft",
    "netflix",
    "nubank",
    "outlook",
    "paypal",
    "postbank",
    "revolut",
    "roblox",
    "santander",
    "sparkasse",
    "steam",
    "telegram",
    "tiktok",
    "usps",
    "wellsfargo",
    "whatsapp",
    "youtube",
];

/// The countries whose names are written in an alphabet with many of Latin's shapes: there such a name is at home.
const AT_HOME: [&str; 19] =
    ["am", "ba", "bg", "by", "cy", "eu", "ge", "gr", "kg", "kz", "me", "mk", "mn", "rs", "ru", "su", "tj", "ua", "uz"];

/// Whether a link is one.
pub(super) fn is(link: &Link) -> bool {
    let Host::Domain(domain) = &link.host else { return false };
    let (shown, _) = idna::domain_to_unicode(domain);
    let labels: Vec<&str> = shown.split('.').collect();
    let Some((ending, names)) = labels.split_last() else { return false };
    let is_at_home = !ending.is_ascii() || AT_HOME.contains(ending);
    let parts = names.iter().flat_map(|name| name.split('-'));
    let written = as_written(link, domain).split(['.', '-']);
    parts.clone().any(mixes_alphabets)
        || (!is_at_home && parts.clone().any(is_written_in_another_alphabet))
        || parts.chain(written).any(is_forged)
        || is_in_front_of_another(&labels)
}

/// The host with the capitals it was given, since `PayPaI` shows what `paypai` does not; in `xn--` form there are none.
fn as_written<'a>(link: &'a Link, domain: &'a str) -> &'a str {
    let start = link.written.to_ascii_lowercase().find(domain);
    start.and_then(|start| link.written.get(start..start + domain.len())).unwrap_or(domain)
}

/// A name of more than one alphabet, one of whose letters passes for a Latin one. Japanese, Chinese and Korean names use
/// several and are one alphabet here.
fn mixes_alphabets(part: &str) -> bool {
    let passes_for_latin = |char: char| !char.is_ascii() && is_latin_or_digit(&looks(&char.to_string()));
    !part.is_single_script() && part.chars().any(passes_for_latin)
}

/// A name in another alphabet all of whose letters pass for Latin ones.
fn is_written_in_another_alphabet(part: &str) -> bool {
    let is_latin = |part: &str| format!("{part}a").as_str().is_single_script();
    part.chars().count() > 2 && !part.is_ascii() && is_latin_or_digit(&looks(part)) && !is_latin(part)
}

fn is_latin_or_digit(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A name that is not one of those but looks like one.
fn is_forged(part: &str) -> bool {
    static LOOKS: LazyLock<Vec<(&str, String)>> =
        LazyLock::new(|| FORGED.iter().map(|name| (*name, looks(name))).collect());
    let looks = looks(part);
    LOOKS.iter().any(|(name, forged)| looks == *forged && !part.eq_ignore_ascii_case(name))
}

/// `paypal.com.evil.example`, but not `amazon.com.br`.
fn is_in_front_of_another(labels: &[&str]) -> bool {
    labels.windows(2).enumerate().any(|(place, pair)| {
        let behind = &labels[place + 2..];
        let is_country = matches!(behind, [country] if country.len() == 2);
        FORGED.contains(&pair[0]) && pair[1] == "com" && !behind.is_empty() && !is_country
    })
}

/// What a name looks like, in lower case: one form for all names that look the same.
fn looks(name: &str) -> String {
    skeleton(name).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moderation::link::links;

    fn is_in(text: &str) -> bool {
        links(text).iter().any(is)
    }

    #[test]
    fn hosts_that_look_like_others_are_found() {
        for text in [
            // A Cyrillic а, also as browsers copy it; a name that is Cyrillic altogether; a Greek ο.
            "https://pаypal.example/login",
            "https://xn--pypal-4ve.com",
            "https://www.аррӏе.com",
            "https://xn--80ak6aa92e.com/",
            "https://gοοgle.com",
            "pаypal-secure.com/verify",
            "https://secure-pаypal.com",
            // Digits and capitals for letters.
            "https://paypa1.com",
            "http://www.PayPaI.com/",
            "https://g00gle.example",
            "https://login.rnicrosoft.com",
            "https://paypa1-login.example",
            // The name in front of another host.
            "https://paypal.com.account-check.example/",
            "https://www.amazon.com.br.promo.example",
        ] {
            assert!(is_in(text), "{text}");
        }
    }

    #[test]
    fn names_with_accents_in_one_alphabet_or_of_their_own_are_left_alone() {
        for text in [
            "https://www.paypal.com/signin",
            "https://PAYPAL.COM",
            "https://LinkedIn.com/in/ada",
            "https://www.amazon.com.br/dp/B000000000",
            "https://www.amazon.de/-/en/dp/B000000000",
            "https://müller.example",
            "https://xn--mller-kva.de",
            "https://café-zürich.ch",
            "https://kıbrıs-turu.com.tr",
            "https://почта.рф/track",
            "https://роса.рф и https://роса.ru",
            "https://παράδειγμα.gr",
            "https://ソニーtv.jp",
            "https://例え.テスト",
            "https://한국shop.kr",
            "https://مثال.example",
            "https://i❤.ws",
            "купить-iphone.ru",
        ] {
            assert!(!is_in(text), "{text}");
        }
    }
}
