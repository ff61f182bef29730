//! `/v1/contacts` (F11)

pub(crate) mod block;
pub(crate) mod given;
pub(crate) mod merges;

use axum::extract::State;
use domain::contact::wishes::{Source, Wishes};
use domain::{ContactId, Phone, UserId};
use given::{GivenConsent, GivenMarketing, GivenNumber, Name, NotUnderstood, country};
use helpdesk::NewContact;
use http::StatusCode;
use jiff::Timestamp;
use rest::{Caller, Change, Id, IdempotencyKey, IfMatch, Json, List, Paging, Query, Versioned, fingerprint};
use serde::Deserialize;
use std::collections::BTreeMap;
use storage::{ContactCursor, Tenancy};
use utoipa::ToSchema;

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::Contact;

/// Which contacts are wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only those who have this number, in any of its writings: the one it counts for first. They come in one page.
    #[param(example = "+5511912345678")]
    phone: Option<String>,
    /// The country (ISO 3166-1) in which `phone` is written as people do there, where it is not in international form.
    #[param(example = "BR")]
    country: Option<String>,
}

/// Lists contacts, the newest first; with `phone`, those who have that number.
#[utoipa::path(
    get, path = "/v1/contacts", operation_id = "list_contacts", tag = "contacts",
    params(Wanted, Paging<ContactCursor>),
    responses(
        (status = 200, description = "A page of contacts.", body = List<Contact>),
        (status = 400, description = "`query_invalid` or `cursor_invalid`."),
        (status = 422, description = "`phone_invalid` or `country_invalid`, with the `member`."),
    )
)]
pub(crate) async fn list(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    page: Paging<ContactCursor>,
) -> Result<Json<List<Contact>>, Refusal> {
    let tenancy = desk.of(&caller);
    let country = country(wanted.country.as_deref())?;
    let Some(number) = wanted.phone else {
        let found = tenancy.contacts(page.limit, page.after.as_ref()).await?;
        return Ok(Json(List::new(found.data.into_iter().map(Contact::from), found.next)));
    };
    let phone = GivenNumber::in_query("phone", &number).read(country)?;
    let found = helpdesk::contacts_with_number(&tenancy, phone.digits()).await?;
    Ok(Json(List::new(found.into_iter().map(Contact::from), None::<ContactCursor>)))
}

/// Shows a contact.
///
/// One that was merged into another is shown as that one.
#[utoipa::path(
    get, path = "/v1/contacts/{id}", operation_id = "show_contact", tag = "contacts",
    params(("id" = String, Path, description = "The contact.")),
    responses((status = 200, description = "The contact.", body = Contact, headers(("ETag" = String)))),
)]
pub(crate) async fn show(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<ContactId>,
) -> Result<Versioned<Contact>, Refusal> {
    let tenancy = desk.of(&caller);
    let contact = helpdesk::living_contact(&tenancy, id).await?.ok_or_else(Refusal::not_found)?;
    let others = helpdesk::also_matching(&tenancy, &contact).await?;
    Ok(Contact::versioned(contact, Some(others)))
}

/// A person who may write.
#[derive(Deserialize, ToSchema)]
pub(crate) struct GivenContact {
    /// 1 to 256 characters.
    #[schema(value_type = Option<String>, required = false, example = "Ada")]
    name: Option<Name>,
    /// In international form (`+55 11 91234-5678`), or as in `country`.
    #[schema(required = false, example = "+55 11 91234-5678")]
    phone: Option<String>,
    /// Likewise.
    #[schema(required = false)]
    mobile_phone: Option<String>,
    /// At most 50 texts of at most 1,000 characters, under names of at most 64.
    #[serde(default)]
    #[schema(required = false)]
    properties: BTreeMap<String, String>,
    /// That they agreed to be written to, and how.
    #[schema(required = false)]
    consent: Option<GivenConsent>,
    /// The country (ISO 3166-1) in which the numbers are written as people do there.
    #[schema(required = false, example = "BR")]
    country: Option<String>,
}

/// Makes a contact.
///
/// A message from one of its numbers, in whatever writing WhatsApp uses, is this person's. Others may have the same number:
/// it counts for the oldest, and `also_matches` names the others.
#[utoipa::path(
    post, path = "/v1/contacts", operation_id = "create_contact", tag = "contacts",
    params(IdempotencyKey),
    request_body = GivenContact,
    responses(
        (status = 201, description = "The contact.", body = Contact, headers(("ETag" = String))),
        (status = 409, description = "`number_shared`: as many contacts as can have this number do so."),
        (status = 422, description = "`phone_invalid` or `country_invalid` (with the `member`), `properties_invalid`, \
                                      `idempotency_key_reused` or `body_invalid`."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    key: Option<IdempotencyKey>,
    Json(given): Json<GivenContact>,
) -> Result<(StatusCode, Versioned<Contact>), Refusal> {
    let tenancy = desk.of(&caller);
    let new = given.into_new(&caller, key.as_ref(), desk.now())?;
    let contact = helpdesk::create_contact(&tenancy, new, desk.now()).await?;
    Ok((StatusCode::CREATED, stored(&tenancy, contact).await))
}

/// What is to be changed. A member that is not there stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ContactChange {
    /// 1 to 256 characters; `null` for none.
    #[serde(default)]
    #[schema(value_type = Option<String>, required = false)]
    name: Change<Name>,
    /// In international form, or as in `country`; `null` for none.
    #[serde(default)]
    #[schema(value_type = Option<String>, required = false)]
    phone: Change<String>,
    /// Likewise.
    #[serde(default)]
    #[schema(value_type = Option<String>, required = false)]
    mobile_phone: Change<String>,
    /// The properties to set, and with `null` those to remove; the others stay.
    #[serde(default)]
    #[schema(required = false)]
    properties: BTreeMap<String, Option<String>>,
    /// What they said of marketing: `allowed` or `opted_out`.
    #[schema(required = false)]
    marketing: Option<GivenMarketing>,
    /// That they agreed to be written to or took it back, and how.
    #[schema(required = false)]
    consent: Option<GivenConsent>,
    /// The country (ISO 3166-1) in which the numbers are written as people do there.
    #[schema(required = false, example = "BR")]
    country: Option<String>,
}

/// Changes a contact.
#[utoipa::path(
    patch, path = "/v1/contacts/{id}", operation_id = "change_contact", tag = "contacts",
    params(("id" = String, Path, description = "The contact."), IfMatch),
    request_body = ContactChange,
    responses(
        (status = 200, description = "The changed contact.", body = Contact, headers(("ETag" = String))),
        (status = 409, description = "`number_shared`: as many contacts as can have this number do so."),
        (status = 412, description = "`version_mismatch`: it has changed since you saw it."),
        (status = 422, description = "`phone_invalid` or `country_invalid` (with the `member`), `properties_invalid` or \
                                      `body_invalid`."),
    )
)]
pub(crate) async fn update(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<ContactId>,
    IfMatch(seen): IfMatch,
    Json(change): Json<ContactChange>,
) -> Result<Versioned<Contact>, Refusal> {
    let tenancy = desk.of(&caller);
    let (numbers, now) = (change.numbers()?, desk.now());
    let apply = |contact: &mut domain::Contact| {
        change.say(&mut contact.wishes, caller.user(), now);
        change.apply(&numbers, contact)
    };
    let changed = helpdesk::change_contact(&tenancy, id, seen, apply).await?;
    Ok(stored(&tenancy, changed).await)
}

/// A contact that was just stored: it must be answered as such even if who else has its numbers cannot be read.
async fn stored(tenancy: &Tenancy, contact: domain::Contact) -> Versioned<Contact> {
    let others = helpdesk::also_matching(tenancy, &contact).await.map_err(|error| {
        let error = domain::chain(&error);
        tracing::warn!(contact.id = %contact.id, error, "other contacts with its numbers are not shown");
    });
    Contact::versioned(contact, others.ok())
}

impl GivenContact {
    fn into_new(self, caller: &Caller, key: Option<&IdempotencyKey>, now: Timestamp) -> Result<NewContact, Refusal> {
        let country = country(self.country.as_deref())?;
        let read = |member, text: Option<&String>| {
            text.map(|text| GivenNumber::in_body(member, text).read(country)).transpose()
        };
        let phone = read("phone", self.phone.as_ref())?;
        let mobile_phone = read("mobile_phone", self.mobile_phone.as_ref())?;
        let name = self.name.map(String::from);
        let idempotency = key.map(|key| {
            let digits = |phone: &Option<Phone>| phone.as_ref().map_or("", Phone::digits).to_owned();
            let mut asked = vec![name.clone().unwrap_or_default(), digits(&phone), digits(&mobile_phone)];
            asked.extend(self.properties.clone().into_iter().flat_map(|(name, value)| [name, value]));
            asked.extend(self.consent.iter().map(GivenConsent::in_words));
            let fingerprint = fingerprint(asked.iter().map(String::as_str));
            helpdesk::IdempotencyKey::of_client(key.hash(caller.user()), fingerprint)
        });
        let properties = self.properties.try_into().map_err(Refusal::properties)?;
        let mut wishes = Wishes::default();
        if let Some(consent) = self.consent {
            consent.say(&mut wishes, caller.user(), now);
        }
        Ok(NewContact { name, phone, mobile_phone, properties, wishes, idempotency })
    }
}

/// The numbers of a change, read.
struct Numbers {
    phone: Change<Phone>,
    mobile_phone: Change<Phone>,
}

impl ContactChange {
    fn numbers(&self) -> Result<Numbers, NotUnderstood> {
        let country = country(self.country.as_deref())?;
        let read = |member, change: &Change<String>| {
            Ok::<_, NotUnderstood>(match change {
                Change::Keep => Change::Keep,
                Change::Clear => Change::Clear,
                Change::Set(text) => Change::Set(GivenNumber::in_body(member, text).read(country)?),
            })
        };
        Ok(Numbers { phone: read("phone", &self.phone)?, mobile_phone: read("mobile_phone", &self.mobile_phone)? })
    }

    fn say(&self, wishes: &mut Wishes, by: &UserId, now: Timestamp) {
        if let Some(marketing) = &self.marketing {
            wishes.marketing.hear(marketing.stance(), now, Source::User(by.clone()));
        }
        if let Some(consent) = &self.consent {
            consent.clone().say(wishes, by, now);
        }
    }

    fn apply(
        &self,
        numbers: &Numbers,
        contact: &mut domain::Contact,
    ) -> Result<(), domain::contact::properties::InvalidProperties> {
        contact.name = self.name.clone().map(String::from).apply(contact.name.take());
        contact.phone = numbers.phone.clone().apply(contact.phone.take());
        contact.mobile_phone = numbers.mobile_phone.clone().apply(contact.mobile_phone.take());
        contact.properties = contact.properties.changed(&self.properties)?;
        Ok(())
    }
}
