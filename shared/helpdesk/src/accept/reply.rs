//! A reply as it is asked for, and what can be said of it without looking at anything else.

use std::collections::BTreeMap;

use domain::content::{Location, SharedContact};
use domain::library::KeptFile;
use domain::template::Category;
use domain::{ChannelId, ContactId, LibraryItemId, MessageId, Phone, ThreadId, TraceId, UploadId, UserId};
use jiff::SignedDuration;
use storage::idempotency;
use whatsapp::limits::{self, CAPTION_CHARS, CARDS, TEXT_CHARS};

use super::AcceptError;

/// A reply as it is asked for.
#[derive(Clone)]
pub struct NewReply {
    pub destination: Destination,
    pub author: UserId,
    pub saying: Saying,
    /// The message of the same conversation that it quotes.
    pub reply_to: Option<MessageId>,
    pub idempotency: Option<IdempotencyKey>,
    /// The request that brought it.
    pub trace_id: Option<TraceId>,
}

/// Where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    Thread(ThreadId),
    /// The thread that is there, or a new one (F28).
    Conversation {
        channel_id: ChannelId,
        with: Whom,
    },
}

/// Who a conversation is with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    Contact(ContactId),
    /// Whoever has this number, the one it counts for first; a new contact if nobody has it.
    Number(Phone),
    /// Somebody as they were read, and nobody whom they have become since.
    AsRead {
        id: ContactId,
        version: u64,
    },
}

/// What it says.
#[derive(Clone)]
pub enum Saying {
    Said(Said),
    /// It stands alone and quotes nothing.
    Template(NewTemplate),
    /// To one message; it stands alone and quotes nothing.
    Reaction {
        target: MessageId,
        /// Empty to take an earlier one away.
        emoji: String,
    },
}

/// Words, files and more, which go out in this order.
#[derive(Clone, Default)]
pub struct Said {
    /// The caption of the first attachment where that takes it, a message of its own before it where not.
    pub text: Option<String>,
    pub attachments: Vec<NewAttachment>,
    pub location: Option<Location>,
    /// One message with all of them.
    pub cards: Option<Vec<SharedContact>>,
}

/// A template as it is to be sent.
#[derive(Clone)]
pub struct NewTemplate {
    pub name: String,
    pub language: String,
    /// What the sender takes it for; needed where Meta has changed it.
    pub category: Option<Category>,
    /// By the keys of its variables. Those that are not there are looked for in the contact, under the same name.
    pub variables: BTreeMap<String, Value>,
    /// What stands above the body, where that is no text.
    pub header: Option<NewHeader>,
    /// What follows by itself once the customer answers (F18).
    pub then: Option<Box<FollowUp>>,
}

/// What is said once the customer has answered.
#[derive(Clone, Default)]
pub struct FollowUp {
    pub said: Said,
    /// The message of the same conversation that it quotes.
    pub reply_to: Option<MessageId>,
}

/// What a variable stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Given(String),
    OfContact {
        /// What it is called there; as the variable without it.
        property: Option<String>,
        /// Where the contact has none.
        fallback: Option<String>,
    },
}

/// What is to stand above the body of a template.
#[derive(Clone)]
pub enum NewHeader {
    File(Source),
    /// One that was looked at and is kept already.
    Kept(KeptFile),
    Place(Location),
}

/// Something that makes a message of its own.
#[derive(Clone)]
pub struct NewAttachment {
    pub source: Source,
    pub caption: Option<String>,
    /// To be shown as a voice note.
    pub as_voice: bool,
}

/// Where an attachment comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Upload(UploadId),
    Library(LibraryItemId),
}

/// What makes a repeated request the same request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// A hash of who asks and the key they gave.
    pub hash: String,
    /// A hash of what they ask for.
    pub fingerprint: String,
    /// How long the answer is remembered.
    pub kept: SignedDuration,
}

impl IdempotencyKey {
    /// One that a client gave.
    pub fn of_client(hash: String, fingerprint: String) -> Self {
        Self { hash, fingerprint, kept: idempotency::KEPT }
    }
}

impl Said {
    /// So many are stored in one transaction, far below its limit, and so many a person still looks at.
    pub const MOST_ATTACHMENTS: usize = 10;

    pub(crate) fn check(&self) -> Result<(), AcceptError> {
        let others = !self.attachments.is_empty() || self.location.is_some() || self.cards.is_some();
        match &self.text {
            None if !others => return Err(AcceptError::Empty),
            Some(text) if !others && text.trim().is_empty() => return Err(AcceptError::TextEmpty),
            Some(text) if text.chars().count() > TEXT_CHARS => {
                return Err(AcceptError::TextTooLong { chars: text.chars().count() });
            }
            _ => {}
        }
        let count = self.attachments.len();
        if count > Self::MOST_ATTACHMENTS {
            return Err(AcceptError::TooManyAttachments { count });
        }
        let captions = self.attachments.iter().filter_map(|attachment| attachment.caption.as_deref());
        if let Some(chars) = captions.map(|caption| caption.chars().count()).find(|chars| *chars > CAPTION_CHARS) {
            return Err(AcceptError::CaptionTooLong { chars });
        }
        match &self.cards {
            Some(cards) if !are_sound(cards) => Err(AcceptError::CardsInvalid),
            _ => Ok(()),
        }
    }
}

impl Saying {
    pub(super) fn check(&self) -> Result<(), AcceptError> {
        match self {
            Self::Said(said) => said.check(),
            Self::Template(new) => new.then.as_ref().map_or(Ok(()), |then| then.said.check()),
            Self::Reaction { emoji, .. } if emoji.is_empty() || limits::emoji(emoji).is_some() => Ok(()),
            Self::Reaction { .. } => Err(AcceptError::NotAnEmoji),
        }
    }
}

/// Each has something to be called by.
fn are_sound(cards: &[SharedContact]) -> bool {
    let has_label = |card: &SharedContact| card.label().is_some_and(|label| !label.trim().is_empty());
    (1..=CARDS).contains(&cards.len()) && cards.iter().all(has_label)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn attachment(caption: Option<&str>) -> NewAttachment {
        let source = Source::Upload(Uuid::from_u128(1).into());
        NewAttachment { source, caption: caption.map(str::to_owned), as_voice: false }
    }

    fn refused(said: &Said) -> String {
        said.check().expect_err("refused").to_string()
    }

    #[test]
    fn a_reply_says_something() {
        assert_eq!(refused(&Said::default()), "the reply is empty");
        let blank = || Some(" \n".to_owned());
        assert_eq!(refused(&Said { text: blank(), ..Said::default() }), "the text is empty");
        assert!(Said { text: blank(), attachments: vec![attachment(None)], ..Said::default() }.check().is_ok());
        assert!(Said { cards: Some(Vec::new()), ..Said::default() }.check().is_err());
        assert!(Said { cards: Some(vec![SharedContact::default()]), ..Said::default() }.check().is_err());
    }

    #[test]
    fn captions_and_attachments_have_their_limits() {
        let said = |attachments| Said { attachments, ..Said::default() };
        assert!(said(vec![attachment(Some(&"ä".repeat(1_024))); 10]).check().is_ok());
        assert_eq!(refused(&said(vec![attachment(Some(&"ä".repeat(1_025)))])), "a caption has 1025 characters");
        assert_eq!(refused(&said(vec![attachment(None); 11])), "the reply has 11 attachments");
    }

    #[test]
    fn a_reaction_is_one_emoji_or_none() {
        let reaction = |emoji: &str| {
            Saying::Reaction { target: Uuid::from_u128(1).into(), emoji: emoji.to_owned() }.check().is_ok()
        };
        assert!(reaction("👍") && reaction(""));
        assert!(!reaction("fine"));
    }
}
