//! What customers write.

use acceptance::{Customer, World, payload};
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::Value;

use crate::{expect, only_thread};

pub(crate) async fn forty_at_once(world: &World, round: usize) -> Result<(), String> {
    let ada = world.customer(&format!("Forty {round}"));
    let now = world.clock().now().await;
    let lines: Vec<String> = (0..40).map(|n| format!("line {n}")).collect();
    let webhooks = lines.iter().zip(0..).map(|(line, n)| {
        let at = now - SignedDuration::from_secs(60 - n);
        payload::messages(&ada, &[payload::text(&ada, at, line)])
    });
    let webhooks: Vec<_> = webhooks.collect();
    let answers = join_all(webhooks.iter().map(|webhook| world.post_webhook(webhook))).await;
    expect(&answers, &vec![200; 40])?;
    world.settles().await;
    let thread = only_thread(&ada).await?;
    expect(&world.agent().reads(&thread).await, &lines)
}

/// Webhooks that came, to come again.
#[derive(Default)]
pub(crate) struct Repeated(Vec<(Customer, Value)>);

impl Repeated {
    /// The same webhook five times at once.
    pub(crate) async fn five_times(&mut self, world: &World, round: usize) -> Result<(), String> {
        let ada = world.customer(&format!("Again {round}"));
        let now = world.clock().now().await;
        let webhook = payload::messages(&ada, &[payload::text(&ada, now, "hello")]);
        let came = (ada, webhook);
        post_five_times(world, &came.1).await?;
        world.settles().await;
        let once = is_there_once(&came.0).await;
        self.0.push(came);
        once
    }

    /// All of them again, when SQS has forgotten them, and days later. Says how many have changed nothing.
    pub(crate) async fn days_later(&self, world: &World) -> usize {
        let mut taken: Vec<Result<(), String>> = vec![Ok(()); self.0.len()];
        for pause in ["PT6M", "P3D"] {
            world.clock().advance(pause).await;
            for ((_, webhook), taken) in self.0.iter().zip(&mut taken) {
                let again = post_five_times(world, webhook).await;
                if taken.is_ok() {
                    *taken = again;
                }
            }
            world.settles().await;
        }
        let mut unchanged = 0;
        for ((ada, _), taken) in self.0.iter().zip(taken) {
            match taken.and(is_there_once(ada).await) {
                Ok(()) => unchanged += 1,
                Err(wrong) => eprintln!("{}, days later: {wrong}", ada.name),
            }
        }
        unchanged
    }
}

async fn post_five_times(world: &World, webhook: &Value) -> Result<(), String> {
    let answers = join_all((0..5).map(|_| world.post_webhook(webhook))).await;
    expect(&answers, &vec![200; 5])
}

async fn is_there_once(ada: &Customer) -> Result<(), String> {
    let thread = only_thread(ada).await?;
    expect(&ada.world().agent().reads(&thread).await, &vec!["hello".to_owned()])?;
    expect(&thread.ticket["unread_count"].as_u64(), &Some(1))
}
