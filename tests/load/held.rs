//! Many replies wait for a number whose token is not accepted. It is connected again, and all of them go out; those of
//! another tenant are timed before and meanwhile, and must not wait for them: they share processors with them, not a line.
//! So are those which Meta puts off for some seconds, and which then come through the same queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use acceptance::{Agent, Customer, Number, Thread, World, within};
use futures::stream::{self, StreamExt as _};
use jiff::SignedDuration;
use serde_json::json;
use tokio::task::JoinSet;

use crate::figures::Times;
use crate::people::{PATIENCE, greeted, reply};

/// So many replies wait in one conversation.
const IN_ONE: usize = 10;
/// So many customers of the other tenant are answered, one reply after the other.
const OTHERS: usize = 24;
/// And so many whom Meta asks to be written to more slowly, at each reply.
const SLOWED: usize = 4;
/// Who writes a pair faster than once in six seconds has soon used up the burst that Meta allows it.
const PAUSE: Duration = Duration::from_secs(7);
/// Whoever waits longer than this waits for the others' line, which takes minutes, and not for a processor.
const MOST: Duration = Duration::from_secs(15);
const UNDISTURBED: Duration = Duration::from_secs(30);
const AGENTS: usize = 8;
/// So many conversations are answered before that is told.
const TOLD: usize = 50;
const LONGEST: Duration = Duration::from_secs(1_800);

/// Plays it and says what came of it; whether nothing was lost, doubled or out of order.
pub(crate) async fn run(world: &World, held: usize) -> bool {
    let mut number = world.number_at_meta().await;
    let tenant = world.tenant(0).id;
    let channel = world.connects(&number, &tenant).await.expecting(201).id().to_owned();
    let waiting = waiting(world, &number, &channel, held.div_ceil(IN_ONE)).await;
    let others = acquaintances(world, "Other", OTHERS).await;
    let slowed = acquaintances(world, "Slowed", SLOWED).await;

    number.access_token = format!("EAAG-{}", uuid::Uuid::new_v4().simple());
    world.meta_knows(&number).await;
    hold(world, &waiting, held).await;
    let alone = Timed::while_it(&others, &slowed, async || tokio::time::sleep(UNDISTURBED).await).await;
    println!("{held} replies wait; those of another tenant take\n{alone}");

    world.connects(&number, &tenant).await.expecting(200);
    // due-work looks once a minute.
    world.clock().set(world.clock().now().await + SignedDuration::from_mins(1)).await;
    let began = Instant::now();
    let all_are_there = async || until_all_are_there(world, &waiting, held).await;
    let meanwhile = Timed::while_it(&others, &slowed, all_are_there).await;
    println!("while the {held} go out ({:.0} s), they take\n{meanwhile}", began.elapsed().as_secs_f64());
    world.settles_in_the_end().await;
    let wrong = wrong(&waiting, held).await;
    println!(
        "{}",
        if wrong == 0 { "all of them, once and in order".into() } else { format!("{wrong} phones are WRONG") }
    );
    let slowest = meanwhile.quick.slowest().max(meanwhile.slowed.slowest());
    if slowest > MOST {
        println!("somebody of another tenant waited {:.1} s, more than {} s", slowest.as_secs_f64(), MOST.as_secs());
    }
    wrong == 0 && slowest <= MOST
}

async fn waiting(world: &World, number: &Number, channel: &str, count: usize) -> Vec<(Customer, Thread)> {
    let customers = (0..count).map(|n| world.customer(&format!("Waiting {n}")).writing_to_number(number, channel));
    acquainted(world, &world.agent(), customers.collect()).await
}

/// Customers of the other tenant.
async fn acquaintances(world: &World, name: &str, count: usize) -> Vec<(Customer, Thread)> {
    let customers = (0..count).map(|n| world.customer(&format!("{name} {n}")).writing_to(1, 0));
    acquainted(world, &world.agent_of(1), customers.collect()).await
}

/// Each has written, so that they have a thread.
async fn acquainted(world: &World, agent: &Agent, customers: Vec<Customer>) -> Vec<(Customer, Thread)> {
    let now = world.clock().now().await;
    let mut threads = greeted(world, agent, &customers, now).await;
    let thread = |customer: Customer| {
        let thread = threads.remove(&customer.number).expect("who has written has a thread");
        (customer, thread)
    };
    customers.into_iter().map(thread).collect()
}

async fn hold(world: &World, waiting: &[(Customer, Thread)], held: usize) {
    let agent = world.agent();
    let answers = stream::iter(waiting.iter().enumerate()).for_each_concurrent(AGENTS, async |(n, (_, thread))| {
        for n in 0..count_of(n, held) {
            agent.replies_to(thread, &reply(n)).await.expecting(202);
        }
        if (n + 1) % TOLD == 0 {
            eprintln!("{} of {} conversations are answered", n + 1, waiting.len());
        }
    });
    answers.await;
    world.settles_in_the_end().await;
}

/// How long replies to those of the other tenant take, from the agent's request until the customer sees it.
struct Timed {
    quick: Times,
    slowed: Times,
}

impl Timed {
    async fn while_it(
        others: &[(Customer, Thread)],
        slowed: &[(Customer, Thread)],
        happens: impl AsyncFnOnce(),
    ) -> Self {
        let (quick, slow) = (Arc::new(Times::default()), Arc::new(Times::default()));
        let over = Arc::new(AtomicBool::new(false));
        let mut work = JoinSet::new();
        for (customer, thread) in others {
            work.spawn(answered(customer.clone(), thread.clone(), false, quick.clone(), over.clone()));
        }
        for (customer, thread) in slowed {
            work.spawn(answered(customer.clone(), thread.clone(), true, slow.clone(), over.clone()));
        }
        happens().await;
        over.store(true, Ordering::Relaxed);
        while let Some(done) = work.join_next().await {
            done.expect("nobody gives up");
        }
        let all = |times| Arc::into_inner(times).expect("everybody is done");
        Self { quick: all(quick), slowed: all(slow) }
    }
}

impl std::fmt::Display for Timed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "  taken at once       {}", self.quick)?;
        write!(f, "  put off for seconds {}", self.slowed)
    }
}

/// One reply after the other, until it is over.
async fn answered(customer: Customer, thread: Thread, slowed: bool, times: Arc<Times>, over: Arc<AtomicBool>) {
    let world = customer.world();
    while !over.load(Ordering::Relaxed) {
        if slowed {
            world.fault(&customer.name, 1, json!({ "status": 400, "code": 131_056 })).await;
        }
        let text = format!("reply {}", uuid::Uuid::new_v4().simple());
        let began = Instant::now();
        world.agent_of(1).replies_to(&thread, &text).await.expecting(202);
        within(PATIENCE, "the reply on the phone", async || {
            let shown = customer.phone().try_shows().await?;
            shown.contains(&text).then_some(())
        })
        .await;
        times.add(began.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
}

async fn until_all_are_there(world: &World, waiting: &[(Customer, Thread)], held: usize) {
    let (began, mut seconds) = (Instant::now(), tokio::time::interval(Duration::from_secs(5)));
    for (n, (customer, _)) in waiting.iter().enumerate() {
        while customer.phone().received().await.len() < count_of(n, held) {
            assert!(began.elapsed() < LONGEST, "{} waits in vain", customer.name);
            seconds.tick().await;
            let queues = world.queues().await;
            let jobs: u64 = queues.iter().filter_map(|queue| queue["available"].as_u64()).sum();
            eprintln!("{:>4} s: {n} of {} have all, {jobs} jobs", began.elapsed().as_secs(), waiting.len());
        }
    }
}

async fn wrong(waiting: &[(Customer, Thread)], held: usize) -> usize {
    let mut wrong = 0;
    for (n, (customer, _)) in waiting.iter().enumerate() {
        let expected: Vec<String> = (0..count_of(n, held)).map(reply).collect();
        wrong += usize::from(customer.phone().received().await != expected);
    }
    wrong
}

/// The last one has what is left.
fn count_of(n: usize, held: usize) -> usize {
    IN_ONE.min(held - n * IN_ONE)
}
