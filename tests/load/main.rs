//! Many customers write and agents answer, against a local stack of its own:
//! `cargo run -p acceptance --bin load -- --customers 100 --messages 100 --replies 20 --kill 5`.
//!
//! It shows its progress, and at the end what was lost, doubled or out of order, how fast it went and how long things
//! took. It fails when anything was lost, doubled or out of order, or when trouble that was asked for did not come about.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

mod campaign;
mod figures;
mod held;
mod options;
mod people;
mod trouble;
mod unconfirmed;
mod verdict;
mod watch;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use acceptance::World;
use figures::Figures;
use options::Options;
use people::Pair;
use tokio::task::JoinSet;
use unconfirmed::Reasons;
use verdict::Verdict;

/// The stack is built beside this command, as the tests' is.
const STACK: &str = "stack-under-test";

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let options = match options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{}", options::HELP);
            return Ok(ExitCode::SUCCESS);
        }
        Err(error) => {
            eprintln!("{error}\n\n{}", options::HELP);
            return Ok(ExitCode::FAILURE);
        }
    };
    let stack = std::env::current_exe()?.with_file_name(STACK);
    if !stack.is_file() {
        return Err(format!("{} is not there: `cargo build -p acceptance` first", stack.display()).into());
    }
    if let Some(named) = options.campaign {
        return Ok(code(campaign::run(&start(&stack, &options).await, named).await));
    }
    if let Some(held) = options.held {
        return Ok(code(held::run(&start(&stack, &options).await, held).await));
    }
    let world = start(&stack, &options).await;
    let began = Instant::now();
    // A soak goes on in the same stack, with other people each time: what grows or leaks shows in the figures.
    for round in 0.. {
        let sound = run(&world, &options, round).await;
        if began.elapsed() >= options.soak || !sound {
            return Ok(code(sound));
        }
        eprintln!("{} of {} of the soak are over", minutes(began.elapsed()), minutes(options.soak));
    }
    Ok(ExitCode::SUCCESS)
}

fn code(sound: bool) -> ExitCode {
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn start(stack: &Path, options: &Options) -> World {
    match &options.through {
        Some(proxy) => World::start_behind(stack, options.port, proxy).await,
        None => World::start_with(stack).await,
    }
}

async fn run(world: &World, options: &Options, round: usize) -> bool {
    // Room before the present, so that each customer's lines are a second apart as Meta tells time.
    let seconds = i64::try_from(options.messages).unwrap_or(i64::MAX).saturating_add(60);
    world.clock().advance(&format!("PT{seconds}S")).await;
    let pairs = people::introduced(world, options, round).await;
    let figures = Arc::new(Figures::default());
    let since = world.clock().now().await;
    trouble::lose_answers(world, options).await;
    let mut work = JoinSet::new();
    let began = Instant::now();
    for pair in &pairs {
        work.spawn(pair.clone().writes(options.messages, figures.clone()));
        work.spawn(pair.clone().replies(options.replies, figures.clone()));
    }
    let kills = trouble::until_done(work, world, options, &figures).await;
    let took = began.elapsed();
    eprintln!("everybody has written; what was interrupted comes again");
    trouble::over(world, options).await;
    let killed = kills.len();
    let reasons = Reasons::of(world, kills).await;
    let lost = reasons.lost_answers(since);
    println!("{}", figures.report(options, took, killed, lost));
    let verdict = Verdict::of(world, &pairs, options, &reasons).await;
    println!("{verdict}");
    let missing = trouble::missing(options, killed, lost);
    missing.iter().for_each(|trouble| println!("there were no {trouble}, which were asked for"));
    verdict.is_sound() && missing.is_empty()
}

/// A pair is asked for everything it knows only after the trouble.
pub(crate) type Pairs = Vec<Pair>;

fn minutes(time: Duration) -> String {
    format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60)
}
