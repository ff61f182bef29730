//! Contacts and the identities that lead to them.

use domain::{Contact, ContactId, Identity};
use serde::{Deserialize, Serialize};

use crate::error::StorageError;
use crate::item;
use crate::table::Tenancy;
use crate::transaction::Transaction;

#[derive(Serialize, Deserialize)]
struct Owner {
    contact_id: ContactId,
}

impl Tenancy {
    /// The contact with this id.
    pub async fn contact(&self, id: ContactId) -> Result<Option<Contact>, StorageError> {
        self.table.get("contact", self.keys.contact(id)).await
    }

    /// Whose identity this is.
    pub async fn contact_of(&self, identity: &Identity) -> Result<Option<ContactId>, StorageError> {
        let owner: Option<Owner> = self.table.get("identity", self.keys.identity(identity)).await?;
        Ok(owner.map(|owner| owner.contact_id))
    }
}

impl Transaction {
    /// A new contact. Its identities are added with [`Transaction::add_identity`].
    pub fn create_contact(&mut self, contact: &Contact) {
        let key = self.tenancy.keys.contact(contact.id);
        self.create(item::write(&key, "contact", contact));
    }

    /// A contact that must still be as it was read.
    pub fn save_contact(&mut self, contact: &Contact) {
        let key = self.tenancy.keys.contact(contact.id);
        let saved = Contact { version: contact.version + 1, ..contact.clone() };
        self.replace(item::write(&key, "contact", &saved), contact.version);
    }

    /// An identity that belongs to nobody yet.
    pub fn add_identity(&mut self, identity: &Identity, contact_id: ContactId) {
        let key = self.tenancy.keys.identity(identity);
        self.create(item::write(&key, "identity", &Owner { contact_id }));
    }
}
