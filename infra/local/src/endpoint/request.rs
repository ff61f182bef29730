//! What a request asks for, in IAM's words, and who signed it.

use axum::extract::Request;
use http::Method;
use http::header::AUTHORIZATION;
use serde_json::Value;

use crate::metering::Operation;
use crate::template::Place;

/// An action on a resource.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Action {
    pub(super) action: String,
    pub(super) resource: String,
}

/// The access key id of a signature, in the header or the query.
pub(super) fn access_key_id(request: &Request) -> Option<&str> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let after = match header {
        Some(header) => header.split_once("Credential=")?.1,
        None => request.uri().query()?.split_once("X-Amz-Credential=")?.1,
    };
    after.split(['/', '%', ',', '&']).next()
}

/// Whether the signature is in the query: somebody uses a link.
pub(super) fn is_presigned(request: &Request) -> bool {
    !request.headers().contains_key(AUTHORIZATION) && access_key_id(request).is_some()
}

/// What a request of the JSON protocols needs to be allowed.
pub(super) fn actions_of_json(place: &Place, target: &str, body: &[u8]) -> Vec<Action> {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let (service, operation) = target.split_once('.').unwrap_or((target, ""));
    match service {
        "AmazonSQS" => vec![queue_action(place, operation, &request)],
        "TrentService" => vec![key_action(place, operation, &request)],
        "secretsmanager" => vec![Action {
            action: format!("secretsmanager:{operation}"),
            resource: request["SecretId"].as_str().unwrap_or("").to_owned(),
        }],
        _ => table_actions(place, operation, &request),
    }
}

/// A request of the JSON protocols as it is metered.
pub(super) fn operation_of_json(caller: &str, target: &str) -> Operation {
    let (service, operation) = target.split_once('.').unwrap_or((target, ""));
    let service = match service {
        "AmazonSQS" => "sqs",
        "TrentService" => "kms",
        service if service.starts_with("DynamoDB") => "dynamodb",
        other => other,
    };
    Operation { function: caller.to_owned(), service: service.to_owned(), operation: operation.to_owned() }
}

/// A request to the bucket as it is metered.
pub(super) fn operation_of_object(caller: &str, request: &Request) -> Operation {
    let Action { action, .. } = action_of_object(request);
    let operation = match *request.method() {
        Method::HEAD if action == "s3:GetObject" => "HeadObject",
        _ => action.trim_start_matches("s3:"),
    };
    Operation { function: caller.to_owned(), service: "s3".to_owned(), operation: operation.to_owned() }
}

fn queue_action(place: &Place, operation: &str, request: &Value) -> Action {
    let name = request["QueueUrl"].as_str().or_else(|| request["QueueName"].as_str()).unwrap_or("");
    let name = name.rsplit('/').next().unwrap_or("");
    Action {
        // A batch is allowed by what it is a batch of.
        action: format!("sqs:{}", operation.trim_end_matches("Batch")),
        resource: format!("arn:aws:sqs:{}:{}:{name}", place.region, place.account),
    }
}

/// A key is named by its id or its ARN.
fn key_action(place: &Place, operation: &str, request: &Value) -> Action {
    let key = request["KeyId"].as_str().unwrap_or("");
    let id = key.rsplit('/').next().unwrap_or("");
    Action {
        action: format!("kms:{operation}"),
        resource: format!("arn:aws:kms:{}:{}:key/{id}", place.region, place.account),
    }
}

fn table_actions(place: &Place, operation: &str, request: &Value) -> Vec<Action> {
    let on = |operation: &str, table: &Value| {
        let table = table.as_str().unwrap_or("");
        let index = request["IndexName"].as_str().map_or(String::new(), |index| format!("/index/{index}"));
        Action {
            action: format!("dynamodb:{operation}"),
            resource: format!("arn:aws:dynamodb:{}:{}:table/{table}{index}", place.region, place.account),
        }
    };
    let mut actions: Vec<_> = match operation {
        // A transaction is allowed by the operations in it.
        "TransactWriteItems" | "TransactGetItems" => request["TransactItems"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flatten()
            .map(|(kind, write)| {
                let operation = if kind == "ConditionCheck" { "ConditionCheckItem" } else { &format!("{kind}Item") };
                on(operation, &write["TableName"])
            })
            .collect(),
        "BatchGetItem" | "BatchWriteItem" => request["RequestItems"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(table, _)| on(operation, &Value::String(table.clone())))
            .collect(),
        _ => vec![on(operation, &request["TableName"])],
    };
    actions.sort();
    actions.dedup();
    actions
}

/// What a request to the bucket needs to be allowed: one action, and another for tags that come with an object.
pub(super) fn actions_of_object(request: &Request) -> Vec<Action> {
    let action = action_of_object(request);
    let tags = Action { action: "s3:PutObjectTagging".to_owned(), resource: action.resource.clone() };
    let has_tags = request.headers().contains_key("x-amz-tagging");
    std::iter::once(action).chain(Some(tags).filter(|_| has_tags)).collect()
}

/// Whether a request is about the tags of an object rather than the object.
pub(super) fn is_about_tags(request: &Request) -> bool {
    let mut parameters = request.uri().query().unwrap_or("").split('&');
    parameters.any(|parameter| parameter.split('=').next() == Some("tagging"))
}

fn action_of_object(request: &Request) -> Action {
    let path = request.uri().path().trim_start_matches('/');
    let query = request.uri().query().unwrap_or("");
    let has_key = path.split_once('/').is_some_and(|(_, key)| !key.is_empty());
    let action = match *request.method() {
        Method::PUT if is_about_tags(request) => "s3:PutObjectTagging",
        Method::GET | Method::HEAD if has_key => "s3:GetObject",
        Method::GET | Method::HEAD => "s3:ListBucket",
        Method::DELETE if query.contains("uploadId=") => "s3:AbortMultipartUpload",
        Method::DELETE => "s3:DeleteObject",
        _ => "s3:PutObject",
    };
    Action { action: action.to_owned(), resource: format!("arn:aws:s3:::{}", path.trim_end_matches('/')) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::tests::place;
    use axum::body::Body;

    fn actions(target: &str, body: &str) -> Vec<(String, String)> {
        let actions = actions_of_json(&place(), target, body.as_bytes());
        actions.into_iter().map(|action| (action.action, action.resource)).collect()
    }

    #[test]
    fn a_transaction_needs_what_it_is_made_of() {
        let body = r#"{"TransactItems":[{"Put":{"TableName":"t"}},{"ConditionCheck":{"TableName":"t"}},{"Put":{"TableName":"t"}}]}"#;
        let table = "arn:aws:dynamodb:us-east-1:000000000000:table/t".to_owned();

        assert_eq!(
            actions("DynamoDB_20120810.TransactWriteItems", body),
            [("dynamodb:ConditionCheckItem".into(), table.clone()), ("dynamodb:PutItem".into(), table)]
        );
    }

    #[test]
    fn an_index_is_a_resource_of_its_own() {
        let asked = actions("DynamoDB_20120810.Query", r#"{"TableName":"t","IndexName":"due"}"#);
        assert_eq!(asked[0].1, "arn:aws:dynamodb:us-east-1:000000000000:table/t/index/due");
    }

    #[test]
    fn a_batch_of_messages_is_sent_by_the_right_to_send_one() {
        let asked = actions("AmazonSQS.SendMessageBatch", r#"{"QueueUrl":"http://x/000000000000/q.fifo"}"#);
        assert_eq!(asked, [("sqs:SendMessage".into(), "arn:aws:sqs:us-east-1:000000000000:q.fifo".into())]);
    }

    #[test]
    fn a_key_is_the_same_by_its_id_and_by_its_arn() {
        let arn = "arn:aws:kms:us-east-1:000000000000:key/TokenKey";
        let asked = |key: &str| actions("TrentService.Decrypt", &serde_json::json!({ "KeyId": key }).to_string());
        assert_eq!(asked("TokenKey"), [("kms:Decrypt".into(), arn.to_owned())]);
        assert_eq!(asked(arn), asked("TokenKey"));
    }

    #[test]
    fn an_object_is_named_by_its_bucket_and_key() {
        let request = Request::put("/media/spill/1?x-id=PutObject")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=LOCALX/20261123/us-east-1/s3/aws4_request, …=")
            .body(Body::empty());
        let request = request.unwrap_or_else(|_| Request::put("/media/spill/1").body(Body::empty()).unwrap());

        let action = action_of_object(&request);

        assert_eq!((action.action.as_str(), action.resource.as_str()), ("s3:PutObject", "arn:aws:s3:::media/spill/1"));
    }

    #[test]
    fn tags_are_an_action_of_their_own() {
        let actions = |request: http::request::Builder| -> Vec<String> {
            let request = request.body(Body::empty()).unwrap();
            actions_of_object(&request).into_iter().map(|action| action.action).collect()
        };
        assert_eq!(actions(Request::put("/media/uploads/1?tagging&x-id=PutObjectTagging")), ["s3:PutObjectTagging"]);
        let with_tags =
            Request::put("/media/uploads/1?X-Amz-SignedHeaders=x-amz-tagging").header("x-amz-tagging", "a=b");
        assert_eq!(actions(with_tags), ["s3:PutObject", "s3:PutObjectTagging"]);
    }

    #[test]
    fn who_signed_stands_in_the_header_or_in_a_presigned_query() {
        let header = "AWS4-HMAC-SHA256 Credential=LOCALX/20261123/us-east-1/sqs/aws4_request, SignedHeaders=host";
        let signed = Request::get("/").header("authorization", header).body(Body::empty()).unwrap();
        let presigned = Request::get("/b/k?X-Amz-Credential=local%2F2026&X-Amz-Date=1").body(Body::empty()).unwrap();

        assert_eq!(access_key_id(&signed), Some("LOCALX"));
        assert_eq!(access_key_id(&presigned), Some("local"));
        assert_eq!(access_key_id(&Request::new(Body::empty())), None);
        assert!(is_presigned(&presigned) && !is_presigned(&signed) && !is_presigned(&Request::new(Body::empty())));
    }
}
