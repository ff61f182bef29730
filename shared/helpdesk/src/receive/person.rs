//! Who writes: found by what WhatsApp calls them, or made.

use domain::{Contact, Identity, Sender};
use storage::StorageError;

use super::Receiving;
use crate::fresh::fresh_id;

/// Who writes, as far as the table knows them.
pub(super) struct Person {
    pub(super) contact: Contact,
    pub(super) is_new: bool,
    pub(super) learned: bool,
    pub(super) new_identities: Vec<Identity>,
}

impl Receiving<'_> {
    pub(super) async fn person(&self, sender: &Sender) -> Result<Person, StorageError> {
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
