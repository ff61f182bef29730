//! A template to several, and the month after.

use acceptance::{Customer, World, eventually, spring_offer};
use reqwest::Method;
use serde_json::{Value, json};

use super::journey::{LATER, asks, in_time, recent_threads};
use super::seen::Seen;

/// Who gets it.
pub(super) const PEOPLE: [&str; 2] = ["one", "two"];
/// Long enough for what is missing to be found.
const A_DAY: &str = "PT25H";

/// An agent sends a template to two who never wrote; both read it, a day passes, and the next month begins.
pub(super) async fn send_to_many(world: &World, name: &str) -> Seen {
    let agent = world.agent();
    let people: Vec<Customer> = PEOPLE.map(|who| world.customer(&format!("{name} {who}"))).into();
    let mut contacts = Vec::new();
    for (person, called) in people.iter().zip(["Ada", "Eve"]) {
        let contact = json!({ "name": called, "phone": format!("+{}", person.number) });
        contacts.push(asks(&agent, Method::POST, "/v1/contacts", Some(contact)).await.id().to_owned());
    }
    let before = used(world).await;
    let channel = world.tenant(0).channel(0).id;
    let send = json!({ "channel_id": channel, "template": spring_offer(), "contact_ids": contacts });
    let path =
        format!("/v1/template-sends/{}", asks(&agent, Method::POST, "/v1/template-sends", Some(send)).await.id());
    in_time(world, async || {
        let job = agent.gets_in_the_end(&path).await.body;
        job["status"] == "done" && job["sent"] == people.len()
    })
    .await;
    // What Meta reports of them may come again only later.
    in_time(world, async || {
        for person in &people {
            for thread in recent_threads(world, person).await {
                let messages = world.agent().messages(&thread).await;
                if messages.iter().any(|message| message["status"] == "sent" || message["status"] == "delivered") {
                    return false;
                }
            }
        }
        true
    })
    .await;
    let mut seen = Seen::default();
    for person in &people {
        // The list of tickets lags behind, as any index may.
        let threads = async || Some(recent_threads(world, person).await).filter(|threads| !threads.is_empty());
        seen = seen.and(Seen::of(world, person, &eventually("a thread", threads).await).await);
    }
    let job = agent.gets_in_the_end(&path).await.body;
    let unsure = seen.unconfirmed();
    let sent = job["sent"].as_u64().unwrap() + unsure as u64;
    seen.besides
        .push(format!("{sent} of {} sent, {} failed, refused: {}", job["recipients"], job["failed"], job["refused"]));
    seen.besides.push(format!("{} counted", used(world).await - before));
    world.clock().advance(A_DAY).await;
    let usage = usage(world).await;
    let next: jiff::Timestamp = usage["resets_at"].as_str().unwrap().parse().unwrap();
    world.clock().set(next).await;
    for _ in 0..2 {
        world.clock().advance(LATER).await;
    }
    // What nobody knows the fate of is a gap itself.
    let gaps = world.caller(0, "admin").gets_in_the_end("/v1/gaps").await;
    let gaps = gaps.data().iter().filter(|gap| unsure == 0 || gap["kind"] != "message_without_outcome").count();
    seen.besides.push(format!("{} counted in the next month, {gaps} gaps", used(world).await));
    seen
}

async fn usage(world: &World) -> Value {
    world.agent().gets_in_the_end("/v1/usage").await.body
}

/// What was counted this month.
async fn used(world: &World) -> i64 {
    let usage = usage(world).await;
    ["used", "reserved"].iter().filter_map(|key| usage[key].as_i64()).sum()
}
