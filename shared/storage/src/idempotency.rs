//! What was answered to an `Idempotency-Key`.

use domain::{ContactId, MessageId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::StorageError;
use crate::item;
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// How long a client's key is remembered.
pub const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// The answer to an earlier request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// A hash of the request: the same key with another request is a mistake of the client's.
    pub fingerprint: String,
    /// The messages that were accepted, or sent again, in their order.
    pub message_ids: Vec<MessageId>,
}

/// The answer to an earlier request for a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweredContact {
    pub fingerprint: String,
    pub contact_id: ContactId,
}

impl Tenancy {
    /// The contact that was made for a key; `hash` is of the user and the key.
    pub async fn answered_contact(&self, hash: &str) -> Result<Option<AnsweredContact>, StorageError> {
        self.table.get("idempotency", self.keys.idempotency(&of_contacts(hash))).await
    }

    /// What was answered to a key; `hash` is of the user and the key.
    pub async fn answered(&self, hash: &str) -> Result<Option<Answered>, StorageError> {
        self.table.get("idempotency", self.keys.idempotency(hash)).await
    }
}

impl Transaction {
    /// Remembers the contact that was made for a key that was not used before.
    pub fn remember_contact(&mut self, hash: &str, answered: &AnsweredContact, until: Timestamp) {
        let key = self.tenancy.keys.idempotency(&of_contacts(hash));
        let item = item::write(&key, "idempotency", answered).map(|mut item| {
            item::expire(&mut item, until);
            item
        });
        self.create(item);
    }

    /// Remembers the answer to a key that was not used before.
    pub fn remember(&mut self, hash: &str, answered: &Answered, until: Timestamp) {
        let key = self.tenancy.keys.idempotency(hash);
        let item = item::write(&key, "idempotency", answered).map(|mut item| {
            item::expire(&mut item, until);
            item
        });
        self.create(item);
    }
}

/// Two routes may be asked with the same key.
fn of_contacts(hash: &str) -> String {
    format!("contacts.{hash}")
}
