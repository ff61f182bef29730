//! An agent's reply reaches the customer's phone once, and its ticks come back.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::shared_world;

#[tokio::test]
async fn a_reply_is_accepted_as_queued_and_goes_out_once() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;

    let reply = world.agent().replies_to(&thread, "here we are").await;
    world.settles().await;

    assert_eq!((reply.status, &reply.data()[0]["status"]), (202, &json!("queued")), "{reply:?}");
    assert_eq!(reply.data()[0]["direction"], "outgoing");
    assert_eq!(world.phone_of("Ada").shows().await, ["hello", "here we are"]);
    let requests = world.graph_requests_to("Ada").await;
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].body["biz_opaque_callback_data"], json!(reply.id()));
    assert_eq!(requests[0].text(), "here we are");
}

#[tokio::test]
async fn the_ticks_of_a_reply_come_back_one_after_the_other() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;

    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;

    let message = world.agent().message(&thread, reply.id()).await;
    assert_eq!(message["status"], "read");
    let statuses = message["statuses"].as_array().unwrap();
    let words: Vec<&str> = statuses.iter().filter_map(|step| step["status"].as_str()).collect();
    assert_eq!(words, ["queued", "sent", "delivered", "read"]);
    assert!(statuses.iter().all(|step| step["at"].is_string()), "{statuses:?}");
}

#[tokio::test]
async fn a_message_tells_from_whom_to_whom_and_when() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.agent().replies_to(&thread, "here we are").await.expecting(202);

    let [incoming, outgoing] = &world.agent().messages(&thread).await[..] else { panic!("two messages") };

    assert!(incoming["from"].to_string().contains(&ada.number) && outgoing["to"].to_string().contains(&ada.number));
    assert!(!incoming["to"].is_null() && incoming["to"] == outgoing["from"], "{incoming} {outgoing}");
    assert!(incoming["sent_at"].is_string() && outgoing["sent_at"].is_string());
}

#[tokio::test]
async fn a_reply_assigns_the_replier_and_marks_the_thread_as_read() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;

    world.agent().replies_to(&thread, "here we are").await.expecting(202);
    let after_first = world.agent().ticket(&thread).await;
    world.caller(0, "agent2").replies_to(&thread, "and me").await.expecting(202);
    let after_second = world.agent().ticket(&thread).await;

    assert!(after_first["owner_id"].is_string(), "{after_first}");
    assert_eq!(after_first["owner_id"], after_second["owner_id"]);
    assert_eq!(after_first["unread_count"], 0);
    assert_eq!(after_second["last_message"]["text"], "and me");
}

#[tokio::test]
async fn a_quoting_reply_shows_what_it_quotes() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("do you have it in red?").await;
    let question = world.agent().messages(&thread).await.remove(0);

    let reply = world.agent().replies_quoting(&thread, "we do", question["id"].as_str().unwrap()).await.expecting(202);
    world.settles().await;

    let shown = ada.phone().messages().await;
    assert_eq!(shown[1]["context"]["id"], shown[0]["id"], "{shown:#?}");
    assert_eq!(world.agent().message(&thread, reply.id()).await["reply_to"], question["id"]);
}

#[tokio::test]
async fn a_reply_can_only_quote_a_message_of_its_own_conversation() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let other = world.customer("Ben").writes("hello").await;
    let elsewhere = world.agent().messages(&other).await.remove(0);

    let reply = world.agent().replies_quoting(&thread, "wrong", elsewhere["id"].as_str().unwrap()).await;

    assert!((400..500).contains(&reply.status), "{reply:?}");
    assert_eq!(world.agent().reads(&thread).await, ["hello"]);
}

#[tokio::test]
async fn the_same_key_is_the_same_reply_however_often_it_is_asked_for() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let (agent, key) = (world.agent(), uuid::Uuid::new_v4().to_string());

    let answers = join_all((0..8).map(|_| agent.replies_with_key(&thread, "once", &key))).await;
    world.settles().await;
    let later = agent.replies_with_key(&thread, "once", &key).await.unwrap();
    world.settles().await;

    for answer in answers {
        let answer = answer.unwrap();
        assert_eq!((answer.status, answer.id()), (202, later.id()), "{answer:?}");
    }
    assert_eq!(world.phone_of("Ada").received().await, ["once"]);
}

#[tokio::test]
async fn the_same_key_for_another_reply_is_refused() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let (agent, key) = (world.agent(), uuid::Uuid::new_v4().to_string());
    agent.replies_with_key(&thread, "this", &key).await.unwrap().expecting(202);

    let other = agent.replies_with_key(&thread, "that", &key).await.unwrap();
    world.settles().await;

    assert_eq!(other.status, 422, "{other:?}");
    assert_eq!(world.phone_of("Ada").received().await, ["this"]);
}

#[tokio::test]
async fn the_same_key_of_another_agent_is_another_reply() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let key = uuid::Uuid::new_v4().to_string();

    let first = world.agent().replies_with_key(&thread, "mine", &key).await.unwrap().expecting(202);
    let second = world.caller(0, "agent2").replies_with_key(&thread, "yours", &key).await.unwrap().expecting(202);

    assert_ne!(first.id(), second.id());
}

#[tokio::test]
async fn replies_reach_the_phone_in_the_order_of_the_thread() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let texts: Vec<String> = (0..12).map(|n| format!("reply {n}")).collect();

    for text in &texts {
        world.agent().replies_to(&thread, text).await.expecting(202);
    }
    world.settles().await;

    assert_eq!(world.phone_of("Ada").received().await, texts);
}

#[tokio::test]
async fn replies_of_many_agents_at_once_each_go_out_once_in_the_order_of_the_thread() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let agents: Vec<_> = (0..10).map(|n| world.caller(0, if n % 2 == 0 { "agent" } else { "agent2" })).collect();

    let texts: Vec<String> = (0..10).map(|n| format!("reply {n}")).collect();
    let answers = join_all(agents.iter().zip(&texts).map(|(agent, text)| agent.replies_to(&thread, text))).await;
    world.settles().await;

    assert!(answers.iter().all(|answer| answer.status == 202), "{answers:#?}");
    let received = world.phone_of("Ada").received().await;
    assert_eq!(received, world.agent().reads(&thread).await[1..]);
    let mut sorted = received;
    sorted.sort();
    assert_eq!(sorted, texts);
}

#[tokio::test]
async fn a_reply_without_words_or_with_too_many_is_refused() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let long = "x".repeat(4097);

    for wrong in [json!({ "text": "" }), json!({ "text": "  " }), json!({ "text": long }), json!({}), Value::Null] {
        let answer = world.agent().post(&format!("/v1/threads/{}/messages", thread.id), wrong).await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
        assert!(!answer.code().is_empty(), "{answer:?}");
    }

    world.agent().replies_to(&thread, &"x".repeat(4096)).await.expecting(202);
}
