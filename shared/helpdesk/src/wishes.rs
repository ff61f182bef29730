//! What people say of marketing is kept with their contact (F31).

use domain::contact::wishes::{Approach, NotWanted, Source, Stance, Word};
use domain::{Contact, ContactId, Content, Failure, Identity, Message};
use jiff::Timestamp;
use storage::words::Name;
use storage::{StorageError, Tenancy};
use whatsapp::webhook::preferences::Preference;

use crate::living::living_contact;
use crate::matching::contacts_with_number;
use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// What a person's word to WhatsApp came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreferenceHeard {
    /// Their contact has it now, or several have, where Meta names the person by the names of several.
    Kept(Vec<ContactId>),
    /// Something later is known of whoever is that person here, or this was.
    Outdated,
    /// Nobody here is that person; it is kept until somebody is.
    UnknownContact,
}

/// Meta's code for a marketing message to somebody who told WhatsApp that they want none.
const OPTED_OUT_AT_META: &str = "131050";

/// Keeps what somebody told WhatsApp, by Meta's time, or by that of the webhook where Meta says none. Hearing it twice is as
/// hearing it once.
///
/// # Errors
/// [`Busy`] when storage fails. It may have been kept under some of their names then; hearing it again keeps it under the
/// others, too.
pub async fn hear_preference(
    tenancy: &Tenancy,
    preference: &Preference,
    received_at: Timestamp,
) -> Result<PreferenceHeard, Busy> {
    let at = preference.at.unwrap_or(received_at);
    let word = Word { stance: preference.stance, at };
    let (mut is_known, mut kept) = (false, Vec::new());
    // Each of their names may be another contact's, or nobody's, as long as nobody here knows that they are one person's.
    for identity in preference.person.identities() {
        let Some(contact) = hearer(tenancy, identity, word).await? else { continue };
        is_known = true;
        if hear(tenancy, contact, word.stance, Source::Whatsapp, at).await? {
            kept.push(contact);
        }
    }
    Ok(match (is_known, kept) {
        (false, _) => PreferenceHeard::UnknownContact,
        (true, kept) if kept.is_empty() => PreferenceHeard::Outdated,
        (true, kept) => PreferenceHeard::Kept(kept),
    })
}

/// Who hears what is said under a name. While it is nobody's, the word is kept under it.
async fn hearer(tenancy: &Tenancy, identity: &Identity, word: Word) -> Result<Option<ContactId>, Busy> {
    if let Some(contact) = who_is(tenancy, identity, word.at).await? {
        return Ok(Some(contact.id));
    }
    keep(tenancy, &Name::from(identity), word).await?;
    // Whoever appeared since the first look did not see what was kept; whoever appears from now on does.
    Ok(who_is(tenancy, identity, word.at).await?.map(|contact| contact.id))
}

/// Keeps the word of somebody who is nobody here, unless a later one is kept.
async fn keep(tenancy: &Tenancy, name: &Name, word: Word) -> Result<(), Busy> {
    for attempt in 0..ATTEMPTS {
        let read = tenancy.word(name).await?;
        if read.is_some_and(|read| word.at <= read.at) {
            return Ok(());
        }
        match tenancy.keep_word(name, &word, read.as_ref()).await {
            Ok(()) => return Ok(()),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS))
}

/// Whether a message that was accepted may still go out: somebody may have blocked its contact meanwhile, or they have opted
/// out.
pub(crate) async fn allowed(tenancy: &Tenancy, message: &Message) -> Result<Result<(), NotWanted>, StorageError> {
    let approach = match &message.content {
        Content::Template(template) => Approach::Template(&template.category),
        _ => Approach::Reply,
    };
    let contact = living_contact(tenancy, message.contact_id).await?;
    Ok(contact.map_or(Ok(()), |contact| contact.wishes.allow(approach)))
}

/// What follows for the contact from a message of ours that was refused at `at`.
///
/// # Errors
/// [`Busy`] when storage fails; nothing was kept then.
pub(crate) async fn learn_from_refusal(
    tenancy: &Tenancy,
    contact: ContactId,
    failure: &Failure,
    at: Timestamp,
) -> Result<(), Busy> {
    if failure.code == OPTED_OUT_AT_META {
        hear(tenancy, contact, Stance::OptedOut, Source::Refusal, at).await?;
    }
    Ok(())
}

/// Says whether anything changed.
async fn hear(tenancy: &Tenancy, id: ContactId, stance: Stance, source: Source, at: Timestamp) -> Result<bool, Busy> {
    for attempt in 0..ATTEMPTS {
        let Some(mut contact) = living_contact(tenancy, id).await? else { return Ok(false) };
        if !contact.wishes.marketing.hear(stance, at, source.clone()) {
            return Ok(false);
        }
        match tenancy.save_contact(&mut contact).await {
            Ok(()) => return Ok(true),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS))
}

/// Whose identity it was at `at`, or who has that number.
async fn who_is(tenancy: &Tenancy, identity: &Identity, at: Timestamp) -> Result<Option<Contact>, StorageError> {
    let owner = tenancy.owner_of(identity).await?;
    if let Some(owner) = owner.filter(|owner| owner.given_up_at.is_none_or(|given_up| at <= given_up)) {
        return living_contact(tenancy, owner.contact_id).await;
    }
    match identity {
        Identity::Phone(digits) => Ok(contacts_with_number(tenancy, digits).await?.into_iter().next()),
        Identity::Bsuid(_) => Ok(None),
    }
}
