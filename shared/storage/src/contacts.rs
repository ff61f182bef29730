//! Contacts, the identities that lead to them, and the numbers that they share.

use std::fmt;
use std::str::FromStr;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use domain::{Contact, ContactId, Identity, MatchingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{CommitError, StorageError};
use crate::item::{self, Attributes, text};
use crate::key::Keys;
use crate::page::{self, InvalidCursor, Page};
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// Whose an identity is, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub contact_id: ContactId,
    /// They gave it up then: what comes from it later is somebody else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up_at: Option<Timestamp>,
}

/// The contacts that have a number with the same matching key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holders {
    /// The oldest first.
    contacts: Vec<ContactId>,
    /// Counts the writes; nothing is stored before the first.
    version: u64,
}

impl Holders {
    /// A family or an office shares a number; more would only be a mistake that is repeated.
    pub const MOST: usize = 20;

    /// The oldest first.
    pub fn contacts(&self) -> &[ContactId] {
        &self.contacts
    }

    pub fn is_full(&self) -> bool {
        self.contacts.len() >= Self::MOST
    }

    /// Says whether anything changed.
    pub fn add(&mut self, contact: ContactId) -> bool {
        let new = !self.contacts.contains(&contact) && !self.is_full();
        if new {
            self.contacts.push(contact);
            // An id sorts by the time it was made.
            self.contacts.sort();
        }
        new
    }

    /// Says whether anything changed.
    pub fn remove(&mut self, contact: ContactId) -> bool {
        let before = self.contacts.len();
        self.contacts.retain(|known| *known != contact);
        self.contacts.len() < before
    }
}

/// A contact's place in the list of all.
#[derive(Deserialize)]
struct InList {
    #[serde(rename = "contacts_sk")]
    id: ContactId,
}

/// The contact after which a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactCursor(ContactId);

impl ContactCursor {
    const KIND: &str = "p1";
}

impl fmt::Display for ContactCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&page::encode(Self::KIND, &self.0.to_string()))
    }
}

impl FromStr for ContactCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        page::decode(Self::KIND, text)?.parse().map(Self).map_err(|_| InvalidCursor)
    }
}

impl Tenancy {
    /// The contact with this id, be it merged into another or not.
    pub async fn contact(&self, id: ContactId) -> Result<Option<Contact>, StorageError> {
        self.table.get("contact", self.keys.contact(id)).await
    }

    /// Replaces the contact that was read. Its identities and numbers are the same.
    pub async fn save_contact(&self, contact: &mut Contact) -> Result<(), CommitError> {
        let read = contact.version;
        contact.version += 1;
        self.table.replace(write(self.keys, contact)?, read).await
    }

    /// Whose this identity is, or was.
    pub async fn owner_of(&self, identity: &Identity) -> Result<Option<Owner>, StorageError> {
        self.table.get("identity", self.keys.identity(identity)).await
    }

    /// Who has a number with this key.
    pub async fn holders(&self, key: &MatchingKey) -> Result<Holders, StorageError> {
        let found = self.table.get("number's holders", self.keys.phone(key)).await?;
        Ok(found.unwrap_or_default())
    }

    /// The tenant's contacts, the newest first; those that were merged into others are left out.
    pub async fn contacts(
        &self,
        limit: u16,
        after: Option<&ContactCursor>,
    ) -> Result<Page<Contact, ContactCursor>, StorageError> {
        let start = after.map(|ContactCursor(id)| start_key(self.keys, *id));
        let read = |found| item::read("contact", found);
        Page::of(self.newest_contacts(), limit, start, read, |last: &Contact| ContactCursor(last.id)).await
    }

    /// The ids of the same, as their list has them: whether the contacts themselves can be read makes no difference.
    pub async fn contact_ids(
        &self,
        limit: u16,
        after: Option<&ContactCursor>,
    ) -> Result<Page<ContactId, ContactCursor>, StorageError> {
        let start = after.map(|ContactCursor(id)| start_key(self.keys, *id));
        let read = |found| item::read("contact's place", found).map(|InList { id }| id);
        Page::of(self.newest_contacts(), limit, start, read, |last: &ContactId| ContactCursor(*last)).await
    }

    fn newest_contacts(&self) -> QueryFluentBuilder {
        self.table
            .client
            .query()
            .table_name(&self.table.name)
            .index_name("contacts")
            .key_condition_expression("contacts_pk = :list")
            .expression_attribute_values(":list", text(self.keys.contacts()))
            .scan_index_forward(false)
    }
}

impl Transaction {
    /// A new contact. Its identities are added with [`Transaction::add_identity`], its numbers with
    /// [`Transaction::save_holders`].
    pub fn create_contact(&mut self, contact: &Contact) {
        let item = write(self.tenancy.keys, contact);
        self.create(item);
    }

    /// A contact that must still be as it was read.
    pub fn save_contact(&mut self, contact: &Contact) {
        let saved = Contact { version: contact.version + 1, ..contact.clone() };
        let item = write(self.tenancy.keys, &saved);
        self.replace(item, contact.version);
    }

    /// A contact that is not written, but must still be as it was read.
    pub fn check_contact(&mut self, contact: &Contact) {
        let key = self.tenancy.keys.contact(contact.id);
        self.check(&key, contact.version);
    }

    /// An identity that belongs to nobody yet, or to nobody any more: `was` is what was read.
    pub fn add_identity(&mut self, identity: &Identity, contact_id: ContactId, was: Option<&Owner>) {
        let owner = Owner { contact_id, given_up_at: None };
        self.write_owner(identity, &owner, was);
    }

    /// The contact has given the identity up.
    pub fn retire_identity(&mut self, identity: &Identity, was: &Owner, at: Timestamp) {
        let owner = Owner { given_up_at: Some(at), ..*was };
        self.write_owner(identity, &owner, Some(was));
    }

    /// Who has a number with this key, which must still be as it was read.
    pub fn save_holders(&mut self, key: &MatchingKey, holders: &Holders) {
        let next = Holders { version: holders.version + 1, ..holders.clone() };
        let item = item::write(&self.tenancy.keys.phone(key), "number's holders", &next);
        match holders.version {
            0 => self.create(item),
            read => self.replace(item, read),
        }
    }

    fn write_owner(&mut self, identity: &Identity, owner: &Owner, was: Option<&Owner>) {
        let key = self.tenancy.keys.identity(identity);
        match was {
            None => self.create(item::write(&key, "identity", owner)),
            Some(was) => {
                let times = [(":at", owner.given_up_at), (":was_at", was.given_up_at)];
                let times = times.into_iter().filter_map(|(name, at)| Some((name, text(at?.to_string()))));
                let values =
                    [(":owner", text(owner.contact_id)), (":was", text(was.contact_id))].into_iter().chain(times);
                let change = match owner.given_up_at {
                    Some(_) => "SET contact_id = :owner, given_up_at = :at",
                    None => "SET contact_id = :owner REMOVE given_up_at",
                };
                let condition = match was.given_up_at {
                    Some(_) => "contact_id = :was AND given_up_at = :was_at",
                    None => "contact_id = :was AND attribute_not_exists(given_up_at)",
                };
                self.update(&key, change, Some(condition), values);
            }
        }
    }
}

/// One that was merged into another is in no list.
fn write(keys: Keys, contact: &Contact) -> Result<Attributes, StorageError> {
    let mut item = item::write(&keys.contact(contact.id), "contact", contact)?;
    if contact.merged_into.is_none() {
        item.insert("contacts_pk".to_owned(), text(keys.contacts()));
        item.insert("contacts_sk".to_owned(), text(contact.id));
    }
    Ok(item)
}

fn start_key(keys: Keys, id: ContactId) -> Attributes {
    let mut start = keys.contact(id).attributes();
    start.insert("contacts_pk".to_owned(), text(keys.contacts()));
    start.insert("contacts_sk".to_owned(), text(id));
    start
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_holders_of_a_number_are_few_and_the_oldest_stands_first() {
        let contact = |n: u128| ContactId::from(Uuid::from_u128(n));
        let mut holders = Holders::default();
        assert!(holders.add(contact(7)) && holders.add(contact(3)));
        assert!(!holders.add(contact(7)));
        assert_eq!(holders.contacts(), [contact(3), contact(7)]);
        for n in 100..200 {
            holders.add(contact(n));
        }
        assert_eq!(holders.contacts().len(), Holders::MOST);
        assert!(holders.remove(contact(3)) && !holders.remove(contact(3)));
    }
}
