//! What it takes to see that the months of many tenants are over: `cargo run -p acceptance --bin resets -- 20000`.
//!
//! An operator sets up so many tenants, whose months all end at the same midnight, the clock passes it, and `quota-reset` runs
//! until nothing is left. Then: how many runs, how long, and what each tenant took of the table.

#![expect(clippy::print_stdout, reason = "this is a command")]

use std::error::Error;
use std::time::{Duration, Instant};

use acceptance::World;
use acceptance::roles::TEMPLATE;
use futures::{StreamExt, stream};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

/// The stack is built beside this command, as the tests' is.
const STACK: &str = "stack-under-test";
const FUNCTION: &str = "quota-reset";
/// So many of an operator's requests are under way at the same time.
const SIDE_BY_SIDE: usize = 8;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args().nth(1).as_deref().unwrap_or("20000").parse()?;
    let stack = std::env::current_exe()?.with_file_name(STACK);
    // It runs when it is told to, so that all of it is measured, and nothing else that waits for a time does.
    let stopped = TEMPLATE.replace("rate(5 minutes)", "rate(3650 days)").replace("rate(1 minute)", "rate(3650 days)");
    // Shorter runs than on AWS: whoever asks for one here waits for its end.
    let stopped = stopped.replace("Timeout: 300", "Timeout: 50");
    let world = World::start_from(&stack, &stopped).await;
    let setup = Instant::now();
    stream::iter(0..count).for_each_concurrent(SIDE_BY_SIDE, |_| set_up(&world)).await;
    println!("{count} tenants were set up in {} s", setup.elapsed().as_secs());
    world.clock().set(world.clock().now().await + SignedDuration::from_hours(32 * 24)).await;
    let (runs, seen, took) = until_nothing_is_left(&world).await;
    println!("{runs} runs by hand saw {seen} of them in {:.1} s", took.as_secs_f64());
    report(&world, count).await;
    Ok(())
}

async fn set_up(world: &World) {
    let path = format!("/v1/tenants/ten_{}", uuid::Uuid::new_v4().simple());
    let tenant = json!({"name": "Acme", "time_zone": "Europe/Berlin", "subscription_started_on": "2026-01-28"});
    world.operator().calls(Method::PUT, &path, Some(tenant)).await.expecting(201);
}

async fn until_nothing_is_left(world: &World) -> (usize, u64, Duration) {
    let (mut runs, mut seen) = (0, 0);
    let began = Instant::now();
    loop {
        let answer = world.runs_schedule(FUNCTION).await;
        (runs, seen) = (runs + 1, seen + answer["tenants"].as_u64().unwrap_or(0));
        if answer["more"] == json!(false) {
            return (runs, seen, began.elapsed());
        }
    }
}

async fn report(world: &World, tenants: usize) {
    let metering = world.metering().await;
    for usage in metering.iter().filter(|usage| usage["function"] == FUNCTION) {
        let of = |name: &str| usage[name].as_f64().unwrap_or(0.0);
        let each = |name: &str| of(name) / tenants as f64;
        println!(
            "{}: {} calls, {:.3} a tenant; {:.3} read units, {:.3} write units a tenant",
            usage["operation"].as_str().unwrap_or_default(),
            of("calls"),
            each("calls"),
            each("read_units"),
            each("write_units"),
        );
    }
}
