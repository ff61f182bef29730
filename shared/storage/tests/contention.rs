//! What the table refuses for the moment is tried again by the SDK, and by nobody else.

#![expect(clippy::unwrap_used, reason = "this is all tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use axum::http::StatusCode;
use axum::{Json, Router};
use domain::library::{LibraryBody, LibraryItem, LibraryKind};
use domain::{LibraryItemId, UserId};
use jiff::Timestamp;
use serde_json::{Value, json};
use storage::{CommitError, StorageError, Table, Tenancy};
use tokio::net::TcpListener;
use uuid::Uuid;

/// As often as a function's SDK tries.
const ATTEMPTS: u32 = 4;

/// A table that refuses so many calls, and counts all.
async fn table(refused: usize, refusal: Value) -> (Tenancy, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let app = Router::new().fallback(move || {
        let call = counted.fetch_add(1, Ordering::SeqCst);
        let answer = if call < refused {
            (StatusCode::BAD_REQUEST, Json(refusal.clone()))
        } else {
            (StatusCode::OK, Json(json!({})))
        };
        async move { answer }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let short = Duration::from_millis(1);
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "test")))
        .endpoint_url(url)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(short))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    (Table::new(&config, "helpdesk".into()).of(Uuid::from_u128(1).into()), calls)
}

fn named(exception: &str) -> Value {
    json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{exception}"), "message": "refused" })
}

/// A transaction that was cancelled for these reasons, one a write.
fn cancelled(reasons: &[&str]) -> Value {
    let mut refusal = named("TransactionCanceledException");
    refusal["CancellationReasons"] = reasons.iter().map(|code| json!({ "Code": code })).collect();
    refusal
}

/// A transaction of several writes.
async fn commits(tenancy: &Tenancy) -> Result<(), CommitError> {
    let mut transaction = tenancy.transaction();
    transaction.check_ticket(Uuid::from_u128(3).into(), 1);
    transaction.check_ticket(Uuid::from_u128(4).into(), 1);
    transaction.commit().await
}

fn id() -> LibraryItemId {
    Uuid::from_u128(7).into()
}

fn item() -> LibraryItem {
    LibraryItem {
        id: id(),
        kind: LibraryKind::Snippet,
        title: "Greeting".into(),
        body: LibraryBody::Text { text: "hello".into() },
        created_by: UserId::try_from("usr_ben".to_owned()).unwrap(),
        created_at: Timestamp::UNIX_EPOCH,
    }
}

#[tokio::test]
async fn a_write_of_one_item_that_meets_a_transaction_is_made_when_that_is_over() {
    let refusal = named("TransactionConflictException");
    for write in ["put", "update", "delete"] {
        let (tenancy, calls) = table(2, refusal.clone()).await;
        let written = match write {
            "put" => tenancy.create_library_item(&item()).await,
            "update" => tenancy.keep_gap_progress(None).await,
            _ => tenancy.delete_library_item(id()).await,
        };
        written.unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 3, "{write}");
    }
}

#[tokio::test]
async fn a_write_that_meets_transactions_for_long_is_left_to_the_queue_or_the_client() {
    let (tenancy, calls) = table(usize::MAX, named("TransactionConflictException")).await;
    let written = tenancy.create_library_item(&item()).await;
    assert!(matches!(written, Err(StorageError::Unavailable { .. })), "{written:?}");
    assert_eq!(calls.load(Ordering::SeqCst), ATTEMPTS as usize);
}

#[tokio::test]
async fn a_transaction_that_is_still_at_work_or_was_only_throttled_is_made_again() {
    for refusal in [
        named("TransactionInProgressException"),
        cancelled(&["None", "ThrottlingError"]),
        cancelled(&["ProvisionedThroughputExceeded", "ThrottlingError"]),
    ] {
        let (tenancy, calls) = table(2, refusal.clone()).await;
        commits(&tenancy).await.unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 3, "{refusal}");
    }
}

#[tokio::test]
async fn a_transaction_that_another_cancelled_is_decided_anew_and_not_repeated() {
    for reasons in [
        &["None", "TransactionConflict"][..],
        &["TransactionConflict", "TransactionConflict"],
        &["ConditionalCheckFailed", "None"],
        &["ConditionalCheckFailed", "TransactionConflict"],
        &["TransactionConflict", "ThrottlingError"],
    ] {
        let (tenancy, calls) = table(1, cancelled(reasons)).await;
        let committed = commits(&tenancy).await;
        assert!(matches!(committed, Err(CommitError::Conflict)), "{reasons:?}: {committed:?}");
        assert_eq!(calls.load(Ordering::SeqCst), 1, "{reasons:?}");
    }
}

#[tokio::test]
async fn what_can_never_be_written_is_tried_once() {
    for refusal in [cancelled(&["None", "ValidationError"]), named("ValidationException")] {
        let (tenancy, calls) = table(1, refusal.clone()).await;
        let committed = commits(&tenancy).await;
        assert!(matches!(committed, Err(CommitError::Storage(_))), "{refusal}: {committed:?}");
        assert_eq!(calls.load(Ordering::SeqCst), 1, "{refusal}");
    }
}
