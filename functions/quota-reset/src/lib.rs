#![doc = include_str!("../README.md")]

use std::time::{Duration, Instant};

use helpdesk::Turned;
use lambda_runtime::{LambdaEvent, service_fn};
use queues::Trace;
use runtime::{Clock, Invocation, Runtime};
use serde_json::{Value, json};
use storage::{StorageError, Table};
use tokio::time::timeout;

/// The name under which its metrics are counted.
const FUNCTION: &str = "quota-reset";
/// No page is begun in the last part of the function's time.
const MARGIN: Duration = Duration::from_secs(20);
/// What stays of it for answering.
const ANSWERING: Duration = Duration::from_secs(1);

/// The function, built once a process.
#[derive(Clone, Debug)]
pub struct QuotaReset {
    table: Table,
    clock: Clock,
}

/// Builds the function from its environment and runs it.
///
/// # Errors
/// When the environment is incomplete, or Lambda's runtime API fails.
pub async fn run(runtime: Runtime) -> anyhow::Result<()> {
    let table = Table::new(runtime.sdk_config(), runtime.variable("TABLE_NAME")?);
    let function = &QuotaReset::new(table, runtime.clock().clone());
    runtime.connect("dynamodb").await;
    let handle = service_fn(async |event: LambdaEvent<Value>| {
        let trace = Trace::of_invocation(event.context.xray_trace_id.as_deref(), function.clock.now());
        let turned = trace.around(function.handle(runtime::time_left(event.context.deadline()))).await?;
        Ok::<_, lambda_runtime::Error>(report(&turned))
    });
    lambda_runtime::run(handle).await.map_err(anyhow::Error::from_boxed)
}

impl QuotaReset {
    /// The function over a table.
    pub fn new(table: Table, clock: Clock) -> Self {
        Self { table, clock }
    }

    /// Sees whose period is over.
    ///
    /// # Errors
    /// When storage fails; the next run goes on.
    pub async fn handle(&self, time_left: Duration) -> Result<Turned, StorageError> {
        let now = self.clock.now();
        let until = Instant::now() + time_left.saturating_sub(MARGIN);
        // What hangs is dropped at its next wait; the next run finds it again.
        let hung = time_left.saturating_sub(ANSWERING);
        let turned = match timeout(hung, helpdesk::turn_periods(&self.table, now, until)).await {
            Ok(turned) => turned?,
            Err(_) => Turned { more: true, ..Turned::default() },
        };
        if turned.tenants + turned.unreadable > 0 {
            let invocation = Invocation::of(FUNCTION);
            invocation.add("ResetTenants", turned.tenants);
            invocation.add("MissedPeriods", turned.missed);
            invocation.add("UnreadableTenants", turned.unreadable);
            invocation.milliseconds("ResetLateMs", turned.latest_ms);
            invocation.concerns("trace.id", Trace::current_id());
            invocation.tell(now);
        }
        Ok(turned)
    }
}

/// What a run says of itself to whoever started it.
fn report(turned: &Turned) -> Value {
    let Turned { tenants, missed, unreadable, more, .. } = turned;
    json!({ "tenants": tenants, "missed_periods": missed, "unreadable": unreadable, "more": more })
}
