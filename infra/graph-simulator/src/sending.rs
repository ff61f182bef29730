//! A business sends: Meta's rules are applied, the message reaches the phone, and its statuses go out.

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::Value;

use crate::customers::{self, Customer, Identity};
use crate::graph::MetaError;
use crate::messages::{self, Direction, Message};
use crate::numbers::Number;
use crate::profile::Profile;
use crate::statuses::{self, Automatic};
use crate::store::Change;
use crate::templates::Template;
use crate::{filling, pair_rate, templates, uploads, wamid, window};

/// A message as the business asks for it, with its form checked.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) recipient: Recipient,
    pub(crate) kind: String,
    /// The object named like the type, and the context, if any.
    pub(crate) content: Value,
    pub(crate) opaque_data: Option<String>,
}

/// Whom a message is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recipient {
    /// A phone number, in digits with its country code.
    Phone(String),
    /// A BSUID.
    User(String),
}

/// Takes on a message and returns its id. What follows by itself (sent, delivered, read) is queued with it.
pub(crate) fn send(change: &mut Change<'_>, number: &Number, mut outgoing: Outgoing) -> Result<String, MetaError> {
    let customer = recipient(&change.db, number, &outgoing)?;
    if outgoing.kind == "template" {
        let template = may_be_sent(&change.db, number, &outgoing.content["template"])?;
        if let Some(template) = template {
            outgoing.content["filled"] = filling::filled(&template, &outgoing.content["template"])?.into();
        }
    }
    if outgoing.kind != "template" && !window::is_open(&change.db, number, &customer, change.now)? {
        return Err(MetaError::of_code(131_047));
    }
    check_file(&change.db, number, &outgoing, change.now)?;
    if !pair_rate::take(&change.db, number, &customer, change.now)? {
        return Err(MetaError::of_code(131_056));
    }
    let (address, sent_to_user_id) = match outgoing.recipient {
        Recipient::Phone(digits) => (digits, None),
        Recipient::User(user_id) => (user_id.clone(), Some(user_id)),
    };
    let mut message = Message {
        id: wamid::to_customer(&address),
        phone_number_id: number.phone_number_id.clone(),
        customer_id: customer.id,
        direction: Direction::ToCustomer,
        kind: outgoing.kind,
        content: outgoing.content,
        status: "accepted".to_owned(),
        opaque_data: outgoing.opaque_data,
        sent_to_user_id,
        at: change.now,
    };
    messages::insert(&change.db, &message)?;
    for status in Automatic::chosen(&change.db)?.statuses() {
        let now = change.now;
        statuses::report(change, &mut message, *status, 0, now)?;
    }
    Ok(message.id)
}

/// A file that is named by its id must have been uploaded for this number, as something that such a message may hold.
fn check_file(db: &Connection, number: &Number, outgoing: &Outgoing, now: Timestamp) -> Result<(), MetaError> {
    let (kind, file) = match outgoing.kind.as_str() {
        "template" => above_the_body(&outgoing.content["template"]),
        kind => (kind, &outgoing.content[kind]),
    };
    let Some(id) = file["id"].as_str().filter(|_| types_of(kind).is_some()) else { return Ok(()) };
    let upload = uploads::find(db, id, now)?.filter(|upload| upload.phone_number_id == number.phone_number_id);
    let upload = upload.ok_or_else(|| {
        MetaError::parameter(format!("Param {kind}['id'] is not a valid whatsapp business account media attachment ID"))
    })?;
    let fits = types_of(kind).is_some_and(|types| types.iter().any(|start| upload.mime_type.starts_with(start)));
    let is_voice = file["voice"] == true;
    if !fits || (is_voice && !upload.mime_type.starts_with("audio/ogg")) {
        let details = format!("A file of type {} cannot be sent as {kind}.", upload.mime_type);
        return Err(MetaError::of_code(131_053).detailed(details));
    }
    Ok(())
}

/// The kind and the file of a template's header.
pub(crate) fn above_the_body(template: &Value) -> (&str, &Value) {
    let components = template["components"].as_array().into_iter().flatten();
    let header = components.into_iter().find(|component| component["type"] == "header");
    let parameter = header.map_or(&Value::Null, |header| &header["parameters"][0]);
    let kind = parameter["type"].as_str().unwrap_or_default();
    (kind, &parameter[kind])
}

/// How the types of a kind begin.
fn types_of(kind: &str) -> Option<&'static [&'static str]> {
    match kind {
        "image" => Some(&["image/jpeg", "image/png"]),
        "video" => Some(&["video/"]),
        "audio" => Some(&["audio/"]),
        "document" => Some(&["application/", "text/plain"]),
        "sticker" => Some(&["image/webp"]),
        _ => None,
    }
}

/// An account of which templates are known sends only those, and only while Meta lets it.
fn may_be_sent(db: &Connection, number: &Number, template: &Value) -> Result<Option<Template>, MetaError> {
    let (name, language) = (template["name"].as_str(), template["language"]["code"].as_str());
    let (name, language) = (name.unwrap_or_default(), language.unwrap_or_default());
    let found = templates::named(db, &number.waba_id, name, language)?.map(|held| held.template);
    match found.as_ref().map(|template| template.status.as_str()) {
        Some("APPROVED" | "FLAGGED") => Ok(found),
        Some("PAUSED") => Err(MetaError::of_code(132_015)),
        Some("DISABLED") => Err(MetaError::of_code(132_016)),
        None if templates::of_waba(db, &number.waba_id)?.is_empty() => Ok(None),
        _ => Err(MetaError::of_code(132_001)),
    }
}

/// Any phone number is taken to be on WhatsApp; a BSUID must have been seen.
fn recipient(db: &Connection, number: &Number, outgoing: &Outgoing) -> Result<Customer, MetaError> {
    match &outgoing.recipient {
        Recipient::Phone(digits) if *digits == number.digits() => Err(MetaError::of_code(131_021)),
        Recipient::Phone(digits) => {
            let identity = Identity { wa_id: Some(digits.clone()), user_id: None };
            Ok(customers::meet(db, number, &identity, &Profile::default())?)
        }
        Recipient::User(user_id) => {
            let identity = Identity { wa_id: None, user_id: Some(user_id.clone()) };
            customers::find(db, &identity)?.ok_or_else(|| MetaError::of_code(131_026))
        }
    }
}
