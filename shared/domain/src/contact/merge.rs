//! Two contacts that turned out to be one person (F11), and what it takes to part them again.
//!
//! ```text
//! merging ──→ merged ──→ undoing ──→ undone
//! ```
//!
//! The older contact survives. Contacts and record change together; then their tickets are brought in line, channel by
//! channel, and the record keeps what was done to each, so that whoever meets a half-finished merge finishes it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Contact, FormerIdentity, Identity, Properties, Wishes};
use crate::ids::{ChannelId, ContactId, TicketId, UserId};
use crate::phone::Phone;
use crate::ticket::{Before, Joined};
use crate::trace::TraceId;

/// Which two contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeId {
    /// The older one, which stands for both.
    pub survivor: ContactId,
    pub merged: ContactId,
}

/// The record of a merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    #[serde(flatten)]
    pub id: MergeId,
    pub at: Timestamp,
    pub cause: Cause,
    /// The webhook in which Meta said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<TraceId>,
    /// What the survivor had not had before.
    pub taken: Taken,
    #[serde(flatten)]
    pub state: State,
    /// What was done to the merged contact's latest ticket on each channel.
    pub tickets: Vec<Moved>,
    /// Counts the writes; every write is conditional on it.
    #[serde(default)]
    pub version: u64,
}

/// How we know. Nothing but Meta's word will do: a guess would show one person's messages to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A message named both.
    SameSender,
    /// A status of a message of ours named both.
    SameRecipient,
    /// A notice said that one became the other.
    ChangedIdentity,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    Merging,
    Merged,
    /// A person parted them; what Meta says of them later merges them no more.
    Undoing {
        by: UserId,
        undone_at: Timestamp,
    },
    Undone {
        by: UserId,
        undone_at: Timestamp,
    },
}

/// What a survivor took over from the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile_phone: Option<Phone>,
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    pub properties: Properties,
    pub identities: Vec<Identity>,
    /// What the other had given up: whose it was then is asked of the survivor from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_identities: Vec<FormerIdentity>,
    /// The survivor's wishes, and what the other's made of them, if either had any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wishes: Option<Box<Rewished>>,
}

/// Wishes before a merge and after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewished {
    before: Wishes,
    after: Wishes,
}

/// What was done to a ticket of the merged contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub channel_id: ChannelId,
    pub ticket_id: TicketId,
    #[serde(flatten)]
    pub how: How,
    /// How this one, and the survivor's latest until then, were before; nothing in what was moved before that was kept.
    ///
    /// Stored by another name than what [`Joined`] keeps, which stands beside it.
    #[serde(default, rename = "were", skip_serializing_if = "Vec::is_empty")]
    before: Vec<Before>,
    /// The merge was undone and the ticket is the other contact's again.
    #[serde(default)]
    pub returned: bool,
}

/// How a ticket became the survivor's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "how")]
pub enum How {
    /// As an earlier one of theirs.
    Earlier,
    /// As their latest, after this one.
    Latest { after: Option<TicketId> },
    /// Its thread went on in that of another open ticket.
    Joined(Box<Joined>),
}

impl Merge {
    /// Whether a person has parted the two.
    pub fn is_undone(&self) -> bool {
        matches!(self.state, State::Undoing { .. } | State::Undone { .. })
    }

    /// Whether it put a ticket beside, or into, one that another merge into the same survivor brought: then it has to be
    /// undone before that one.
    pub fn builds_on(&self, other: &Self) -> bool {
        let brought = |ticket: TicketId| other.tickets.iter().any(|moved| moved.ticket_id == ticket);
        let is_beside = |moved: &Moved| moved.beside().is_some_and(brought);
        self.id != other.id && !self.is_undone() && self.tickets.iter().any(is_beside)
    }
}

impl Moved {
    /// A ticket that is about to be moved.
    pub fn new(channel_id: ChannelId, ticket_id: TicketId, how: How, before: Vec<Before>) -> Self {
        Self { channel_id, ticket_id, how, before, returned: false }
    }

    /// What was the survivor's latest ticket until then.
    fn beside(&self) -> Option<TicketId> {
        match &self.how {
            How::Joined(joined) => Some(joined.into),
            How::Latest { after } => *after,
            How::Earlier => self.before.iter().map(|before| before.ticket_id).find(|id| *id != self.ticket_id),
        }
    }

    /// How the tickets were, as far as it was kept.
    pub fn before(&self) -> Vec<Before> {
        match &self.how {
            How::Joined(joined) if self.before.is_empty() => vec![joined.before()],
            _ => self.before.clone(),
        }
    }
}

impl Contact {
    /// Takes over what `other`, the same person, is known by. Nothing, if that were more identities than a contact has.
    pub fn absorb(&mut self, other: &Self) -> Option<Taken> {
        let new = other.identities.iter().filter(|identity| !self.identities.contains(identity));
        let identities: Vec<Identity> = new.cloned().collect();
        if self.identities.len() + identities.len() > Self::MAX_IDENTITIES {
            return None;
        }
        self.identities.extend(identities.iter().cloned());
        let former = other.former_identities.iter().filter(|former| !self.identities.contains(&former.identity));
        let former_identities: Vec<FormerIdentity> = former.cloned().collect();
        self.former_identities.extend(former_identities.iter().cloned());
        self.former_identities.sort_by_key(|former| former.until);
        self.forget_long_given_up();
        let after = self.wishes.with(&other.wishes);
        let before = std::mem::replace(&mut self.wishes, after.clone());
        Some(Taken {
            name: fill(&mut self.name, other.name.as_ref()),
            username: fill(&mut self.username, other.username.as_ref()),
            phone: fill(&mut self.phone, other.phone.as_ref()),
            mobile_phone: fill(&mut self.mobile_phone, other.mobile_phone.as_ref()),
            properties: self.properties.take_from(&other.properties),
            identities,
            former_identities,
            wishes: (!after.are_none()).then(|| Box::new(Rewished { before, after })),
        })
    }

    /// Refuses also what `survivor`, who has stood for this one `since`, was heard to refuse meanwhile.
    pub fn hear_refusals(&mut self, survivor: &Self, taken: &Taken, since: Timestamp) {
        let known = taken.wishes.as_ref().map(|wishes| &wishes.after);
        self.wishes.hear_refusals(&survivor.wishes, known, since);
    }

    /// Loses what was taken over, as far as nobody has changed it since.
    pub fn give_back(&mut self, taken: &Taken) {
        self.identities.retain(|identity| !taken.identities.contains(identity));
        self.former_identities.retain(|former| !taken.former_identities.contains(former));
        empty(&mut self.name, taken.name.as_ref());
        empty(&mut self.username, taken.username.as_ref());
        empty(&mut self.phone, taken.phone.as_ref());
        empty(&mut self.mobile_phone, taken.mobile_phone.as_ref());
        self.properties.give_back(&taken.properties);
        if let Some(wishes) = taken.wishes.as_ref().filter(|wishes| wishes.after == self.wishes) {
            self.wishes.clone_from(&wishes.before);
        }
    }
}

fn fill<T: Clone>(place: &mut Option<T>, from: Option<&T>) -> Option<T> {
    let new = from.filter(|_| place.is_none()).cloned();
    if new.is_some() {
        place.clone_from(&new);
    }
    new
}

fn empty<T: PartialEq>(place: &mut Option<T>, taken: Option<&T>) {
    if taken.is_some() && place.as_ref() == taken {
        *place = None;
    }
}
