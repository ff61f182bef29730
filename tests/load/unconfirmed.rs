//! Why a message is `unconfirmed`: its sender died with it, or Graph's answer was lost before Meta did anything.

use std::collections::HashMap;

use acceptance::World;
use jiff::Timestamp;
use serde_json::Value;

use crate::trouble::Kill;

/// What may have left messages unconfirmed.
pub(crate) struct Reasons {
    kills: Vec<Kill>,
    /// Each message that reached Graph, by our id, and whether the last request for it was answered honestly.
    requests: HashMap<String, bool>,
}

impl Reasons {
    pub(crate) async fn of(world: &World, kills: Vec<Kill>) -> Self {
        let requests = world.graph_requests().await.into_iter();
        let requests = requests.filter_map(|request| {
            let id = request.body["biz_opaque_callback_data"].as_str()?.to_owned();
            Some((id, request.status.is_some() && request.fault.is_none()))
        });
        Self { kills, requests: requests.collect() }
    }

    /// Whether anything explains that this message is not known to have been sent. Meta tells of every message that it took,
    /// so none that reached it is.
    pub(crate) fn explain(&self, message: &Value) -> bool {
        match self.requests.get(message["id"].as_str().unwrap_or_default()) {
            Some(answered) => !answered,
            None => self.a_sender_died_between(at(message, "queued"), at(message, "unconfirmed")),
        }
    }

    fn a_sender_died_between(&self, accepted: Option<Timestamp>, given_up: Option<Timestamp>) -> bool {
        let (Some(accepted), Some(given_up)) = (accepted, given_up) else { return false };
        self.kills.iter().any(|kill| kill.senders > 0 && accepted <= kill.at && kill.at <= given_up)
    }
}

fn at(message: &Value, status: &str) -> Option<Timestamp> {
    let steps = message["statuses"].as_array()?;
    steps.iter().find(|step| step["status"] == status)?["at"].as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn unconfirmed(id: &str) -> Value {
        let step = |status, second| json!({ "status": status, "at": time(second).to_string() });
        json!({ "id": id, "statuses": [step("queued", 100), step("unconfirmed", 200)] })
    }

    #[test]
    fn only_what_happened_to_the_message_explains_it() {
        let requests = HashMap::from([("msg_lost".to_owned(), false), ("msg_taken".to_owned(), true)]);
        let kill = |second, senders| Kill { at: time(second), senders };
        let with = |kills: &[Kill]| Reasons { kills: kills.to_vec(), requests: requests.clone() };
        assert!(with(&[]).explain(&unconfirmed("msg_lost")));
        assert!(!with(&[kill(150, 1)]).explain(&unconfirmed("msg_taken")));
        assert!(with(&[kill(150, 1)]).explain(&unconfirmed("msg_other")));
        for elsewhere in [kill(150, 0), kill(99, 1), kill(201, 1)] {
            assert!(!with(&[elsewhere]).explain(&unconfirmed("msg_other")), "{elsewhere:?}");
        }
    }
}
