//! `GET /{version}/{id}`: a number, an account, a template or a media file, whichever has the id.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::MetaError;
use super::fields::Fields;
use super::{access, message_templates, phone_numbers};
use crate::accounts::{self, Account};
use crate::media::{self, Media};
use crate::numbers::Number;
use crate::simulator::Simulator;
use crate::templates;

const USUAL: &str = "name,currency,timezone_id,message_template_namespace";

/// The number that a file is asked for.
#[derive(Deserialize)]
pub(super) struct Owner {
    phone_number_id: Option<String>,
}

pub(super) async fn show(
    State(simulator): State<Simulator>,
    Path((_, id)): Path<(String, String)>,
    Query(fields): Query<Fields>,
    Query(Owner { phone_number_id }): Query<Owner>,
    headers: HeaderMap,
) -> Result<Json<Value>, MetaError> {
    let shared = simulator.shared();
    let now = shared.now();
    let db = shared.store.lock();
    if let Some(media) = media::find(&db, &id, now)? {
        access::number(&db, &headers, &media.phone_number_id)?;
        // A file of another number is not there for whoever names one.
        if phone_number_id.is_some_and(|owner| owner != media.phone_number_id) {
            return Err(MetaError::unknown_object(&id));
        }
        return Ok(Json(file(&media, &media::url(&media.id, &shared.public_url(), now))));
    }
    if templates::find(&db, &id)?.is_some() {
        let held = message_templates::template(&db, &headers, &id)?;
        return Ok(Json(fields.of(&held.describe(), message_templates::USUAL)));
    }
    if let Some(number) = number(&db, &headers, &id)? {
        return Ok(Json(
            fields.of(&phone_numbers::describe(&number, &accounts::find(&db, &number.waba_id)?), phone_numbers::USUAL),
        ));
    }
    let numbers = access::account(&db, &headers, &id)?;
    let account = account(&numbers[0], &accounts::find(&db, &id)?);
    Ok(Json(fields.of(&account, USUAL)))
}

fn number(db: &Connection, headers: &HeaderMap, id: &str) -> Result<Option<Number>, MetaError> {
    match crate::numbers::find(db, id)? {
        Some(_) => access::number(db, headers, id).map(Some),
        None => Ok(None),
    }
}

fn file(media: &Media, url: &str) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "url": url,
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "file_size": media.size,
        "id": media.id,
    })
}

fn account(number: &Number, account: &Account) -> Value {
    json!({
        "id": number.waba_id,
        "name": number.verified_name,
        "currency": "USD",
        "timezone_id": "1",
        "message_template_namespace": format!("namespace_{}", number.waba_id),
        "account_review_status": "APPROVED",
        "business_verification_status": account.verification,
        "primary_funding_id": format!("funding_{}", number.waba_id),
        "health_status": {
            "can_send_message": "AVAILABLE",
            "entities": [{ "entity_type": "WABA", "id": number.waba_id, "can_send_message": "AVAILABLE" }],
        },
    })
}
