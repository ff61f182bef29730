//! `POST /_simulator/templates`: a template made in Meta's own tools. `POST|DELETE /_simulator/templates/{id}`: what Meta
//! thinks of it changes, or somebody deletes it there.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Given, Refusal, first_answer};
use crate::simulator::Simulator;
use crate::store::Change;
use crate::templates::{self, Held, Template};

/// How long ahead Meta announces another category.
const NOTICE: SignedDuration = SignedDuration::from_hours(24);

pub(super) async fn create(
    State(simulator): State<Simulator>,
    Given(template): Given<Template>,
) -> Result<Json<Value>, Refusal> {
    let id = templates::register(&simulator.shared().store.lock(), &template)?;
    Ok(Json(json!({ "id": id })))
}

/// What changes. Each member that is given is told by a webhook of its own, unless `silently`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Review {
    /// The `event` of the status webhook: `APPROVED`, `REJECTED`, `PAUSED` …
    event: Option<String>,
    /// Why; for a rejection.
    reason: Option<String>,
    /// `GREEN`, `YELLOW`, `RED`.
    quality: Option<String>,
    /// It has another category from now on.
    category: Option<String>,
    /// It will have another category in a day; nothing changes by itself.
    coming_category: Option<String>,
    /// Other words, as Graph writes them.
    components: Option<Value>,
    #[serde(default)]
    silently: bool,
}

pub(super) async fn update(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    Given(review): Given<Review>,
) -> Result<Json<Value>, Refusal> {
    let ((), answers) = simulator.shared().change(|change| {
        let held = templates::find(&change.db, &id)?;
        let mut held = held.ok_or_else(|| Refusal::not_found("there is no template with this id"))?;
        review.apply(change, &mut held)?;
        Ok::<_, Refusal>(templates::save(&change.db, &held)?)
    })?;
    let mut delivered = true;
    for answer in answers {
        delivered &= first_answer(answer).await == Some(200);
    }
    Ok(Json(json!({ "delivered": delivered })))
}

pub(super) async fn delete(State(simulator): State<Simulator>, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    templates::delete(&simulator.shared().store.lock(), &id)?;
    Ok(StatusCode::NO_CONTENT)
}

impl Review {
    fn apply(self, change: &mut Change<'_>, held: &mut Held) -> rusqlite::Result<()> {
        let mut told = Vec::new();
        if let Some(event) = self.event {
            let reason = self.reason.unwrap_or_else(|| "NONE".to_owned());
            told.push(("message_template_status_update", json!({ "event": event, "reason": reason })));
            held.template.status = if event == "UNARCHIVED" { "APPROVED".to_owned() } else { event };
            held.rejected_reason = reason;
        }
        if let Some(quality) = self.quality {
            let scores = json!({ "previous_quality_score": held.quality, "new_quality_score": quality });
            told.push(("message_template_quality_update", scores));
            held.quality = quality;
        }
        if let Some(category) = self.category {
            let categories = json!({ "previous_category": held.template.category, "new_category": category });
            told.push(("template_category_update", categories));
            held.previous_category = Some(std::mem::replace(&mut held.template.category, category));
        }
        if let Some(coming) = self.coming_category {
            let at = (change.now + NOTICE).as_second();
            let announced = json!({
                "new_category": held.template.category, "correct_category": coming, "category_update_timestamp": at,
            });
            told.push(("template_category_update", announced));
        }
        if let Some(components) = self.components {
            told.push(("message_template_components_update", words(&components)));
            held.template.components = components;
        }
        let told = told.into_iter().filter(|_| !self.silently);
        told.into_iter().try_for_each(|(field, value)| templates::tell(change, held, field, &value))
    }
}

/// The words of a template, as a webhook tells them.
fn words(components: &Value) -> Value {
    let part = |kind: &str| components.as_array().into_iter().flatten().find(|part| part["type"] == kind);
    let mut words = json!({ "message_template_element": part("BODY").map(|body| &body["text"]) });
    if let Some(header) = part("HEADER").filter(|header| header["format"] == "TEXT") {
        words["message_template_title"] = header["text"].clone();
    }
    if let Some(footer) = part("FOOTER") {
        words["message_template_footer"] = footer["text"].clone();
    }
    words
}
