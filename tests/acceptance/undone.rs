//! A merge that a person undoes leaves each with what is theirs.

use acceptance::{Agent, Answer, Customer, Thread, World, payload};
use reqwest::Method;
use serde_json::json;

use crate::{fresh_world, shared_world};

#[tokio::test]
async fn a_merge_that_was_wrong_is_undone_and_stays_so() {
    let world = shared_world().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let hidden = ada.hiding_as(&user_id);
    let by_phone = ada.writes("by phone").await;
    let by_id = hidden.writes("hidden").await;
    ada.writes_showing(&user_id, "with both").await;
    let path = format!("/v1/contacts/{}/merges", by_phone.contact_id());
    let [merge] = &agent.get(&path).await.expecting(200).body["data"].as_array().unwrap().clone()[..] else {
        panic!("one")
    };
    assert_eq!((&merge["status"], &merge["reason"]), (&json!("merged"), &json!("same_sender")));
    assert_eq!((&merge["contact_id"], &merge["into"]), (&json!(by_id.contact_id()), &json!(by_phone.contact_id())));

    let undo = format!("{path}/{}", by_id.contact_id());
    let undone = agent.calls(Method::DELETE, &undo, None).await.expecting(200).body;
    let again = agent.calls(Method::DELETE, &undo, None).await.expecting(200).body;

    assert_eq!((&undone["status"], &undone), (&json!("undone"), &again));
    assert!(undone["undone_by"].is_string() && undone["undone_at"].is_string(), "{undone}");
    assert_eq!(agent.contact(by_id.contact_id()).await["id"], by_id.contact_id());
    assert_eq!(agent.contact(by_phone.contact_id()).await["identities"].as_array().map(Vec::len), Some(1));
    assert_eq!(agent.reads(&by_phone).await, ["by phone", "with both"]);
    assert_eq!(agent.reads(&by_id).await, ["hidden"]);
    let ticket = agent.ticket(&by_id).await;
    assert_eq!((&ticket["status"], &ticket["contact_id"]), (&json!("open"), &json!(by_id.contact_id())));
    // Each goes on where they were, whatever Meta says now.
    hidden.writes("hidden still").await;
    ada.writes_showing(&user_id, "both once more").await;
    assert_eq!(agent.reads(&by_phone).await, ["by phone", "with both", "both once more"]);
    assert_eq!(agent.reads(&by_id).await, ["hidden", "hidden still"]);
    let missing = agent.calls(Method::DELETE, &format!("{path}/{}", by_phone.contact_id()), None).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn of_merges_that_built_on_each_other_the_last_is_undone_first() {
    let world = shared_world().await;
    let agent = world.agent();
    let (ada, renamed, user_id) = (world.customer("Ada"), world.customer("Ada elsewhere"), world.fresh_user_id());
    let oldest = ada.writes("by the old number").await;
    let by_phone = renamed.writes("by the new number").await;
    let by_id = renamed.hiding_as(&user_id).writes("hidden").await;
    renamed.writes_showing(&user_id, "with both").await;
    let system = json!({ "type": "user_changed_number", "body": "Ada has another number", "wa_id": renamed.number });
    ada.sends(json!({ "system": system })).await;
    world.settles().await;
    for merged in [&by_phone, &by_id] {
        assert_eq!(agent.contact(merged.contact_id()).await["id"], oldest.contact_id());
    }
    let undo = async |into: &Thread, merged: &Thread| {
        let path = format!("/v1/contacts/{}/merges/{}", into.contact_id(), merged.contact_id());
        agent.calls(Method::DELETE, &path, None).await
    };

    let too_early = undo(&by_phone, &by_id).await.expecting(409);

    assert_eq!(too_early.body["code"], "contact_merged");
    assert_eq!(agent.contact(by_id.contact_id()).await["id"], oldest.contact_id());
    undo(&oldest, &by_phone).await.expecting(200);
    undo(&by_phone, &by_id).await.expecting(200);
    for thread in [&oldest, &by_phone, &by_id] {
        assert_eq!(agent.contact(thread.contact_id()).await["id"], thread.contact_id());
    }
}

#[tokio::test]
async fn after_an_undo_a_ticket_that_was_moved_is_answered_where_its_own_contact_is() {
    let world = fresh_world().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let written = agent.adds_contact(json!({ "name": "Ada", "phone": format!("+{}", ada.number) })).await;
    let by_id = ada.hiding_as(&user_id).writes("hidden").await;
    ada.writes_showing(&user_id, "with both").await;

    undo(&agent, &written, by_id.contact_id()).await.expecting(200);
    let reply = agent.replies_to(&by_id, "to the hidden one").await.expecting(202);
    world.settles().await;

    assert_eq!(agent.ticket(&by_id).await["contact_id"], by_id.contact_id());
    assert_eq!(agent.message(&by_id, reply.id()).await["to"], user_id.as_str());
    assert!(world.graph_requests_to("Ada").await.is_empty());
}

#[tokio::test]
async fn after_an_undo_the_ticket_that_went_on_is_answered_where_its_own_contact_is() {
    let world = fresh_world().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let hidden = ada.hiding_as(&user_id);
    let by_phone = ada.writes("by phone").await;
    let by_id = hidden.writes("hidden").await;
    world.clock().advance("PT2S").await;
    ada.writes("by phone again").await;
    are_linked_by_a_status(&world, &ada, &user_id, &by_phone).await;
    world.clock().advance("PT2S").await;
    hidden.sends(json!({ "type": "text", "text": { "body": "hidden again" } })).await;
    world.settles().await;

    undo(&agent, by_phone.contact_id(), by_id.contact_id()).await.expecting(200);
    let to_phone = agent.replies_to(&by_phone, "to the phone again").await.expecting(202);
    let to_hidden = agent.replies_to(&by_id, "to the hidden one").await.expecting(202);

    assert_eq!(agent.message(&by_phone, to_phone.id()).await["to"], format!("+{}", ada.number));
    assert_eq!(agent.message(&by_id, to_hidden.id()).await["to"], user_id.as_str());
}

#[tokio::test]
async fn after_an_undo_each_has_their_own_session_again() {
    let world = fresh_world().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let by_phone = ada.writes("by phone").await;
    agent.closes(&by_phone).await;
    world.clock().advance("PT25H").await;
    let by_id = ada.hiding_as(&user_id).writes("hidden").await;
    are_linked_by_a_status(&world, &ada, &user_id, &by_id).await;
    let shared = agent.ticket(&by_phone).await["session_expires_at"].clone();
    assert_eq!(shared, by_id.ticket["session_expires_at"]);

    undo(&agent, by_phone.contact_id(), by_id.contact_id()).await.expecting(200);

    let closed = agent.replies_to(&by_phone, "and now?").await;
    assert_eq!((closed.status, closed.code()), (409, "session_closed"));
    agent.replies_to(&by_id, "still there?").await.expecting(202);
}

#[tokio::test]
async fn what_was_refused_while_two_were_one_counts_for_both_after_an_undo() {
    let world = shared_world().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let by_phone = ada.writes("by phone").await;
    let by_id = ada.hiding_as(&user_id).writes("hidden").await;
    ada.writes_showing(&user_id, "with both").await;
    ada.sends(json!({ "type": "text", "text": { "body": "STOP" } })).await;
    world.settles().await;

    undo(&agent, by_phone.contact_id(), by_id.contact_id()).await.expecting(200);

    for thread in [&by_phone, &by_id] {
        let contact = agent.contact(thread.contact_id()).await;
        assert_eq!(
            (&contact["id"], &contact["marketing"]["status"]),
            (&json!(thread.contact_id()), &json!("opted_out"))
        );
    }
}

#[tokio::test]
async fn of_merges_whose_tickets_follow_each_other_the_last_is_undone_first() {
    for is_closed in [true, false] {
        let world = shared_world().await;
        let agent = world.agent();
        let (ada, first, second) = (world.customer("Ada"), world.fresh_user_id(), world.fresh_user_id());
        let written = agent.adds_contact(json!({ "name": "Ada", "phone": format!("+{}", ada.number) })).await;
        let by_first = ada.hiding_as(&first).writes("first, hidden").await;
        ada.writes_showing(&first, "with the first").await;
        if is_closed {
            agent.closes(&by_first).await;
        }
        let by_second = ada.hiding_as(&second).writes("second, hidden").await;
        ada.writes_showing(&second, "with the second").await;
        for merged in [&by_first, &by_second] {
            assert_eq!(agent.contact(merged.contact_id()).await["id"], written.as_str());
        }

        let too_early = undo(&agent, &written, by_first.contact_id()).await.expecting(409);

        assert_eq!(too_early.code(), "contact_merged");
        assert_eq!(agent.contact(by_first.contact_id()).await["id"], written.as_str());
        undo(&agent, &written, by_second.contact_id()).await.expecting(200);
        undo(&agent, &written, by_first.contact_id()).await.expecting(200);
        let alone = ada.writes("alone").await;
        assert_eq!(alone.contact_id(), written);
        assert_eq!(agent.reads(&alone).await, ["alone"]);
        for thread in [&by_first, &by_second] {
            assert_eq!(agent.ticket(thread).await["contact_id"], thread.contact_id());
        }
        let of_the_first = agent.reads(&by_first).await;
        assert!(!of_the_first.iter().any(|text| text == "second, hidden"), "{of_the_first:?}");
    }
}

async fn undo(agent: &Agent, survivor: &str, merged: &str) -> Answer {
    agent.calls(Method::DELETE, &format!("/v1/contacts/{survivor}/merges/{merged}"), None).await
}

/// Meta delivers a reply in this thread, and names the customer by both.
async fn are_linked_by_a_status(world: &World, customer: &Customer, user_id: &str, thread: &Thread) {
    world.no_automatic_statuses().await;
    let reply = world.agent().replies_to(thread, "here we are").await.expecting(202);
    world.settles().await;
    let at = world.clock().now().await;
    let mut status = payload::status(&payload::wamid(), "delivered", at, customer, Some(reply.id()));
    status["recipient_user_id"] = json!(user_id);
    let outcome = world.outcomes_of(&payload::statuses(customer, &[status])).await.remove(0).outcome;
    assert_eq!(outcome, "status_applied");
}

#[tokio::test]
async fn a_number_that_was_given_up_while_two_were_one_comes_back_to_neither() {
    let world = fresh_world().await;
    let agent = world.agent();
    let (ada, moved) = (world.customer("Ada"), world.customer("Ada with her new number"));
    let user_id = world.fresh_user_id();
    // The hidden one is older: it takes the number over, and gives it up.
    let hidden = ada.hiding_as(&user_id).writes("hidden").await;
    let by_phone = ada.writes("by phone").await;
    ada.writes_showing(&user_id, "with both").await;
    ada.is_told_of(json!({ "type": "user_changed_number", "body": "Ada changed her number", "wa_id": moved.number }))
        .await;

    let path = format!("/v1/contacts/{}/merges/{}", hidden.contact_id(), by_phone.contact_id());
    agent.calls(Method::DELETE, &path, None).await.expecting(200);
    world.settles().await;

    assert_eq!(agent.contact(by_phone.contact_id()).await["identities"], json!([]));
    world.clock().advance("PT10M").await;
    let stranger = ada.writes("who was this?").await;
    for thread in [&hidden, &by_phone] {
        assert_ne!(stranger.contact_id(), thread.contact_id());
    }
}
