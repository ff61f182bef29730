//! What requests about contacts give, checked once where it comes in.

use std::borrow::Cow;
use std::fmt;

use domain::contact::wishes::{self, Consent, ConsentSource, ConsentStatus, Wishes};
use domain::{Phone, UserId};
use jiff::Timestamp;
use rest::{Country, InvalidNumber, read_number};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::shape::Stance;

/// What a person is called.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Name(String);

/// Why a text is not a name, in words that follow the member's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unfit;

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name has 1 to 256 characters, and no control characters")
    }
}

impl TryFrom<String> for Name {
    type Error = Unfit;

    fn try_from(text: String) -> Result<Self, Unfit> {
        let name = text.trim();
        let fits = (1..=256).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        fits.then(|| Self(name.to_owned())).ok_or(Unfit)
    }
}

impl From<Name> for String {
    fn from(Name(name): Name) -> Self {
        name
    }
}

/// What a person said of marketing.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct GivenMarketing {
    status: Stance,
}

/// What a person agreed to, or took back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct GivenConsent {
    status: GivenConsentStatus,
    /// How: 1 to 200 characters.
    #[schema(value_type = String, example = "sign-up form of May 2026")]
    source: ConsentSource,
}

/// Whether a person agreed to be written to.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum GivenConsentStatus {
    Given,
    Withdrawn,
}

impl GivenMarketing {
    pub(super) fn stance(&self) -> wishes::Stance {
        self.status.into()
    }
}

impl GivenConsent {
    /// Adds it to what is known of the person.
    pub(super) fn say(self, wishes: &mut Wishes, by: &UserId, now: Timestamp) {
        let status = match self.status {
            GivenConsentStatus::Given => ConsentStatus::Given,
            GivenConsentStatus::Withdrawn => ConsentStatus::Withdrawn,
        };
        wishes.consent.hear(Consent { status, source: self.source }, now, by.clone());
    }

    /// The same for the same.
    pub(super) fn in_words(&self) -> String {
        format!("{:?} {}", self.status, String::from(self.source.clone()))
    }
}

/// A number as it was given, and in which member.
pub(crate) struct GivenNumber<'a> {
    member: &'static str,
    text: Cow<'a, str>,
}

/// Why a number, or its country, was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotUnderstood {
    Number { member: &'static str, reason: InvalidNumber },
    Country,
}

impl<'a> GivenNumber<'a> {
    pub(crate) fn in_body(member: &'static str, text: &'a str) -> Self {
        Self { member, text: Cow::Borrowed(text) }
    }

    /// A `+` that was not escaped arrives as a space.
    pub(super) fn in_query(member: &'static str, text: &'a str) -> Self {
        let text = text.strip_prefix(' ').map_or(Cow::Borrowed(text), |rest| Cow::Owned(format!("+{rest}")));
        Self { member, text }
    }

    pub(crate) fn read(&self, country: Option<Country>) -> Result<Phone, NotUnderstood> {
        let member = self.member;
        read_number(&self.text, country).map_err(|reason| NotUnderstood::Number { member, reason })
    }
}

/// The country that numbers were given in, if one was.
pub(crate) fn country(text: Option<&str>) -> Result<Option<Country>, NotUnderstood> {
    text.map(|text| Country::try_from(text.to_owned())).transpose().map_err(|_| NotUnderstood::Country)
}
