//! Who writes: found by what WhatsApp calls them, or made.

use domain::{Contact, Content, Identity, InboundMessage};
use storage::{StorageError, Transaction};

use super::Receiving;
use crate::fresh::fresh_id;

/// Who writes, as far as the table knows them.
pub(super) struct Person {
    pub(super) contact: Contact,
    pub(super) is_new: bool,
    pub(super) learned: bool,
    pub(super) new_identities: Vec<Identity>,
}

impl Person {
    /// Makes the contact, or keeps what is new of it.
    pub(super) fn write(&self, transaction: &mut Transaction) {
        match (self.is_new, self.learned) {
            (true, _) => transaction.create_contact(&self.contact),
            (false, true) => transaction.save_contact(&self.contact),
            (false, false) => {}
        }
        for identity in &self.new_identities {
            transaction.add_identity(identity, self.contact.id);
        }
    }
}

impl Receiving<'_> {
    pub(super) async fn person(&self, inbound: &InboundMessage) -> Result<Person, StorageError> {
        let sender = &inbound.sender;
        let mut owner = None;
        let mut new_identities = Vec::new();
        for identity in sender.identities() {
            match self.tenancy().contact_of(identity).await? {
                // When two identities lead to two contacts, the one that wrote counts; merging them is a decision of
                // its own and never made by the way.
                Some(found) => owner = owner.or(Some(found)),
                None => new_identities.push(identity.clone()),
            }
        }
        // A notice names what they were called before: the person stays the same.
        if let Content::Notice(notice) = &inbound.content {
            for identity in &notice.previous {
                if owner.is_none() {
                    owner = self.tenancy().contact_of(identity).await?;
                }
            }
        }
        let known = match owner {
            Some(id) => self.tenancy().contact(id).await?,
            None => None,
        };
        Ok(match known {
            Some(mut contact) => {
                let learned = contact.learn(sender);
                Person { contact, is_new: false, learned, new_identities }
            }
            None => {
                let contact = Contact::from_sender(owner.unwrap_or_else(|| fresh_id(self.now)), sender, self.now);
                Person { contact, is_new: true, learned: false, new_identities }
            }
        })
    }
}
