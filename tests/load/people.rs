//! A customer and the agent who answers them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use acceptance::{Agent, Customer, Thread, World, within};
use jiff::{SignedDuration, Timestamp};

use crate::Pairs;
use crate::figures::Figures;
use crate::options::Options;

/// How long somebody tries the same again: a stack that is killed every few seconds has little time for each.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(50);

#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) customer: Customer,
    pub(crate) thread: Thread,
    /// When the customer's first line was written.
    start: Timestamp,
}

/// Everybody of a round has said hello, so that every customer has a thread.
pub(crate) async fn introduced(world: &World, options: &Options, round: usize) -> Pairs {
    let customer = |n: usize| world.customer(&format!("Customer {round} {n}"));
    let customers: Vec<Customer> = (0..options.customers).map(customer).collect();
    let seconds = i64::try_from(options.messages).unwrap_or(i64::MAX);
    let start = world.clock().now().await - SignedDuration::from_secs(seconds);
    let threads = greeted(world, &world.agent(), &customers, start - SignedDuration::from_secs(1)).await;
    let pair = |customer: Customer| {
        let thread = threads[&customer.number].clone();
        Pair { customer, thread, start }
    };
    customers.into_iter().map(pair).collect()
}

/// Each says hello at this time; their threads by their numbers, once all are there. What was interrupted comes again later.
pub(crate) async fn greeted(
    world: &World,
    agent: &Agent,
    customers: &[Customer],
    at: Timestamp,
) -> HashMap<String, Thread> {
    for customer in customers {
        customer.tries_to_write(HELLO, at).await;
    }
    world.settles_in_the_end().await;
    let mut threads = threads_of(agent).await;
    for _ in 0..8 {
        if customers.iter().all(|customer| threads.contains_key(&customer.number)) {
            break;
        }
        world.clock().advance("PT7M30S").await;
        threads = threads_of(agent).await;
    }
    threads
}

/// The threads of an agent's tenant by the numbers of their customers.
async fn threads_of(agent: &Agent) -> HashMap<String, Thread> {
    every_thread_of(agent).await.into_iter().collect()
}

/// Each of them with the number of its customer, who may have several.
pub(crate) async fn every_thread_of(agent: &Agent) -> Vec<(String, Thread)> {
    let mut threads = Vec::new();
    for ticket in agent.tickets().await {
        let id = ticket["thread_id"].as_str().expect("a ticket has a thread").to_owned();
        let contact = ticket["contact_id"].as_str().expect("a ticket has a contact");
        let contact = agent.gets_in_the_end(&format!("/v1/contacts/{contact}")).await.body;
        let phone = contact["phone"].as_str().unwrap_or_default().trim_start_matches('+').to_owned();
        threads.push((phone, Thread { id, ticket }));
    }
    threads
}

pub(crate) const HELLO: &str = "hello";

pub(crate) fn line(n: usize) -> String {
    format!("line {n}")
}

pub(crate) fn reply(n: usize) -> String {
    format!("reply {n}")
}

impl Pair {
    /// A stack that starts again is another issuer of tokens.
    pub(crate) fn agent(&self) -> Agent {
        self.customer.world().agent()
    }

    /// Line by line; who got no answer writes the line again if the phone does not show it, as its owner would.
    pub(crate) async fn writes(self, lines: usize, figures: Arc<Figures>) {
        for n in 0..lines {
            let at = self.start + SignedDuration::from_secs(i64::try_from(n).unwrap_or(i64::MAX));
            let (text, began) = (line(n), Instant::now());
            let mut took = None;
            loop {
                match self.customer.phone().try_shows().await {
                    Some(shown) if shown.contains(&text) => break,
                    Some(_) => took = self.writes_once(&text, at).await,
                    None => tokio::time::sleep(PAUSE).await,
                }
                assert!(began.elapsed() < PATIENCE, "{} writes in vain", self.customer.name);
            }
            figures.wrote(took);
        }
    }

    /// How long the answer took, if there was one.
    async fn writes_once(&self, text: &str, at: Timestamp) -> Option<Duration> {
        let began = Instant::now();
        self.customer.writes_and_waits(text, at).await.then(|| began.elapsed())
    }

    /// One reply after the other, each asked for until it is accepted.
    pub(crate) async fn replies(self, replies: usize, figures: Arc<Figures>) {
        for n in 0..replies {
            let (text, key) = (reply(n), format!("{}-{n}", self.thread.id));
            within(PATIENCE, "an accepted reply", async || {
                let began = Instant::now();
                let answer = self.agent().replies_with_key(&self.thread, &text, &key).await.ok()?;
                let accepted = answer.status == 202;
                if accepted {
                    figures.replied(began.elapsed());
                }
                accepted.then_some(())
            })
            .await;
        }
    }
}
