//! The originals of hidden messages, sealed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{MessageId, Sealed};
use serde::{Deserialize, Serialize};

use crate::error::StorageError;
use crate::item;
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// Where the sealed original of a hidden message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Original {
    Sealed(Sealed),
    /// A key of the bucket, for what is too large for the table.
    Object(String),
}

/// What an item says beside its key.
#[derive(Serialize, Deserialize)]
struct Item {
    original: Stored,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored {
    /// In base64.
    Sealed(String),
    Object(String),
}

impl Tenancy {
    /// The original of a hidden message.
    pub async fn original(&self, id: MessageId) -> Result<Option<Original>, StorageError> {
        let found: Option<Item> = self.table.get("hidden", self.keys.hidden(id)).await?;
        found.map(|Item { original }| original.try_into()).transpose()
    }

    /// The key in the bucket of an original that is too large for the table.
    pub fn key_of_original(&self, id: MessageId) -> String {
        format!("hidden/{}/{id}", self.tenant)
    }
}

impl Transaction {
    /// The original of a message that is hidden from its first moment.
    pub fn create_original(&mut self, id: MessageId, original: &Original) {
        let key = self.tenancy.keys.hidden(id);
        self.create(item::write(&key, "hidden", &Item { original: original.into() }));
    }
}

impl From<&Original> for Stored {
    fn from(original: &Original) -> Self {
        match original {
            Original::Sealed(sealed) => Self::Sealed(STANDARD.encode(sealed.as_bytes())),
            Original::Object(key) => Self::Object(key.clone()),
        }
    }
}

impl TryFrom<Stored> for Original {
    type Error = StorageError;

    fn try_from(stored: Stored) -> Result<Self, StorageError> {
        Ok(match stored {
            Stored::Sealed(text) => {
                Self::Sealed(STANDARD.decode(text).map_err(StorageError::unreadable("hidden"))?.into())
            }
            Stored::Object(key) => Self::Object(key),
        })
    }
}
