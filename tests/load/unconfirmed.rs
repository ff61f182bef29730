//! Why a message is `unconfirmed`: the process that held it was killed, or Graph's answer was lost before Meta did anything.

use std::collections::HashMap;
use std::fmt::Write as _;

use acceptance::{GraphRequest, World};
use jiff::Timestamp;
use serde_json::Value;

use crate::trouble::Kill;

/// What may have left messages unconfirmed.
pub(crate) struct Reasons {
    kills: Vec<Kill>,
    /// What Graph was asked for each message, by our id, oldest first.
    requests: HashMap<String, Vec<GraphRequest>>,
}

impl Reasons {
    pub(crate) async fn of(world: &World, kills: Vec<Kill>) -> Self {
        let mut requests: HashMap<String, Vec<GraphRequest>> = HashMap::new();
        for request in world.graph_requests().await {
            if let Some(id) = request.body["biz_opaque_callback_data"].as_str() {
                requests.entry(id.to_owned()).or_default().push(request);
            }
        }
        Self { kills, requests }
    }

    /// How many answers to replies were lost since then.
    pub(crate) fn lost_answers(&self, since: Timestamp) -> usize {
        let lost = |request: &&GraphRequest| {
            request.at >= since && request.fault.as_deref().is_some_and(|fault| fault.starts_with("drop_"))
        };
        self.requests.values().flatten().filter(lost).count()
    }

    /// Whether anything explains that this message is not known to have been sent. Meta tells of every message that it took,
    /// so nothing explains one of those.
    pub(crate) fn explain(&self, message: &Value) -> bool {
        let id = id(message);
        let asked = self.requests.get(id).and_then(|requests| requests.last());
        if asked.is_some_and(was_taken) {
            return false;
        }
        let answer_lost = asked.is_some_and(|request| request.fault.as_deref() == Some("drop_before"));
        answer_lost || self.kills.iter().any(|kill| kill.held.contains_key(id))
    }

    /// What is known of a message, in lines.
    pub(crate) fn known_of(&self, message: &Value) -> String {
        let mut known = format!("{} is {}: {}", id(message), message["status"], message["statuses"]);
        for GraphRequest { at, status, fault, .. } in self.requests.get(id(message)).into_iter().flatten() {
            let _ = write!(known, "\n  Graph was asked at {at}: status {status:?}, fault {fault:?}");
        }
        for Kill { at, victim, held } in &self.kills {
            let part = held.get(id(message)).map(|claimed| format!(", which had claimed it at {claimed}"));
            let _ = write!(known, "\n  {victim} was killed at {at}{}", part.unwrap_or_default());
        }
        known
    }
}

fn id(message: &Value) -> &str {
    message["id"].as_str().unwrap_or_default()
}

/// Whether Meta took the message, told or not.
fn was_taken(request: &GraphRequest) -> bool {
    request.status == Some(200) || request.fault.as_deref() == Some("drop_after")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    fn asked(status: Option<u64>, fault: Option<&str>) -> GraphRequest {
        let (method, path) = ("POST".to_owned(), "/v24.0/1/messages".to_owned());
        let (query, fault) = (String::new(), fault.map(str::to_owned));
        GraphRequest { seq: 1, at: AT, method, path, query, body: Value::Null, status, fault }
    }

    fn kill_of(held: &[&str]) -> Kill {
        let held: BTreeMap<_, _> = held.iter().map(|id| ((*id).to_owned(), AT)).collect();
        Kill { at: AT, victim: "outbound-sender", held }
    }

    fn explained(requests: Vec<GraphRequest>, kills: Vec<Kill>) -> bool {
        let requests = HashMap::from([("msg_1".to_owned(), requests)]);
        Reasons { kills, requests }.explain(&json!({ "id": "msg_1" }))
    }

    #[test]
    fn of_the_answers_those_are_lost_that_met_a_fault_since_then() {
        let whole = [asked(Some(200), None), asked(None, Some("drop_after")), asked(Some(200), Some("drop_half"))];
        let reasons = Reasons { kills: vec![], requests: HashMap::from([("msg_1".to_owned(), Vec::from(whole))]) };
        assert_eq!((reasons.lost_answers(AT), reasons.lost_answers(AT + SignedDuration::from_secs(1))), (2, 0));
    }

    #[test]
    fn a_kill_explains_only_what_it_hit() {
        assert!(explained(vec![], vec![kill_of(&[]), kill_of(&["msg_1", "msg_2"])]));
        assert!(!explained(vec![], vec![]));
        assert!(!explained(vec![], vec![kill_of(&[]), kill_of(&["msg_2"])]));
    }

    #[test]
    fn a_lost_answer_explains_what_meta_did_not_take() {
        assert!(explained(vec![asked(None, Some("drop_before"))], vec![]));
        assert!(!explained(vec![asked(None, Some("drop_before")), asked(Some(400), None)], vec![]));
    }

    #[test]
    fn nothing_explains_what_meta_took_and_tells_of() {
        for (status, fault) in [(Some(200), None), (None, Some("drop_after")), (Some(200), Some("drop_half"))] {
            assert!(!explained(vec![asked(status, fault)], vec![kill_of(&["msg_1"])]), "{status:?} {fault:?}");
        }
    }

    #[test]
    fn a_kill_explains_what_graph_refused_or_was_asked_as_it_died() {
        for status in [Some(400), None] {
            assert!(explained(vec![asked(status, None)], vec![kill_of(&["msg_1"])]), "{status:?}");
            assert!(!explained(vec![asked(status, None)], vec![]), "{status:?}");
        }
    }
}
