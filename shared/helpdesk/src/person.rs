//! Who writes: found by what WhatsApp calls them or by their number, or made (F11).

use std::collections::BTreeSet;

use domain::contact::merge::Cause;
use domain::contact::wishes::{Source, Stance};
use domain::{Contact, ContactId, Content, Identity, InboundMessage, MatchingKey, MessageId, Sender, TraceId};
use jiff::Timestamp;
use storage::contacts::Owner;
use storage::words::Name;
use storage::{Tenancy, Transaction};

use crate::fresh::fresh_id;
use crate::living::living_contact;
use crate::matching::{Rewritten, contacts_with_number, rewritten};
use crate::merge::{Link, Outcome, merge, settle};
use crate::retry::{ATTEMPTS, Busy, after_conflict};
use crate::words::Words;

/// Who writes, as far as the table knows them.
pub(crate) struct Person {
    pub(crate) contact: Contact,
    stored: Stored,
    /// Identities that are theirs from now on, each with whose it was.
    claimed: Claimed,
    /// Identities that they have given up.
    retired: Vec<(Identity, Owner, Timestamp)>,
    /// Who has the numbers that they have from now on, or have no more.
    numbers: Rewritten,
    /// What they said under names that are no numbers, before anybody here knew them.
    words: Words,
}

type Claimed = Vec<(Identity, Option<Owner>)>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stored {
    /// Not yet.
    New,
    /// Otherwise than now.
    Changed,
    /// As it is.
    Same,
}

/// One of the identities that a message names, and whose it is.
struct Named<'a> {
    identity: &'a Identity,
    owner: Option<Owner>,
    contact: Option<Contact>,
    /// Whether it was that contact's when the message was sent, rather than only a number that it has.
    is_theirs: bool,
}

/// What Meta says of a person at once.
#[derive(Clone, Copy)]
pub(crate) struct Introduction<'a> {
    pub(crate) sender: &'a Sender,
    /// What they were called before, says a notice.
    previous: &'a [Identity],
    /// What it means that several contacts are named.
    cause: Cause,
    /// Meta's time.
    at: Timestamp,
    /// The message that says so.
    message: Option<MessageId>,
}

impl<'a> Introduction<'a> {
    pub(crate) fn by_message(id: MessageId, inbound: &'a InboundMessage) -> Self {
        let (previous, cause) = match &inbound.content {
            Content::Notice(notice) => (&notice.previous[..], Cause::ChangedIdentity),
            _ => (&[][..], Cause::SameSender),
        };
        Self { sender: &inbound.sender, previous, cause, at: inbound.sent_at, message: Some(id) }
    }

    pub(crate) fn by_status(recipient: &'a Sender, at: Timestamp) -> Self {
        Self { sender: recipient, previous: &[], cause: Cause::SameRecipient, at, message: None }
    }
}

/// Looks for people.
#[derive(Clone, Copy)]
pub(crate) struct Acquaintance<'a> {
    pub(crate) tenancy: &'a Tenancy,
    /// The webhook in which Meta speaks of them.
    pub(crate) trace_id: Option<TraceId>,
    pub(crate) now: Timestamp,
}

impl Acquaintance<'_> {
    /// Finds the person, by identity first and by number second. When Meta's word leads to several contacts, they are
    /// merged.
    pub(crate) async fn person(&self, introduced: Introduction<'_>) -> Result<Person, Busy> {
        for attempt in 0..ATTEMPTS {
            let mut named: Vec<Named<'_>> = Vec::new();
            for identity in introduced.previous.iter().chain(introduced.sender.identities()) {
                // A notice may name one as the previous and the present one; a transaction writes it once.
                if named.iter().all(|known| known.identity != identity) {
                    named.push(self.by_identity(identity, introduced.at).await?);
                }
            }
            self.add_by_number(&mut named).await?;
            as_it_was_then(&mut named, introduced.at);
            let people = distinct(&named);
            if self.settled_some(&people).await? {
                continue;
            }
            match &people[..] {
                [] => {
                    if let Some(stranger) = self.stranger(introduced, &named).await? {
                        return Ok(stranger);
                    }
                }
                [only] => return self.known_person(only, introduced, &named).await,
                // One of the identities may be somebody else's by now.
                [one, ..] if self.is_known(introduced.message).await? => {
                    return self.known_person(one, introduced, &named).await;
                }
                [one, other, ..] => {
                    let link = Link { cause: introduced.cause, trace_id: self.trace_id, at: self.now };
                    if merge(self.tenancy, one, other, link, attempt).await? == Outcome::Apart {
                        return self.known_person(one, introduced, &named).await;
                    }
                }
            }
        }
        Err(Busy::Contended(ATTEMPTS))
    }

    /// Keeps what is new of somebody who is known already; of a stranger nothing is kept.
    pub(crate) async fn learn(&self, introduced: Introduction<'_>) -> Result<(), Busy> {
        for attempt in 0..ATTEMPTS {
            let person = self.person(introduced).await?;
            if !person.is_changed() {
                return Ok(());
            }
            let mut transaction = self.tenancy.transaction();
            person.write(&mut transaction);
            match transaction.commit().await {
                Ok(()) => return Ok(()),
                Err(error) => after_conflict(error, attempt).await?,
            }
        }
        Err(Busy::Contended(ATTEMPTS))
    }

    /// Whether a message that was stored before comes again: it tells nothing new of who is who.
    async fn is_known(&self, message: Option<MessageId>) -> Result<bool, Busy> {
        let Some(id) = message else { return Ok(false) };
        Ok(self.tenancy.whereabouts(id).await?.is_some())
    }

    async fn by_identity<'a>(&self, identity: &'a Identity, at: Timestamp) -> Result<Named<'a>, Busy> {
        let owner = self.tenancy.owner_of(identity).await?;
        let theirs = owner.filter(|owner| owner.given_up_at.is_none_or(|until| at <= until));
        let contact = match theirs {
            Some(owner) => living_contact(self.tenancy, owner.contact_id).await?,
            None => None,
        };
        let is_theirs = contact.is_some();
        Ok(Named { identity, owner, contact, is_theirs })
    }

    /// Finds who has the numbers that are nobody's identity yet.
    async fn add_by_number(&self, named: &mut [Named<'_>]) -> Result<(), Busy> {
        let known: Vec<ContactId> = distinct(named).into_iter().map(|contact| contact.id).collect();
        for nobodys in named.iter_mut().filter(|named| named.contact.is_none()) {
            if let Identity::Phone(digits) = nobodys.identity {
                let holders = contacts_with_number(self.tenancy, digits).await?;
                nobodys.contact = meant(holders, &known, digits);
            }
        }
        Ok(())
    }

    /// Finishes what an earlier merge of one of them left undone. Says whether there was anything.
    async fn settled_some(&self, people: &[&Contact]) -> Result<bool, Busy> {
        let mut settled = false;
        for contact in people {
            settled |= settle(self.tenancy, contact).await?;
        }
        Ok(settled)
    }

    /// Nobody, if somebody has got the number meanwhile: then it is theirs.
    async fn stranger(&self, introduced: Introduction<'_>, named: &[Named<'_>]) -> Result<Option<Person>, Busy> {
        let mut contact = Contact::from_sender(fresh_id(self.now), introduced.sender, self.now);
        let claimed: Claimed = named.iter().map(|named| (named.identity.clone(), named.owner)).collect();
        let numbers = rewritten(self.tenancy, contact.id, &BTreeSet::new(), &contact.matching_keys()).await?;
        if numbers.is_shared() {
            return Ok(None);
        }
        let words = self.words_of(&claimed).await?;
        numbers.words.told_by(&mut contact);
        words.told_by(&mut contact);
        Ok(Some(Person { contact, stored: Stored::New, claimed, retired: Vec::new(), numbers, words }))
    }

    async fn known_person(
        &self,
        known: &Contact,
        introduced: Introduction<'_>,
        named: &[Named<'_>],
    ) -> Result<Person, Busy> {
        let Introduction { sender, previous, at, .. } = introduced;
        let mut contact = known.clone();
        let named = || named.iter().filter(|named| named.contact.as_ref().is_none_or(|whose| whose.id == known.id));
        let now: Vec<&Identity> = sender.identities().collect();
        // What they gave up later was theirs then, and is not learned anew from a message that comes late.
        let fresh: Vec<&Named<'_>> =
            named().filter(|named| !named.is_theirs && now.contains(&named.identity)).collect();
        contact.learn(sender, fresh.iter().map(|named| named.identity));
        // Meta may name an identity as the previous one only because the notice came from it: one that has no successor
        // stays theirs.
        let has_gone = |identity: &Identity| {
            previous.contains(identity) && !now.contains(&identity) && now.iter().any(|now| now.replaces(identity))
        };
        let gone: Vec<&Named<'_>> = named().filter(|named| has_gone(named.identity)).collect();
        let given_up: Vec<Identity> = gone.iter().map(|named| named.identity.clone()).collect();
        contact.give_up(&given_up, at);

        let is_same = contact == *known;
        let numbers = rewritten(self.tenancy, known.id, &known.matching_keys(), &contact.matching_keys()).await?;
        // A contact that has as many identities as it can have learns no more.
        let claimed = fresh.into_iter().filter(|named| contact.identities.contains(named.identity));
        let claimed: Claimed = claimed.map(|named| (named.identity.clone(), named.owner)).collect();
        let words = self.words_of(&claimed).await?;
        numbers.words.told_by(&mut contact);
        words.told_by(&mut contact);
        let stored = if is_same { Stored::Same } else { Stored::Changed };
        let retired = gone.into_iter().filter_map(|named| Some((named.identity.clone(), named.owner?, at)));
        let retired = retired.filter(|(identity, ..)| known.identities.contains(identity)).collect();
        Ok(Person { contact, stored, claimed, retired, numbers, words })
    }

    /// What was kept under names that are theirs from now on; what their numbers have, the numbers have with them.
    async fn words_of(&self, claimed: &Claimed) -> Result<Words, Busy> {
        let is_number = |identity: &Identity| matches!(identity, Identity::Phone(_));
        let names =
            claimed.iter().filter(|(identity, _)| !is_number(identity)).map(|(identity, _)| Name::from(identity));
        let names: Vec<Name> = names.collect();
        Ok(Words::under(self.tenancy, names).await?)
    }
}

impl Person {
    /// Keeps what a message of theirs says of marketing (F31).
    pub(crate) fn hear(&mut self, stance: Stance, at: Timestamp) {
        let heard = self.contact.wishes.marketing.hear(stance, at, Source::Message);
        if heard && self.stored == Stored::Same {
            self.stored = Stored::Changed;
        }
    }

    /// Whether they are known, and something of them is new.
    pub(crate) fn is_changed(&self) -> bool {
        self.stored == Stored::Changed
    }

    /// Makes the contact, or keeps what is new of it.
    pub(crate) fn write(&self, transaction: &mut Transaction) {
        match self.stored {
            Stored::New => transaction.create_contact(&self.contact),
            Stored::Changed => transaction.save_contact(&self.contact),
            Stored::Same => return,
        }
        for (identity, was) in &self.claimed {
            transaction.add_identity(identity, self.contact.id, was.as_ref());
        }
        for (identity, was, at) in &self.retired {
            transaction.retire_identity(identity, was, *at);
        }
        self.numbers.write(transaction);
        self.words.take(transaction);
    }

    /// Makes sure that the contact is still as it was read, where it is not written anyway.
    pub(crate) fn check(&self, transaction: &mut Transaction) {
        if self.stored == Stored::Same {
            transaction.check_contact(&self.contact);
        }
    }
}

/// Which of the contacts that have a number it stands for, where the message names the `known` ones already: one of those
/// if it is among them, else the oldest. That somebody known is one with a contact that was only matched is no guess as
/// long as it is the only one, and never wrote under another name.
fn meant(holders: Vec<Contact>, known: &[ContactId], digits: &str) -> Option<Contact> {
    let key = Some(MatchingKey::of_digits(digits));
    if let Some(index) = holders.iter().position(|holder| known.contains(&holder.id)) {
        return holders.into_iter().nth(index);
    }
    let sole = holders.len() == 1;
    let oldest = holders.into_iter().next()?;
    let nobody_else = sole && oldest.identities.iter().all(|identity| MatchingKey::of(identity) == key);
    (known.is_empty() || nobody_else).then_some(oldest)
}

/// What one of them gave up only later was theirs then, whoever has it by now.
fn as_it_was_then(named: &mut [Named<'_>], at: Timestamp) {
    let people = distinct(named);
    if people.len() < 2 {
        return;
    }
    let people: Vec<Contact> = people.into_iter().cloned().collect();
    for named in named {
        if let Some(whose) = people.iter().find(|contact| contact.gave_up_since(named.identity, at)) {
            named.contact = Some(whose.clone());
            named.is_theirs = true;
        }
    }
}

/// The contacts that were found, each once, in the order in which they were named.
fn distinct<'a>(named: &'a [Named<'_>]) -> Vec<&'a Contact> {
    let mut people: Vec<&Contact> = Vec::new();
    for contact in named.iter().filter_map(|named| named.contact.as_ref()) {
        if people.iter().all(|other| other.id != contact.id) {
            people.push(contact);
        }
    }
    people
}
