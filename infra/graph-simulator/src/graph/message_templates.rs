//! `GET|POST|DELETE /{version}/{waba_id}/message_templates`, and `POST /{version}/{template_id}`.

mod rules;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access;
use super::error::MetaError;
use super::fields::Fields;
use crate::simulator::Simulator;
use crate::templates::{self, BETWEEN_EDITS, Held, Template};

/// What is told of a template unless other fields are asked for.
pub(super) const USUAL: &str = "name,parameter_format,components,language,status,category,id";
/// How many a page has unless another number is asked for.
const PAGE: usize = 25;

/// Which part of the list is asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    limit: Option<usize>,
    after: Option<String>,
    name: Option<String>,
    language: Option<String>,
    status: Option<String>,
    category: Option<String>,
}

/// Which templates are to go.
#[derive(Debug, Deserialize)]
pub(super) struct Doomed {
    name: Option<String>,
    hsm_id: Option<String>,
}

pub(super) async fn list(
    State(simulator): State<Simulator>,
    Path((_, waba_id)): Path<(String, String)>,
    Query(fields): Query<Fields>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Json<Value>, MetaError> {
    let db = simulator.shared().store.lock();
    access::account(&db, &headers, &waba_id)?;
    let mut found = templates::of_waba(&db, &waba_id)?;
    found.retain(|held| asked.wants(held));
    let start = match asked.after.as_deref() {
        None => 0,
        Some(after) => 1 + found.iter().position(|held| held.id == after).ok_or_else(invalid_cursor)?,
    };
    let page = &found[start..found.len().min(start + asked.limit.unwrap_or(PAGE))];
    let mut answer = json!({ "data": page.iter().map(|held| fields.of(&held.describe(), USUAL)).collect::<Vec<_>>() });
    if let (Some(first), Some(last)) = (page.first(), page.last()) {
        answer["paging"] = json!({ "cursors": { "before": first.id, "after": last.id } });
        if start + page.len() < found.len() {
            let next =
                format!("{}/v24.0/{waba_id}/message_templates?after={}", simulator.shared().public_url(), last.id);
            answer["paging"]["next"] = json!(next);
        }
    }
    Ok(Json(answer))
}

pub(super) async fn create(
    State(simulator): State<Simulator>,
    Path((_, waba_id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, MetaError> {
    let db = simulator.shared().store.lock();
    access::account(&db, &headers, &waba_id)?;
    let body: Value = serde_json::from_slice(&body).map_err(|_| MetaError::of_code(100))?;
    let template = submitted(&waba_id, &body)?;
    rules::check(&db, &template)?;
    let id = templates::register(&db, &template)?;
    Ok(Json(json!({ "id": id, "status": template.status, "category": template.category })))
}

pub(super) async fn edit(
    State(simulator): State<Simulator>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, MetaError> {
    let shared = simulator.shared();
    let (now, db) = (shared.now(), shared.store.lock());
    let mut held = template(&db, &headers, &id)?;
    let body: Value = serde_json::from_slice(&body).map_err(|_| MetaError::of_code(100))?;
    let was_approved = held.template.status == "APPROVED";
    if !["APPROVED", "REJECTED", "PAUSED"].contains(&held.template.status.as_str()) {
        return Err(MetaError::template(
            2_388_039,
            "Message template can't be edited",
            "Its status does not allow it.",
        ));
    }
    if was_approved && held.edited_at.is_some_and(|edited_at| now.duration_since(edited_at) < BETWEEN_EDITS) {
        return Err(MetaError::template(
            2_388_039,
            "Edited too often",
            "An approved template can be edited once a day.",
        ));
    }
    if let Some(category) = body["category"].as_str().filter(|category| *category != held.template.category) {
        if was_approved {
            let words = "The category of an approved template can't be changed.";
            return Err(MetaError::template(2_388_039, "Category can't be changed", words));
        }
        held.template.category = category.to_owned();
    }
    if let Some(components) = body.get("components") {
        held.template.components = components.clone();
        rules::check_components(&held.template)?;
    }
    held.template.status = "PENDING".to_owned();
    held.edited_at = Some(now);
    templates::save(&db, &held)?;
    Ok(Json(json!({ "success": true })))
}

pub(super) async fn delete(
    State(simulator): State<Simulator>,
    Path((_, waba_id)): Path<(String, String)>,
    Query(doomed): Query<Doomed>,
    headers: HeaderMap,
) -> Result<Json<Value>, MetaError> {
    let db = simulator.shared().store.lock();
    access::account(&db, &headers, &waba_id)?;
    let name = doomed.name.ok_or_else(|| MetaError::parameter("The parameter name is required."))?;
    let mut found = templates::of_waba(&db, &waba_id)?;
    found.retain(|held| held.template.name == name && doomed.hsm_id.as_ref().is_none_or(|id| *id == held.id));
    if found.is_empty() {
        return Err(MetaError::template(2_593_002, "Message template not found", "There is no such template."));
    }
    if found.iter().any(|held| held.template.status == "DISABLED") {
        return Err(MetaError::template(2_388_039, "Can't be deleted", "A disabled template can't be deleted."));
    }
    for held in found {
        templates::delete(&db, &held.id)?;
    }
    Ok(Json(json!({ "success": true })))
}

/// The template with this id, if the request's token speaks for its account.
pub(super) fn template(db: &Connection, headers: &HeaderMap, id: &str) -> Result<Held, MetaError> {
    let held = templates::find(db, id)?.ok_or_else(|| MetaError::unknown_object(id))?;
    access::account(db, headers, &held.template.waba_id).map_err(|_| MetaError::unknown_object(id))?;
    Ok(held)
}

fn submitted(waba_id: &str, body: &Value) -> Result<Template, MetaError> {
    let text = |key: &str| {
        let value = body[key].as_str().map(str::to_owned);
        value.ok_or_else(|| MetaError::parameter(format!("The parameter {key} is required.")))
    };
    Ok(Template {
        waba_id: waba_id.to_owned(),
        name: text("name")?,
        language: text("language")?,
        category: text("category")?,
        status: "PENDING".to_owned(),
        parameter_format: body["parameter_format"].as_str().unwrap_or("POSITIONAL").to_owned(),
        components: body["components"].clone(),
    })
}

fn invalid_cursor() -> MetaError {
    MetaError::parameter("Invalid cursor for paging.")
}

impl Asked {
    /// A name is found by a part of it.
    fn wants(&self, held: &Held) -> bool {
        let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        let Held { template, .. } = held;
        self.name.as_deref().is_none_or(|name| template.name.contains(name))
            && is(&self.language, &template.language)
            && is(&self.status, &template.status)
            && is(&self.category, &template.category)
    }
}
