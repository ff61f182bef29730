//! A template now, and the reply once the customer answers (F18).

use acceptance::{Agent, Answer, Point, Thread, World, files, payload};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{counted_world, fresh_world};

const OFFER: &str = "Spring is here\n\nHello Ada, until the end of the month everything green costs half.";

fn offer() -> Value {
    json!({ "name": "spring_offer", "language": "en_US", "variables": ["Ada"] })
}

/// Somebody whose session is over.
async fn silent(world: &World, name: &str) -> Thread {
    let thread = world.customer(name).writes("hello").await;
    world.clock().advance("PT25H").await;
    thread
}

/// A template now, and what follows the answer.
async fn sends(agent: &Agent, thread: &Thread, then: Value) -> Answer {
    agent.sends(thread, json!({ "template": offer(), "then": then })).await
}

fn of(message_id: &str) -> String {
    format!("/v1/messages/{message_id}/deferred-reply")
}

async fn status(agent: &Agent, message_id: &str) -> String {
    let shown = agent.get(&of(message_id)).await.expecting(200).body;
    shown["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_reply_that_does_not_show_yet_when_the_customer_answers_goes_out() {
    let world = counted_world().await;
    let agent = world.agent();
    let next = |operation: &str, about: &str| {
        let [function, service, operation] = ["outbound-sender", "dynamodb", operation].map(str::to_owned);
        Point { function, service, operation, about: Some(about.to_owned()), ordinal: 0 }
    };
    let forgetting = "ConditionCheck THREAD DEFERRED if attribute_not_exists(pk) \
                      + Update CONVERSATION DELETE waits_for_answer :place";
    for (name, dies) in [("Ada", false), ("Eve", true)] {
        let thread = silent(&world, name).await;
        sends(&agent, &thread, json!({ "text": "here it is" })).await.expecting(202);
        world.settles().await;
        world.arms(&next("GetItem", "THREAD DEFERRED"), 1, "absent").await;
        if dies {
            world.arms(&next("TransactWriteItems", forgetting), 1, "kill_before").await;
        }

        world.customer(name).writes("show me").await;
        world.settles().await;

        assert_eq!(world.disarms().await, 0, "{name}");
        assert_eq!(world.phone_of(name).received().await, [OFFER, "here it is"]);
    }
}

#[tokio::test]
async fn in_an_earlier_thread_a_reply_waits_too() {
    let world = fresh_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let first = ada.writes("hello").await;
    agent.closes(&first).await;
    agent.closes(&ada.writes("another matter").await).await;
    world.clock().advance("PT25H").await;

    sends(&agent, &first, json!({ "text": "here it is" })).await.expecting(202);
    world.settles().await;
    ada.writes("show me").await;

    assert_eq!(ada.phone().received().await, [OFFER, "here it is"]);
    assert_eq!(agent.reads(&first).await, ["hello", OFFER, "show me", "here it is"]);
}

#[tokio::test]
async fn the_reply_goes_out_with_the_answer_and_leaves_it_unread() {
    let world = fresh_world().await;
    let agent = world.agent();
    let thread = silent(&world, "Ada").await;
    let picture = agent.uploads("green.jpg", "image/jpeg", files::jpeg(8, 8, "everything green")).await;

    let then =
        json!({ "text": "**This** is all of it.", "format": "markdown", "attachments": [{ "upload_id": picture }] });
    let sent = sends(&agent, &thread, then).await.expecting(202);
    world.settles().await;
    let waiting = agent.get(&format!("/v1/threads/{}/deferred-replies", thread.id)).await.expecting(200);
    let before = world.phone_of("Ada").received().await;
    world.customer("Ada").writes("show me").await;

    assert_eq!(before, [OFFER]);
    let [reply] = waiting.data() else { panic!("one waits: {waiting:?}") };
    assert_eq!((&reply["status"], &reply["message_id"]), (&json!("waiting"), &json!(sent.id())));
    assert_eq!(reply["parts"], json!([{ "type": "image", "text": "*This* is all of it.", "filename": "green.jpg" }]));
    let texts = ["hello", OFFER, "show me", "*This* is all of it."];
    assert_eq!(agent.reads(&thread).await, texts);
    assert_eq!(world.phone_of("Ada").shows().await, texts);
    assert_eq!(agent.ticket(&thread).await["unread_count"], 1);
    let shown = agent.get(&of(sent.id())).await.expecting(200).body;
    let last = agent.messages(&thread).await.pop().unwrap();
    assert_eq!((&shown["status"], &shown["message_ids"]), (&json!("released"), &json!([last["id"]])));
    assert_eq!(last["author_id"], shown["author_id"]);
}

#[tokio::test]
async fn until_the_answer_it_can_be_changed_and_cancelled_and_then_no_more() {
    let world = fresh_world().await;
    let agent = world.agent();
    let thread = silent(&world, "Ada").await;
    let kept = sends(&agent, &thread, json!({ "text": "first thoughts" })).await.expecting(202);
    let gone = sends(&agent, &thread, json!({ "text": "never mind" })).await.expecting(202);
    let change = async |id: &str, text: &str| agent.calls(Method::PATCH, &of(id), Some(json!({ "text": text }))).await;
    let cancel = async |id: &str| agent.calls(Method::DELETE, &of(id), None).await;

    let empty = change(kept.id(), " ").await;
    let changed = change(kept.id(), "second thoughts").await.expecting(200);
    let path = of(kept.id());
    let body = Some(json!({ "text": "third" }));
    let stale = agent.tries(Method::PATCH, &path, body, &[("if-match", "\"v0\"")]).await.unwrap();
    let cancelled = cancel(gone.id()).await.expecting(200);
    world.customer("Ada").writes("tell me").await;
    let (late_change, late_cancel) = (change(kept.id(), "too late").await, cancel(kept.id()).await);

    assert_eq!((empty.status, empty.code()), (422, "text_empty"));
    assert_eq!(changed.body["parts"][0]["text"], "second thoughts");
    assert_eq!((stale.status, stale.code()), (412, "version_mismatch"));
    assert_eq!(cancelled.body["status"], "cancelled");
    for late in [late_change, late_cancel] {
        assert_eq!((late.status, late.code(), &late.body["reply_status"]), (409, "not_waiting", &json!("released")));
    }
    assert_eq!(world.phone_of("Ada").received().await, [OFFER, OFFER, "second thoughts"]);
    assert_eq!(status(&agent, gone.id()).await, "cancelled");
    assert_eq!(world.caller(1, "admin").get(&of(kept.id())).await.status, 404);
}

#[tokio::test]
async fn a_reply_whose_cancellation_is_asked_for_again_stays_cancelled() {
    let world = fresh_world().await;
    let agent = world.agent();
    let thread = silent(&world, "Ada").await;
    let sent = sends(&agent, &thread, json!({ "text": "never mind" })).await.expecting(202);
    let path = of(sent.id());
    let seen = agent.get(&path).await.expecting(200).etag.unwrap();
    let cancel = async |headers: &[(&str, &str)]| agent.tries(Method::DELETE, &path, None, headers).await.unwrap();

    let first = cancel(&[("if-match", seen.as_str())]).await.expecting(200);
    let again = [cancel(&[("if-match", seen.as_str())]).await, cancel(&[]).await];

    assert_eq!(first.body["status"], "cancelled");
    for again in again {
        let again = again.expecting(200);
        assert_eq!((&again.body, &again.etag), (&first.body, &first.etag));
    }
    let change = agent.calls(Method::PATCH, &path, Some(json!({ "text": "or do mind" }))).await;
    assert_eq!((change.code(), &change.body["reply_status"]), ("not_waiting", &json!("cancelled")));
}

#[tokio::test]
async fn what_follows_the_answer_may_quote_a_message_of_the_conversation_and_no_other() {
    let world = fresh_world().await;
    let agent = world.agent();
    let (thread, others) = (silent(&world, "Ada").await, silent(&world, "Ben").await);
    let first_of = async |thread: &Thread| agent.messages(thread).await.remove(0)["id"].as_str().unwrap().to_owned();
    let (hello, elsewhere) = (first_of(&thread).await, first_of(&others).await);
    let quoting = |id: &str| json!({ "text": "as you asked", "reply_to": id });

    let refused = sends(&agent, &thread, quoting(&elsewhere)).await;
    let sent = sends(&agent, &thread, json!({ "text": "later" })).await.expecting(202);
    let change = async |id: &str| agent.calls(Method::PATCH, &of(sent.id()), Some(quoting(id))).await;
    let not_changed = change(&elsewhere).await;
    let changed = change(&hello).await.expecting(200);
    world.settles().await;
    world.customer("Ada").writes("yes?").await;

    for refused in [refused, not_changed] {
        assert_eq!((refused.status, refused.code()), (422, "no_such_quoted_message"), "{refused:?}");
    }
    assert_eq!(changed.body["reply_to"], json!(hello));
    let last = agent.messages(&thread).await.pop().unwrap();
    assert_eq!((&last["text"], &last["reply_to"]), (&json!("as you asked"), &json!(hello)));
    let shown = world.phone_of("Ada").messages().await;
    assert_eq!(shown.last().unwrap()["context"]["id"], shown[0]["id"], "{shown:#?}");
}

#[tokio::test]
async fn after_a_week_it_is_over() {
    let world = fresh_world().await;
    let thread = silent(&world, "Ada").await;
    let sent = sends(&world.agent(), &thread, json!({ "text": "as promised" })).await.expecting(202);
    world.clock().advance("P8D").await;

    let over = status(&world.agent(), sent.id()).await;
    world.customer("Ada").writes("sorry, I was away").await;

    assert_eq!(over, "expired");
    assert_eq!(world.phone_of("Ada").received().await, [OFFER]);
}

#[tokio::test]
async fn in_a_session_there_is_nothing_to_wait_for_and_few_wait_at_once() {
    let world = fresh_world().await;
    let agent = world.agent();
    let thread = world.customer("Ada").writes("hello").await;
    let then = || json!({ "text": "one more" });

    let open = sends(&agent, &thread, then()).await;
    world.clock().advance("PT25H").await;
    for _ in 0..5 {
        sends(&agent, &thread, then()).await.expecting(202);
    }
    let sixth = sends(&agent, &thread, then()).await;

    assert_eq!((open.status, open.code()), (409, "session_open"));
    assert_eq!((sixth.status, sixth.code()), (409, "too_many_deferred_replies"));
    world.settles().await;
    assert_eq!(world.phone_of("Ada").received().await.len(), 5);
}

#[tokio::test]
async fn two_agents_at_once_and_answers_at_once_release_each_reply_once_and_in_order() {
    let world = fresh_world().await;
    let thread = silent(&world, "Ada").await;
    let ada = world.customer("Ada");
    let agents = [world.agent(), world.caller(0, "agent2")];
    let sent = join_all(agents.iter().map(|agent| sends(agent, &thread, json!({ "text": "here it is" })))).await;
    assert!(sent.iter().all(|answer| answer.status == 202), "{sent:?}");
    world.settles().await;

    let answers = ["yes", "please", "now"].map(|text| json!({ "type": "text", "text": { "body": text } }));
    let (_, typed) = tokio::join!(
        join_all(answers.into_iter().map(|answer| ada.sends(answer))),
        agents[0].replies_to(&thread, "typed by hand"),
    );
    world.settles().await;

    let got = ada.phone().received().await;
    let count = |text: &str| got.iter().filter(|shown| *shown == text).count();
    assert_eq!((count(OFFER), count("here it is")), (2, 2), "{got:?}");
    assert_eq!(count("typed by hand"), usize::from(typed.status == 202));
    let read = world.agent().reads(&thread).await;
    let ours: Vec<&String> = read.iter().filter(|text| got.contains(text)).collect();
    assert_eq!(ours, got.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn the_answer_releases_it_even_if_the_ticket_was_closed_meanwhile() {
    let world = fresh_world().await;
    let thread = silent(&world, "Ada").await;
    sends(&world.agent(), &thread, json!({ "text": "as promised" })).await.expecting(202);
    world.settles().await;
    world.agent().closes(&thread).await;

    let answered = world.customer("Ada").writes("yes").await;

    assert_ne!(answered.id, thread.id);
    assert_eq!(world.phone_of("Ada").received().await, [OFFER, "as promised"]);
    assert_eq!(world.agent().reads(&thread).await, ["hello", OFFER, "as promised"]);
}

#[tokio::test]
async fn a_conversation_may_begin_with_both() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let begun = json!({
        "channel_id": ada.channel.id, "to": format!("+{}", ada.number), "template": offer(), "then": { "text": "as promised" },
    });
    world.agent().post("/v1/conversations", begun).await.expecting(202);
    world.settles().await;

    ada.writes("yes").await;

    assert_eq!(ada.phone().shows().await, [OFFER, "yes", "as promised"]);
}

#[tokio::test]
async fn an_answer_that_turns_out_to_be_theirs_by_a_merge_releases_it() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    let (agent, ada, user_id) = (world.agent(), world.customer("Ada"), world.fresh_user_id());
    let thread = silent(&world, "Ada").await;
    let sent = sends(&agent, &thread, json!({ "text": "as promised" })).await.expecting(202);
    world.settles().await;
    ada.hiding_as(&user_id).writes("yes").await;

    let now = world.clock().now().await;
    let mut delivered = payload::status(&payload::wamid(), "delivered", now, &ada, Some(sent.id()));
    delivered["recipient_user_id"] = json!(user_id);
    world.outcomes_of(&payload::statuses(&ada, &[delivered])).await;
    world.clock().advance("PT2M").await;

    assert_eq!(status(&agent, sent.id()).await, "released");
}

/// Every kind of write of the functions that take the answer in and send the reply meets each trouble once.
#[tokio::test]
async fn whoever_dies_at_whichever_write_it_is_released_once() {
    let world = counted_world().await;
    // A status that overtakes the record of its message makes the sender write once more, for some and not for others.
    world.no_automatic_statuses().await;
    let agent = world.agent();
    let thread = silent(&world, "Ada").await;
    sends(&agent, &thread, json!({ "text": "as promised" })).await.expecting(202);
    world.settles().await;
    world.counts_calls_anew().await;
    world.customer("Ada").writes("yes").await;
    let at_work = |point: &Point| {
        point.ordinal == 0
            && ["ticket-creation", "outbound-sender"].contains(&point.function.as_str())
            && (point.operation == "TransactWriteItems" || point.operation == "SendMessageBatch")
    };
    let points: Vec<_> = world.points().await.into_iter().filter(at_work).collect();
    assert!(points.len() >= 3, "{points:?}");
    for (number, point) in points.iter().enumerate() {
        for (then, times) in [("kill_before", 1), ("kill_after", 1), ("lost", 4), ("conflict", 2)] {
            if point.service == "sqs" && then == "conflict" {
                continue;
            }
            let name = format!("Ada {number} {then}");
            let thread = silent(&world, &name).await;
            sends(&agent, &thread, json!({ "text": "as promised" })).await.expecting(202);
            world.settles().await;

            world.arms(point, times, then).await;
            world.customer(&name).sends(json!({ "type": "text", "text": { "body": "yes" } })).await;
            world.settles().await;
            assert_eq!(world.disarms().await, 0, "{point:?} {then} was not met");
            // Time enough for whoever finds what nobody told of.
            world.clock().advance("PT20M").await;

            let got = world.phone_of(&name).received().await;
            assert_eq!(got, [OFFER, "as promised"], "{point:?} {then}");
            assert_eq!(agent.reads(&thread).await, ["hello", OFFER, "yes", "as promised"], "{point:?} {then}");
        }
    }
}
