//! A customer and the agent who answers them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use acceptance::{Agent, Customer, Thread, World, eventually};
use jiff::{SignedDuration, Timestamp};

use crate::Pairs;
use crate::figures::Figures;
use crate::options::Options;

#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) customer: Customer,
    pub(crate) agent: Agent,
    pub(crate) thread: Thread,
    /// When the customer's first line was written.
    start: Timestamp,
}

/// Everybody has said hello, so that every customer has a thread.
pub(crate) async fn introduced(world: &World, options: &Options) -> Pairs {
    let customers: Vec<Customer> = (0..options.customers).map(|n| world.customer(&format!("Customer {n}"))).collect();
    let seconds = i64::try_from(options.messages).unwrap_or(i64::MAX);
    let start = world.clock().now().await - SignedDuration::from_secs(seconds);
    for customer in &customers {
        customer.tries_to_write(HELLO, start - SignedDuration::from_secs(1)).await;
    }
    world.settles().await;
    let agent = world.agent();
    let mut threads: HashMap<String, Thread> = HashMap::new();
    for ticket in agent.tickets().await {
        let id = ticket["thread_id"].as_str().expect("a ticket has a thread").to_owned();
        let contact = ticket["contact_id"].as_str().expect("a ticket has a contact");
        let contact = agent.get(&format!("/v1/contacts/{contact}")).await.body;
        let phone = contact["phone"].as_str().unwrap_or_default().trim_start_matches('+').to_owned();
        threads.insert(phone, Thread { id, ticket });
    }
    let pair = |customer: Customer| {
        let thread = threads[&customer.number].clone();
        Pair { customer, agent: agent.clone(), thread, start }
    };
    customers.into_iter().map(pair).collect()
}

pub(crate) const HELLO: &str = "hello";

pub(crate) fn line(n: usize) -> String {
    format!("line {n}")
}

pub(crate) fn reply(n: usize) -> String {
    format!("reply {n}")
}

impl Pair {
    /// Line by line; who finds nobody there writes the line again, as the phone tells.
    pub(crate) async fn writes(self, lines: usize, figures: Arc<Figures>) {
        for n in 0..lines {
            let at = self.start + SignedDuration::from_secs(i64::try_from(n).unwrap_or(i64::MAX));
            let text = line(n);
            eventually("the line on the phone", async || {
                let began = Instant::now();
                let answered = self.customer.writes_and_waits(&text, at).await;
                let shown = self.customer.phone().try_shows().await?;
                let there = shown.iter().rev().any(|shown| *shown == text);
                if there && answered {
                    figures.wrote(began.elapsed());
                }
                there.then_some(())
            })
            .await;
        }
    }

    /// One reply after the other, each asked for until it is accepted.
    pub(crate) async fn replies(self, replies: usize, figures: Arc<Figures>) {
        for n in 0..replies {
            let (text, key) = (reply(n), format!("{}-{n}", self.thread.id));
            eventually("an accepted reply", async || {
                let began = Instant::now();
                let answer = self.agent.replies_with_key(&self.thread, &text, &key).await.ok()?;
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
