//! The lines of the functions' logs that are about a message.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use domain::Message;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Event;

type Line = Map<String, Value>;

/// What the logs in a folder say of a message: first the lines that name it, then what went wrong in its webhooks and
/// its trace.
pub(super) fn about(message: &Message, logs: &Path) -> io::Result<Vec<Event>> {
    let lines = read(logs)?;
    let id = message.id.to_string();
    let mut related = BTreeSet::from([id.clone()]);
    related.extend(message.trace_id.map(|trace| trace.to_string()));
    let mut events = Vec::new();
    for (_, line) in lines.iter().filter(|(_, line)| is_told(line)) {
        if names(line, "message.id", &id) {
            // One of a single webhook: in what else went wrong with that, this message was concerned.
            related.extend(single(line, "webhook.id"));
            events.extend(told(line));
        }
        events.extend(calls(line, &id));
    }
    let problems = lines.iter().filter(|(_, line)| !is_told(line) && is_problem(line));
    let concerned = problems.filter(|(_, line)| {
        let ids = ["message.id", "webhook.id", "trace.id"];
        ids.iter().any(|key| line.get(*key).and_then(Value::as_str).is_some_and(|id| related.contains(id)))
    });
    events.extend(concerned.filter_map(|(function, line)| problem(function, line)));
    Ok(events)
}

/// Every line of every function's log, with the function.
fn read(logs: &Path) -> io::Result<Vec<(String, Line)>> {
    let mut lines = Vec::new();
    for file in fs::read_dir(logs)? {
        let path = file?.path();
        let function = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
        lines.extend(text.lines().filter_map(|line| Some((function.clone(), serde_json::from_str(line).ok()?))));
    }
    Ok(lines)
}

/// Whether a line tells what an invocation did, rather than what went wrong.
fn is_told(line: &Line) -> bool {
    line.contains_key("_aws")
}

fn is_problem(line: &Line) -> bool {
    matches!(line.get("level").and_then(Value::as_str), Some("WARN" | "ERROR" | "INFO"))
}

fn ids<'a>(line: &'a Line, key: &str) -> impl Iterator<Item = &'a str> {
    line.get(key).and_then(Value::as_str).unwrap_or_default().split(' ').filter(|id| !id.is_empty())
}

fn names(line: &Line, key: &str, id: &str) -> bool {
    ids(line, key).any(|named| named == id)
}

fn single(line: &Line, key: &str) -> Option<String> {
    let mut ids = ids(line, key);
    let first = ids.next()?;
    ids.next().is_none().then(|| first.to_owned())
}

/// What an invocation that names the message did, in the names of its metrics.
fn told(line: &Line) -> Option<Event> {
    let metadata = line.get("_aws")?;
    let at = Timestamp::from_millisecond(metadata.get("Timestamp")?.as_i64()?).ok()?;
    let metrics = metadata.pointer("/CloudWatchMetrics/0/Metrics")?.as_array()?.iter();
    let names = metrics.filter_map(|metric| metric.get("Name")?.as_str());
    let counts: Vec<String> = names.map(|name| format!("{name} {}", line.get(name).unwrap_or(&Value::Null))).collect();
    let webhooks: Vec<&str> = ids(line, "webhook.id").collect();
    let webhooks = if webhooks.is_empty() { String::new() } else { format!(", {}", webhooks.join(" ")) };
    Some(Event { at, who: function(line), what: format!("{}{webhooks}", counts.join(", ")) })
}

/// The calls to Graph for the message.
fn calls(line: &Line, id: &str) -> Vec<Event> {
    let calls = line.get("graph.calls").and_then(Value::as_array).into_iter().flatten();
    let calls = calls.filter(|call| call.get("message.id").and_then(Value::as_str) == Some(id));
    calls.filter_map(|call| events_of_call(line, call)).flatten().collect()
}

fn events_of_call(line: &Line, call: &Value) -> Option<[Event; 2]> {
    let at = |key: &str| call.get(key)?.as_str()?.parse::<Timestamp>().ok();
    let (begun_at, answered_at) = (at("begun_at")?, at("answered_at")?);
    let code = call.get("graph.code").filter(|code| !code.is_null());
    let code = code.map(|code| format!(" (Graph's code {code})")).unwrap_or_default();
    let outcome = call.get("outcome")?.as_str()?;
    let answer = format!("called Graph, {} ms: {outcome}{code}", call.get("took_ms")?);
    // A file goes before its message is claimed.
    let begins =
        if call.get("call").and_then(Value::as_str) == Some("upload") { "gives Meta its file" } else { "claims it" };
    Some([
        Event { at: begun_at, who: function(line), what: begins.to_owned() },
        Event { at: answered_at, who: function(line), what: answer },
    ])
}

fn problem(function: &str, line: &Line) -> Option<Event> {
    let text = |key: &str| line.get(key).and_then(Value::as_str);
    let why = text("error").or_else(|| text("reason")).map(|why| format!(": {why}")).unwrap_or_default();
    let what = format!("{}{why}", text("message").unwrap_or_default());
    Some(Event { at: text("timestamp")?.parse().ok()?, who: function.to_owned(), what })
}

fn function(line: &Line) -> String {
    line.get("function").and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        serde_json::from_str(text).unwrap()
    }

    fn intake() -> Line {
        line(
            r#"{"function":"webhook-intake","accepted":2,"message.id":"msg_1 msg_2","webhook.id":"whk_1",
                "_aws":{"Timestamp":5,"CloudWatchMetrics":[{"Metrics":[{"Name":"accepted","Unit":"Count"}]}]}}"#,
        )
    }

    #[test]
    fn a_line_names_each_of_its_ids_and_no_part_of_one() {
        assert!(names(&intake(), "message.id", "msg_2"));
        assert!(!names(&intake(), "message.id", "msg_"));
        assert_eq!(
            (single(&intake(), "webhook.id").as_deref(), single(&intake(), "message.id")),
            (Some("whk_1"), None)
        );
    }

    #[test]
    fn an_invocation_is_told_by_its_outcomes() {
        let event = told(&intake()).unwrap();
        assert_eq!((event.who.as_str(), event.what.as_str()), ("webhook-intake", "accepted 2, whk_1"));
        assert_eq!(event.at.as_millisecond(), 5);
    }

    #[test]
    fn a_call_is_a_claim_and_an_answer_and_other_messages_calls_are_not_ours() {
        let line = line(
            r#"{"function":"outbound-sender","_aws":{},"graph.calls":[{"message.id":"msg_1","outcome":"refused",
                "begun_at":"2026-11-23T20:00:00Z","answered_at":"2026-11-23T20:00:01Z","took_ms":85,"graph.code":131047}]}"#,
        );
        let words: Vec<String> = calls(&line, "msg_1").into_iter().map(|event| event.what).collect();
        assert_eq!(words, ["claims it", "called Graph, 85 ms: refused (Graph's code 131047)"]);
        assert!(calls(&line, "msg_2").is_empty());
    }
}
