//! What tools ask of the local stack itself: what was used, what functions are at, and that a schedule runs now.

use acceptance::roles::template;
use acceptance::{World, eventually};
use local::claims;
use serde_json::{Value, json};

use crate::{counted_world, fresh_world, shared_world};

#[tokio::test]
async fn what_a_message_uses_is_metered_by_function_and_operation() {
    let world = counted_world().await;
    world.settles().await;
    forget(&world).await;

    world.customer("Ada").sends(json!({ "type": "text", "text": { "body": "hello" } })).await;
    world.settles().await;

    let usage = usage(&world).await;
    let sent = of(&usage, "webhook-intake", "sqs", "SendMessageBatch");
    assert_eq!((&sent["calls"], &sent["write_units"]), (&json!(1), &json!(0.0)));
    let stored = of(&usage, "ticket-creation", "dynamodb", "TransactWriteItems");
    // One transaction of several items, each at least a unit, twice.
    assert_eq!(stored["calls"], 1);
    assert!(stored["write_units"].as_f64().unwrap() >= 6.0 && stored["read_units"] == 0.0, "{stored}");
    assert!(
        stored["request_bytes"].as_u64().unwrap() > 500 && stored["response_bytes"].as_u64().unwrap() > 0,
        "{stored}"
    );
    let read = of(&usage, "ticket-creation", "dynamodb", "GetItem");
    assert!(read["read_units"].as_f64().unwrap() >= 1.0 && read["write_units"] == 0.0, "{read}");
}

#[tokio::test]
async fn metering_starts_anew_when_it_is_told_to() {
    let world = fresh_world().await;
    world.customer("Ada").writes("hello").await;

    forget(&world).await;

    assert!(usage(&world).await.iter().all(|row| row["function"] != "ticket-creation"));
}

#[tokio::test]
async fn a_schedule_runs_now_and_its_function_answers() {
    let world = shared_world().await;
    let schedules = template().unwrap().schedules().unwrap();
    assert_eq!(schedules.len(), 2);

    for name in schedules.iter().flat_map(|schedule| [&schedule.name, &schedule.function]) {
        let answer = run(&world, name).await;
        assert_eq!(answer.0, 200, "{}", answer.1);
        assert_eq!(answer.1["more"], false);
    }
    assert_eq!(run(&world, "every-full-moon").await.0, 404);
}

#[tokio::test]
async fn what_a_function_is_at_and_what_it_has_claimed_can_be_asked() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 1, json!({ "delay_ms": 3_000 })).await;
    let before = world.clock().now().await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);

    let claim = eventually("the claim", async || {
        let (_, jobs) = world.work_of("outbound-sender").await.pop()?;
        claims::among(&jobs, &world.data()).await.unwrap().pop()
    })
    .await;

    assert_eq!(claim.message_id.to_string(), reply.id());
    assert!(before <= claim.at && claim.at <= world.clock().now().await, "{claim:?}");
    world.settles().await;
    assert!(world.work_of("outbound-sender").await.is_empty());
}

async fn run(world: &World, schedule: &str) -> (u16, Value) {
    let url = format!("{}/schedules/{schedule}/run", world.stack_file().control);
    let answer = world.http().post(url).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn usage(world: &World) -> Vec<Value> {
    let url = format!("{}/metering", world.stack_file().control);
    let answer: Value = world.http().get(url).send().await.unwrap().json().await.unwrap();
    answer["data"].as_array().unwrap().clone()
}

async fn forget(world: &World) {
    let url = format!("{}/metering", world.stack_file().control);
    assert_eq!(world.http().delete(url).send().await.unwrap().status(), 204);
}

fn of<'a>(usage: &'a [Value], function: &str, service: &str, operation: &str) -> &'a Value {
    let wanted =
        |row: &&Value| row["function"] == function && row["service"] == service && row["operation"] == operation;
    usage.iter().find(wanted).unwrap_or_else(|| panic!("no {function} {service} {operation} in {usage:#?}"))
}
