//! What operators see of one message.

use std::process::Command;

use crate::{STACK, shared_world};
use acceptance::World;

/// `cargo run -- trace MESSAGE_ID`
fn story(world: &World, message_id: &str) -> String {
    let data = world.data();
    let command = ["trace".as_ref(), message_id.as_ref(), "--data".as_ref(), data.as_os_str()];
    let output = Command::new(STACK).args(command).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn trace_id(story: &str) -> &str {
    story.lines().find_map(|line| line.strip_prefix("trace ")).unwrap()
}

/// Whether a line of the function's log has all of these.
fn tells(world: &World, function: &str, parts: &[&str]) -> bool {
    let log = std::fs::read_to_string(world.data().join(format!("logs/{function}.log"))).unwrap();
    log.lines().any(|line| parts.iter().all(|part| line.contains(part)))
}

#[tokio::test]
async fn a_customers_message_is_told_from_its_webhook_to_its_thread() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("a secret").await;
    let id = world.agent().messages(&thread).await[0]["id"].as_str().unwrap().to_owned();
    world.settles().await;

    let story = story(&world, &id);

    for part in ["incoming", "the customer sends it", "webhook-intake   accepted 1", "ticket-creation  message 1"] {
        assert!(story.contains(part), "{part} is not in {story}");
    }
    assert!(!story.contains("secret") && !story.contains("Ada"), "{story}");
    for function in ["webhook-intake", "ticket-creation"] {
        assert!(tells(&world, function, &[&id, trace_id(&story)]), "{function} does not name the trace");
    }
}

#[tokio::test]
async fn what_is_done_to_a_channel_is_told_with_its_trace() {
    let world = shared_world().await;
    let number = world.number_at_meta().await;
    let channel = world.connects(&number, &world.tenant(0).id).await.expecting(201);
    world.settles().await;

    assert!(tells(&world, "api-channels", &["number_connected", channel.id(), r#""trace.id":"1-"#]));
}

#[tokio::test]
async fn a_reply_is_told_from_the_request_to_graph_and_back_by_one_trace() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;

    let story = story(&world, reply.id());

    for part in ["outgoing", "is queued", "message_accepted 1", "claims it", "called Graph", "is delivered"] {
        assert!(story.contains(part), "{part} is not in {story}");
    }
    for function in ["api-helpdesk", "outbound-sender", "status-updates"] {
        assert!(tells(&world, function, &[reply.id(), trace_id(&story)]), "{function} does not name the trace");
    }
}
