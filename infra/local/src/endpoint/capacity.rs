//! What a call uses of the table. The table itself tells, by DynamoDB's rules (items rounded up, transactions doubled,
//! indexes by what changes in them), when it is asked; so it always is.

use axum::body::{Body, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use http::HeaderName;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use serde_json::{Value, json};

use super::Table;
use crate::metering::Units;

/// The operations that use capacity: those that read, then those that write.
const READS: [&str; 5] = ["BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"];
const WRITES: [&str; 5] = ["BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"];

const ASK: &str = "ReturnConsumedCapacity";
const CONSUMED: &str = "ConsumedCapacity";
const CHECKSUM: HeaderName = HeaderName::from_static("x-amz-crc32");

/// Hands a request on. The answer is what the caller asked for, and holds the [`Units`] as an extension.
pub(super) async fn forward(table: &Table, operation: &str, parts: &Parts, body: Bytes) -> Response {
    if !READS.contains(&operation) && !WRITES.contains(&operation) {
        return table.forward(parts, body).await;
    }
    let Ok(Value::Object(mut request)) = serde_json::from_slice(&body) else {
        return table.forward(parts, body).await;
    };
    let asked = request.get(ASK).is_some_and(|mode| mode != "NONE");
    if !asked {
        request.insert(ASK.to_owned(), json!("TOTAL"));
    }
    let request = Value::Object(request);
    let answer = table.forward(parts, Bytes::from(request.to_string())).await;
    let shown = if asked { Shown::Capacity } else { Shown::Nothing };
    told(answer, operation, &request, shown).await
}

/// What the caller sees of the capacity that was used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Capacity,
    Nothing,
}

/// The answer with its units, and without what nobody asked for.
async fn told(answer: Response, operation: &str, request: &Value, shown: Shown) -> Response {
    let (mut head, body) = answer.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else { return Response::from_parts(head, Body::empty()) };
    let Ok(mut answer) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(head, Body::from(bytes));
    };
    let units = if head.status.is_success() { used(operation, &answer[CONSUMED]) } else { refused(&answer, request) };
    if let (Shown::Nothing, Some(answer)) = (shown, answer.as_object_mut()) {
        answer.remove(CONSUMED);
    }
    // They belong to the body that was.
    head.headers.remove(CONTENT_LENGTH);
    head.headers.remove(CHECKSUM);
    head.extensions.insert(units);
    Response::from_parts(head, Body::from(answer.to_string()))
}

/// One table's capacity or a list of several's.
fn used(operation: &str, consumed: &Value) -> Units {
    let mut units = Units::default();
    let one = std::slice::from_ref(consumed);
    for table in consumed.as_array().map_or(one, Vec::as_slice) {
        let number = |name: &str| table[name].as_f64();
        match (number("ReadCapacityUnits"), number("WriteCapacityUnits"), number("CapacityUnits")) {
            (None, None, Some(all)) if READS.contains(&operation) => units.read += all,
            (None, None, Some(all)) => units.write += all,
            (read, write, _) => {
                units.read += read.unwrap_or_default();
                units.write += write.unwrap_or_default();
            }
        }
    }
    units
}

/// A write whose condition does not hold is paid, too, by the size of the item that is there; that size is not told, so
/// this is the least: one unit, and two for each item of a transaction.
fn refused(answer: &Value, request: &Value) -> Units {
    let code = answer["__type"].as_str().and_then(|name| name.rsplit('#').next());
    let write = match code {
        Some("ConditionalCheckFailedException") => 1.0,
        Some("TransactionCanceledException") => {
            request["TransactItems"].as_array().into_iter().flatten().map(|_| 2.0).sum()
        }
        _ => 0.0,
    };
    Units { read: 0.0, write }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::tests::template;
    use http::Request;

    /// A table of its own, and what its answers say.
    struct World {
        table: Table,
        _folder: tempfile::TempDir,
    }

    impl World {
        async fn start() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let table = Table::open(&folder.path().join("table.db"), &template().table().unwrap()).await.unwrap();
            Self { table, _folder: folder }
        }

        async fn call(&self, operation: &str, request: Value) -> (Units, Value) {
            let (parts, ()) = Request::post("/")
                .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
                .header("content-type", "application/x-amz-json-1.0")
                .header("authorization", "AWS4-HMAC-SHA256 Credential=a/20261123/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
                .header("x-amz-date", "20261123T200000Z")
                .body(())
                .unwrap()
                .into_parts();
            let answer = forward(&self.table, operation, &parts, Bytes::from(request.to_string())).await;
            let units = *answer.extensions().get::<Units>().unwrap();
            let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            (units, serde_json::from_slice(&body).unwrap())
        }
    }

    /// 1,500 bytes are two write units and half a read unit.
    fn ticket() -> Value {
        json!({
            "pk": {"S": "a"}, "sk": {"S": "b"}, "due_pk": {"S": "d"}, "due_sk": {"S": "e"}, "text": {"S": "x".repeat(1_500)},
        })
    }

    fn put() -> Value {
        json!({"TableName": "local-helpdesk", "Item": ticket(), "ConditionExpression": "attribute_not_exists(pk)"})
    }

    fn read(units: f64) -> Units {
        Units { read: units, write: 0.0 }
    }

    fn write(units: f64) -> Units {
        Units { read: 0.0, write: units }
    }

    #[tokio::test]
    async fn a_write_is_paid_by_its_size_and_again_for_each_index_that_it_changes() {
        let world = World::start().await;

        let (units, answer) = world.call("PutItem", put()).await;

        // The index keeps keys only.
        assert_eq!((units, answer), (write(2.0 + 1.0), json!({})));
    }

    #[tokio::test]
    async fn a_transaction_is_paid_twice_and_one_that_is_refused_at_least_so() {
        let world = World::start().await;
        let transaction = || json!({"TransactItems": [{"Put": put()}]});

        let (made, _) = world.call("TransactWriteItems", transaction()).await;
        let (refused, answer) = world.call("TransactWriteItems", transaction()).await;

        assert_eq!((made, refused), (write(4.0 + 1.0), write(2.0)));
        assert!(answer["__type"].as_str().unwrap().ends_with("TransactionCanceledException"), "{answer}");
    }

    #[tokio::test]
    async fn a_read_is_paid_in_full_only_when_it_is_consistent() {
        let world = World::start().await;
        world.call("PutItem", put()).await;
        let mut get = json!({"TableName": "local-helpdesk", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}});

        let (eventual, answer) = world.call("GetItem", get.clone()).await;
        get["ConsistentRead"] = json!(true);
        let (consistent, _) = world.call("GetItem", get).await;

        assert_eq!((eventual, consistent), (read(0.5), read(1.0)));
        assert_eq!(answer, json!({"Item": ticket()}));
    }

    #[tokio::test]
    async fn who_asks_for_the_capacity_gets_it() {
        let world = World::start().await;
        let mut put = put();
        put[ASK] = json!("TOTAL");

        let (units, answer) = world.call("PutItem", put).await;

        assert_eq!((units, answer[CONSUMED]["CapacityUnits"].as_f64()), (write(3.0), Some(3.0)));
    }

    #[tokio::test]
    async fn a_write_whose_condition_does_not_hold_is_paid() {
        let world = World::start().await;
        world.call("PutItem", put()).await;

        assert_eq!(world.call("PutItem", put()).await.0, write(1.0));
    }
}
