//! What people told WhatsApp before anybody here knew them (F31). It is kept until they appear, and then is their contact's.

use domain::contact::wishes::Word;
use domain::{Identity, MatchingKey};

use crate::error::{CommitError, StorageError};
use crate::item::{self, text};
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// What a word is kept under: a number in whatever writing, or a business-scoped user id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl From<&Identity> for Name {
    fn from(identity: &Identity) -> Self {
        match identity {
            Identity::Phone(digits) => Self::from(&MatchingKey::of_digits(digits)),
            Identity::Bsuid(id) => Self(id.clone()),
        }
    }
}

impl From<&MatchingKey> for Name {
    fn from(key: &MatchingKey) -> Self {
        Self(key.as_str().to_owned())
    }
}

impl Tenancy {
    /// The latest word that is kept under a name.
    pub async fn word(&self, name: &Name) -> Result<Option<Word>, StorageError> {
        self.table.get("word", self.keys.word(&name.0)).await
    }

    /// Keeps a word of somebody who is nobody here; `read` is what was kept before.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when something else was kept, or taken, meanwhile.
    pub async fn keep_word(&self, name: &Name, word: &Word, read: Option<&Word>) -> Result<(), CommitError> {
        let mut transaction = self.transaction();
        let item = item::write(&self.keys.word(&name.0), "word", word);
        match read {
            None => transaction.create(item),
            Some(read) => {
                transaction.put_if(item, "#at = :read", ("#at", "at"), (":read", text(read.at.to_string())));
            }
        }
        transaction.commit().await
    }
}

impl Transaction {
    /// Somebody has this name from now on, and takes what was kept under it, which must be as it was read.
    pub fn take_word(&mut self, name: &Name, read: Option<&Word>) {
        let key = self.tenancy.keys.word(&name.0);
        match read {
            None => self.check_absent(&key),
            Some(read) => self.delete_if(&key, "#at = :read", ("#at", "at"), (":read", text(read.at.to_string()))),
        }
    }
}
