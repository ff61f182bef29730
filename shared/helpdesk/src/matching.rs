//! Who has a number, however it is written (F11).

use std::collections::BTreeSet;

use domain::{Contact, ContactId, MatchingKey};
use storage::contacts::Holders;
use storage::words::Name;
use storage::{StorageError, Tenancy, Transaction};

use crate::living::living_contact;
use crate::words::Words;

/// Everybody who has the number with these international digits, in any of its writings: the one it counts for first,
/// which is the oldest. Where another writing may be another subscriber's, those who have this very number go before.
///
/// # Errors
/// When storage fails.
pub async fn contacts_with_number(tenancy: &Tenancy, digits: &str) -> Result<Vec<Contact>, StorageError> {
    let key = MatchingKey::of_digits(digits);
    let mut found = holders(tenancy, &key).await?;
    if !key.is_exact() {
        // Stable: within both groups the oldest stays first.
        found.sort_by_key(|contact| !contact.numbers().any(|number| number == digits));
    }
    Ok(found)
}

/// The other contacts that have one of this contact's numbers, the oldest first.
///
/// # Errors
/// When storage fails.
pub async fn also_matching(tenancy: &Tenancy, contact: &Contact) -> Result<Vec<ContactId>, StorageError> {
    let mut others = BTreeSet::new();
    for key in contact.matching_keys() {
        others.extend(holders(tenancy, &key).await?.into_iter().map(|holder| holder.id));
    }
    others.remove(&contact.id);
    Ok(others.into_iter().collect())
}

/// The oldest first.
async fn holders(tenancy: &Tenancy, key: &MatchingKey) -> Result<Vec<Contact>, StorageError> {
    let mut found: Vec<Contact> = Vec::new();
    for id in tenancy.holders(key).await?.contacts() {
        found.extend(living_contact(tenancy, *id).await?);
    }
    found.sort_by_key(|contact| contact.id);
    found.dedup_by_key(|contact| contact.id);
    Ok(found)
}

/// The numbers' holders as they are to be when a contact has other numbers than before.
#[derive(Debug, Default)]
pub(crate) struct Rewritten {
    holders: Vec<(MatchingKey, Holders)>,
    /// A number has as many holders as it can have, and not this one.
    pub(crate) overfull: bool,
    /// What those said who have the numbers, before anybody here knew them.
    pub(crate) words: Words,
}

impl Rewritten {
    /// Whether anybody else has one of the numbers that the contact gets.
    pub(crate) fn is_shared(&self) -> bool {
        self.overfull || self.holders.iter().any(|(_, holders)| holders.contacts().len() > 1)
    }

    /// Writes them with the contact.
    pub(crate) fn write(&self, transaction: &mut Transaction) {
        for (key, holders) in &self.holders {
            transaction.save_holders(key, holders);
        }
        self.words.take(transaction);
    }
}

/// A contact and all the numbers that it is to have.
pub(crate) type Having<'a> = (ContactId, &'a BTreeSet<MatchingKey>);

pub(crate) async fn rewritten(
    tenancy: &Tenancy,
    contact: ContactId,
    before: &BTreeSet<MatchingKey>,
    after: &BTreeSet<MatchingKey>,
) -> Result<Rewritten, StorageError> {
    let mut rewritten = dealt_out(tenancy, after.symmetric_difference(before), &[(contact, after)]).await?;
    let gained: Vec<Name> = after.difference(before).map(Name::from).collect();
    rewritten.words = Words::under(tenancy, gained).await?;
    Ok(rewritten)
}

/// The holders of these numbers as they are to be when those contacts have what they have then. Who takes a number over
/// from another of them was told already what is known under it.
pub(crate) async fn dealt_out(
    tenancy: &Tenancy,
    keys: impl IntoIterator<Item = &MatchingKey>,
    having: &[Having<'_>],
) -> Result<Rewritten, StorageError> {
    let mut rewritten = Rewritten::default();
    for key in keys {
        let mut holders = tenancy.holders(key).await?;
        let (get, lose): (Vec<Having<'_>>, Vec<_>) = having.iter().partition(|(_, numbers)| numbers.contains(key));
        // Whoever loses it makes room for who gets it.
        let lost = lose.iter().filter(|(contact, _)| holders.remove(*contact)).count();
        let got = get.iter().filter(|(contact, _)| holders.add(*contact)).count();
        rewritten.overfull |= get.iter().any(|(contact, _)| !holders.contacts().contains(contact));
        if lost + got > 0 {
            rewritten.holders.push((key.clone(), holders));
        }
    }
    Ok(rewritten)
}
