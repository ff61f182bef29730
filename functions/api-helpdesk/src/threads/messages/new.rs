//! What a message to the customer may say, in JSON.

use domain::content::SharedContact;
use domain::content::person::{CardAddress, CardName, CardPhone, Labelled, Organization};
use domain::{LibraryItemId, UploadId};
use helpdesk::{AcceptError, Destination, FollowUp, NewAttachment, NewReply, Said, Saying, Source};
use queues::Trace;
use rest::{Caller, IdempotencyKey, fingerprint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::template::Template;
use super::written::Format;
use crate::refusal::{self, Refusal};

/// A message to the customer: any of `text`, `attachments`, `location` and `contacts`, or else a `template` or a `reaction`.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct NewMessage {
    /// 1 to 4,096 characters as they go out, not only white space. With attachments it is the caption of the first, if that takes one and
    /// the text has at most 1,024 characters, and otherwise a message before them.
    #[schema(example = "Here we are.")]
    text: Option<String>,
    /// Of the text and of captions.
    #[serde(default)]
    #[schema(inline)]
    format: Format,
    /// The message of the same conversation that the first one quotes.
    reply_to: Option<String>,
    /// At most 10; each is a message of its own, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment>,
    location: Option<Location>,
    /// Cards of people, 1 to 257, which are one message.
    contacts: Option<Vec<Card>>,
    /// Alone, without anything else. It needs no session, and reopens a closed ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    template: Option<Template>,
    /// With a template outside the session: what is to follow by itself once the customer answers. Until then it can be
    /// changed and cancelled, at the template's `deferred-reply`; after seven days it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    then: Option<NewFollowUp>,
    /// Alone, without anything else.
    reaction: Option<Reaction>,
}

/// What follows the customer's answer: any of these.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct NewFollowUp {
    /// As of a message.
    #[schema(required = false, example = "Here is what you asked for.")]
    text: Option<String>,
    #[serde(default)]
    #[schema(inline)]
    format: Format,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    attachments: Vec<Attachment>,
    #[schema(required = false)]
    location: Option<Location>,
    #[schema(required = false)]
    contacts: Option<Vec<Card>>,
    /// The message of the same conversation that the first of them quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    reply_to: Option<String>,
}

/// A file or something kept: give either `upload_id` or `library_id`.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewAttachment)]
struct Attachment {
    upload_id: Option<String>,
    library_id: Option<String>,
    /// At most 1,024 characters below an image, a video or a document.
    caption: Option<String>,
    /// Whether audio is shown as a voice note; that takes `audio/ogg` with OPUS in mono.
    #[serde(default)]
    voice: bool,
}

/// A place on the map.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewLocation)]
pub(super) struct Location {
    /// −90 to 90 degrees.
    latitude: f64,
    /// −180 to 180 degrees.
    longitude: f64,
    name: Option<String>,
    address: Option<String>,
}

/// A card of somebody: a name, a number, or both, and what else is known.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewCard)]
struct Card {
    /// As it is shown; without it the first number is.
    name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    phones: Vec<Phone>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    emails: Vec<Named>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    urls: Vec<Named>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<Address>,
    company: Option<String>,
    department: Option<String>,
    job_title: Option<String>,
    /// `YYYY-MM-DD`.
    #[schema(value_type = Option<String>, format = Date)]
    birthday: Option<jiff::civil::Date>,
}

/// A number on a card.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewCardPhone)]
struct Phone {
    #[schema(example = "+12025550142")]
    number: String,
    /// What it is for, such as `WORK`.
    label: Option<String>,
    /// With it the customer can write there at once; without it WhatsApp offers to invite.
    wa_id: Option<String>,
}

/// An address of an e-mail or a page on a card.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewCardLine)]
struct Named {
    value: String,
    label: Option<String>,
}

/// A postal address on a card.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewCardAddress)]
struct Address {
    street: Option<String>,
    city: Option<String>,
    state: Option<String>,
    zip: Option<String>,
    country: Option<String>,
    label: Option<String>,
}

/// An emoji on a message.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewReaction)]
struct Reaction {
    /// A message of the same conversation that is no reaction and at most 30 days old.
    message_id: String,
    /// One emoji; `""` takes an earlier one away.
    #[schema(example = "👍")]
    emoji: String,
}

impl NewMessage {
    /// What is asked for, there and by this caller. `named` is the destination in one text.
    pub(crate) fn into_reply(
        self,
        destination: Destination,
        named: &str,
        caller: &Caller,
        key: Option<&IdempotencyKey>,
    ) -> Result<NewReply, Refusal> {
        let idempotency = key.map(|key| {
            helpdesk::IdempotencyKey::of_client(key.hash(caller.user()), fingerprint([named, &self.as_asked()]))
        });
        let quoted = self.reply_to.as_deref().map(str::parse).transpose();
        let reply_to = quoted.map_err(|_| AcceptError::NoSuchQuotedMessage)?;
        let (author, trace_id) = (caller.user().clone(), Trace::current_id());
        Ok(NewReply { destination, author, saying: self.saying()?, reply_to, idempotency, trace_id })
    }

    /// All that it says, in one text that is the same however it was spelled.
    fn as_asked(&self) -> String {
        serde_json::to_string(self).expect("it is made of strings and numbers that came as JSON")
    }

    fn saying(self) -> Result<Saying, Refusal> {
        let Self { text, format, reply_to, attachments, location, contacts, template, then, reaction } = self;
        let others = text.is_some() || !attachments.is_empty() || location.is_some() || contacts.is_some();
        let alone = !others && reply_to.is_none();
        if let Some(template) = template {
            if !alone || reaction.is_some() {
                return Err(refusal::template_not_alone().into());
            }
            let then = then.map(NewFollowUp::into_follow_up).transpose()?;
            return Ok(Saying::Template(template.into_new(then)?));
        }
        if then.is_some() {
            return Err(refusal::then_without_template().into());
        }
        if let Some(Reaction { message_id, emoji }) = reaction {
            if !alone {
                return Err(refusal::reaction_not_alone().into());
            }
            let target = message_id.parse().map_err(|_| AcceptError::NoSuchTarget)?;
            return Ok(Saying::Reaction { target, emoji });
        }
        let whole = NewFollowUp { text, format, attachments, location, contacts, reply_to: None };
        whole.into_said().map(Saying::Said)
    }
}

impl NewFollowUp {
    pub(crate) fn into_follow_up(mut self) -> Result<FollowUp, Refusal> {
        let quoted = self.reply_to.take().as_deref().map(str::parse).transpose();
        let reply_to = quoted.map_err(|_| AcceptError::NoSuchQuotedMessage)?;
        Ok(FollowUp { said: self.into_said()?, reply_to })
    }

    fn into_said(self) -> Result<Said, Refusal> {
        let Self { text, format, attachments, location, contacts, reply_to: _ } = self;
        Ok(Said {
            text: text.map(|text| format.outgoing(text)),
            attachments: attachments
                .into_iter()
                .map(|attachment| attachment.into_new(format))
                .collect::<Result<_, Refusal>>()?,
            location: location.map(TryInto::try_into).transpose()?,
            cards: contacts.map(|cards| cards.into_iter().map(SharedContact::from).collect()),
        })
    }
}

impl Attachment {
    fn into_new(self, format: Format) -> Result<NewAttachment, Refusal> {
        let source = match (self.upload_id, self.library_id) {
            (Some(id), None) => Source::Upload(id.parse::<UploadId>().map_err(|_| refusal::no_such_upload(&id))?),
            (None, Some(id)) => {
                Source::Library(id.parse::<LibraryItemId>().map_err(|_| refusal::no_such_library_item(&id))?)
            }
            _ => return Err(refusal::attachment_invalid().into()),
        };
        let caption = self.caption.map(|caption| format.outgoing(caption));
        Ok(NewAttachment { source, caption, as_voice: self.voice })
    }
}

impl TryFrom<Location> for domain::content::Location {
    type Error = Refusal;

    fn try_from(given: Location) -> Result<Self, Refusal> {
        let place = Self::at(given.latitude, given.longitude).map_err(|_| refusal::location_invalid())?;
        Ok(Self { name: given.name, address: given.address, ..place })
    }
}

impl From<Card> for SharedContact {
    fn from(card: Card) -> Self {
        let Card { name, first_name: first, last_name: last, company, department, job_title: title, .. } = card;
        let called = [first.as_deref(), last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let formatted = name.or_else(|| Some(called).filter(|called| !called.is_empty()));
        let has_organization = company.is_some() || department.is_some() || title.is_some();
        Self {
            name: formatted.map(|formatted| CardName { formatted, first, last }),
            phones: card.phones.into_iter().map(CardPhone::from).collect(),
            emails: card.emails.into_iter().map(Labelled::from).collect(),
            urls: card.urls.into_iter().map(Labelled::from).collect(),
            addresses: card.addresses.into_iter().map(CardAddress::from).collect(),
            organization: has_organization.then_some(Organization { company, department, title }),
            birthday: card.birthday.map(|day| day.to_string()),
            is_own: false,
            vcard: None,
        }
    }
}

impl From<Phone> for CardPhone {
    fn from(Phone { number, label, wa_id }: Phone) -> Self {
        Self { number, label, wa_id }
    }
}

impl From<Named> for Labelled {
    fn from(Named { value, label }: Named) -> Self {
        Self { value, label }
    }
}

impl From<Address> for CardAddress {
    fn from(Address { street, city, state, zip, country, label }: Address) -> Self {
        Self { street, city, state, zip, country, label }
    }
}
