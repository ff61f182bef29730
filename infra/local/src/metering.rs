//! What the account's use would be billed by: calls, capacity units and bytes, by caller, service and operation.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// What a call used of the table, as DynamoDB counts: a read unit is 4 KB read consistently, a write unit 1 KB written.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Units {
    /// Read units.
    pub read: f64,
    /// Write units, those of the indexes included.
    pub write: f64,
}

/// What is called, by whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Operation {
    /// The function's crate; `owner` for the account's owner, who is the stack itself and whoever looks in from outside.
    pub function: String,
    /// As endpoints are named: `dynamodb`, `sqs`, `s3`.
    pub service: String,
    /// As the API names it: `TransactWriteItems`.
    pub operation: String,
}

/// A call as it is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// Bytes of the request's body.
    pub request_bytes: u64,
    /// Bytes of the answer's body.
    pub response_bytes: u64,
    /// What it used of the table.
    pub units: Units,
}

/// What one operation came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Usage {
    #[serde(flatten)]
    operation: Operation,
    calls: u64,
    read_units: f64,
    write_units: f64,
    request_bytes: u64,
    response_bytes: u64,
}

/// Counts since the start or the last [`Metering::forget`]. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Metering(Arc<Mutex<BTreeMap<Operation, Usage>>>);

impl Metering {
    /// Counts a call that reached its service.
    pub fn count(&self, operation: Operation, size: Size) {
        let mut counts = self.counts();
        let usage = counts.entry(operation.clone()).or_insert(Usage::none_of(operation));
        usage.calls += 1;
        usage.read_units += size.units.read;
        usage.write_units += size.units.write;
        usage.request_bytes += size.request_bytes;
        usage.response_bytes += size.response_bytes;
    }

    /// What was used, by function, service and operation.
    pub fn usage(&self) -> Vec<Usage> {
        self.counts().values().cloned().collect()
    }

    /// Counts from nothing again.
    pub fn forget(&self) {
        self.counts().clear();
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<Operation, Usage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Usage {
    fn none_of(operation: Operation) -> Self {
        Self { operation, calls: 0, read_units: 0.0, write_units: 0.0, request_bytes: 0, response_bytes: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn calls_of_one_kind_add_up_until_they_are_forgotten() {
        let operation = Operation { function: "f".into(), service: "dynamodb".into(), operation: "PutItem".into() };
        let size = Size { request_bytes: 10, response_bytes: 2, units: Units { read: 0.0, write: 1.5 } };
        let metering = Metering::default();

        metering.count(operation.clone(), size);
        metering.clone().count(operation, size);

        let usage = serde_json::to_value(metering.usage()).unwrap();
        let expected = json!([{
            "function": "f", "service": "dynamodb", "operation": "PutItem", "calls": 2,
            "read_units": 0.0, "write_units": 3.0, "request_bytes": 20, "response_bytes": 4,
        }]);
        assert_eq!(usage, expected);
        metering.forget();
        assert!(metering.usage().is_empty());
    }
}
