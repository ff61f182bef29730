//! Two contacts become one on Meta's word alone; how a person undoes that, `undone` sees.

use acceptance::{Agent, Customer, Point, Thread, World, eventually, payload};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use crate::{counted_world, fresh_world, shared_world};

#[tokio::test]
async fn who_writes_by_phone_then_hidden_then_with_both_is_one_contact_with_one_thread() {
    let world = fresh_world().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let hidden = ada.hiding_as(&user_id);
    let by_phone = ada.writes("by phone").await;
    agent.replies_to(&by_phone, "to the phone").await.expecting(202);
    // Meta's time is whole seconds: what was said within one has no order across two threads.
    world.clock().advance("PT2S").await;
    let by_id = hidden.writes("hidden").await;
    agent.replies_to(&by_id, "to the hidden one").await.expecting(202);
    world.settles().await;
    assert_ne!(by_phone.contact_id(), by_id.contact_id());

    ada.writes_showing(&user_id, "with both").await;

    let [thread] = &agent.open_threads_of(by_phone.contact_id()).await[..] else { panic!("one open thread") };
    assert_eq!(thread.id, by_phone.id);
    let whole = ["by phone", "to the phone", "hidden", "to the hidden one", "with both"];
    assert_eq!(agent.reads(thread).await, whole);
    assert_eq!(agent.reads(&by_id).await, whole);
    assert_eq!(agent.contact(by_id.contact_id()).await["id"], by_phone.contact_id());
    assert_eq!(agent.ticket(&by_id).await["merged_into"], by_phone.ticket_id());
    // Everything is answered where it came from, and each message says where that was.
    hidden.sends(json!({ "type": "text", "text": { "body": "hidden again" } })).await;
    world.settles().await;
    agent.replies_to(thread, "where you are").await.expecting(202);
    world.settles().await;
    let messages = agent.messages(thread).await;
    let way = |text: &str| messages.iter().find(|message| message["text"] == text).cloned().unwrap();
    assert_eq!(
        (&way("hidden")["from"], &way("by phone")["from"]),
        (&json!(user_id), &json!(format!("+{}", ada.number)))
    );
    assert_eq!(way("where you are")["to"], user_id.as_str());
    assert_eq!(way("where you are")["status"], "read");
    // An agent who still has the other thread before them writes into the one that goes on.
    let late =
        agent.replies_quoting(&by_id, "a late answer", way("hidden")["id"].as_str().unwrap()).await.expecting(202);
    assert_eq!(agent.message(thread, late.id()).await["text"], "a late answer");
    agent.calls(Method::POST, &format!("/v1/tickets/{}/closure", by_id.ticket_id()), None).await.expecting(409);
}

#[tokio::test]
async fn a_joined_thread_is_read_page_by_page_in_either_order() {
    let world = shared_world().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let now = world.clock().now().await;
    let hidden = ada.hiding_as(&user_id);
    // All in one second, so that both threads use the same places.
    for n in 0..3 {
        ada.wrote(&format!("phone {n}"), now).await;
        hidden.wrote(&format!("hidden {n}"), now).await;
    }
    ada.writes_showing(&user_id, "with both").await;
    let thread = ada.thread().await;

    for order in ["asc", "desc"] {
        let read = page_by_page(&agent, &thread, order, 2).await;
        assert_eq!((read.len(), read.last().map(String::as_str)), (7, Some("with both")), "{read:?}");
        for who in ["phone", "hidden"] {
            let theirs: Vec<&String> = read.iter().filter(|text| text.starts_with(who)).collect();
            assert_eq!(theirs, [&format!("{who} 0"), &format!("{who} 1"), &format!("{who} 2")]);
        }
    }
}

#[tokio::test]
async fn a_joined_thread_with_more_than_one_query_answers_is_read_whole_in_either_order() {
    let world = shared_world().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let begin = world.clock().now().await - SignedDuration::from_mins(1);
    let second = |n| begin + SignedDuration::from_secs(n);
    let hidden = ada.hiding_as(&user_id);
    for n in 0..2 {
        ada.wrote(&format!("before {n}"), second(n)).await;
    }
    // A query of DynamoDB's ends at 1 MB; one of these is 180 KB, which is not put aside yet.
    for n in 0..8 {
        hidden.wrote(&format!("hidden {n}{}", "文".repeat(60_000)), second(10 + n)).await;
    }
    for n in 0..3 {
        ada.wrote(&format!("after {n}"), second(20 + n)).await;
    }
    ada.writes_showing(&user_id, "with both").await;
    let thread = ada.thread().await;

    let before = (0..2).map(|n| format!("before {n}"));
    let between = (0..8).map(|n| format!("hidden {n}"));
    let after = (0..3).map(|n| format!("after {n}"));
    let whole: Vec<String> = before.chain(between).chain(after).chain(["with both".to_owned()]).collect();
    for order in ["asc", "desc"] {
        let read = page_by_page(&agent, &thread, order, 100).await;
        let begun: Vec<&str> = read.iter().filter_map(|text| text.split('文').next()).collect();
        assert_eq!(begun, whole, "{order}");
    }
}

/// The texts of all pages, the oldest first.
async fn page_by_page(agent: &Agent, thread: &Thread, order: &str, limit: u8) -> Vec<String> {
    let mut read: Vec<String> = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/threads/{}/messages?limit={limit}&order={order}{cursor}", thread.id);
        let page = agent.get(&path).await.expecting(200).body;
        read.extend(acceptance::texts(page["data"].as_array().unwrap()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    if order == "desc" {
        read.reverse();
    }
    read
}

#[tokio::test]
async fn a_contact_that_was_only_written_down_merges_with_the_hidden_one_once_meta_links_them() {
    let world = shared_world().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let written = agent.adds_contact(json!({ "name": "Ada Byron", "phone": format!("+{}", ada.number) })).await;
    let hidden = ada.hiding_as(&user_id).writes("hidden").await;

    ada.writes_showing(&user_id, "with both").await;

    assert_eq!(agent.contact(hidden.contact_id()).await["id"], written.as_str());
    let [thread] = &agent.open_threads_of(&written).await[..] else { panic!("one open thread") };
    assert_eq!(thread.id, hidden.id);
    assert_eq!(agent.reads(thread).await, ["hidden", "with both"]);
    assert_eq!(agent.contact(&written).await["name"], "Ada Byron");
}

#[tokio::test]
async fn numbers_that_several_share_merge_nobody() {
    let world = shared_world().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    for name in ["Ada", "Ada's mother"] {
        agent.adds_contact(json!({ "name": name, "phone": format!("+{}", ada.number) })).await;
    }
    let hidden = ada.hiding_as(&user_id).writes("hidden").await;

    ada.writes_showing(&user_id, "with both").await;

    let contact = agent.contact(hidden.contact_id()).await;
    assert_eq!(contact["id"], hidden.contact_id());
    assert_eq!(contact["also_matches"].as_array().map(Vec::len), Some(2));
    assert_eq!(agent.reads(&hidden).await, ["hidden", "with both"]);
}

#[tokio::test]
async fn what_waits_to_be_sent_when_two_become_one_goes_out_before_what_comes_after() {
    let world = fresh_world().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let hidden = ada.hiding_as(&user_id);
    ada.writes("by phone").await;
    let by_id = hidden.writes("hidden").await;
    let too_fast = json!({ "match": { "path": "/messages", "to": user_id }, "times": 1, "then": { "status": 400, "code": 131_056 } });
    world.meta_misbehaves(too_fast).await;
    agent.replies_to(&by_id, "waiting").await.expecting(202);
    world.settles().await;
    assert_eq!(hidden.phone().received().await, Vec::<String>::new());

    ada.writes_showing(&user_id, "with both").await;
    let thread = ada.thread().await;
    agent.replies_to(&thread, "after").await.expecting(202);
    world.settles().await;
    for _ in 0..3 {
        world.clock().advance("PT1M").await;
    }

    assert_eq!(ada.phone().received().await, ["waiting", "after"]);
    let replies = agent.messages(&thread).await.into_iter().filter(|message| message["direction"] == "outgoing");
    assert!(replies.into_iter().all(|reply| reply["status"] == "read"));
}

#[tokio::test]
async fn a_status_that_names_both_makes_one_contact_of_two_and_none_of_a_stranger() {
    let world = fresh_world().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let by_phone = ada.writes("by phone").await;
    let by_id = ada.hiding_as(&user_id).writes("hidden").await;
    world.no_automatic_statuses().await;
    let reply = agent.replies_to(&by_phone, "to the phone").await.expecting(202);
    world.settles().await;
    let delivered = async |opaque: &str, to: &Customer, user_id: &str| {
        let at = world.clock().now().await;
        let mut status = payload::status(&payload::wamid(), "delivered", at, to, Some(opaque));
        status["recipient_user_id"] = json!(user_id);
        world.outcomes_of(&payload::statuses(to, &[status])).await.remove(0).outcome
    };
    let ben = world.customer("Ben");

    assert_eq!(delivered("msg_00000000000000000000000000000007", &ben, "US.1").await, "status_parked");
    assert_eq!(delivered(reply.id(), &ada, &user_id).await, "status_applied");

    let merges = agent.get(&format!("/v1/contacts/{}/merges", by_phone.contact_id())).await.expecting(200);
    assert_eq!(
        (&merges.data()[0]["status"], &merges.data()[0]["reason"]),
        (&json!("merged"), &json!("same_recipient"))
    );
    assert_eq!(agent.contact(by_id.contact_id()).await["id"], by_phone.contact_id());
    assert!(agent.contacts_with_number(&format!("+{}", ben.number)).await.is_empty());
}

#[tokio::test]
async fn a_status_that_names_somebody_by_another_name_teaches_it() {
    let world = fresh_world().await;
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let thread = ada.writes("by phone").await;
    world.no_automatic_statuses().await;
    let reply = world.agent().replies_to(&thread, "to the phone").await.expecting(202);
    world.settles().await;
    let at = world.clock().now().await;
    let mut status = payload::status(&payload::wamid(), "delivered", at, &ada, Some(reply.id()));
    status["recipient_user_id"] = json!(user_id);

    let outcome = world.outcomes_of(&payload::statuses(&ada, &[status])).await.remove(0);
    let hidden_at = world.clock().advance("PT2S").await;
    assert!(ada.hiding_as(&user_id).writes_and_waits("hidden", hidden_at).await);
    world.settles().await;

    assert_eq!(outcome.outcome, "status_applied");
    let agent = world.agent();
    let [one] = &agent.open_threads_of(thread.contact_id()).await[..] else { panic!("one open thread") };
    assert_eq!(agent.reads(one).await, ["by phone", "to the phone", "hidden"]);
}

/// Two contacts that are one person, as nobody knows yet.
struct Two {
    shown: Customer,
    user_id: String,
    by_phone: Thread,
    by_id: Thread,
}

/// What a merge or its undoing may meet at each of its writes.
const EFFECTS: [(&str, u32); 3] = [("kill_before", 1), ("kill_after", 1), ("lost", 4)];

#[tokio::test]
async fn a_merge_ends_the_same_at_whichever_write_it_dies() {
    let world = counted_world().await;
    let first = Two::write(&world, "Ada").await;
    world.counts_calls_anew().await;
    first.are_linked(&world).await;
    let points = writes_of(&world, "ticket-creation").await;
    assert!(points.len() >= 4, "{points:?}");
    for (number, point) in points.iter().enumerate() {
        for (then, times) in EFFECTS {
            let two = Two::write(&world, &format!("Ada {number} {then}")).await;
            world.arms(point, times, then).await;
            two.are_linked(&world).await;
            assert_eq!(world.disarms().await, 0, "{point:?} {then} was not met");
        }
    }
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn undoing_a_merge_ends_the_same_at_whichever_write_it_dies() {
    let world = counted_world().await;
    let first = Two::write(&world, "Ada").await;
    first.are_linked(&world).await;
    world.counts_calls_anew().await;
    first.are_parted(&world).await;
    let points = writes_of(&world, "api-helpdesk").await;
    assert!(points.len() >= 3, "{points:?}");
    for (number, point) in points.iter().enumerate() {
        for (then, times) in EFFECTS {
            let two = Two::write(&world, &format!("Ada {number} {then}")).await;
            two.are_linked(&world).await;
            world.arms(point, times, then).await;
            two.are_parted(&world).await;
            assert_eq!(world.disarms().await, 0, "{point:?} {then} was not met");
        }
    }
}

async fn writes_of(world: &World, function: &str) -> Vec<Point> {
    let points = world.points().await.into_iter();
    points.filter(|point| point.function == function && point.operation == "TransactWriteItems").collect()
}

impl Two {
    async fn write(world: &World, name: &str) -> Self {
        let (shown, user_id) = (world.customer(name), world.fresh_user_id());
        let by_phone = shown.writes("by phone").await;
        let by_id = shown.hiding_as(&user_id).writes("hidden").await;
        Self { shown, user_id, by_phone, by_id }
    }

    /// Meta links them, and in time they are one contact with one thread.
    async fn are_linked(&self, world: &World) {
        let agent = world.agent();
        self.shown.tries_showing(&self.user_id, "with both").await;
        let status = async || {
            let merges = agent.get(&format!("/v1/contacts/{}/merges", self.by_phone.contact_id())).await.body;
            merges["data"][0]["status"].as_str().map(str::to_owned)
        };
        for _ in 0..12 {
            world.settles().await;
            if agent.reads(&self.by_phone).await.len() == 3 && status().await.as_deref() == Some("merged") {
                break;
            }
            world.clock().advance("PT7M").await;
        }
        let [thread] = &agent.open_threads_of(self.by_phone.contact_id()).await[..] else { panic!("one open thread") };
        assert_eq!(agent.reads(thread).await, ["by phone", "hidden", "with both"]);
        assert_eq!(agent.contact(self.by_id.contact_id()).await["id"], self.by_phone.contact_id());
        assert_eq!(status().await.as_deref(), Some("merged"));
    }

    /// A person parts them, and asks again until it is done.
    async fn are_parted(&self, world: &World) {
        let agent = world.agent();
        let path = format!("/v1/contacts/{}/merges/{}", self.by_phone.contact_id(), self.by_id.contact_id());
        eventually("the merge is undone", async || {
            let answer = agent.tries(Method::DELETE, &path, None, &[]).await.ok()?;
            (answer.status == 200 && answer.body["status"] == "undone").then_some(())
        })
        .await;
        assert_eq!(agent.reads(&self.by_phone).await, ["by phone", "with both"]);
        assert_eq!(agent.reads(&self.by_id).await, ["hidden"]);
        for thread in [&self.by_phone, &self.by_id] {
            assert_eq!(agent.contact(thread.contact_id()).await["id"], thread.contact_id());
            assert_eq!(agent.ticket(thread).await["contact_id"], thread.contact_id());
            assert_eq!(agent.ticket(thread).await["status"], "open");
        }
    }
}
