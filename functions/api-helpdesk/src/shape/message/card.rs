//! A shared contact in JSON.

use domain::content::person;
use serde::Serialize;
use utoipa::ToSchema;

/// A card from somebody's address book; no contact of the helpdesk. WhatsApp may leave out any part, the name too.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SharedContact {
    #[schema(required = true)]
    name: Option<CardName>,
    phones: Vec<CardPhone>,
    emails: Vec<Labelled>,
    urls: Vec<Labelled>,
    addresses: Vec<CardAddress>,
    #[schema(required = true)]
    organization: Option<Organization>,
    /// As WhatsApp writes it, mostly `YYYY-MM-DD`.
    #[schema(required = true, example = "1815-12-10")]
    birthday: Option<String>,
    /// The card as a file, where WhatsApp gives it.
    #[schema(required = true)]
    vcard: Option<String>,
    /// Whether the customer answered our request for their number with it.
    is_own: bool,
}

/// A name on a card.
#[derive(Debug, Serialize, ToSchema)]
struct CardName {
    formatted: String,
    #[schema(required = true)]
    first: Option<String>,
    #[schema(required = true)]
    last: Option<String>,
}

/// A number on a card.
#[derive(Debug, Serialize, ToSchema)]
struct CardPhone {
    /// As the card has it.
    number: String,
    #[schema(required = true, example = "WORK")]
    label: Option<String>,
    /// What WhatsApp calls the number, if it has WhatsApp.
    #[schema(required = true)]
    wa_id: Option<String>,
}

/// An e-mail address or a web page on a card.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CardEntry)]
struct Labelled {
    value: String,
    #[schema(required = true, example = "WORK")]
    label: Option<String>,
}

/// A postal address on a card.
#[derive(Debug, Serialize, ToSchema)]
struct CardAddress {
    #[schema(required = true)]
    street: Option<String>,
    #[schema(required = true)]
    city: Option<String>,
    #[schema(required = true)]
    state: Option<String>,
    #[schema(required = true)]
    zip: Option<String>,
    #[schema(required = true)]
    country: Option<String>,
    #[schema(required = true, example = "WORK")]
    label: Option<String>,
}

/// Where somebody works, on a card.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CardOrganization)]
struct Organization {
    #[schema(required = true)]
    company: Option<String>,
    #[schema(required = true)]
    department: Option<String>,
    #[schema(required = true)]
    title: Option<String>,
}

impl From<person::SharedContact> for SharedContact {
    fn from(card: person::SharedContact) -> Self {
        let phone =
            |phone: person::CardPhone| CardPhone { number: phone.number, label: phone.label, wa_id: phone.wa_id };
        let labelled = |entry: person::Labelled| Labelled { value: entry.value, label: entry.label };
        Self {
            name: card.name.map(|name| CardName { formatted: name.formatted, first: name.first, last: name.last }),
            phones: card.phones.into_iter().map(phone).collect(),
            emails: card.emails.into_iter().map(labelled).collect(),
            urls: card.urls.into_iter().map(labelled).collect(),
            addresses: card.addresses.into_iter().map(CardAddress::from).collect(),
            organization: card.organization.map(Organization::from),
            birthday: card.birthday,
            vcard: card.vcard,
            is_own: card.is_own,
        }
    }
}

impl From<person::CardAddress> for CardAddress {
    fn from(address: person::CardAddress) -> Self {
        Self {
            street: address.street,
            city: address.city,
            state: address.state,
            zip: address.zip,
            country: address.country,
            label: address.label,
        }
    }
}

impl From<person::Organization> for Organization {
    fn from(organization: person::Organization) -> Self {
        Self { company: organization.company, department: organization.department, title: organization.title }
    }
}
