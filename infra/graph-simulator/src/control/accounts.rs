//! `POST /_simulator/accounts/{waba_id}`: what Meta thinks of the business behind an account changes.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Given, Refusal, first_answer};
use crate::accounts;
use crate::simulator::Simulator;
use crate::store::Change;
use crate::webhooks;

/// What changes. A limit and a verification are told by webhooks, unless `silently`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opinion {
    /// `verified`, `not_verified` …
    verification: Option<String>,
    /// `TIER_250`, `TIER_UNLIMITED` …
    messaging_limit: Option<String>,
    #[serde(default)]
    silently: bool,
}

pub(super) async fn update(
    State(simulator): State<Simulator>,
    Path(waba_id): Path<String>,
    Given(opinion): Given<Opinion>,
) -> Result<Json<Value>, Refusal> {
    let ((), answers) = simulator.shared().change(|change| Ok::<_, Refusal>(opinion.apply(change, &waba_id)?))?;
    let mut delivered = true;
    for answer in answers {
        delivered &= first_answer(answer).await == Some(200);
    }
    Ok(Json(json!({ "delivered": delivered })))
}

impl Opinion {
    fn apply(self, change: &mut Change<'_>, waba_id: &str) -> rusqlite::Result<()> {
        let mut account = accounts::find(&change.db, waba_id)?;
        let mut told = Vec::new();
        if let Some(limit) = self.messaging_limit {
            told.push(("business_capability_update", json!({ "max_daily_conversations_per_business": limit })));
            account.messaging_limit = limit;
        }
        if let Some(verification) = self.verification {
            if verification == "verified" {
                told.push(("account_update", json!({ "event": "VERIFIED_ACCOUNT" })));
            }
            account.verification = verification;
        }
        accounts::save(&change.db, waba_id, &account)?;
        let told = told.into_iter().filter(|_| !self.silently);
        told.into_iter().try_for_each(|(field, value)| tell(change, waba_id, field, &value))
    }
}

fn tell(change: &mut Change<'_>, waba_id: &str, field: &str, value: &Value) -> rusqlite::Result<()> {
    let body = json!({
        "object": "whatsapp_business_account",
        "entry": [{
            "id": waba_id,
            "time": change.now.as_second(),
            "changes": [{ "field": field, "value": value }],
        }],
    });
    change.queue_webhook(format!("accounts/{waba_id}"), None, &webhooks::escaped(&body)).map(drop)
}
