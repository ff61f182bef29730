//! The templates of the accounts, with what Meta thinks of them.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::store::Change;
use crate::webhooks;

/// A template as it is when nobody submits it: made in Meta's own tools, and reviewed already.
#[derive(Clone, Debug, Deserialize)]
pub struct Template {
    /// The WhatsApp Business Account that it belongs to.
    pub waba_id: String,
    pub name: String,
    #[serde(default = "english")]
    pub language: String,
    #[serde(default = "utility")]
    pub category: String,
    #[serde(default = "approved")]
    pub status: String,
    #[serde(default = "positional")]
    pub parameter_format: String,
    /// As Graph writes them.
    pub components: Value,
}

fn english() -> String {
    "en".to_owned()
}

fn utility() -> String {
    "UTILITY".to_owned()
}

fn approved() -> String {
    "APPROVED".to_owned()
}

fn positional() -> String {
    "POSITIONAL".to_owned()
}

/// A template that the simulator holds.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) template: Template,
    pub(crate) previous_category: Option<String>,
    pub(crate) quality: String,
    pub(crate) rejected_reason: String,
    pub(crate) edited_at: Option<Timestamp>,
}

/// Meta takes an edit of an approved template once in this time.
pub(crate) const BETWEEN_EDITS: SignedDuration = SignedDuration::from_hours(24);

impl Held {
    /// All that can be asked for.
    pub(crate) fn describe(&self) -> Value {
        let mut described = json!({
            "id": self.id,
            "name": self.template.name,
            "language": self.template.language,
            "status": self.template.status,
            "category": self.template.category,
            "parameter_format": self.template.parameter_format,
            "components": self.template.components,
            "quality_score": { "score": self.quality },
            "rejected_reason": self.rejected_reason,
        });
        if let Some(previous) = &self.previous_category {
            described["previous_category"] = json!(previous);
        }
        described
    }

    /// What every webhook about it begins with.
    fn named(&self) -> Value {
        json!({
            "message_template_id": self.id.parse::<u64>().unwrap_or_default(),
            "message_template_name": self.template.name,
            "message_template_language": self.template.language,
        })
    }
}

/// Adds a template, or replaces the one of its name and language; its id.
pub(crate) fn register(db: &Connection, template: &Template) -> rusqlite::Result<String> {
    let known = named(db, &template.waba_id, &template.name, &template.language)?;
    let id = known.map_or_else(|| format!("3{:014}", Uuid::new_v4().as_u128() % 100_000_000_000_000), |held| held.id);
    let held = Held {
        id: id.clone(),
        template: template.clone(),
        previous_category: None,
        quality: "UNKNOWN".to_owned(),
        rejected_reason: "NONE".to_owned(),
        edited_at: None,
    };
    save(db, &held)?;
    Ok(id)
}

pub(crate) fn save(db: &Connection, held: &Held) -> rusqlite::Result<()> {
    let Held { id, template, previous_category, quality, rejected_reason, edited_at } = held;
    db.execute(
        "INSERT OR REPLACE INTO templates (id, waba_id, name, language, category, status, parameter_format, components,
             previous_category, quality, rejected_reason, edited_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            id,
            template.waba_id,
            template.name,
            template.language,
            template.category,
            template.status,
            template.parameter_format,
            template.components.to_string(),
            previous_category,
            quality,
            rejected_reason,
            edited_at.map(Timestamp::as_millisecond),
        ],
    )
    .map(drop)
}

pub(crate) fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<Held>> {
    db.query_row("SELECT * FROM templates WHERE id = ?", [id], read).optional()
}

/// The template of this name and language.
pub(crate) fn named(db: &Connection, waba_id: &str, name: &str, language: &str) -> rusqlite::Result<Option<Held>> {
    let query = "SELECT * FROM templates WHERE waba_id = ? AND name = ? AND language = ?";
    db.query_row(query, [waba_id, name, language], read).optional()
}

/// All of an account, in the order of their ids.
pub(crate) fn of_waba(db: &Connection, waba_id: &str) -> rusqlite::Result<Vec<Held>> {
    db.prepare_cached("SELECT * FROM templates WHERE waba_id = ? ORDER BY id")?.query_map([waba_id], read)?.collect()
}

pub(crate) fn delete(db: &Connection, id: &str) -> rusqlite::Result<()> {
    db.execute("DELETE FROM templates WHERE id = ?", [id]).map(drop)
}

/// Tells the app of it, in the order in which it happened to the template.
pub(crate) fn tell(change: &mut Change<'_>, held: &Held, field: &str, told: &Value) -> rusqlite::Result<()> {
    let mut value = held.named();
    for (key, member) in told.as_object().into_iter().flatten() {
        value[key] = member.clone();
    }
    let body = json!({
        "object": "whatsapp_business_account",
        "entry": [{
            "id": held.template.waba_id,
            "time": change.now.as_second(),
            "changes": [{ "field": field, "value": value }],
        }],
    });
    change.queue_webhook(format!("templates/{}", held.id), None, &webhooks::escaped(&body)).map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Held> {
    let components: String = row.get("components")?;
    let edited_at: Option<i64> = row.get("edited_at")?;
    Ok(Held {
        id: row.get("id")?,
        template: Template {
            waba_id: row.get("waba_id")?,
            name: row.get("name")?,
            language: row.get("language")?,
            category: row.get("category")?,
            status: row.get("status")?,
            parameter_format: row.get("parameter_format")?,
            components: serde_json::from_str(&components).unwrap_or_default(),
        },
        previous_category: row.get("previous_category")?,
        quality: row.get("quality")?,
        rejected_reason: row.get("rejected_reason")?,
        edited_at: edited_at.map(crate::clock::from_millisecond),
    })
}
