//! What every stack of a test run is asked for by its environment.

use serde_json::{Value, json};

use crate::world::http_client;

/// Effects with commas between them: the first call of each kind meets the next of them.
const FAULTS: &str = "FAULTS_EVERYWHERE";
/// Guards in a JSON list that are taken away.
pub const GUARD: &str = "WITHOUT_GUARD";
/// What a test says that could not show anything: whoever looks for what it misses runs it again.
pub const NO_RACE: &str = "no race came about";

/// Whether a stack's calls meet the faults that the environment asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Calls {
    Disturbed,
    /// A test counts them, or chooses their faults itself.
    Counted,
}

/// Arms a stack as the environment says, which mostly says nothing.
#[expect(clippy::disallowed_methods, reason = "what a run is asked for reaches each of its stacks by its environment")]
pub(crate) async fn disturb(control: &str, calls: Calls) {
    if let (Calls::Disturbed, Ok(effects)) = (calls, std::env::var(FAULTS)) {
        let effects: Vec<&str> = effects.split(',').collect();
        post(&format!("{control}/faults/everywhere"), &json!({ "then": effects })).await;
    }
    if let Ok(guard) = std::env::var(GUARD) {
        let guards: Vec<Value> = serde_json::from_str(&guard).unwrap_or_else(|error| panic!("{GUARD}: {error}"));
        for guard in guards {
            post(&format!("{control}/guards"), &guard).await;
        }
    }
}

async fn post(url: &str, body: &Value) {
    let answer = http_client().post(url).json(body).send().await.unwrap_or_else(|error| panic!("{url}: {error}"));
    assert!(answer.status().is_success(), "{url} does not take {body}");
}
