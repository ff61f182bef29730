//! What agents reply, and what Meta says of it.

use acceptance::{Customer, Thread, World, eventually, payload};
use futures::future::{join, join_all};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{expect, only_thread};

const MANY: usize = 5;
const LINES: usize = 20;

async fn status_and_steps(world: &World, thread: &Thread, id: &str) -> (String, Vec<String>) {
    let message = world.agent().message(thread, id).await;
    let word = |value: &Value| value["status"].as_str().unwrap_or_default().to_owned();
    (word(&message), message["statuses"].as_array().into_iter().flatten().map(word).collect())
}

/// Meta's id of the last that came from the business.
async fn last_on_the_phone(customer: &Customer) -> String {
    eventually("the reply on the phone", async || {
        let last = customer.phone().messages().await.pop()?;
        (last["direction"] == "received").then(|| last["id"].as_str().map(str::to_owned)).flatten()
    })
    .await
}

pub(crate) async fn backwards(world: &World, round: usize) -> Result<(), String> {
    let ada = world.customer(&format!("Backwards {round}"));
    let thread = ada.writes("hello").await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    let wamid = last_on_the_phone(&ada).await;
    world.settles().await;
    for word in ["read", "delivered", "sent"] {
        world.meta_reports(&wamid, word).await;
        expect(&world.agent().status_of(&thread, reply.id()).await, &"read".to_owned())?;
    }
    let steps = ["queued", "sent", "delivered", "read"].map(str::to_owned).to_vec();
    expect(&status_and_steps(world, &thread, reply.id()).await, &("read".to_owned(), steps))
}

pub(crate) async fn early(world: &World, round: usize) -> Result<(), String> {
    let name = format!("Early {round}");
    let ada = world.customer(&name);
    let thread = ada.writes("hello").await;
    world.fault(&name, 1, json!({ "delay_ms": 3_000 })).await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    let wamid = last_on_the_phone(&ada).await;
    let now = world.clock().now().await;
    let statuses = [payload::status(&wamid, "read", now, &ada, None)];
    expect(&world.post_webhook(&payload::statuses(&ada, &statuses)).await, &200)?;
    let asked = world.graph_requests_to(&name).await.pop();
    if asked.is_none_or(|request| request.status.is_some()) {
        return Err("it could not be played: the send had returned before its status came".to_owned());
    }
    world.settles().await;
    expect(&world.agent().status_of(&thread, reply.id()).await, &"read".to_owned())
}

pub(crate) async fn under_load(world: &World, round: usize) -> Result<(), String> {
    let customers: Vec<Customer> = (0..MANY).map(|n| world.customer(&format!("Load {round} {n}"))).collect();
    for customer in &customers {
        customer.writes("line 0").await;
    }
    let now = world.clock().now().await;
    let conversations = customers.iter().map(async |customer| {
        let thread = only_thread(customer).await?;
        let writes = async {
            for n in 1..=LINES {
                let at = now + SignedDuration::from_secs(i64::try_from(n).unwrap_or(0));
                customer.writes_and_waits(&format!("line {n}"), at).await;
            }
        };
        let replies = async {
            for n in 1..=LINES {
                world.agent().replies_to(&thread, &format!("reply {n}")).await.expecting(202);
            }
        };
        join(writes, replies).await;
        Ok::<_, String>(thread)
    });
    let threads: Vec<Thread> = join_all(conversations).await.into_iter().collect::<Result<_, _>>()?;
    world.settles().await;
    for (customer, thread) in customers.iter().zip(&threads) {
        let messages = world.agent().messages(thread).await;
        let of = |direction: &str| -> Vec<Value> {
            messages.iter().filter(|message| message["direction"] == direction).cloned().collect()
        };
        let numbered = |word: &str, from: usize| (from..=LINES).map(|n| format!("{word} {n}")).collect::<Vec<_>>();
        expect(&acceptance::texts(&of("incoming")), &numbered("line", 0))?;
        expect(&acceptance::texts(&of("outgoing")), &numbered("reply", 1))?;
        expect(&customer.phone().received().await, &numbered("reply", 1))?;
    }
    Ok(())
}
