#![doc = include_str!("../README.md")]

pub mod account;
pub mod calls;
pub mod claims;
pub mod clock;
pub mod command;
pub mod control;
pub mod data;
pub mod dead_letters;
pub mod endpoint;
pub mod event_source;
pub mod faults;
pub mod function;
pub mod gateway;
pub mod guards;
pub mod idle;
pub mod issuer;
pub mod metering;
pub mod on_behalf;
mod once;
pub mod outcomes;
pub mod schedule;
pub mod seed;
pub mod sites;
pub mod stack;
pub mod stack_file;
pub mod story;
pub mod template;
pub mod tour;

use std::process::ExitCode;

use axum::serve::{ListenerExt, TapIo};
use tokio::net::{TcpListener, TcpStream};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use command::{Command, Options};
use stack::Stack;

/// The command line. The tests' own binary calls it, too: a stack starts its functions from the program that it is.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the command line")]
pub fn main() -> ExitCode {
    let done = match command::parse(std::env::args().skip(1)) {
        Ok(Command::Run(options)) => run(&options),
        Ok(Command::Function { name, clock }) => function::run_as_function(&name, clock),
        Ok(Command::Trace { message, data }) => tell(story::of_message(message, &data)),
        Ok(Command::DeadLetters(asked)) => tell(dead_letters::run(&asked)),
        Ok(Command::Help) => {
            print!("{}", command::HELP);
            Ok(())
        }
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is the command line")]
fn tell(told: impl Future<Output = anyhow::Result<String>>) -> anyhow::Result<()> {
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    print!("{}", executor.block_on(told)?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is the command line")]
fn run(options: &Options) -> anyhow::Result<()> {
    // The stand-ins log refusals that are part of the game, such as a condition that does not hold.
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("dynoxide", LevelFilter::OFF)
        .with_targets(["s3s", "s3s_fs"].map(|target| (target, LevelFilter::ERROR)));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(filter).with(lines).init();
    let executor = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    executor.block_on(async {
        let stack = Stack::start(options).await?;
        print!("{}", stack.greeting());
        stack::asked_to_stop().await?;
        stack.stop().await;
        anyhow::Ok(())
    })?;
    // What is at work belongs to requests that nobody waits for any more.
    executor.shutdown_background();
    Ok(())
}

/// Small answers go out at once: without this a client that keeps its connection waits 40 ms for many of them.
fn without_delay(listener: TcpListener) -> TapIo<TcpListener, fn(&mut TcpStream)> {
    listener.tap_io(|connection| {
        // A connection that refuses is slower, not wrong.
        let _ = connection.set_nodelay(true);
    })
}
