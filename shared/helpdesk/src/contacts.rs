//! Contacts as people write them, so that a number has somebody to match (F11).

use std::collections::BTreeSet;

use domain::contact::Wishes;
use domain::contact::properties::{InvalidProperties, Properties};
use domain::{Contact, ContactId, Phone};
use jiff::Timestamp;
use storage::idempotency::AnsweredContact;
use storage::{CommitError, StorageError, Tenancy};

use crate::accept::IdempotencyKey;
use crate::fresh::fresh_id;
use crate::living::living_contact;
use crate::matching::{Rewritten, rewritten};
use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// A contact as it is asked for.
#[derive(Clone, Debug, Default)]
pub struct NewContact {
    pub name: Option<String>,
    pub phone: Option<Phone>,
    pub mobile_phone: Option<Phone>,
    pub properties: Properties,
    pub wishes: Wishes,
    pub idempotency: Option<IdempotencyKey>,
}

/// Why a contact was not made or changed. Nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    #[error("no such contact")]
    NoSuchContact,
    /// It has another version than the caller saw.
    #[error("the contact has changed meanwhile")]
    Changed,
    /// As many contacts as can share a number do so already.
    #[error("too many contacts share this number")]
    NumberShared,
    #[error(transparent)]
    Properties(#[from] InvalidProperties),
    #[error("the idempotency key was used for another request")]
    KeyUsedOtherwise,
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for ContactError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

/// Makes a contact; others may have the same numbers. The same key gives the same contact.
///
/// # Errors
/// [`ContactError`].
pub async fn create_contact(tenancy: &Tenancy, new: NewContact, now: Timestamp) -> Result<Contact, ContactError> {
    let asked = Contact {
        name: new.name,
        phone: new.phone,
        mobile_phone: new.mobile_phone,
        properties: new.properties,
        wishes: new.wishes,
        ..Contact::new(fresh_id(now), now)
    };
    for attempt in 0..ATTEMPTS {
        if let Some(earlier) = answered(tenancy, new.idempotency.as_ref()).await? {
            return Ok(earlier);
        }
        let mut contact = asked.clone();
        let numbers = rewritten(tenancy, contact.id, &BTreeSet::new(), &contact.matching_keys()).await?;
        if numbers.overfull {
            return Err(ContactError::NumberShared);
        }
        numbers.words.told_by(&mut contact);
        match store_new(tenancy, &contact, &numbers, new.idempotency.as_ref(), now).await {
            Ok(()) => return Ok(contact),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS).into())
}

/// Changes a contact, or the one it was merged into. `seen` is the version the caller wants to change; nothing for
/// whatever it is.
///
/// # Errors
/// [`ContactError`].
pub async fn change_contact(
    tenancy: &Tenancy,
    id: ContactId,
    seen: Option<u64>,
    mut change: impl FnMut(&mut Contact) -> Result<(), InvalidProperties>,
) -> Result<Contact, ContactError> {
    for attempt in 0..ATTEMPTS {
        let before = living_contact(tenancy, id).await?.ok_or(ContactError::NoSuchContact)?;
        if seen.is_some_and(|seen| seen != before.version) {
            return Err(ContactError::Changed);
        }
        let mut changed = before.clone();
        change(&mut changed)?;
        if changed == before {
            return Ok(before);
        }
        let numbers = rewritten(tenancy, before.id, &before.matching_keys(), &changed.matching_keys()).await?;
        if numbers.overfull {
            return Err(ContactError::NumberShared);
        }
        numbers.words.told_by(&mut changed);
        match store_changed(tenancy, &changed, &numbers).await {
            Ok(()) => return Ok(Contact { version: changed.version + 1, ..changed }),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS).into())
}

async fn answered(tenancy: &Tenancy, key: Option<&IdempotencyKey>) -> Result<Option<Contact>, ContactError> {
    let Some(key) = key else { return Ok(None) };
    let Some(earlier) = tenancy.answered_contact(&key.hash).await? else { return Ok(None) };
    if earlier.fingerprint != key.fingerprint {
        return Err(ContactError::KeyUsedOtherwise);
    }
    Ok(living_contact(tenancy, earlier.contact_id).await?)
}

async fn store_new(
    tenancy: &Tenancy,
    contact: &Contact,
    numbers: &Rewritten,
    key: Option<&IdempotencyKey>,
    now: Timestamp,
) -> Result<(), CommitError> {
    let mut transaction = tenancy.transaction();
    transaction.create_contact(contact);
    numbers.write(&mut transaction);
    if let Some(key) = key {
        let answered = AnsweredContact { fingerprint: key.fingerprint.clone(), contact_id: contact.id };
        transaction.remember_contact(&key.hash, &answered, now + key.kept);
    }
    transaction.commit().await
}

async fn store_changed(tenancy: &Tenancy, contact: &Contact, numbers: &Rewritten) -> Result<(), CommitError> {
    let mut transaction = tenancy.transaction();
    transaction.save_contact(contact);
    numbers.write(&mut transaction);
    transaction.commit().await
}
