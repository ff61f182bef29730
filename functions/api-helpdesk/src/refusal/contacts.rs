//! Of contacts.

use domain::contact::properties::InvalidProperties;
use domain::contact::wishes::NotWanted;
use helpdesk::{ContactError, UndoError};
use http::StatusCode;
use rest::{InvalidNumber, Problem};

use super::{Refusal, idempotency_key_reused, unprocessable};
use crate::contacts::given::NotUnderstood;

impl Refusal {
    /// They are not within the bounds.
    pub(crate) fn properties(error: InvalidProperties) -> Self {
        let detail = format!("The properties cannot be kept: {error}.");
        Self(unprocessable("properties_invalid", "The properties are out of bounds", detail))
    }
}

impl From<ContactError> for Refusal {
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::NoSuchContact => Self::not_found(),
            ContactError::Changed => Self::changed(),
            ContactError::NumberShared => Self(number_shared()),
            ContactError::Properties(error) => Self::properties(error),
            ContactError::KeyUsedOtherwise => Self(idempotency_key_reused()),
            ContactError::Busy(busy) => busy.into(),
        }
    }
}

impl From<NotUnderstood> for Refusal {
    fn from(error: NotUnderstood) -> Self {
        Self(match error {
            NotUnderstood::Number { member, reason } => phone_invalid(reason).with("member", member),
            NotUnderstood::Country => country_invalid(),
        })
    }
}

impl From<UndoError> for Refusal {
    fn from(error: UndoError) -> Self {
        match error {
            UndoError::NoSuchMerge => Self::not_found(),
            UndoError::SurvivorMerged => Self(contact_merged()),
            UndoError::BuiltOn => Self(merge_built_on()),
            UndoError::Busy(busy) => busy.into(),
        }
    }
}

/// The contact is blocked, has opted out, or has not agreed.
pub(super) fn not_wanted(why: NotWanted) -> Problem {
    let (code, title, detail, since) = match why {
        NotWanted::Blocked { since } => (
            "contact_blocked",
            "The contact is blocked",
            "Somebody has blocked this contact, so nothing is sent to them. End the block first: DELETE /v1/contacts/{id}/block.",
            Some(since),
        ),
        NotWanted::OptedOut { since } => (
            "contact_opted_out",
            "The contact takes no marketing",
            "The contact has opted out of marketing. Send a utility template, or wait until they opt in again.",
            Some(since),
        ),
        NotWanted::ConsentWithdrawn { since } => (
            "consent_withdrawn",
            "The contact has withdrawn their consent",
            "The contact has withdrawn their consent to be written to. Write when they have given it again.",
            Some(since),
        ),
        NotWanted::NoConsent => (
            "consent_missing",
            "No consent is recorded",
            "The settings let templates to many reach only contacts whose consent is recorded. Record it with the contact.",
            None,
        ),
    };
    Problem::new(StatusCode::CONFLICT, code, title, detail).with("since", since.map(|since| since.to_string()))
}

fn phone_invalid(reason: InvalidNumber) -> Problem {
    let detail = match reason {
        InvalidNumber::NotInternational => {
            "The number is not in international form, so nobody can tell whose it is. Write it with + and the country code, \
             such as +55 11 91234-5678, or add `country`, such as BR."
        }
        InvalidNumber::HasExtension => "WhatsApp has no extensions. Leave it out, if the number is reached without it.",
        InvalidNumber::NotANumber => {
            "This is not a phone number: it has no country code that is in use, too few digits or too many. Check it."
        }
    };
    unprocessable("phone_invalid", "Not a phone number that can be matched", detail.into())
}

fn country_invalid() -> Problem {
    let detail = "`country` is not the two letters of a country that has phone numbers (ISO 3166-1), such as BR.";
    unprocessable("country_invalid", "Not a country", detail.into()).with("member", "country")
}

fn number_shared() -> Problem {
    let most = storage::contacts::Holders::MOST;
    let detail = format!(
        "{most} contacts have this number already, and no more can. Look them up by it, and change one of them."
    );
    Problem::new(StatusCode::CONFLICT, "number_shared", "Too many contacts have this number", detail)
        .with("limit", most)
}

fn merge_built_on() -> Problem {
    let detail = "Another contact was merged into the same one later, and its ticket put beside one that came with this \
                  merge. Undo the later merge first: it is listed with this one.";
    Problem::new(StatusCode::CONFLICT, "contact_merged", "A later merge built on this one", detail)
}

fn contact_merged() -> Problem {
    let detail =
        "The contact was merged into another one later. Undo that merge first: it is listed with the other contact.";
    Problem::new(StatusCode::CONFLICT, "contact_merged", "The contact was merged itself", detail)
}
