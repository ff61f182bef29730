//! What a journey calls, of AWS and of Graph.

use std::collections::BTreeSet;

use acceptance::{GraphCall, GraphRequest, Point};
use local::sites::Site;
use serde_json::{Value, json};

/// What is called, of AWS or of Graph.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Aws(Point),
    Graph(GraphCall),
}

/// The calls that a journey makes without faults.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    pub(super) aws: Vec<Point>,
    /// Each with how many of its kind came before.
    pub(super) graph: Vec<(GraphCall, u64)>,
}

impl Kind {
    /// Keys and secrets are asked for once a process: by whoever has just begun, and otherwise by chance.
    pub(super) fn is_of_beginnings(&self) -> bool {
        matches!(self, Self::Aws(point) if is_of_beginnings(point))
    }

    /// As the stacks leave it; nothing for what no function asks of Graph.
    pub(super) fn site(&self) -> Option<Site> {
        match self {
            Self::Aws(point) => Some(point.site()),
            Self::Graph(call) => call.site(),
        }
    }

    pub(super) fn is_of_aws(&self) -> bool {
        matches!(self, Self::Aws(_))
    }
}

impl Calls {
    /// These, and requests to Graph by their kinds.
    pub(super) fn of(aws: Vec<Point>, requests: &[GraphRequest]) -> Self {
        let of = |(index, request): (usize, &GraphRequest)| {
            let call = GraphCall::of(&request.method, &request.path, &request.query);
            let before = requests[..index].iter().filter(|other| call.is_of(other)).count() as u64;
            (call, before)
        };
        Self { aws, graph: requests.iter().enumerate().map(of).collect() }
    }

    pub(super) fn kinds(&self) -> BTreeSet<Kind> {
        let aws = self.aws.iter().map(|point| Kind::Aws(point.kind()));
        aws.chain(self.graph.iter().map(|(call, _)| Kind::Graph(call.clone()))).collect()
    }

    /// Whether it is the last of several that look alike.
    pub(super) fn is_last(&self, point: &Point) -> bool {
        let next = Point { ordinal: point.ordinal + 1, ..point.clone() };
        point.ordinal > 0 && !self.aws.contains(&next)
    }
}

/// Whether a request is of this kind and met this, as the simulator's log names it.
pub(super) fn has_met(call: &GraphCall, then: &str, request: &GraphRequest) -> bool {
    let named = match then {
        "failure" | "throttle" => "error",
        "slow" => "delay",
        silence => silence,
    };
    call.is_of(request) && request.fault.as_deref() == Some(named)
}

/// What Graph is told to do.
pub(super) fn fault(call: &GraphCall, after: u64, then: &str) -> Value {
    let then = match then {
        "failure" => json!({ "status": 500, "code": 2 }),
        "throttle" => json!({ "code": 4 }),
        "slow" => json!({ "delay_ms": 400 }),
        silence => json!(silence),
    };
    json!({ "match": call.matching(), "after": after, "then": then })
}

/// Whether a call is made once a process.
pub(super) fn is_of_beginnings(point: &Point) -> bool {
    ["kms", "secretsmanager"].contains(&point.service.as_str())
}

/// Whether a call writes to the table.
pub(super) fn is_write(point: &Point) -> bool {
    ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"].contains(&point.operation.as_str())
}
