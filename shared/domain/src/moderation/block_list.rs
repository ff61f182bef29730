//! What a tenant does not want to see: hosts of links, and words.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use url::Host;

use super::link::Link;
use super::scanned::is_invisible;
use super::word;

/// A tenant's hosts and words. Small, since it is read with the tenant's other settings whenever a customer writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlockList {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hosts: Vec<BlockedHost>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    words: Vec<BlockedWord>,
}

/// There is no room for so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a block list takes {} hosts and {} words", BlockList::MAX_HOSTS, BlockList::MAX_WORDS)]
pub struct TooMany;

impl BlockList {
    pub const MAX_HOSTS: usize = 100;
    pub const MAX_WORDS: usize = 100;

    pub fn hosts(&self) -> &[BlockedHost] {
        &self.hosts
    }

    pub fn words(&self) -> &[BlockedWord] {
        &self.words
    }

    /// Replaces the hosts; each is kept once.
    ///
    /// # Errors
    /// When there are more than [`BlockList::MAX_HOSTS`].
    pub fn set_hosts(&mut self, hosts: Vec<BlockedHost>) -> Result<(), TooMany> {
        self.hosts = few(hosts, Self::MAX_HOSTS)?;
        Ok(())
    }

    /// Replaces the words; each is kept once.
    ///
    /// # Errors
    /// When there are more than [`BlockList::MAX_WORDS`].
    pub fn set_words(&mut self, words: Vec<BlockedWord>) -> Result<(), TooMany> {
        self.words = few(words, Self::MAX_WORDS)?;
        Ok(())
    }

    /// Whether a link leads to one of the hosts, or to a part of one.
    pub(super) fn blocks(&self, link: &Link) -> bool {
        let host = link.host.to_string();
        self.hosts.iter().any(|BlockedHost(blocked)| {
            host.strip_suffix(blocked.as_str()).is_some_and(|part| part.is_empty() || part.ends_with('.'))
        })
    }

    /// Whether a text has one of the words.
    pub(super) fn has_word_of(&self, text: &str) -> bool {
        if self.words.is_empty() {
            return false;
        }
        let text = folded(text);
        self.words.iter().any(|BlockedWord(blocked)| word::holds(&text, blocked))
    }
}

fn few<T: Ord>(mut all: Vec<T>, most: usize) -> Result<Vec<T>, TooMany> {
    all.sort();
    all.dedup();
    if all.len() > most { Err(TooMany) } else { Ok(all) }
}

/// A host as DNS knows it; `xn--` stands for letters beyond ASCII.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct BlockedHost(String);

/// Why a text is not a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a host is a name such as `shop.example`, without scheme, port and path")]
pub struct InvalidHost;

impl TryFrom<String> for BlockedHost {
    type Error = InvalidHost;

    fn try_from(text: String) -> Result<Self, InvalidHost> {
        let name = text.trim().trim_end_matches('.');
        let host = Host::parse(name).map_err(|_| InvalidHost)?.to_string();
        // A whole country or kind of business is nobody's phishing.
        if host.len() > 253 || !host.contains(['.', ':']) { Err(InvalidHost) } else { Ok(Self(host)) }
    }
}

impl From<BlockedHost> for String {
    fn from(host: BlockedHost) -> String {
        host.0
    }
}

/// A word or phrase, as it is compared: in lower case, in one form of each letter, with single spaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct BlockedWord(String);

impl BlockedWord {
    pub const MAX_CHARS: usize = 64;
}

/// Why a text is not a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a word or phrase has 2 to {} characters and begins and ends with a letter or digit", BlockedWord::MAX_CHARS)]
pub struct InvalidWord;

impl TryFrom<String> for BlockedWord {
    type Error = InvalidWord;

    fn try_from(text: String) -> Result<Self, InvalidWord> {
        let word = folded(&text);
        let has_ends = word.starts_with(char::is_alphanumeric) && word.ends_with(char::is_alphanumeric);
        let is_long_enough = (2..=Self::MAX_CHARS).contains(&word.chars().count());
        if has_ends && is_long_enough { Ok(Self(word)) } else { Err(InvalidWord) }
    }
}

impl From<BlockedWord> for String {
    fn from(word: BlockedWord) -> String {
        word.0
    }
}

/// One form for all that reads the same.
pub(crate) fn folded(text: &str) -> String {
    let lower = text.chars().filter(|char| !is_invisible(*char)).nfkc().flat_map(char::to_lowercase);
    let mut folded = String::with_capacity(text.len());
    for char in lower {
        match char.is_whitespace() {
            true if folded.is_empty() || folded.ends_with(' ') => {}
            true => folded.push(' '),
            false => folded.push(char),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moderation::link::links;

    fn list(hosts: &[&str], words: &[&str]) -> BlockList {
        let mut list = BlockList::default();
        let hosts = hosts.iter().map(|host| BlockedHost::try_from((*host).to_owned()).unwrap()).collect();
        let words = words.iter().map(|word| BlockedWord::try_from((*word).to_owned()).unwrap()).collect();
        list.set_hosts(hosts).unwrap();
        list.set_words(words).unwrap();
        list
    }

    #[test]
    fn a_host_is_blocked_with_all_its_parts_and_no_other() {
        let list = list(&["Evil.example", "müller.example"], &[]);
        let blocks = |text: &str| links(text).iter().any(|link| list.blocks(link));
        for text in [
            "https://evil.example/x",
            "WWW.EVIL.EXAMPLE",
            "http://a.b.evil.example",
            "xn--mller-kva.example",
            "MÜLLER.example",
        ] {
            assert!(blocks(text), "{text}");
        }
        for text in ["https://notevil.example", "https://evil.example.org", "https://shop.example/evil.example"] {
            assert!(!blocks(text), "{text}");
        }
    }

    #[test]
    fn a_word_is_blocked_however_it_is_typed() {
        let list = list(&[], &["Casino Royale", "straße", "مقامرة"]);
        for text in ["CASINO  ROYALE!", "visit ｃａｓｉｎｏ\nroyale", "cas\u{200b}ino royale", "Straße", "لا مقامرة هنا"]
        {
            assert!(list.has_word_of(text), "{text}");
        }
        for text in ["casino", "casino royales", "straßen", ""] {
            assert!(!list.has_word_of(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_host_or_word_is_refused() {
        for text in ["", "com", "https://evil.example", "evil.example/x", "a b.example", "evil.example:80"] {
            assert_eq!(BlockedHost::try_from(text.to_owned()), Err(InvalidHost), "{text}");
        }
        for text in ["", "a", " ", "...", "!buy", &"x".repeat(65)] {
            assert_eq!(BlockedWord::try_from(text.to_owned()), Err(InvalidWord), "{text}");
        }
    }

    #[test]
    fn a_list_stays_small_and_holds_each_once() {
        let host = |number: usize| BlockedHost::try_from(format!("h{number}.example")).unwrap();
        let mut list = BlockList::default();
        assert_eq!(list.set_hosts((0..=BlockList::MAX_HOSTS).map(host).collect()), Err(TooMany));
        list.set_hosts((0..BlockList::MAX_HOSTS * 2).map(|number| host(number % 7)).collect()).unwrap();
        assert_eq!(list.hosts().len(), 7);
    }
}
