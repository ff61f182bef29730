//! Trouble on demand, and the log of requests.

use serde_json::{Value, json};

use crate::world::{ADA, World, code};

#[tokio::test]
async fn a_fault_answers_with_its_error_and_nothing_happens() {
    let world = World::start().await;
    world.ada_writes("hello").await;
    let matching = json!({"path": "/messages", "to": ADA});
    world.control("faults", json!({"match": matching, "times": 1, "then": {"status": 429, "code": 130_429}})).await;
    world.control("faults", json!({"match": matching, "times": 1, "then": {"status": 502, "body": "<html>"}})).await;

    let limited = world.replies("one").await.unwrap();
    let broken = world.replies("two").await.unwrap();
    let fine = world.replies("three").await.unwrap();

    assert_eq!((limited.0.as_u16(), code(&limited)), (429, 130_429));
    assert_eq!((broken.0.as_u16(), fine.0.as_u16()), (502, 200));
    assert_eq!(world.adas_phone().await, ["hello: delivered", "three: read"]);
}

#[tokio::test]
async fn a_dropped_connection_leaves_no_trace_before_the_effect_and_all_after_it() {
    let world = World::start().await;
    world.ada_writes("hello").await;
    world.control("faults", json!({"then": "drop_before"})).await;
    world.control("faults", json!({"then": "drop_after"})).await;

    assert!(world.replies("lost").await.is_err());
    assert!(world.replies("arrived").await.is_err());

    assert_eq!(world.adas_phone().await, ["hello: delivered", "arrived: read"]);
    let log = world.look("requests").await;
    let faults: Vec<_> = log["requests"].as_array().unwrap().iter().map(|r| (&r["fault"], &r["status"])).collect();
    assert_eq!(faults, [(&json!("drop_before"), &Value::Null), (&json!("drop_after"), &Value::Null)]);
    assert_eq!(log["requests"][1]["body"]["text"]["body"], "arrived");
}

#[tokio::test]
async fn a_late_answer_is_late_but_the_message_is_not() {
    let world = World::start().await;
    world.ada_writes("hello").await;
    world.control("faults", json!({"then": {"delay_ms": 600_000}})).await;

    tokio::select! {
        _ = world.replies("slow") => panic!("the answer should be late"),
        phone = world.adas_phone_with(2) => assert_eq!(phone, ["hello: delivered", "slow: read"]),
    }

    assert_eq!(world.look("requests").await["requests"][0]["fault"], "delay");
}

#[tokio::test]
async fn who_hangs_has_done_its_work_and_is_not_waited_for_when_nobody_listens_any_more() {
    let world = World::start().await;
    world.ada_writes("hello").await;
    world.control("faults", json!({"match": {"method": "POST"}, "then": "hang"})).await;

    tokio::select! {
        _ = world.replies("unheard") => panic!("nothing should come back"),
        phone = world.adas_phone_with(2) => assert_eq!(phone, ["hello: delivered", "unheard: read"]),
    }
    assert_eq!(world.replies("heard").await.unwrap().0, 200);

    let first = world.look("requests").await["requests"][0].clone();
    assert_eq!((&first["fault"], &first["status"]), (&json!("hang"), &Value::Null));
    let later = world.look(&format!("requests?after={}", first["seq"])).await;
    assert_eq!(later["requests"][0]["body"]["text"]["body"], "heard");
}

#[tokio::test]
async fn disarmed_faults_and_forgotten_requests_are_gone() {
    let world = World::start().await;
    world.ada_writes("hello").await;
    world.control("faults", json!({"times": 9, "then": "drop_before"})).await;
    for path in ["faults", "requests"] {
        world.client.delete(format!("{}/_simulator/{path}", world.graph)).send().await.unwrap();
    }

    assert_eq!(world.replies("hi").await.unwrap().0, 200);

    let log = world.look("requests").await;
    assert_eq!(log["requests"].as_array().unwrap().len(), 1);
    assert_eq!(log["requests"][0]["status"], 200);
}
