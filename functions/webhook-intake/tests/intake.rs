//! The function in process, with the real AWS SDK against the queue stand-in; and, where time counts, as it is deployed.

mod lost_answers;
mod world;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use world::{World, fixture};

#[tokio::test]
async fn metas_question_is_answered_with_the_bare_challenge() {
    let world = World::start().await;
    let answer = world.asks("subscribe", "verify-me").await;
    assert_eq!((answer.status_code, answer.body.as_str()), (200, "1158201444"));
    assert_eq!(world.asks("subscribe", "guess").await.status_code, 403);
    assert_eq!(world.asks("unsubscribe", "verify-me").await.status_code, 403);
}

#[tokio::test]
async fn every_item_of_a_batch_is_in_its_queue_when_meta_gets_its_200() {
    let world = World::start().await;
    assert_eq!(world.posts(fixture("batch")).await.status_code, 200);
    let count = |jobs: &[Value]| jobs.iter().map(|job| job["items"].as_array().expect("items").len()).sum::<usize>();
    let inbound = world.jobs("inbound.fifo").await;
    // Four numbers of two customers each.
    assert_eq!((inbound.len(), count(&inbound)), (8, 12));
    assert_eq!(count(&world.jobs("statuses").await), 8);
    assert!(world.jobs("account-events").await.is_empty());
    let first = &inbound[0]["items"][0];
    assert_eq!(
        (&first["at"], &first["message"]["text"]["body"]),
        (&json!("entry/0/changes/0/messages/0"), &json!("one"))
    );
    assert_eq!(first["contact"]["profile"]["name"], "Ada Example");
}

#[tokio::test]
async fn every_kind_of_webhook_is_taken_and_nothing_of_it_is_left_out() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/whatsapp/fixtures");
    let world = World::start().await;
    let mut expected = 0;
    for file in std::fs::read_dir(folder).expect("the fixtures") {
        let body = std::fs::read(file.expect("a file").path()).expect("a fixture");
        expected += whatsapp::webhook::split(&body).items.len();
        assert_eq!(world.posts(body).await.status_code, 200);
    }
    let mut taken = 0;
    for queue in ["inbound.fifo", "statuses", "account-events"] {
        taken += world.jobs(queue).await.iter().map(|job| job["items"].as_array().expect("items").len()).sum::<usize>();
    }
    assert_eq!(taken, expected);
}

#[tokio::test]
async fn a_body_in_base64_is_verified_and_taken_as_the_bytes_it_was() {
    let world = World::start().await;
    assert_eq!(world.posts_in_base64(fixture("messages-text")).await.status_code, 200);
    assert_eq!(world.jobs("inbound.fifo").await.len(), 1);
}

#[tokio::test]
async fn a_wrong_or_missing_signature_is_refused_and_nothing_is_queued() {
    let world = World::start().await;
    let forged = world.request(&fixture("messages-text")).signed_with("another secret").send().await;
    let unsigned = world.request(&fixture("messages-text")).unsigned().send().await;
    assert_eq!((forged.status_code, unsigned.status_code), (401, 401));
    assert!(world.jobs("inbound.fifo").await.is_empty());
}

#[tokio::test]
async fn a_rotated_secret_is_found_and_wrong_signatures_do_not_hammer_secrets_manager() {
    let world = World::start().await;
    world.rotates_secrets(&["new secret", "secret"], &["verify-me"]);
    let posts_with =
        async |secret| world.request(&fixture("messages-text")).signed_with(secret).send().await.status_code;
    assert_eq!(posts_with("new secret").await, 401);
    world.passes_seconds(31);
    assert_eq!(posts_with("new secret").await, 200);
    assert_eq!(posts_with("secret").await, 200);
    for _ in 0..20 {
        assert_eq!(posts_with("another secret").await, 401);
    }
    assert_eq!(world.secret_reads(), 2);
}

#[tokio::test]
async fn a_body_over_three_megabytes_is_refused_and_one_of_a_thousand_messages_is_not() {
    let world = World::start().await;
    assert_eq!(world.posts(vec![b' '; 3 * 1024 * 1024 + 1]).await.status_code, 413);
    let message = |number: usize| {
        json!({"from": format!("155501{:05}", number % 200), "id": format!("wamid.{number}"), "timestamp": "1794000000",
               "type": "text", "text": {"body": "x".repeat(2_500)}})
    };
    let value = json!({"metadata": {"phone_number_id": "P1"}, "messages": (0..1_000).map(message).collect::<Vec<_>>()});
    let body = json!({"entry": [{"id": "W1", "changes": [{"field": "messages", "value": value}]}]}).to_string();
    assert!(body.len() > 2_500_000);
    assert_eq!(world.posts(body.into_bytes()).await.status_code, 200);
    let jobs = world.jobs("inbound.fifo").await;
    assert_eq!(jobs.iter().map(|job| job["items"].as_array().expect("items").len()).sum::<usize>(), 1_000);
    assert_eq!(jobs.len(), 200);
}

#[tokio::test]
async fn a_genuine_body_that_is_not_json_is_parked() {
    let world = World::start().await;
    assert_eq!(world.posts(b"hello?".to_vec()).await.status_code, 200);
    let jobs = world.jobs("account-events").await;
    let item = &jobs[0]["items"][0];
    assert_eq!((&item["field"], &item["at"]), (&json!("unreadable"), &json!("body")));
    assert_eq!(item["value"]["base64"], "aGVsbG8/");
}

#[tokio::test]
async fn an_item_larger_than_a_queue_takes_is_in_the_bucket_before_its_job_is_in_the_queue() {
    let world = World::start().await;
    assert_eq!(world.posts(vec![b'x'; 2_000_000]).await.status_code, 200);
    let jobs = world.jobs("account-events").await;
    let key = jobs[0]["spilled"].as_str().expect("a key");
    let spilled: Value = serde_json::from_slice(&world.object(key)).expect("a job");
    assert_eq!(spilled["items"][0]["field"], "unreadable");
}

#[tokio::test]
async fn what_cannot_be_made_durable_is_left_to_meta() {
    let world = World::start().await;
    world.loses_queue("inbound.fifo").await;
    assert_eq!(world.posts(fixture("messages-text")).await.status_code, 500);
    world.loses_bucket();
    assert_eq!(world.posts(vec![b'x'; 2_000_000]).await.status_code, 500);
    assert!(world.jobs("account-events").await.is_empty());
}

#[tokio::test]
async fn what_hangs_is_left_to_meta_before_the_functions_time_is_over() {
    let world = World::start().await;
    world.bucket_hangs(true);
    let (time_left, began) = (Duration::from_secs(3), Instant::now());

    let late = world.request(&vec![b'x'; 1_100_000]).with_time_left(time_left).send().await;

    assert_eq!(late.status_code, 500);
    assert!(began.elapsed() < time_left, "{:?}", began.elapsed());
    assert!(world.jobs("account-events").await.is_empty());
    world.bucket_hangs(false);
    assert_eq!(world.posts(vec![b'x'; 1_100_000]).await.status_code, 200);
    assert_eq!(world.jobs("account-events").await.len(), 1);
}

#[tokio::test]
async fn characters_that_sqs_refuses_do_not_hold_up_a_webhook() {
    let world = World::start().await;
    let body = String::from_utf8(fixture("messages-text")).expect("text").replace("Is my", "\u{ffff}\\u0001Is my");
    assert_eq!(world.posts(body.into_bytes()).await.status_code, 200);
    let text = world.jobs("inbound.fifo").await[0]["items"][0]["message"]["text"]["body"].clone();
    assert!(text.as_str().expect("a text").starts_with("\u{ffff}\u{1}Is my"), "{text}");
}

#[tokio::test]
async fn the_same_webhook_again_makes_a_job_again_for_the_table_to_notice() {
    let world = World::start().await;
    for _ in 0..3 {
        assert_eq!(world.posts(fixture("messages-text")).await.status_code, 200);
    }
    assert_eq!(world.jobs("inbound.fifo").await.len(), 3);
}

#[tokio::test]
async fn a_body_that_is_not_the_base64_it_claims_to_be_is_refused() {
    let world = World::start().await;
    assert_eq!(world.request(b"{}").claiming_base64().send().await.status_code, 400);
}

#[tokio::test]
async fn another_method_is_refused() {
    let world = World::start().await;
    assert_eq!(world.request(b"").method("PUT").send().await.status_code, 405);
}
