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
use serde_json::{Value, json};

/// The stack is built beside this command, as the tests' is.
const STACK: &str = "stack-under-test";
const FUNCTION: &str = "quota-reset";
/// Dollars for a million request units of a table on demand, in us-east-1.
const READS_PER_MILLION: f64 = 0.125;
const WRITES_PER_MILLION: f64 = 0.625;
/// As DynamoDB answers within its region.
const A_CALL: Duration = Duration::from_millis(5);
/// So many tenants the function works on side by side.
const TENANTS_AT_ONCE: f64 = 16.0;
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
    let metering = world.metering().await;
    let usage: Vec<Usage> = metering.iter().filter(|usage| usage["function"] == FUNCTION).map(Usage::of).collect();
    usage.iter().for_each(|usage| usage.report(count));
    what_a_million_takes(&usage, count);
    // The seeded ones are among them.
    if seen < count as u64 {
        return Err(format!("{seen} of {count} were seen").into());
    }
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

/// What the function took of the table by one operation.
struct Usage {
    operation: String,
    calls: f64,
    read_units: f64,
    write_units: f64,
}

impl Usage {
    fn of(usage: &Value) -> Self {
        let of = |name: &str| usage[name].as_f64().unwrap_or(0.0);
        Self {
            operation: usage["operation"].as_str().unwrap_or_default().to_owned(),
            calls: of("calls"),
            read_units: of("read_units"),
            write_units: of("write_units"),
        }
    }

    fn report(&self, tenants: usize) {
        let Self { operation, calls, read_units, write_units } = self;
        let tenants = tenants as f64;
        println!(
            "{operation}: {calls} calls, {:.3} a tenant; {:.3} read units, {:.3} write units a tenant",
            calls / tenants,
            read_units / tenants,
            write_units / tenants,
        );
    }
}

/// By the calls that were counted, and what AWS takes for them.
fn what_a_million_takes(usage: &[Usage], tenants: usize) {
    let million = |of: fn(&Usage) -> f64| usage.iter().map(of).sum::<f64>() / tenants as f64 * 1e6;
    let (calls, reads, writes) = (million(|it| it.calls), million(|it| it.read_units), million(|it| it.write_units));
    let dollars = reads / 1e6 * READS_PER_MILLION + writes / 1e6 * WRITES_PER_MILLION;
    let hours = calls * A_CALL.as_secs_f64() / TENANTS_AT_ONCE / 3_600.0;
    println!(
        "1,000,000 tenants: {:.2} million calls, {hours:.2} hours at {} ms a call, {dollars:.2} dollars on demand",
        calls / 1e6,
        A_CALL.as_millis(),
    );
}
