//! A file that does not come is fetched later, or given up with the reason; the message stays, and no token goes astray.

use acceptance::{Customer, Point, World, eventually, files};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::media::{file, large_document, link_of, newest, sent, served, state};
use crate::{counted_world, fresh_world};

/// A part of the path of every download, and of every look-up.
const DOWNLOAD: &str = "/attachments";
const LOOK_UP: &str = "/v24.0/";

fn picture() -> Value {
    file("image", "image/jpeg", &files::jpeg(16, 16, "a picture"))
}

fn unavailable(reason: &str) -> (String, Option<String>) {
    ("unavailable".to_owned(), Some(reason.to_owned()))
}

fn is(status: &str) -> (String, Option<String>) {
    (status.to_owned(), None)
}

#[tokio::test]
async fn what_will_never_come_is_unavailable_with_its_reason_and_the_message_stays() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let nothing = file("document", "text/plain", b"");
    let cases = [
        (LOOK_UP, Some(json!({ "status": 400, "code": 131_052 })), picture(), "not_found"),
        (DOWNLOAD, Some(json!("wrong_byte")), picture(), "digest_mismatch"),
        (DOWNLOAD, None, nothing, "empty"),
        (DOWNLOAD, None, large_document(100 * 1024 * 1024 + 1), "too_large"),
    ];
    for (path, then, message, reason) in cases {
        if let Some(then) = then {
            // Once more is tried at once, and not a third time.
            world.fault_at(path, 2, then).await;
        }

        let message = sent(&ada, message).await;

        assert_eq!(state(&message), unavailable(reason));
        let refused = world.agent().get(&link_of(&message)).await.expecting(410);
        assert_eq!((refused.code(), &refused.body["reason"]), ("attachment_unavailable", &json!(reason)));
    }
    assert_eq!(world.agent().messages(&ada.thread().await).await.len(), 4);
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn what_meta_says_it_does_not_have_may_be_shown_later_and_is_believed_after_a_day() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    for (path, then) in [(DOWNLOAD, json!({ "status": 404 })), (LOOK_UP, json!({ "status": 400, "code": 100 }))] {
        world.fault_at(path, 2, then.clone()).await;
        assert_eq!(state(&sent(&ada, picture()).await), is("pending"), "{path}");
        world.clock().advance("PT1M").await;
        assert_eq!(state(&newest(&ada).await), is("stored"), "{path}");

        world.fault_at(path, 4, then).await;
        assert_eq!(state(&sent(&ada, picture()).await), is("pending"), "{path}");
        world.clock().advance("PT25H").await;
        assert_eq!(state(&newest(&ada).await), unavailable("not_found"), "{path}");
    }
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn what_went_wrong_once_is_fetched_again_at_once() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let once = [
        (DOWNLOAD, json!({ "status": 404 })),
        (DOWNLOAD, json!("wrong_byte")),
        (LOOK_UP, json!({ "status": 400, "code": 100 })),
    ];
    for (path, then) in once {
        world.fault_at(path, 1, then).await;
        assert_eq!(state(&sent(&ada, picture()).await), is("stored"));
    }
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_ends_as_a_whole_file() {
    let world = fresh_world().await;
    world.fault_at(DOWNLOAD, 1, json!("drop_half")).await;

    let message = sent(&world.customer("Ada"), large_document(30_000_000)).await;

    assert_eq!(state(&message), is("stored"));
    let served = served(&world.agent(), &message).await;
    assert_eq!(served.bytes.len(), 30_000_000);
    assert_eq!(world.file_requests().await, (2, 2));
}

#[tokio::test]
async fn one_that_breaks_each_time_leaves_nothing_to_see_and_is_fetched_a_minute_later() {
    let world = fresh_world().await;
    world.fault_at(DOWNLOAD, 2, json!("drop_half")).await;
    let ada = world.customer("Ada");

    let message = sent(&ada, large_document(12_000_000)).await;
    assert_eq!(state(&message), is("pending"));
    assert_eq!(world.agent().get(&link_of(&message)).await.expecting(409).code(), "attachment_pending");
    world.clock().advance("PT1M").await;

    assert_eq!(state(&newest(&ada).await), is("stored"));
    assert_eq!(served(&world.agent(), &message).await.bytes.len(), 12_000_000);
}

#[tokio::test]
async fn a_fault_of_metas_delays_a_file() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    for (path, status) in [(LOOK_UP, 503), (DOWNLOAD, 500), (DOWNLOAD, 429)] {
        world.fault_at(path, 1, json!({ "status": status })).await;
        assert_eq!(state(&sent(&ada, picture()).await), is("pending"), "{path} {status}");

        world.clock().advance("PT2M").await;

        assert_eq!(state(&newest(&ada).await), is("stored"), "{path} {status}");
    }
}

#[tokio::test]
async fn a_token_that_meta_does_not_accept_makes_files_wait_until_the_number_is_reconnected() {
    let world = fresh_world().await;
    let number = world.number_at_meta().await;
    let tenant = world.tenant(0).id;
    let channel = world.connects(&number, &tenant).await.expecting(201);
    let ada = world.customer("Ada").writing_to_number(&number, channel.id());
    let renewed = acceptance::Number { access_token: "EAAG-renewed".into(), ..number };
    world.meta_knows(&renewed).await;

    assert_eq!(state(&sent(&ada, picture()).await), is("pending"));
    let asked = world.file_requests().await;
    world.clock().advance("PT10H").await;
    assert_eq!(state(&newest(&ada).await), is("pending"));
    assert_eq!(world.file_requests().await, asked, "Meta is asked again before anybody has reconnected the number");
    let shown = world.caller(0, "admin").get(&format!("/v1/channels/{}", channel.id())).await.expecting(200);
    assert_eq!((&shown.body["status"], &shown.body["trouble"]["code"]), (&json!("needs_reconnecting"), &json!("190")));
    world.connects(&renewed, &tenant).await.expecting(200);
    world.clock().advance("PT1M").await;

    assert_eq!(state(&newest(&ada).await), is("stored"));
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn what_has_to_be_repaired_before_messages_go_out_keeps_no_file_from_being_fetched() {
    let world = fresh_world().await;
    let number = world.number_at_meta().await;
    let tenant = world.tenant(0).id;
    let channel = world.connects(&number, &tenant).await.expecting(201);
    let [ada, ben] = ["Ada", "Ben"].map(|name| world.customer(name).writing_to_number(&number, channel.id()));
    let thread = ben.writes("hello").await;
    let renewed = acceptance::Number { access_token: "EAAG-renewed".into(), ..number };
    world.meta_knows(&renewed).await;
    assert_eq!(state(&sent(&ada, picture()).await), is("pending"));

    // Reconnected, and there is no payment method before anybody who waited was woken.
    world.connects(&renewed, &tenant).await.expecting(200);
    let messages = format!("{}/messages", renewed.phone_number_id);
    world.fault_at(&messages, 9, json!({ "status": 400, "code": 131_042 })).await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    world.clock().advance("PT1M").await;

    assert_eq!(state(&newest(&ada).await), is("stored"));
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "queued");
}

#[tokio::test]
async fn after_metas_seven_days_a_file_is_given_up_without_asking() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    world.fault_at(LOOK_UP, 1, json!({ "status": 401, "code": 190 })).await;
    assert_eq!(state(&sent(&ada, picture()).await), is("pending"));

    world.clock().advance("PT168H").await;

    assert_eq!(state(&newest(&ada).await), unavailable("expired"));
    assert_eq!(world.file_requests().await, (1, 0));
}

#[tokio::test]
async fn a_webhook_that_comes_again_fetches_nothing_again() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    sent(&ada, picture()).await;
    let webhook = world.last_webhook().await;

    for _ in 0..3 {
        let outcomes = world.outcomes_of(&webhook).await;
        assert_eq!(outcomes[0].outcome, "duplicate");
    }

    assert_eq!(world.file_requests().await, (1, 1));
    assert_eq!(world.agent().messages(&ada.thread().await).await.len(), 1);
}

#[tokio::test]
async fn a_job_that_comes_again_fetches_nothing_again() {
    let world = counted_world().await;
    let ada = world.customer("Ada");
    world.counts_calls_anew().await;
    sent(&ada, picture()).await;
    assert_eq!(world.file_requests().await, (1, 1));
    let mut points = world.points().await.into_iter();
    let stores = points.rfind(|point| point.function == "media-download" && is_write(&point.operation)).unwrap();
    world.counts_calls_anew().await;

    // The message says that its file is here, and the job is not done with.
    world.arms(&stores, 1, "kill_after").await;
    sent(&ada, picture()).await;
    world.settles().await;

    assert_eq!(world.disarms().await, 0);
    assert_eq!(state(&newest(&ada).await), is("stored"));
    assert_eq!(world.file_requests().await, (2, 2));
}

fn is_write(operation: &str) -> bool {
    ["PutItem", "UpdateItem", "TransactWriteItems"].contains(&operation)
}

#[tokio::test]
async fn a_job_that_is_lost_is_found_within_minutes() {
    let world = fresh_world().await;
    let ada = lost_in_the_middle(&world).await;
    world.settles().await;
    assert_eq!(state(&newest(&ada).await), is("pending"));

    world.clock().advance("PT6M").await;

    assert_eq!(state(&newest(&ada).await), is("stored"));
}

#[tokio::test]
async fn a_job_that_was_never_sent_is_found_within_minutes() {
    let world = counted_world().await;
    let ada = world.customer("Ada");
    let sending = Point {
        function: "ticket-creation".into(),
        service: "sqs".into(),
        operation: "SendMessageBatch".into(),
        about: None,
        ordinal: 0,
    };
    world.arms(&sending, 4, "error").await;
    assert_eq!(state(&sent(&ada, picture()).await), is("pending"));
    assert_eq!(world.disarms().await, 0);

    world.clock().advance("PT6M").await;

    assert_eq!(state(&newest(&ada).await), is("stored"));
}

/// The job of Ada's file is lost while the function is at it, and the function, too.
async fn lost_in_the_middle(world: &World) -> Customer {
    let ada = world.customer("Ada");
    world.fault_at(DOWNLOAD, 1, json!({ "slow_ms": 20 })).await;
    ada.sends(large_document(20_000_000)).await;
    a_download_has_begun(world).await;
    world.loses_the_jobs_of("media").await;
    kill_media_download(world).await;
    ada
}

async fn a_download_has_begun(world: &World) {
    eventually("a download", async || (world.file_requests().await.1 > 0).then_some(())).await;
}

async fn kill_media_download(world: &World) {
    for (function, pid) in world.function_processes().await {
        if function == "media-download" {
            world.kill_process(pid);
        }
    }
}

#[tokio::test]
async fn a_function_that_is_killed_in_the_middle_leaves_no_half_file() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    world.fault_at(DOWNLOAD, 1, json!({ "slow_ms": 20 })).await;
    ada.sends(large_document(20_000_000)).await;
    a_download_has_begun(&world).await;
    assert_eq!(state(&newest(&ada).await), is("pending"));

    kill_media_download(&world).await;
    world.settles().await;

    let message = newest(&ada).await;
    assert_eq!(state(&message), is("stored"));
    assert_eq!(served(&world.agent(), &message).await.bytes.len(), 20_000_000);
    assert_eq!(world.file_requests().await, (2, 2));
}

/// What a call meets, and how many calls in a row: four are more than the SDK's own retries mend.
const EFFECTS: [(&str, u32); 4] = [("error", 4), ("lost", 4), ("kill_before", 1), ("kill_after", 1)];

#[tokio::test]
async fn a_file_is_stored_whatever_fails_at_any_call_of_the_function_that_fetches_it() {
    let world = counted_world().await;
    let ada = world.customer("Ada");
    for message in [picture(), large_document(6_000_000)] {
        sent(&ada, message.clone()).await;
        world.counts_calls_anew().await;
        let expected = sent(&ada, message.clone()).await["attachments"][0]["size"].clone();
        let points = world.points().await;
        let points: Vec<Point> = points.into_iter().filter(|point| point.function == "media-download").collect();
        assert!(points.len() >= 5, "{points:?}");
        for point in &points {
            for (then, times) in EFFECTS {
                world.counts_calls_anew().await;
                world.arms(point, times, then).await;
                sent(&ada, message.clone()).await;
                assert_eq!(world.disarms().await, 0, "{point:?} {then} was not met");
                // Longer than SQS hides what was not done.
                world.clock().advance("PT31M").await;

                let message = newest(&ada).await;
                assert_eq!(state(&message), is("stored"), "{point:?} {then} ×{times}");
                assert_eq!(message["attachments"][0]["size"], expected);
                let length = served(&world.agent(), &message).await.bytes.len();
                assert_eq!(json!(length), expected, "{point:?} {then} ×{times}");
            }
        }
    }
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn the_token_goes_to_no_host_that_was_not_named() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/whatsapp_business/attachments/?mid=1", elsewhere.local_addr().unwrap());
    let answer = json!({ "messaging_product": "whatsapp", "url": url, "file_size": 3, "id": "1" });
    world.fault_at(LOOK_UP, 1, json!({ "status": 200, "body": answer.to_string() })).await;

    let message = sent(&ada, picture()).await;

    assert_eq!(state(&message), is("pending"));
    let heard = tokio::time::timeout(std::time::Duration::from_millis(100), elsewhere.accept()).await;
    assert!(heard.is_err(), "somebody called");
    world.clock().advance("PT10M").await;
    assert_eq!(state(&newest(&ada).await), is("stored"));
}
