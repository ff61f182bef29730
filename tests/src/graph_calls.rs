//! The kinds of request that functions make to Graph, told apart as in their source, and what these met.

use std::path::Path;

use local::sites::Site;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::graph::GraphRequest;

/// The parts of paths by which requests are told apart; what has none of them is about one thing.
const EDGES: [&str; 6] =
    ["/messages", "/media", "/attachments", "/message_templates", "/subscribed_apps", "/phone_numbers"];
const NODE: &str = "/v24.0/";
/// The parts of queries that do the same: a file, one template of several with the same name, those of a name.
const QUESTIONS: [&str; 3] = ["phone_number_id=", "hsm_id=", "&name="];
/// Besides, the first of the fields that are asked for.
const FIELDS: &str = "fields=";

/// A kind of request to Graph: every one with these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GraphCall {
    pub method: String,
    /// A part of the path.
    pub path: &'static str,
    /// A part of the query.
    pub query: Option<String>,
}

/// A kind of request to Graph that came to a stack, and the fault that it met, as the simulator's log names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Asked {
    #[serde(flatten)]
    pub(crate) site: Site,
    pub(crate) fault: Option<String>,
}

impl GraphCall {
    pub fn of(method: &str, path: &str, query: &str) -> Self {
        let path = EDGES.into_iter().find(|edge| path.contains(edge)).unwrap_or(NODE);
        let question = QUESTIONS.into_iter().find(|part| query.contains(part)).map(str::to_owned);
        let query = question.or_else(|| {
            let (_, fields) = query.split_once(FIELDS)?;
            let first = fields.split(['&', '%', ',']).next().unwrap_or_default();
            Some(format!("{FIELDS}{first}"))
        });
        Self { method: method.to_owned(), path, query }
    }

    /// Whether a request is of this kind, as far as the simulator tells them apart.
    pub fn is_of(&self, request: &GraphRequest) -> bool {
        let asks = |part: &String| request.query.contains(part);
        self.method == request.method && request.path.contains(self.path) && self.query.as_ref().is_none_or(asks)
    }

    /// What the simulator matches requests of this kind by.
    pub fn matching(&self) -> Value {
        let Self { method, path, query } = self;
        let mut matching = json!({ "method": method, "path": path });
        if let Some(query) = query {
            matching["query"] = json!(query);
        }
        matching
    }

    /// The same beside calls to AWS; nothing if no function makes it.
    pub fn site(&self) -> Option<Site> {
        let Self { method, path, query } = self;
        let function = match (method.as_str(), *path, query.as_deref()) {
            ("POST", "/messages" | "/media", _) => "outbound-sender",
            ("GET", "/attachments", _) | ("GET", NODE, Some("phone_number_id=")) => "media-download",
            // What is asked from outside: a file that is deleted, all templates with whatever Meta tells unasked.
            ("DELETE", NODE, _) | ("GET", "/message_templates", None) => return None,
            _ => "api-channels",
        };
        let about = [*path, query.as_deref().unwrap_or_default()].join(" ").trim_end().to_owned();
        Some(Site { function: function.to_owned(), service: "graph".to_owned(), operation: method.clone(), about })
    }
}

/// The kinds of request in the simulator's log, each with each fault that it met.
pub(crate) fn asked(log: &Path) -> rusqlite::Result<Vec<Asked>> {
    let log = Connection::open(log)?;
    let mut query = log.prepare("SELECT DISTINCT method, path, coalesce(query, ''), fault FROM requests")?;
    let rows = query.query_map([], |row| {
        let text = |column| row.get::<_, String>(column);
        Ok((GraphCall::of(&text(0)?, &text(1)?, &text(2)?), row.get(3)?))
    })?;
    let mut asked = rows
        .filter_map(|row| row.map(|(call, fault)| Some(Asked { site: call.site()?, fault })).transpose())
        .collect::<rusqlite::Result<Vec<Asked>>>()?;
    asked.sort();
    asked.dedup();
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart_by_what_they_ask_for_and_not_by_whom() {
        let about = |method: &str, path: &str, query: &str| {
            GraphCall::of(method, path, query).site().map(|site| format!("{} {}", site.function, site.about))
        };
        let named = |text: &str| Some(text.to_owned());
        assert_eq!(about("POST", "/v24.0/1/messages", ""), named("outbound-sender /messages"));
        assert_eq!(about("GET", "/v24.0/1", "phone_number_id=2"), named("media-download /v24.0/ phone_number_id="));
        let fields = "fields=name%2Cstatus&limit=5";
        assert_eq!(
            about("GET", "/v24.0/1/message_templates", fields),
            named("api-channels /message_templates fields=name")
        );
        assert_eq!(
            about("GET", "/v24.0/1/message_templates", &format!("{fields}&name=offer")),
            named("api-channels /message_templates &name=")
        );
        assert_eq!(about("GET", "/v24.0/7", fields), named("api-channels /v24.0/ fields=name"));
        assert_eq!(about("DELETE", "/v24.0/7", ""), None);
    }
}
