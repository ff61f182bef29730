//! Words by which a customer says that they want no more marketing, or want it again (F31).

use serde::{Deserialize, Serialize};

use super::Stance;
use crate::content::Content;
use crate::moderation::folded;

/// A tenant's words. A message counts that says one of them and nothing else; what stands around it, such as a full stop, and
/// capitals do not matter. Within a sentence it is only a word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WishWords {
    /// Nothing for the usual ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<Vec<WishWord>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<Vec<WishWord>>,
}

/// A word or phrase, as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct WishWord(String);

/// Why a text is not such a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a word or phrase has 1 to {} characters, a letter or digit among them", WishWord::MAX_CHARS)]
pub struct InvalidWishWord;

/// There is no room for so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a list takes {} words", WishWords::MOST)]
pub struct TooManyWishWords;

impl WishWord {
    pub const MAX_CHARS: usize = 64;
}

impl TryFrom<String> for WishWord {
    type Error = InvalidWishWord;

    fn try_from(text: String) -> Result<Self, InvalidWishWord> {
        let word = compared(&text);
        if (1..=Self::MAX_CHARS).contains(&word.chars().count()) { Ok(Self(word)) } else { Err(InvalidWishWord) }
    }
}

impl From<WishWord> for String {
    fn from(word: WishWord) -> Self {
        word.0
    }
}

impl WishWords {
    pub const MOST: usize = 100;

    /// Whether nothing was chosen.
    pub fn are_usual(&self) -> bool {
        *self == Self::default()
    }

    /// The words that end marketing.
    pub fn stop(&self) -> impl Iterator<Item = &str> {
        chosen(self.stop.as_ref(), USUAL_STOP)
    }

    /// The words that allow it again.
    pub fn start(&self) -> impl Iterator<Item = &str> {
        chosen(self.start.as_ref(), USUAL_START)
    }

    /// Replaces the words that end marketing; nothing for the usual ones.
    ///
    /// # Errors
    /// When there are more than [`WishWords::MOST`].
    pub fn set_stop(&mut self, words: Option<Vec<WishWord>>) -> Result<(), TooManyWishWords> {
        self.stop = few(words)?;
        Ok(())
    }

    /// Replaces the words that allow it again; nothing for the usual ones.
    ///
    /// # Errors
    /// When there are more than [`WishWords::MOST`].
    pub fn set_start(&mut self, words: Option<Vec<WishWord>>) -> Result<(), TooManyWishWords> {
        self.start = few(words)?;
        Ok(())
    }

    /// What a message says of marketing, if it says that and nothing else: in writing, or by a button with that text. A word
    /// of both lists ends it.
    pub fn stance_of(&self, content: &Content) -> Option<Stance> {
        let said = match content {
            Content::Text { text } => text,
            Content::Choice(choice) => &choice.title,
            _ => return None,
        };
        // A letter takes four bytes at most; what is longer says more than one of the words.
        if said.len() > 4 * (WishWord::MAX_CHARS + MARKS_AROUND) {
            return None;
        }
        let said = compared(said);
        if self.stop().any(|word| word == said) {
            Some(Stance::OptedOut)
        } else if self.start().any(|word| word == said) {
            Some(Stance::Allowed)
        } else {
            None
        }
    }
}

/// So many spaces, marks and emoji around a word are still nothing but that word.
const MARKS_AROUND: usize = 64;

/// In languages enough that most tenants need not set anything up. None of them is something that a customer also answers to an agent's question,
/// as *cancel*, *end* and *no* are; such words are for the tenant to add.
const USUAL_STOP: &str = include_str!("usual_stop.txt");

const USUAL_START: &str = include_str!("usual_start.txt");

fn chosen<'a>(own: Option<&'a Vec<WishWord>>, usual: &'static str) -> impl Iterator<Item = &'a str> {
    let usual = if own.is_some() { "" } else { usual };
    own.into_iter().flatten().map(|word| word.0.as_str()).chain(usual.lines())
}

fn few(words: Option<Vec<WishWord>>) -> Result<Option<Vec<WishWord>>, TooManyWishWords> {
    let Some(mut words) = words else { return Ok(None) };
    words.sort();
    words.dedup();
    if words.len() > WishWords::MOST { Err(TooManyWishWords) } else { Ok(Some(words)) }
}

/// In lower case, in one form of each letter, without what stands around it.
fn compared(text: &str) -> String {
    folded(text).trim_matches(|char: char| !char.is_alphanumeric()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Choice, ChoiceKind};

    fn said(text: &str) -> Option<Stance> {
        WishWords::default().stance_of(&Content::Text { text: text.to_owned() })
    }

    #[test]
    fn a_word_alone_counts_however_it_is_typed_and_within_a_sentence_it_does_not() {
        for text in [
            "STOP",
            " stop\n",
            "Stop.",
            "*STOP*",
            "stop 🛑",
            "ＳＴＯＰ",
            "Opt  Out",
            "arre\u{302}t",
            "إيقاف",
            "रोकें",
            "退订",
        ] {
            assert_eq!(said(text), Some(Stance::OptedOut), "{text}");
        }
        for text in ["Start", "UNSTOP!", "Wieder anmelden"] {
            assert_eq!(said(text), Some(Stance::Allowed), "{text}");
        }
        for text in ["please stop", "stop it", "the bus stop is closed", "don't stop!", "stopped", "", "!", "cancel"] {
            assert_eq!(said(text), None, "{text}");
        }
        assert_eq!(said(&format!("stop{}", "!".repeat(10_000))), None);
    }

    #[test]
    fn a_button_with_the_word_on_it_counts_and_what_it_stands_for_does_not() {
        let pressed = |title: &str, payload: &str| {
            let (kind, payload) = (ChoiceKind::QuickReply, Some(payload.to_owned()));
            let choice = Choice { kind, title: title.to_owned(), description: None, payload };
            WishWords::default().stance_of(&Content::Choice(choice))
        };
        assert_eq!(pressed("Stop promotions", "a-17"), Some(Stance::OptedOut));
        assert_eq!(pressed("Yes, please", "stop"), None);
    }

    #[test]
    fn a_tenants_own_words_replace_the_usual_ones_until_it_takes_them_back() {
        let mut words = WishWords::default();
        let word = |text: &str| WishWord::try_from(text.to_owned()).expect("a word");
        words.set_stop(Some(vec![word("Genug!"), word("genug")])).expect("few");
        assert_eq!(words.stop().collect::<Vec<_>>(), ["genug"]);
        assert_eq!(words.stance_of(&Content::Text { text: "STOP".into() }), None);
        assert_eq!(words.stance_of(&Content::Text { text: "genug".into() }), Some(Stance::OptedOut));
        words.set_stop(Some(Vec::new())).expect("none is few");
        assert_eq!(words.stance_of(&Content::Text { text: "genug".into() }), None);
        words.set_stop(None).expect("the usual ones");
        assert!(words.are_usual());
        let many = (0..=WishWords::MOST).map(|number| word(&format!("word {number}"))).collect();
        assert_eq!(words.set_start(Some(many)), Err(TooManyWishWords));
    }

    #[test]
    fn a_word_of_both_lists_ends_marketing() {
        let mut words = WishWords::default();
        words.set_start(Some(vec![WishWord::try_from("stop".to_owned()).expect("a word")])).expect("few");
        assert_eq!(words.stance_of(&Content::Text { text: "stop".into() }), Some(Stance::OptedOut));
    }

    #[test]
    fn what_says_nothing_is_no_word() {
        for text in ["", " ", "!!", "👍", &"x".repeat(65)] {
            assert_eq!(WishWord::try_from(text.to_owned()), Err(InvalidWishWord), "{text}");
        }
    }

    #[test]
    fn the_usual_words_are_in_the_form_in_which_they_are_compared_and_in_one_list_only() {
        let all: Vec<&str> = USUAL_STOP.lines().chain(USUAL_START.lines()).collect();
        for (place, word) in all.iter().enumerate() {
            assert_eq!(compared(word), *word);
            assert!(!all[..place].contains(word), "{word} is there twice");
        }
    }
}
