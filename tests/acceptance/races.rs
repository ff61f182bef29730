//! What is overtaken while it is stored neither takes anything back nor does it twice.

use std::time::{Duration, Instant};

use acceptance::{Customer, NO_RACE, Point, World, eventually, payload};
use futures::future::{join, join_all};
use reqwest::Method;
use serde_json::json;

use crate::counted_world;

/// A call that gets no answer is made anew after this.
const PATIENCE: Duration = Duration::from_secs(3);
/// So much of it may go by until a call is seen to wait.
const A_GLANCE: Duration = Duration::from_secs(1);

/// The next call of a function to the table that is about this; about anything if nothing is said.
fn next(function: &str, operation: &str, about: Option<&str>) -> Point {
    let [function, operation] = [function, operation].map(str::to_owned);
    Point { function, service: "dynamodb".to_owned(), operation, about: about.map(str::to_owned), ordinal: 0 }
}

/// Waits for the call that was to get no answer so many times; until when it surely waits for one.
async fn waits(world: &World, times: u32) -> Instant {
    eventually("a call without an answer", async || world.is_met().await.then_some(())).await;
    Instant::now() + PATIENCE * times - A_GLANCE
}

/// Whatever was to overtake the call has happened by now.
///
/// # Panics
/// When the call may have gone on before: then this was no race.
fn has_overtaken(until: Instant) {
    assert!(Instant::now() < until, "{NO_RACE}: it took too long to overtake a call that waits");
}

/// The customer writes, and it is stored.
async fn is_heard(customer: &Customer, text: &str) {
    let before = stored(customer.world()).await;
    customer.sends(json!({ "type": "text", "text": { "body": text } })).await;
    eventually("a message that is stored", async || (stored(customer.world()).await > before).then_some(())).await;
}

/// How many messages of customers were stored.
async fn stored(world: &World) -> usize {
    world.outcomes().await.iter().filter(|it| it.outcome == "message").count()
}

#[tokio::test]
async fn a_status_that_a_later_one_overtakes_takes_nothing_back() {
    let world = counted_world().await;
    world.no_automatic_statuses().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    let wamid = world.phone_of("Ada").got().await[0]["id"].as_str().unwrap().to_owned();
    let now = world.clock().now().await;
    let reported = async |status: &str| {
        let report = payload::statuses(&ada, &[payload::status(&wamid, status, now, &ada, None)]);
        assert_eq!(world.post_webhook(&report).await, 200);
    };
    // Whichever of them comes first, the write counts that it was delivered.
    world.arms(&next("status-updates", "TransactWriteItems", None), 1, "hang").await;

    reported("delivered").await;
    let until = waits(&world, 1).await;
    reported("read").await;
    eventually("the later one", async || (world.agent().status_of(&thread, reply.id()).await == "read").then_some(()))
        .await;
    has_overtaken(until);
    world.settles().await;

    assert_eq!(world.disarms().await, 0);
    let message = world.agent().message(&thread, reply.id()).await;
    let steps: Vec<&str> =
        message["statuses"].as_array().unwrap().iter().map(|step| step["status"].as_str().unwrap()).collect();
    assert_eq!((message["status"].as_str(), steps), (Some("read"), vec!["queued", "sent", "delivered", "read"]));
}

#[tokio::test]
async fn two_senders_at_one_message_send_it_once() {
    let world = counted_world().await;
    world.no_automatic_statuses().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    let claim = next("outbound-sender", "PutItem", Some("THREAD MESSAGE if version = :read"));
    world.arms(&claim, 1, "hang").await;

    world.agent().replies_to(&thread, "here we are").await.expecting(202);
    let until = waits(&world, 1).await;
    let tenant_id = world.tenant(0).id;
    let job =
        json!({ "v": 1, "tenant_id": tenant_id, "channel_id": ada.channel.id, "contact_id": thread.contact_id() });
    world.puts_jobs("knocks", &[job.to_string()]).await;
    eventually("the message", async || (!ada.phone().received().await.is_empty()).then_some(())).await;
    has_overtaken(until);
    world.settles().await;
    world.clock().advance("PT5M").await;

    assert_eq!(world.disarms().await, 0);
    assert_eq!(ada.phone().received().await, ["here we are"]);
}

#[tokio::test]
async fn a_reply_that_comes_while_a_sender_leaves_is_not_forgotten() {
    let world = counted_world().await;
    // A status that comes while its message is sent brings another sender.
    world.no_automatic_statuses().await;
    let thread = world.customer("Ada").writes("hello").await;
    let leaving = "CONVERSATION REMOVE due_pk, due_sk if (attribute_not_exists(accepted) OR accepted = :read)";
    world.arms(&next("outbound-sender", "UpdateItem", Some(leaving)), 2, "hang").await;

    world.agent().replies_to(&thread, "one").await.expecting(202);
    let until = waits(&world, 2).await;
    // Nobody is told of the next one, however often that is tried.
    let job = Point { service: "sqs".to_owned(), ..next("api-helpdesk", "SendMessageBatch", None) };
    world.arms(&job, 12, "error").await;
    world.agent().replies_to(&thread, "and another").await.expecting(202);
    has_overtaken(until);
    world.settles().await;
    world.clock().advance("PT5M").await;

    assert_eq!(world.disarms().await, 0);
    assert_eq!(world.phone_of("Ada").received().await, ["one", "and another"]);
}

#[tokio::test]
async fn who_is_written_to_all_the_time_is_looked_at_all_the_same() {
    let world = counted_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let thread = ada.writes("hello").await;
    // No sender is told of anything.
    let told = Point { service: "sqs".to_owned(), ..next("api-helpdesk", "SendMessageBatch", None) };
    world.arms(&told, 9_999, "error").await;

    for number in 0..5 {
        agent.replies_to(&thread, &format!("reply {number}")).await.expecting(202);
        world.clock().advance("PT40S").await;
    }

    let received = ada.phone().received().await;
    assert_eq!(world.disarms().await, 0);
    assert!(received.len() > 1, "{received:?}");
}

#[tokio::test]
async fn what_waits_to_be_sent_and_does_not_show_yet_is_sent() {
    let world = counted_world().await;
    let forgetting = "ConditionCheck THREAD MESSAGE if attribute_not_exists(pk) + Delete CONVERSATION OUTBOX";
    for (name, dies) in [("Ada", false), ("Eve", true)] {
        let thread = world.customer(name).writes("hello").await;
        world.arms(&next("outbound-sender", "GetItem", Some("THREAD MESSAGE")), 1, "absent").await;
        if dies {
            world.arms(&next("outbound-sender", "TransactWriteItems", Some(forgetting)), 1, "kill_before").await;
        }

        let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
        world.settles().await;

        assert_eq!(world.disarms().await, 0, "{name}");
        assert_eq!(world.phone_of(name).received().await, ["here we are"]);
        assert_eq!(world.agent().message(&thread, reply.id()).await["status"], "read");
    }
}

#[tokio::test]
async fn what_is_sent_again_while_a_sender_leaves_it_behind_is_sent() {
    let world = counted_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 1, json!("drop_before")).await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    assert_eq!(world.agent().message(&thread, reply.id()).await["status"], "unconfirmed");
    world.arms(&next("outbound-sender", "TransactWriteItems", None), 1, "hang").await;

    let resent = async {
        let until = waits(&world, 1).await;
        world.agent().post(&format!("/v1/messages/{}/resend", reply.id()), json!({})).await.expecting(200);
        has_overtaken(until);
    };
    join(world.clock().advance("PT31S"), resent).await;
    world.settles().await;
    world.clock().advance("PT5M").await;

    assert_eq!(world.phone_of("Ada").received().await, ["here we are"]);
    assert_eq!(world.agent().message(&thread, reply.id()).await["status"], "read");
}

#[tokio::test]
async fn who_was_about_to_finish_a_merge_does_not_finish_its_undoing() {
    let world = counted_world().await;
    let (agent, ada, user_id) = (world.agent(), world.customer("Ada"), world.fresh_user_id());
    let by_phone = ada.writes("by phone").await;
    let by_id = ada.hiding_as(&user_id).writes("hidden").await;
    let finishing = "Put CONTACT MERGE if version = :read + Put CONTACT if version = :read";
    let parting = "Put CONTACT MERGE if version = :read + Put TICKET if version = :read \
                   + Update CONVERSATION SET ticket_id = :next DELETE waits_for :merged if ticket_id = :read";
    world.arms(&next("ticket-creation", "TransactWriteItems", Some(finishing)), 1, "hang").await;

    let undo = format!("/v1/contacts/{}/merges/{}", by_phone.contact_id(), by_id.contact_id());
    let undoes = async || agent.calls(Method::DELETE, &undo, None).await;
    let meanwhile = async {
        let until = waits(&world, 1).await;
        // It finishes the merge, begins to undo it, and dies. Whoever hears of that next goes on with it.
        world.arms(&Point { ordinal: 1, ..next("api-helpdesk", "TransactWriteItems", None) }, 1, "kill_after").await;
        world.arms(&next("ticket-creation", "TransactWriteItems", Some(parting)), 1, "lost").await;
        assert!(undoes().await.status >= 500);
        has_overtaken(until);
    };
    join(ada.writes_showing(&user_id, "with both"), meanwhile).await;
    world.settles().await;

    assert_eq!(undoes().await.expecting(200).body["status"], "undone");
    assert_eq!(agent.ticket(&by_id).await["contact_id"], by_id.contact_id());
}

#[tokio::test]
async fn a_conversation_taken_up_while_the_customer_begins_another_goes_on_there() {
    let world = counted_world().await;
    let ada = world.customer("Ada");
    let first = ada.writes("hello").await;
    world.agent().closes(&first).await;
    world.arms(&next("api-helpdesk", "TransactWriteItems", None), 2, "hang").await;

    let agent = world.agent();
    let begun = json!({ "channel_id": ada.channel.id, "to": format!("+{}", ada.number), "text": "one more thing" });
    let meanwhile = async {
        let until = waits(&world, 2).await;
        is_heard(&ada, "another matter").await;
        has_overtaken(until);
    };
    let (taken_up, ()) = join(agent.post("/v1/conversations", begun), meanwhile).await;
    taken_up.expecting(202);
    world.settles().await;

    let second = ada.thread().await;
    assert_ne!(second.id, first.id);
    assert_eq!(agent.reads(&second).await, ["another matter", "one more thing"]);
    assert_eq!(agent.ticket(&first).await["status"], "closed");
}

/// The customer writes in the latest thread while this call of a template on its way to an earlier one waits.
async fn opens_a_session_during(operation: &str, about: Option<&str>, ordinal: u64) {
    let world = counted_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let first = ada.writes("hello").await;
    agent.closes(&first).await;
    let second = ada.writes("another matter").await;
    assert_ne!(first.id, second.id);
    world.clock().advance("PT25H").await;
    world.arms(&Point { ordinal, ..next("api-helpdesk", operation, about) }, 2, "hang").await;

    let offer = json!({ "template": { "name": "spring_offer", "language": "en_US", "variables": ["Ada"] } });
    let meanwhile = async {
        let until = waits(&world, 2).await;
        is_heard(&ada, "are you there?").await;
        has_overtaken(until);
    };
    let (sent, ()) = join(agent.sends(&first, offer), meanwhile).await;
    sent.expecting(202);
    world.settles().await;

    assert_eq!(world.disarms().await, 0);
    let shown = agent.get(&format!("/v1/threads/{}", first.id)).await.expecting(200).body;
    assert_eq!(shown["session"]["open"], true);
}

#[tokio::test]
async fn a_session_that_the_customer_opens_while_a_template_goes_to_an_earlier_thread_is_that_threads_too() {
    opens_a_session_during("TransactWriteItems", None, 0).await;
}

#[tokio::test]
async fn a_session_that_the_customer_opens_between_two_looks_at_their_tickets_is_seen() {
    // The earlier ticket, the latest for its session, and the latest once more, which is to be overtaken.
    opens_a_session_during("GetItem", Some("TICKET"), 2).await;
}

#[tokio::test]
async fn an_answer_to_a_template_that_goes_to_an_earlier_thread_between_two_looks_is_heard_there() {
    let world = counted_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let first = ada.writes("hello").await;
    agent.closes(&first).await;
    ada.writes("another matter").await;
    world.clock().advance("PT25H").await;
    world.arms(&next("ticket-creation", "GetItem", Some("TICKET")), 1, "hang").await;

    ada.sends(json!({ "type": "text", "text": { "body": "are you there?" } })).await;
    let until = waits(&world, 1).await;
    let template = json!({ "name": "spring_offer", "language": "en_US", "variables": ["Ada"] });
    let offer = json!({ "template": template, "then": { "text": "here it is" } });
    agent.sends(&first, offer).await.expecting(202);
    has_overtaken(until);
    world.settles().await;

    assert_eq!(world.disarms().await, 0);
    let texts = agent.reads(&first).await;
    assert!(texts.contains(&"are you there?".to_owned()), "{texts:?}");
    assert_eq!(ada.phone().received().await.last().map(String::as_str), Some("here it is"));
}

#[tokio::test]
async fn two_replies_at_once_each_have_a_place_of_their_own() {
    let world = counted_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let texts: Vec<String> = (0..6).map(|n| format!("reply {n}")).collect();
    let agent = world.agent();

    let replies = texts.iter().map(|text| agent.replies_to(&thread, text));
    for reply in join_all(replies).await {
        reply.expecting(202);
    }
    world.settles().await;

    let mut read = world.agent().reads(&thread).await.split_off(1);
    assert_eq!(world.phone_of("Ada").received().await, read);
    read.sort();
    assert_eq!(read, texts);
}

#[tokio::test]
async fn a_person_who_comes_by_two_writings_at_once_is_one() {
    let world = counted_world().await;
    let (agent, now) = (world.agent(), world.clock().now().await);
    world.arms(&next("ticket-creation", "TransactWriteItems", None), 1, "hang").await;
    let [one, other] = ["5531987004310", "553187004310"].map(|number| {
        let ada = world.customer_with_number("Ada", number);
        payload::messages(&ada, &[payload::text(&ada, now, number)])
    });

    assert_eq!(world.post_webhook(&one).await, 200);
    let until = waits(&world, 1).await;
    assert_eq!(world.post_webhook(&other).await, 200);
    eventually("the other message", async || (stored(&world).await > 0).then_some(())).await;
    has_overtaken(until);
    world.settles().await;

    assert_eq!(world.disarms().await, 0);
    let [contact] = &agent.contacts_with_number("+5531987004310").await[..] else { panic!("one contact") };
    let [thread] = &agent.open_threads_of(contact["id"].as_str().unwrap()).await[..] else { panic!("one thread") };
    assert_eq!(agent.reads(thread).await.len(), 2);
}
