//! What people told WhatsApp before anybody here knew them is theirs once they appear (F31).

use domain::Contact;
use domain::contact::wishes::{Source, Word};
use storage::words::Name;
use storage::{StorageError, Tenancy, Transaction};

/// What was kept under the names that somebody has from now on.
#[derive(Debug, Default)]
pub(crate) struct Words(Vec<(Name, Option<Word>)>);

impl Words {
    /// What is kept under these names.
    pub(crate) async fn under(tenancy: &Tenancy, names: Vec<Name>) -> Result<Self, StorageError> {
        let mut words = Vec::with_capacity(names.len());
        for name in names {
            let word = tenancy.word(&name).await?;
            words.push((name, word));
        }
        Ok(Self(words))
    }

    /// They are the contact's.
    pub(crate) fn told_by(&self, contact: &mut Contact) {
        let mut words: Vec<&Word> = self.0.iter().filter_map(|(_, word)| word.as_ref()).collect();
        words.sort_by_key(|word| word.at);
        for word in words {
            contact.wishes.marketing.hear(word.stance, word.at, Source::Whatsapp);
        }
    }

    /// Nobody else gets them, and none came meanwhile.
    pub(crate) fn take(&self, transaction: &mut Transaction) {
        self.0.iter().for_each(|(name, word)| transaction.take_word(name, word.as_ref()));
    }
}
