//! What WhatsApp itself tells of a customer (F11).

use acceptance::payload;
use jiff::SignedDuration;
use serde_json::json;

use crate::kinds::seen;
use crate::shared_world;

#[tokio::test]
async fn a_changed_number_is_a_note_in_the_thread_of_the_same_person_who_is_answered_there() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let renamed = world.customer("Ada elsewhere");
    let before = ada.writes("hello").await;

    let system = json!({ "type": "user_changed_number", "body": "Ada has another number", "wa_id": renamed.number });
    ada.sends(json!({ "system": system })).await;
    world.settles().await;
    let reply = world.agent().replies_to(&before, "good luck in the new town").await.expecting(202);
    renamed.sends(json!({ "text": { "body": "thank you" } })).await;
    world.settles().await;

    let after = world.agent().ticket(&before).await;
    let messages = world.agent().messages(&before).await;
    let [_, notice, answer, thanks] = &messages[..] else { panic!("{messages:#?}") };
    let was = json!({ "about": "changed_number", "previous": [format!("+{}", ada.number)] });
    assert_eq!((&notice["type"], &notice["notice"]), (&json!("notice"), &was));
    assert_eq!(
        (&notice["text"], &notice["from"]),
        (&json!("Ada has another number"), &json!(format!("+{}", renamed.number)))
    );
    assert_eq!((&answer["id"], &answer["to"]), (&json!(reply.id()), &json!(format!("+{}", renamed.number))));
    assert_eq!((&thanks["text"], &after["contact_id"]), (&json!("thank you"), &before.ticket["contact_id"]));
}

#[tokio::test]
async fn what_comes_late_from_a_number_that_was_given_up_moves_no_answer_back_to_it() {
    let world = shared_world().await;
    let agent = world.agent();
    for is_closed in [false, true] {
        let ada = world.customer(&format!("Ada {is_closed}"));
        let renamed = world.customer(&format!("Ada elsewhere {is_closed}"));
        let now = world.clock().now().await;
        let before = ada.wrote("hello", now - SignedDuration::from_secs(60)).await;
        ada.is_told_of(json!({ "type": "user_changed_number", "body": "A notice", "wa_id": renamed.number })).await;
        if is_closed {
            agent.closes(&before).await;
        }

        assert!(ada.writes_and_waits("anybody there?", now - SignedDuration::from_secs(30)).await);
        world.settles().await;

        let [thread] = &agent.open_threads_of(before.contact_id()).await[..] else { panic!("one open thread") };
        assert_eq!(thread.id == before.id, !is_closed);
        assert!(agent.reads(thread).await.contains(&"anybody there?".to_owned()));
        let reply = agent.replies_to(thread, "good luck in the new town").await.expecting(202);
        world.settles().await;
        let to = agent.message(thread, reply.id()).await["to"].clone();
        assert_eq!(to, json!(format!("+{}", renamed.number)));
        assert_eq!(renamed.phone().received().await, ["good luck in the new town"]);
    }
}

#[tokio::test]
async fn a_notice_is_no_work_and_nobodys_last_word() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let before = ada.writes("hello").await;
    world.agent().closes(&before).await;

    ada.sends(json!({ "system": { "type": "customer_identity_changed", "body": "Ada has another phone" } })).await;
    ada.sends(json!({ "system": { "type": "user_moved_to_mars", "body": "Ada is far away" } })).await;
    world.settles().await;

    let after = ada.threads().await;
    let [after] = &after[..] else { panic!("{} tickets", after.len()) };
    assert_eq!((&after.ticket["status"], &after.ticket["unread_count"]), (&json!("closed"), &json!(1)));
    assert_eq!(after.ticket["last_message"]["text"], "hello");
    assert_eq!(after.ticket["session_expires_at"], before.ticket["session_expires_at"]);
    assert_eq!(
        seen(&world, after, &["type", "reason", "text"]).await[1..],
        [json!(["notice", null, "Ada has another phone"]), json!(["system", "unknown_notice", "Ada is far away"])]
    );
}

#[tokio::test]
async fn a_notice_about_somebody_we_never_met_is_recorded_and_makes_no_ticket() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let renamed = world.customer("Ada elsewhere");
    let now = world.clock().now().await;
    let wamid = payload::wamid();
    let notice = json!({
        "from": ada.number, "id": wamid, "timestamp": now.as_second().to_string(), "type": "system",
        "system": { "type": "user_changed_number", "body": "A notice", "wa_id": renamed.number },
    });

    assert_eq!(world.post_webhook(&payload::messages(&ada, &[notice])).await, 200);
    world.settles().await;

    assert!(ada.threads().await.is_empty() && renamed.threads().await.is_empty());
    assert!(world.outcomes().await.iter().any(|o| o.outcome == "event_recorded" && o.reason == "no_thread"));
}
