#![doc = include_str!("../README.md")]

use std::time::{Duration, Instant};

use helpdesk::{Waking, Woken};
use lambda_runtime::{LambdaEvent, service_fn};
use queues::{Queue, Trace};
use runtime::{Clock, Invocation, Runtime};
use serde_json::{Value, json};
use storage::{Directory, Table};
use tokio::time::timeout;

/// The name under which its metrics are counted.
const FUNCTION: &str = "due-work";
/// Nothing is begun in the last part of the function's time.
const MARGIN: Duration = Duration::from_secs(10);
/// What stays of it for answering.
const ANSWERING: Duration = Duration::from_secs(1);

/// The function, built once a process.
#[derive(Clone, Debug)]
pub struct DueWork {
    directory: Directory,
    outbound: Queue,
    knocks: Queue,
    media: Queue,
    clock: Clock,
}

/// Builds the function from its environment and runs it.
///
/// # Errors
/// When the environment is incomplete, or Lambda's runtime API fails.
pub async fn run(runtime: Runtime) -> anyhow::Result<()> {
    let function = &DueWork::new(&runtime)?;
    runtime.connect("dynamodb").await;
    let handle = service_fn(async |event: LambdaEvent<Value>| {
        let trace = Trace::of_invocation(event.context.xray_trace_id.as_deref(), function.clock.now());
        let woken = trace.around(function.handle(runtime::time_left(event.context.deadline()))).await?;
        Ok::<_, lambda_runtime::Error>(
            json!({ "conversations": woken.conversations, "files": woken.files, "reminders": woken.reminders, "more": woken.more }),
        )
    });
    lambda_runtime::run(handle).await.map_err(anyhow::Error::from_boxed)
}

impl DueWork {
    /// The function with the table and queues that its environment names.
    ///
    /// # Errors
    /// When a variable is missing.
    pub fn new(runtime: &Runtime) -> anyhow::Result<Self> {
        let outbound = Queue::new(runtime.sdk_config(), runtime.variable("OUTBOUND_QUEUE_URL")?);
        Ok(Self {
            directory: Directory::new(Table::new(runtime.sdk_config(), runtime.variable("TABLE_NAME")?)),
            knocks: outbound.beside(runtime.variable("KNOCKS_QUEUE_URL")?),
            media: outbound.beside(runtime.variable("MEDIA_QUEUE_URL")?),
            outbound,
            clock: runtime.clock().clone(),
        })
    }

    /// Wakes what is due now.
    ///
    /// # Errors
    /// When storage or the queue fails; the next run goes on.
    pub async fn handle(&self, time_left: Duration) -> Result<Woken, helpdesk::WakeError> {
        let now = self.clock.now();
        let until = Instant::now() + time_left.saturating_sub(MARGIN);
        let Self { directory, outbound, knocks, media, .. } = self;
        let waking = Waking { directory, outbound, knocks, media };
        // What hangs is dropped at its next wait; the next run finds it again.
        let hung = time_left.saturating_sub(ANSWERING);
        let woken = match timeout(hung, helpdesk::wake(waking, now, until)).await {
            Ok(woken) => woken?,
            Err(_) => Woken { more: true, ..Woken::default() },
        };
        if woken.did_something() {
            let invocation = Invocation::of(FUNCTION);
            invocation.add("WokenConversations", woken.conversations);
            invocation.add("WokenFiles", woken.files);
            invocation.add("ResentByRule", woken.resent);
            invocation.add("MessagesWithoutOutcome", woken.gaps.messages_without_outcome);
            invocation.add("FilesNotFetched", woken.gaps.files_not_fetched);
            invocation.add("StatusesNotApplied", woken.gaps.statuses_not_applied);
            invocation.add("ThreadsWithoutTicket", woken.gaps.threads_without_ticket);
            invocation.add("ReleasedByNumbers", woken.released);
            invocation.add("SessionReminders", woken.reminders);
            invocation.add("WokenCampaigns", woken.campaigns);
            invocation.milliseconds("DueWorkLateMs", woken.latest_ms);
            invocation.concerns("trace.id", Trace::current_id());
            invocation.tell(now);
        }
        Ok(woken)
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
    use aws_types::SdkConfig;

    use super::*;

    /// The function in an account that takes calls and answers none.
    fn over(silent: &TcpListener) -> DueWork {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "test")))
            .endpoint_url(format!("http://{}", silent.local_addr().expect("an address")))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        let outbound = Queue::new(&config, "http://queue/outbound");
        DueWork {
            directory: Directory::new(Table::new(&config, "helpdesk".to_owned())),
            knocks: outbound.beside("http://queue/knocks"),
            media: outbound.beside("http://queue/media"),
            outbound,
            clock: Clock::from_fn(|| "2026-11-10T12:00:00Z".parse().expect("a time")),
        }
    }

    #[tokio::test]
    async fn what_hangs_is_left_to_the_next_run() {
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        let woken = over(&silent).handle(ANSWERING + Duration::from_millis(300)).await.expect("an answer");
        assert_eq!(woken, Woken { more: true, ..Woken::default() });
    }
}
