//! `GET /{version}/{waba_id}/phone_numbers`

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::access;
use super::error::MetaError;
use super::fields::Fields;
use crate::accounts::{self, Account};
use crate::numbers::Number;
use crate::simulator::Simulator;

/// What is told of a number unless other fields are asked for.
pub(super) const USUAL: &str =
    "verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,throughput";

pub(super) async fn list(
    State(simulator): State<Simulator>,
    Path((_, waba_id)): Path<(String, String)>,
    Query(fields): Query<Fields>,
    headers: HeaderMap,
) -> Result<Json<Value>, MetaError> {
    let db = simulator.shared().store.lock();
    let (numbers, account) = (access::account(&db, &headers, &waba_id)?, accounts::find(&db, &waba_id)?);
    let data: Vec<Value> = numbers.iter().map(|number| fields.of(&describe(number, &account), USUAL)).collect();
    Ok(Json(json!({ "data": data, "paging": { "cursors": { "before": "first", "after": "last" } } })))
}

/// All that can be asked for.
pub(super) fn describe(number: &Number, account: &Account) -> Value {
    json!({
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "new_name_status": "NONE",
        "status": "CONNECTED",
        "throughput": { "level": "STANDARD" },
        "account_mode": "LIVE",
        "host_platform": "CLOUD_API",
        "platform_type": "CLOUD_API",
        "is_official_business_account": false,
        "is_on_biz_app": false,
        "whatsapp_business_manager_messaging_limit": account.messaging_limit,
    })
}
