//! Links and images, which become words and addresses.

use super::super::document::{Kind, Line, Run, Styles, is_empty, without_space_at_end};
use super::super::links;
use super::Builder;

/// A link whose words are being read.
pub(super) struct Link {
    href: String,
    pub(super) words: Line,
}

impl Builder {
    pub(in super::super) fn open_link(&mut self, href: &str) {
        self.end_link();
        self.link = Some(Link { href: href.to_owned(), words: Line::new() });
    }

    /// The words of a link with its address, or only the address where they say the same.
    pub(in super::super) fn end_link(&mut self) {
        let Some(Link { href, words }) = self.link.take() else { return };
        let text: String = words.iter().map(|run| run.text.as_str()).collect();
        let address = links::written(&href);
        let only_address = address.as_ref().is_some_and(|it| text.trim().is_empty() || links::says_the_same(&text, it));
        match address {
            Some(address) if only_address => self.address(address),
            Some(address) => {
                let space = if text.ends_with(' ') { " " } else { "" };
                without_space_at_end(words).into_iter().for_each(|run| self.run(run));
                self.words(&format!(" ({address}){space}"), Styles::NONE);
            }
            None => words.into_iter().for_each(|run| self.run(run)),
        }
    }

    /// A link does not go on in another paragraph; it may begin around one.
    pub(super) fn end_link_with_words(&mut self) {
        if self.link.as_ref().is_some_and(|link| !is_empty(&link.words)) {
            self.end_link();
        }
    }

    /// Its alternative text and address. An emoji that an editor shows as an image is only an emoji.
    pub(in super::super) fn image(&mut self, alt: &str, source: &str) {
        let is_emoji = !alt.trim().is_empty() && !alt.contains(char::is_alphanumeric);
        let address = links::written(source).filter(|_| !is_emoji && self.link.is_none());
        self.flowing(alt);
        match address {
            Some(address) if alt.trim().is_empty() => self.address(address),
            Some(address) => self.words(&format!(" ({address})"), Styles::NONE),
            None => {}
        }
    }

    fn address(&mut self, address: String) {
        self.run(Run { text: address.clone(), styles: Styles::NONE, kind: Kind::Link(address) });
    }
}
