//! The `fields` parameter, by which a caller chooses what to see.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A query that may name fields, separated by commas.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Fields {
    fields: Option<String>,
}

impl Fields {
    /// The id and the fields that are asked for, or `usual` ones.
    pub(super) fn of(&self, whole: &Value, usual: &str) -> Value {
        let wanted = self.fields.as_deref().unwrap_or(usual);
        let named = wanted.split(',').map(str::trim).chain(["id"]);
        let chosen: Map<String, Value> =
            named.filter_map(|name| whole.get(name).map(|value| (name.to_owned(), value.clone()))).collect();
        Value::Object(chosen)
    }
}
