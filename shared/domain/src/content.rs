//! What a message says (F9, F12, F25).

pub mod choice;
pub mod location;
pub mod media;
pub mod order;
pub mod person;
pub mod template;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use choice::{Choice, ChoiceKind, Form};
pub use location::Location;
pub use media::{Media, MediaKind};
pub use order::{Order, OrderedItem};
pub use person::SharedContact;
pub use template::{MessageHeader, Parameter, Part, TemplateMessage};

use crate::attachment::Attachment;
use crate::contact::Identity;
use crate::ids::MessageId;

/// What a message says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Content {
    Text {
        /// With WhatsApp's marks in it, as a phone gets it.
        text: String,
    },
    Media(Media),
    Location(Location),
    Contacts {
        contacts: Vec<SharedContact>,
    },
    /// The customer pressed a button or picked a row.
    Choice(Choice),
    /// The customer filled in a flow.
    Form(Form),
    Order(Order),
    /// Ours; the only kind that may begin a conversation (F16).
    Template(TemplateMessage),
    /// Ours; a customer's is a placeholder (F12).
    Reaction(Reaction),
    /// WhatsApp's own words about the customer.
    Notice(Notice),
    /// It breaks the rules of F13 and is kept apart, sealed.
    Hidden(Hidden),
    /// A message that is not shown as it is: the thread keeps its place, the words that came with it, and the original,
    /// so that nothing is lost (F12).
    Placeholder(Placeholder),
}

/// Our reaction to a message of the customer's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    pub target: MessageId,
    /// One emoji; empty to take an earlier reaction away.
    pub emoji: String,
}

/// What WhatsApp tells of the customer. The person stays the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub about: NoticeKind,
    /// The identities they had before, where Meta names them. Never guessed from the words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previous: Vec<Identity>,
    /// Meta's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    ChangedNumber,
    ChangedUserId,
    /// The customer's device or keys changed: Meta's `customer_identity_changed`.
    ChangedDevice,
}

/// What is left to see of a message that was hidden.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// The kind that it was, as the API names it.
    pub kind: String,
    /// Why it would not have been shown anyway, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The names of the detectors that found something.
    pub findings: Vec<String>,
    /// Its file, without its name; nobody gets a link to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Attachment>,
}

/// What stands for a message that is not shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placeholder {
    /// Meta's name of the kind: `reaction`, `unsupported`, `poll` …
    pub kind: String,
    /// A stable word for why it is not shown.
    pub reason: String,
    /// A caption or other words that came with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Of a reaction: its emoji; nothing when the reaction was taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// The message that a reaction, an edit or a deletion is about, where we have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<MessageId>,
    /// The message as Meta sent it, in JSON.
    pub original: String,
}

impl Content {
    /// The kind as the API names it.
    pub fn kind(&self) -> &str {
        match self {
            Self::Text { .. } => "text",
            Self::Media(media) => media.kind.name(),
            Self::Location(_) => "location",
            Self::Contacts { .. } => "contacts",
            Self::Choice(_) => "choice",
            Self::Form(_) => "form",
            Self::Order(_) => "order",
            Self::Template(_) => "template",
            Self::Reaction(_) => "reaction",
            Self::Notice(_) => "notice",
            Self::Hidden(hidden) => &hidden.kind,
            Self::Placeholder(placeholder) => &placeholder.kind,
        }
    }

    /// The words a person reads first, where there are any: a text, a caption, the name of what was picked, all the words of
    /// a template.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        let words = match self {
            Self::Text { text } => Some(text.as_str()),
            Self::Media(media) => media.caption.as_deref().or(media.attachment.filename.as_deref()),
            Self::Location(location) => location.name.as_deref().or(location.address.as_deref()),
            Self::Contacts { contacts } => contacts.iter().find_map(SharedContact::label),
            Self::Choice(choice) => Some(choice.title.as_str()),
            Self::Form(form) => form.body.as_deref(),
            Self::Order(order) => order.text.as_deref(),
            Self::Template(template) => return Some(template.text().into()),
            Self::Reaction(reaction) => Some(reaction.emoji.as_str()).filter(|emoji| !emoji.is_empty()),
            Self::Notice(notice) => notice.text.as_deref(),
            Self::Hidden(_) => None,
            Self::Placeholder(placeholder) => placeholder.text.as_deref().or(placeholder.emoji.as_deref()),
        };
        words.map(Cow::from)
    }

    /// The file that goes with it; a message has one at most.
    pub fn attachment(&self) -> Option<&Attachment> {
        match self {
            Self::Media(media) | Self::Template(TemplateMessage { header: Some(MessageHeader::Media(media)), .. }) => {
                Some(&media.attachment)
            }
            Self::Hidden(hidden) => hidden.attachment.as_ref(),
            _ => None,
        }
    }

    /// The same, to say what became of it.
    pub fn attachment_mut(&mut self) -> Option<&mut Attachment> {
        match self {
            Self::Media(media) | Self::Template(TemplateMessage { header: Some(MessageHeader::Media(media)), .. }) => {
                Some(&mut media.attachment)
            }
            Self::Hidden(hidden) => hidden.attachment.as_mut(),
            _ => None,
        }
    }

    /// Whether receiving it is work for somebody: it makes a ticket where there is none, or opens a closed one again, and
    /// counts as unread. What WhatsApp itself tells about the customer is none: it stands in the thread that is there.
    pub fn makes_work(&self) -> bool {
        match self {
            Self::Notice(_) => false,
            Self::Hidden(Hidden { kind, .. }) | Self::Placeholder(Placeholder { kind, .. }) => {
                kind != Self::NOTICE_UNREAD
            }
            _ => true,
        }
    }

    /// Whether receiving it opens or extends the session.
    ///
    /// A reaction, an edit, a deletion, a vote, a pin or a notice is not a message of the customer's: Meta documents that the
    /// window opens with a message or a call only, so counting these would promise an agent a reply that Meta refuses.
    pub fn opens_session(&self) -> bool {
        match self {
            Self::Notice(_) => false,
            Self::Hidden(Hidden { kind, reason, .. }) => {
                Self::open_session(kind, reason.as_deref().unwrap_or_default())
            }
            Self::Placeholder(Placeholder { kind, reason, .. }) => Self::open_session(kind, reason),
            _ => true,
        }
    }

    fn open_session(kind: &str, reason: &str) -> bool {
        ![kind, reason].into_iter().any(|word| Self::WITHOUT_SESSION.contains(&word))
    }

    /// A lone reaction opens no session (F12), nor does what only changes an earlier message. Some come under the kind
    /// `unsupported`, so that the reason says what they are.
    const WITHOUT_SESSION: [&str; 9] = [
        "reaction",
        "edit",
        "edited",
        "revoke",
        "poll_vote",
        "pinned",
        "keep_in_chat",
        "reaction_removed",
        Self::NOTICE_UNREAD,
    ];

    /// Meta's name of a notice, under which one stands that we cannot read.
    const NOTICE_UNREAD: &str = "system";
}

/// Prints the kind only: what people write stays out of logs.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({})", self.kind())
    }
}
