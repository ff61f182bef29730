//! `GET|POST /{version}/{waba_id}/subscribed_apps`. Every account here is subscribed from its registration.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::access;
use super::error::MetaError;
use crate::simulator::Simulator;

pub(super) async fn list(
    State(simulator): State<Simulator>,
    Path((_, waba_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, MetaError> {
    access::account(&simulator.shared().store.lock(), &headers, &waba_id)?;
    let app = json!({ "id": "100000000000001", "name": "Helpdesk", "link": "https://www.facebook.com/games/?app_id=100000000000001" });
    Ok(Json(json!({ "data": [{ "whatsapp_business_api_data": app }] })))
}

pub(super) async fn create(
    State(simulator): State<Simulator>,
    Path((_, waba_id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, MetaError> {
    access::account(&simulator.shared().store.lock(), &headers, &waba_id)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if body.get("override_callback_uri").is_some() {
        return Err(MetaError::parameter("The simulator has one webhook address; overrides are not simulated."));
    }
    Ok(Json(json!({ "success": true })))
}
