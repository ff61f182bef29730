//! Trouble on demand: what happens to chosen calls of a function to AWS instead of an honest answer.
//!
//! AWS may do any of this at any time, and the stand-ins by themselves never do.

mod answers;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::function::Functions;
use crate::once::{self, Once};
use crate::sites::Site;
use answers::{conflict, failure, throttle};

/// So often the SDK makes a call, as `runtime` tells it to: it mends what fails less often in a row.
pub const ATTEMPTS: u32 = 4;

/// The file of the data folder that keeps what was met where, a JSON object a line, each once.
pub const FILE: &str = "faults.jsonl";

/// A fault that waits for its calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The function's crate.
    pub function: String,
    /// As in the metering: `dynamodb`, `sqs`, `s3`, `kms`, `secretsmanager`; nothing for any.
    #[serde(default)]
    pub service: Option<String>,
    /// As in the metering: `TransactWriteItems`; nothing for any.
    #[serde(default)]
    pub operation: Option<String>,
    /// As [`Site::about`]; nothing for whatever it is about.
    #[serde(default)]
    pub about: Option<String>,
    /// So many matching calls go well before it.
    #[serde(default)]
    pub after: u32,
    /// So many calls in a row meet it, or are still to meet it.
    #[serde(default = "once")]
    pub times: u32,
    pub then: Effect,
    /// Whether a call has met it yet; where that is to see what the SDK does not mend, as often as that takes.
    #[serde(default, skip_deserializing)]
    pub met: bool,
    /// The `times` that it was armed for.
    #[serde(skip)]
    armed: u32,
    /// The request that meets it, where it is one and the SDK repeats it.
    #[serde(skip)]
    bound: Option<u64>,
}

/// What a call meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The service's own failure, before anything has happened.
    Error,
    /// The call has its effect, and its answer is lost.
    Lost,
    /// The service asks for patience.
    Throttle,
    /// Somebody else's transaction has the item at this moment.
    Conflict,
    /// An index that does not know of anything yet.
    Stale,
    /// The item is being written by another's transaction, and does not show yet.
    Absent,
    /// It takes a while before anything happens: time enough for others to do the same.
    Slow,
    /// No answer at all.
    Hang,
    /// The function's processes die before anything has happened.
    KillBefore,
    /// The function's processes die when it has.
    KillAfter,
}

/// How long a slow call waits: longer than whole journeys of others, shorter than the SDK's patience.
const WHILE: Duration = Duration::from_millis(400);

fn once() -> u32 {
    1
}

/// The first call of each site meets one of these, each site the next of them that suits it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Everywhere {
    /// In turn.
    pub then: Vec<Effect>,
}

/// What was met where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Met {
    /// By which call.
    #[serde(flatten)]
    pub site: Site,
    /// What.
    pub then: Effect,
    /// How many calls in a row were to meet it.
    pub times: u32,
}

/// The faults that are armed. Clones share them.
#[derive(Clone)]
pub struct Faults {
    state: Arc<Mutex<State>>,
    functions: Arc<OnceLock<Functions>>,
}

struct State {
    armed: Vec<Fault>,
    everywhere: Option<Everywhere>,
    /// Sites that have had their first call since it is so everywhere.
    been: BTreeSet<Site>,
    met: Once<Met>,
}

impl Faults {
    /// None are armed; what is met is kept in a file, made on the first run.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let met = Once::open(path)?;
        let state = State { armed: Vec::new(), everywhere: None, been: BTreeSet::new(), met };
        Ok(Self { state: Arc::new(Mutex::new(state)), functions: Arc::default() })
    }

    /// Whose processes may die.
    pub fn know(&self, functions: Functions) {
        // The stack says so once, at its start.
        let _ = self.functions.set(functions);
    }

    /// From now on, the calls it names meet it.
    pub fn arm(&self, fault: Fault) {
        self.state().armed.push(Fault { armed: fault.times, ..fault });
    }

    /// Those that have not been met as often as they are to be.
    pub fn left(&self) -> Vec<Fault> {
        self.state().armed.clone()
    }

    /// What was armed for chosen calls is not met any more.
    pub fn disarm(&self) {
        self.state().armed.clear();
    }

    /// From now on, the first call of every site meets something.
    pub fn arm_everywhere(&self, everywhere: Everywhere) {
        let mut state = self.state();
        state.been.clear();
        state.everywhere = Some(everywhere);
    }

    /// Answers a call, honestly or not.
    pub(crate) async fn around(
        &self,
        call: &Site,
        request: &Value,
        honest: impl Future<Output = Response>,
    ) -> Response {
        match self.meet(call, request) {
            None => honest.await,
            Some(Effect::Error) => failure(&call.service),
            Some(Effect::Throttle) => throttle(&call.service),
            Some(Effect::Conflict) => conflict(request),
            Some(Effect::Stale) => axum::Json(json!({ "Items": [], "Count": 0, "ScannedCount": 0 })).into_response(),
            Some(Effect::Absent) => axum::Json(json!({})).into_response(),
            Some(Effect::Slow) => {
                tokio::time::sleep(WHILE).await;
                honest.await
            }
            Some(Effect::Hang) => std::future::pending().await,
            Some(Effect::Lost) => {
                drop(honest.await);
                failure(&call.service)
            }
            Some(Effect::KillBefore) => self.kill(&call.function).await,
            Some(Effect::KillAfter) => {
                drop(honest.await);
                self.kill(&call.function).await
            }
        }
    }

    fn meet(&self, call: &Site, request: &Value) -> Option<Effect> {
        let mut state = self.state();
        if let Some((then, met)) = state.armed_for(call, request) {
            if let Some(times) = met {
                state.met.keep(Met { site: call.clone(), then, times });
            }
            return Some(then);
        }
        let then = state.everywhere_for(call)?;
        state.met.keep(Met { site: call.clone(), then, times: once() });
        Some(then)
    }

    /// Nobody is there any more to hear an answer.
    async fn kill(&self, function: &str) -> Response {
        if let Some(functions) = self.functions.get() {
            functions.kill(function);
        }
        std::future::pending().await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What it meets, and how many calls in a row have met it, once that is so. What the SDK repeats is one request, and
    /// others of its kind do not share its fault: each would see less of it than the SDK mends.
    fn armed_for(&mut self, call: &Site, request: &Value) -> Option<(Effect, Option<u32>)> {
        let index = self.armed.iter().position(|fault| fault.fits(call, request))?;
        let fault = &mut self.armed[index];
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times = fault.times.saturating_sub(1);
        let is_repeated = fault.armed == ATTEMPTS && fault.then.is_repeated(call);
        if is_repeated {
            fault.bound = Some(digest(request));
        }
        fault.met = !is_repeated || fault.times == 0;
        let met = (fault.then, fault.met.then_some(fault.armed));
        if fault.times == 0 {
            self.armed.remove(index);
        }
        Some(met)
    }

    /// Only functions' calls: who looks on from outside is answered honestly.
    fn everywhere_for(&mut self, call: &Site) -> Option<Effect> {
        let turn = self.been.len();
        let then = &self.everywhere.as_ref()?.then;
        if ["owner", "links"].contains(&call.function.as_str()) || self.been.contains(call) {
            return None;
        }
        let suiting: Vec<Effect> = then.iter().copied().filter(|effect| effect.suits(call)).collect();
        self.been.insert(call.clone());
        suiting.get(turn.checked_rem(suiting.len())?).copied()
    }
}

impl Effect {
    /// Whether a call may meet it: only what writes to the table meets another's transaction, and only an index lags behind.
    pub fn suits(self, call: &Site) -> bool {
        match self {
            Self::Conflict => {
                ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"].contains(&call.operation.as_str())
            }
            Self::Stale => call.about.starts_with("index "),
            Self::Absent => call.operation == "GetItem",
            _ => true,
        }
    }

    /// Whether the SDK makes the call again: also, as `storage` tells it to, a write that met another's transaction. A transaction
    /// that did is decided anew by its function.
    fn is_repeated(self, call: &Site) -> bool {
        match self {
            Self::Error | Self::Lost | Self::Throttle => true,
            Self::Conflict => call.operation != "TransactWriteItems",
            _ => false,
        }
    }
}

impl Met {
    /// Whether the SDK's own repetition mends it, so that the function sees nothing of it.
    pub fn is_mended(&self) -> bool {
        self.then.is_repeated(&self.site) && self.times < ATTEMPTS
    }
}

impl Fault {
    fn fits(&self, call: &Site, request: &Value) -> bool {
        let is = |named: &Option<String>, called: &str| named.as_deref().is_none_or(|named| named == called);
        let named = is(&self.service, &call.service) && is(&self.operation, &call.operation);
        // The table itself is read consistently; only an index lags behind.
        let stale = self.then != Effect::Stale || request.get("IndexName").is_some();
        let absent = self.then != Effect::Absent || self.then.suits(call);
        let same = self.bound.is_none_or(|bound| bound == digest(request));
        self.function == call.function && named && is(&self.about, &call.about) && stale && absent && same
    }
}

fn digest(request: &Value) -> u64 {
    let mut digest = DefaultHasher::new();
    request.hash(&mut digest);
    digest.finish()
}

/// What is kept in a file.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path) -> anyhow::Result<BTreeSet<Met>> {
    once::read(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults() -> (tempfile::TempDir, Faults) {
        let folder = tempfile::tempdir().unwrap();
        let faults = Faults::open(&folder.path().join(FILE)).unwrap();
        (folder, faults)
    }

    fn call() -> Site {
        let [function, service, operation, about] = ["f", "dynamodb", "Query", "TICKETS"].map(str::to_owned);
        Site { function, service, operation, about }
    }

    fn fault(after: u32, times: u32, then: Effect) -> Fault {
        let Site { function, service, operation, .. } = call();
        let [service, operation] = [service, operation].map(Some);
        Fault { function, service, operation, about: None, after, times, then, met: false, armed: 0, bound: None }
    }

    #[test]
    fn a_fault_waits_for_its_call_and_is_over_after_its_times() {
        let (folder, faults) = faults();
        faults.arm(fault(1, 2, Effect::Error));
        let met: Vec<_> = (0..4).map(|_| faults.meet(&call(), &Value::Null)).collect();
        assert_eq!(met, [None, Some(Effect::Error), Some(Effect::Error), None]);
        assert!(faults.left().is_empty());
        let kept = read(&folder.path().join(FILE)).unwrap();
        assert_eq!(kept, BTreeSet::from([Met { site: call(), then: Effect::Error, times: 2 }]));
    }

    #[test]
    fn what_fails_as_often_as_the_sdk_calls_is_not_mended_and_a_death_never_is() {
        let is_mended = |then, times| Met { site: call(), then, times }.is_mended();
        assert!(is_mended(Effect::Lost, 1) && is_mended(Effect::Throttle, ATTEMPTS - 1));
        assert!(!is_mended(Effect::Lost, ATTEMPTS) && !is_mended(Effect::KillAfter, 1));
        let conflict = |operation: &str| {
            let site = Site { operation: operation.to_owned(), ..call() };
            Met { site, then: Effect::Conflict, times: 1 }.is_mended()
        };
        assert!(conflict("PutItem") && !conflict("TransactWriteItems"));
    }

    #[test]
    fn what_is_not_to_be_mended_is_one_requests_however_many_call_beside_it() {
        let (folder, faults) = faults();
        faults.arm(fault(0, ATTEMPTS, Effect::Error));
        let (mine, others) = (json!({ "Key": 1 }), json!({ "Key": 2 }));
        for _ in 0..ATTEMPTS {
            assert!(faults.left().iter().all(|fault| !fault.met));
            assert_eq!(faults.meet(&call(), &mine), Some(Effect::Error));
            assert_eq!(faults.meet(&call(), &others), None);
        }
        assert_eq!((faults.meet(&call(), &mine), faults.left()), (None, vec![]));
        assert_eq!(read(&folder.path().join(FILE)).unwrap().len(), 1);
    }

    #[test]
    fn only_an_index_is_stale() {
        let (_folder, faults) = faults();
        faults.arm(fault(0, 1, Effect::Stale));
        assert_eq!(faults.meet(&call(), &json!({ "TableName": "t" })), None);
        assert_eq!(faults.meet(&call(), &json!({ "TableName": "t", "IndexName": "due" })), Some(Effect::Stale));
    }

    #[test]
    fn only_what_is_read_by_its_key_is_absent() {
        let (_folder, faults) = faults();
        faults.arm(Fault { operation: None, ..fault(0, 1, Effect::Absent) });
        assert_eq!(faults.meet(&call(), &Value::Null), None);
        let read = Site { operation: "GetItem".into(), ..call() };
        assert_eq!(faults.meet(&read, &Value::Null), Some(Effect::Absent));
    }

    #[test]
    fn somebody_elses_call_and_one_about_something_else_meet_nothing() {
        let (_folder, faults) = faults();
        faults.arm(Fault { about: Some("TICKETS".to_owned()), ..fault(0, 1, Effect::Error) });
        for other in [Site { function: "g".into(), ..call() }, Site { about: "CONTACTS".into(), ..call() }] {
            assert_eq!(faults.meet(&other, &Value::Null), None);
        }
        assert_eq!(faults.meet(&call(), &Value::Null), Some(Effect::Error));
    }

    #[test]
    fn what_names_only_a_function_is_met_by_every_call_of_it_and_of_no_other() {
        let (_folder, faults) = faults();
        faults.arm(Fault { service: None, operation: None, ..fault(0, u32::MAX, Effect::Hang) });
        for other in [call(), Site { service: "kms".into(), operation: "Decrypt".into(), ..call() }] {
            assert_eq!(faults.meet(&other, &Value::Null), Some(Effect::Hang));
        }
        assert_eq!(faults.meet(&Site { function: "g".into(), ..call() }, &Value::Null), None);
        assert!(faults.left().iter().all(|fault| fault.met));
    }

    #[test]
    fn everywhere_each_site_meets_the_next_effect_that_suits_it_once() {
        let (folder, faults) = faults();
        faults.arm_everywhere(Everywhere { then: vec![Effect::Conflict, Effect::Lost] });
        let write = Site { operation: "PutItem".into(), about: "TICKET".into(), ..call() };
        assert_eq!(faults.meet(&call(), &Value::Null), Some(Effect::Lost));
        assert_eq!(faults.meet(&call(), &Value::Null), None);
        assert_eq!(faults.meet(&Site { function: "owner".into(), ..call() }, &Value::Null), None);
        assert_eq!(faults.meet(&write, &Value::Null), Some(Effect::Lost));
        assert_eq!(faults.meet(&Site { about: "THREAD".into(), ..write }, &Value::Null), Some(Effect::Conflict));
        assert!(read(&folder.path().join(FILE)).unwrap().iter().all(|met| met.times == 1));
    }
}
