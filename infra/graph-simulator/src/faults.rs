//! Trouble on demand: what happens to the next Graph requests instead of an honest answer.

use axum::http::Uri;
use serde::Deserialize;
use serde_json::Value;

use crate::numbers::digits;

/// Which requests are hit, how often, and how.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Fault {
    #[serde(default, rename = "match")]
    matching: Matching,
    /// So many matching requests go well before it.
    #[serde(default)]
    after: u32,
    #[serde(default = "once")]
    times: u32,
    then: Effect,
}

fn once() -> u32 {
    1
}

/// All that is given must fit; nothing given fits every request.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Matching {
    /// In capitals.
    method: Option<String>,
    /// A part of the path.
    path: Option<String>,
    /// A part of the query, as it is written.
    query: Option<String>,
    /// The recipient: a number in any writing, or a BSUID.
    to: Option<String>,
}

/// What a hit request meets.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(untagged)]
pub(crate) enum Effect {
    Drop(Drop),
    Spoil(Spoil),
    /// Meta's error of this code; with its documented HTTP status unless one is given.
    Error {
        status: Option<u16>,
        code: i64,
        /// So much wall time after it was decided.
        #[serde(default)]
        delay_ms: u64,
    },
    /// The answer is late, by this much wall time.
    Delay {
        delay_ms: u64,
    },
    /// The answer's body comes piece by piece, each after this much wall time.
    Slow {
        slow_ms: u64,
    },
    /// Any answer, JSON or not.
    Answer {
        status: u16,
        #[serde(default)]
        body: String,
    },
}

/// The answer does not come, or not all of it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub(crate) enum Drop {
    /// Nothing has happened, and the connection closes.
    #[serde(rename = "drop_before")]
    Before,
    /// The request has done its work, and the connection closes.
    #[serde(rename = "drop_after")]
    After,
    /// Half of the answer's body is sent, and the connection closes.
    #[serde(rename = "drop_half")]
    Half,
    /// The request has done its work, and nothing more is heard for as long as the connection is kept.
    #[serde(rename = "hang")]
    Hang,
}

/// The answer is not what it should be.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Spoil {
    /// A byte of its body is another.
    WrongByte,
}

impl Effect {
    /// As the log of requests names it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Drop(Drop::Before) => "drop_before",
            Self::Drop(Drop::After) => "drop_after",
            Self::Drop(Drop::Half) => "drop_half",
            Self::Drop(Drop::Hang) => "hang",
            Self::Spoil(Spoil::WrongByte) => "wrong_byte",
            Self::Slow { .. } => "slow",
            Self::Error { .. } => "error",
            Self::Delay { .. } => "delay",
            Self::Answer { .. } => "answer",
        }
    }
}

/// The faults that are armed, in the order they were given.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn arm(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The first fault that fits, used up by one.
    pub(crate) fn take(&mut self, method: &str, uri: &Uri, body: &Value) -> Option<Effect> {
        let at = self.0.iter().position(|fault| fault.times > 0 && fault.matching.fits(method, uri, body))?;
        if self.0[at].after > 0 {
            self.0[at].after -= 1;
            return None;
        }
        self.0[at].times -= 1;
        let effect = self.0[at].then.clone();
        self.0.retain(|fault| fault.times > 0);
        Some(effect)
    }
}

impl Matching {
    fn fits(&self, method: &str, uri: &Uri, body: &Value) -> bool {
        let query = uri.query().unwrap_or_default();
        self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self.path.as_ref().is_none_or(|part| uri.path().contains(part.as_str()))
            && self.query.as_ref().is_none_or(|part| query.contains(part.as_str()))
            && self.to.as_ref().is_none_or(|wanted| {
                ["to", "recipient"].iter().any(|key| body[key].as_str().is_some_and(|given| same(wanted, given)))
            })
    }
}

fn same(wanted: &str, given: &str) -> bool {
    if given.contains(char::is_alphabetic) { wanted == given } else { digits(wanted) == digits(given) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Drop, Effect, Fault, Faults, Spoil};

    fn armed(fault: serde_json::Value) -> Faults {
        let mut faults = Faults::default();
        faults.arm(serde_json::from_value::<Fault>(fault).expect("a fault"));
        faults
    }

    fn take(faults: &mut Faults, method: &str, uri: &str, body: &serde_json::Value) -> Option<Effect> {
        faults.take(method, &uri.parse().expect("an address"), body)
    }

    #[test]
    fn a_fault_hits_only_what_it_matches_and_only_so_often() {
        let mut faults =
            armed(json!({"match": {"path": "/messages", "to": "+1 555 010 0123"}, "times": 1, "then": "drop_after"}));

        assert_eq!(take(&mut faults, "POST", "/v24.0/1/messages", &json!({"to": "+15550100199"})), None);
        assert_eq!(take(&mut faults, "POST", "/v24.0/1", &json!({"to": "+15550100123"})), None);
        let hit = take(&mut faults, "POST", "/v24.0/1/messages", &json!({"to": "+15550100123"}));
        assert_eq!(hit, Some(Effect::Drop(Drop::After)));
        assert_eq!(take(&mut faults, "POST", "/v24.0/1/messages", &json!({"to": "+15550100123"})), None);
    }

    #[test]
    fn a_fault_may_be_for_one_method_only() {
        let mut faults = armed(json!({"match": {"method": "GET", "path": "/v24.0/"}, "then": "drop_before"}));
        assert_eq!(take(&mut faults, "POST", "/v24.0/1/messages", &json!(null)), None);
        assert_eq!(take(&mut faults, "GET", "/v24.0/1", &json!(null)), Some(Effect::Drop(Drop::Before)));
    }

    #[test]
    fn a_fault_may_be_for_one_question_only() {
        let mut faults = armed(json!({"match": {"query": "fields=status"}, "then": "hang"}));
        assert_eq!(take(&mut faults, "GET", "/v24.0/1?fields=name%2Cstatus", &json!(null)), None);
        assert_eq!(take(&mut faults, "GET", "/v24.0/1", &json!(null)), None);
        let hit = take(&mut faults, "GET", "/v24.0/1?fields=status%2Cname", &json!(null));
        assert_eq!(hit, Some(Effect::Drop(Drop::Hang)));
    }

    #[test]
    fn a_fault_lets_as_many_pass_before_as_it_is_told_to() {
        let mut faults = armed(json!({"after": 1, "then": "drop_before"}));
        let met: Vec<bool> = (0..3).map(|_| take(&mut faults, "POST", "/v24.0/1", &json!(null)).is_some()).collect();
        assert_eq!(met, [false, true, false]);
    }

    #[test]
    fn an_effect_is_read_by_what_it_holds() {
        let effect = |then| take(&mut armed(json!({"then": then})), "POST", "/", &json!(null));
        assert_eq!(
            effect(json!({"status": 400, "code": 131026})),
            Some(Effect::Error { status: Some(400), code: 131_026, delay_ms: 0 })
        );
        assert_eq!(effect(json!({"delay_ms": 5})), Some(Effect::Delay { delay_ms: 5 }));
        assert_eq!(effect(json!({"slow_ms": 5})), Some(Effect::Slow { slow_ms: 5 }));
        assert_eq!(effect(json!("drop_half")), Some(Effect::Drop(Drop::Half)));
        assert_eq!(effect(json!("wrong_byte")), Some(Effect::Spoil(Spoil::WrongByte)));
        assert_eq!(
            effect(json!({"status": 502, "body": "<html>"})),
            Some(Effect::Answer { status: 502, body: "<html>".into() })
        );
    }
}
