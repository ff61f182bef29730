//! The cases that race, again and again: `cargo run -p acceptance --bin cases -- 50` plays each of them so many times in a row
//! with people of its own, and tells how often it came out exactly. It fails when one did not.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

mod inbound;
mod outbound;

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use acceptance::World;
use inbound::Repeated;

/// The stack is built beside this command, as the tests' is.
const STACK: &str = "stack-under-test";
const ROUNDS: usize = 50;

/// How one case has come out so far.
struct Record {
    name: &'static str,
    exact: usize,
    slowest: Duration,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let rounds = std::env::args().nth(1).map_or(Ok(ROUNDS), |given| given.parse())?;
    let stack = std::env::current_exe()?.with_file_name(STACK);
    if !stack.is_file() {
        return Err(format!("{} is not there: `cargo build -p acceptance` first", stack.display()).into());
    }
    let world = World::start_with(stack).await;
    world.no_automatic_statuses().await;
    let mut records: Vec<Record> =
        NAMES.iter().map(|name| Record { name, exact: 0, slowest: Duration::ZERO }).collect();
    let mut repeated = Repeated::default();
    for round in 0..rounds {
        for record in &mut records {
            record.play(&world, &mut repeated, round).await;
        }
        eprintln!("{} of {rounds} rounds", round + 1);
    }
    let unchanged = repeated.days_later(&world).await;
    println!("{unchanged:>4} of {rounds} webhooks came again and days later and changed nothing");
    let exact = unchanged == rounds && records.iter().all(|record| record.exact == rounds);
    for Record { name, exact, slowest } in records {
        println!("{exact:>4} of {rounds} exact, the slowest took {:>5.1} s: {name}", slowest.as_secs_f64());
    }
    Ok(if exact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

const FORTY: &str = "40 concurrent first messages are one ticket with 40 messages in order";
const AGAIN: &str = "a webhook five times at once is one message";
const BACKWARDS: &str = "read before delivered before sent stays read, with every step";
const EARLY: &str = "a status before the send has returned is not lost";
const LOAD: &str = "1 to 20 of many customers and to each of them at once are in order";
const NAMES: [&str; 5] = [FORTY, AGAIN, BACKWARDS, EARLY, LOAD];

impl Record {
    async fn play(&mut self, world: &World, repeated: &mut Repeated, round: usize) {
        let began = Instant::now();
        let wrong = match self.name {
            FORTY => inbound::forty_at_once(world, round).await,
            AGAIN => repeated.five_times(world, round).await,
            BACKWARDS => outbound::backwards(world, round).await,
            EARLY => outbound::early(world, round).await,
            _ => outbound::under_load(world, round).await,
        };
        match wrong {
            Ok(()) => self.exact += 1,
            Err(wrong) => eprintln!("round {}: {}: {wrong}", round + 1, self.name),
        }
        self.slowest = self.slowest.max(began.elapsed());
    }
}

/// Says what is there instead.
fn expect<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{found:?} instead of {expected:?}")) }
}

/// The only thread of somebody.
async fn only_thread(customer: &acceptance::Customer) -> Result<acceptance::Thread, String> {
    let mut threads = customer.threads().await;
    expect(&threads.len(), &1)?;
    threads.pop().ok_or_else(|| "no thread".to_owned())
}
