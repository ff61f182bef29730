use std::cell::{Cell, RefCell};
use std::future::pending;

use serde_json::json;
use tokio::sync::{Barrier, Notify};
use uuid::Uuid;

use super::*;
use crate::jobs::{OutboundJob, encode, encode_spilled};

const TIME: Duration = Duration::from_secs(30);

fn record(id: &str, group: Option<&str>, body: &str) -> serde_json::Value {
    let mut attributes = json!({"ApproximateReceiveCount": "1"});
    if let Some(group) = group {
        attributes["MessageGroupId"] = json!(group);
    }
    from("jobs.fifo", json!({"messageId": id, "body": body, "attributes": attributes}))
}

fn from(queue: &str, mut record: serde_json::Value) -> serde_json::Value {
    record["eventSource"] = json!("aws:sqs");
    record["eventSourceARN"] = json!(format!("arn:aws:sqs:eu-central-1:000000000000:{queue}"));
    record
}

fn event(records: &[serde_json::Value]) -> SqsEvent {
    serde_json::from_value(json!({ "Records": records })).expect("an event")
}

/// Records `a1 a2 b1 …` of the FIFO groups `a b …`.
fn fifo(ids: &[&str]) -> SqsEvent {
    event(&ids.iter().map(|id| record(id, Some(&id[..1]), "")).collect::<Vec<_>>())
}

/// Records that one tenant has in a standard queue.
fn standard(ids: &[&str]) -> SqsEvent {
    event(&ids.iter().map(|id| from("jobs", record(id, Some("tenant"), ""))).collect::<Vec<_>>())
}

fn id(record: &SqsMessage) -> String {
    record.message_id.clone().expect("an id")
}

fn failed(response: SqsBatchResponse) -> Vec<String> {
    let mut ids: Vec<String> =
        response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn after_a_failure_the_rest_of_its_group_is_not_run_and_other_groups_are() {
    let ran = RefCell::new(Vec::new());
    let response = consume(fifo(&["a1", "b1", "a2", "b2", "a3"]), TIME, async |record| {
        ran.borrow_mut().push(id(record));
        if id(record) == "a2" { Disposition::Retry("no".into()) } else { Disposition::Done }
    })
    .await;
    let mut ran = ran.into_inner();
    ran.sort();
    assert_eq!(ran, ["a1", "a2", "b1", "b2"]);
    assert_eq!(failed(response), ["a2", "a3"]);
}

#[tokio::test]
async fn behind_what_is_about_to_be_buried_the_group_goes_on() {
    let received = |times: u32| {
        let of = |id: &&str| {
            let mut record = record(id, Some("a"), "");
            record["attributes"]["ApproximateReceiveCount"] = json!(times.to_string());
            record
        };
        event(&["a1", "a2", "a3"].iter().map(of).collect::<Vec<_>>())
    };
    for (times, left) in [(8, vec!["a1", "a2", "a3"]), (9, vec!["a1"]), (10, vec!["a1"])] {
        let response = consume(received(times), TIME, async |record| {
            if id(record) == "a1" { Disposition::Retry("no".into()) } else { Disposition::Done }
        })
        .await;
        assert_eq!(failed(response), left, "received {times} times");
    }
}

#[tokio::test]
async fn a_group_is_run_in_order_while_another_waits() {
    let ran = RefCell::new(Vec::new());
    let b_is_through = Notify::new();
    consume(fifo(&["a1", "a2", "b1", "b2"]), TIME, async |record| {
        if id(record) == "a1" {
            b_is_through.notified().await;
        }
        ran.borrow_mut().push(id(record));
        if id(record) == "b2" {
            b_is_through.notify_one();
        }
        Disposition::Done
    })
    .await;
    assert_eq!(ran.into_inner(), ["b1", "b2", "a1", "a2"]);
}

#[tokio::test]
async fn records_of_a_standard_queue_are_run_at_once_and_fail_alone_whoever_they_are_of() {
    // All three wait for each other, so they must run at once.
    let all = Barrier::new(3);
    let response = consume(standard(&["1", "2", "3"]), TIME, async |record| {
        all.wait().await;
        if id(record) == "2" { Disposition::Retry("no".into()) } else { Disposition::Done }
    })
    .await;
    assert_eq!(failed(response), ["2"]);
}

#[tokio::test]
async fn no_more_than_ten_run_at_once() {
    let (running, most) = (Cell::new(0), Cell::new(0));
    let ids: Vec<String> = (0..40).map(|number| number.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let response = consume(standard(&ids), TIME, async |_| {
        running.set(running.get() + 1);
        most.set(most.get().max(running.get()));
        tokio::task::yield_now().await;
        running.set(running.get() - 1);
        Disposition::Done
    })
    .await;
    assert_eq!((failed(response), most.get()), (Vec::<String>::new(), 10));
}

#[tokio::test]
async fn what_is_not_finished_in_time_is_reported_failed() {
    let time = MARGIN + Duration::from_millis(100);
    let response =
        consume(
            fifo(&["a1", "a2", "b1"]),
            time,
            async |record| {
                if id(record) == "a1" { pending().await } else { Disposition::Done }
            },
        )
        .await;
    assert_eq!(failed(response), ["a1", "a2"]);
}

#[tokio::test]
async fn without_time_nothing_is_begun() {
    let response = consume(standard(&["1", "2"]), Duration::from_millis(500), async |_| unreachable!()).await;
    assert_eq!(failed(response), ["1", "2"]);
}

#[derive(Debug, thiserror::Error)]
#[error("not there")]
struct NotThere;

fn job(number: u128) -> OutboundJob {
    let uuid = Uuid::from_u128(number);
    OutboundJob { tenant_id: uuid.into(), channel_id: uuid.into(), contact_id: uuid.into() }
}

#[tokio::test]
async fn jobs_are_read_from_the_record_or_from_the_bucket_and_poison_fails_alone() {
    let records = [
        record("plain", None, &encode(&job(1))),
        record("spilled", None, &encode_spilled("spill/2")),
        record("lost", None, &encode_spilled("spill/3")),
        record("twice", None, &encode_spilled("spill/4")),
        record("poison", None, "{"),
        record("newer", None, r#"{"v":2}"#),
    ];
    let read = async |key: &str| match key {
        "spill/2" => Ok(encode(&job(2)).into_bytes()),
        "spill/4" => Ok(encode_spilled("spill/4").into_bytes()),
        _ => Err(NotThere),
    };
    let jobs = RefCell::new(Vec::new());
    let response = consume_jobs(
        event(&records),
        TIME,
        read,
        async |job: OutboundJob| {
            jobs.borrow_mut().push(job);
            Disposition::Done
        },
        async |_| {},
    )
    .await;
    assert_eq!(failed(response), ["lost", "newer", "poison", "twice"]);
    assert!(jobs.borrow().len() == 2 && [1, 2].iter().all(|number| jobs.borrow().contains(&job(*number))));
}

#[tokio::test]
async fn each_handler_runs_as_part_of_the_trace_that_came_with_its_record() {
    let of = |number: u8| format!("Root=1-58406520-{number:024x};Sampled=0");
    let mut records = [record("1", None, ""), record("2", None, ""), record("3", None, "")];
    for (number, record) in (1..=2).zip(&mut records) {
        record["attributes"]["AWSTraceHeader"] = json!(of(number));
    }
    let seen = RefCell::new(Vec::new());
    consume(event(&records), TIME, async |record| {
        tokio::task::yield_now().await;
        let trace = Trace::current().map(|trace| trace.header().to_owned());
        seen.borrow_mut().push((id(record), trace));
        Disposition::Done
    })
    .await;
    let mut seen = seen.into_inner();
    seen.sort();
    assert_eq!(seen, [("1".to_owned(), Some(of(1))), ("2".to_owned(), Some(of(2))), ("3".to_owned(), None)]);
}

#[tokio::test]
async fn the_reason_of_a_job_that_failed_before_is_kept_and_that_of_its_neighbours_is_not_asked_for() {
    let sound = encode(&OutboundJob {
        tenant_id: Uuid::from_u128(1).into(),
        channel_id: Uuid::from_u128(2).into(),
        contact_id: Uuid::from_u128(3).into(),
    });
    let mut records =
        vec![record("poison", None, "{\"v\":7}"), record("new", None, "{}"), record("sound", None, &sound)];
    records[0]["attributes"]["ApproximateReceiveCount"] = json!("9");
    let kept = RefCell::new(Vec::new());
    let read = async |_: &str| Err::<Vec<u8>, _>(std::fmt::Error);

    let done = async |_: OutboundJob| Disposition::Done;
    let response =
        consume_jobs(event(&records), TIME, read, done, async |not_done| kept.borrow_mut().push(not_done)).await;

    assert_eq!(failed(response), ["new", "poison"]);
    let kept = kept.into_inner();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].record_id.as_str(), kept[0].receives), ("poison", 9));
    assert!(kept[0].reason.contains("version 7"), "{kept:?}");
}
