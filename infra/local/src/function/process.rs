//! One process of a function: this binary again, with the environment that Lambda would give it.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, bail};
use runtime::Runtime;
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinSet;

use super::Surroundings;
use crate::clock;
use crate::outcomes::Outcomes;
use crate::template::{Function, Place};

/// How a function's processes are started.
pub(super) struct Launch {
    pub(super) name: String,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) runtime_api: SocketAddr,
    pub(super) clock: PathBuf,
    pub(super) log: PathBuf,
    pub(super) outcomes: Outcomes,
}

/// A running process.
pub(super) struct Process {
    child: Child,
    /// When it closes, the process ends; apart from the child, since waiting for a child closes its input.
    _alive: Option<ChildStdin>,
    logs: JoinSet<()>,
}

/// What the template and Lambda put into a function's environment, and nothing else.
pub(super) fn environment(
    function: &Function,
    place: &Place,
    surroundings: &Surroundings,
) -> anyhow::Result<BTreeMap<String, String>> {
    let credentials = surroundings.credentials.get(&function.name).context("a function without credentials")?;
    let mut environment = function.environment.clone();
    environment.extend(
        [
            ("AWS_ACCESS_KEY_ID", credentials.access_key_id.as_str()),
            ("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key),
            ("AWS_REGION", &place.region),
            ("AWS_DEFAULT_REGION", &place.region),
            ("AWS_ENDPOINT_URL", &surroundings.aws_url),
            ("AWS_LAMBDA_FUNCTION_NAME", &function.function_name),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &function.memory_mb.to_string()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", &format!("/aws/lambda/{}", function.function_name)),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
            ("_HANDLER", "bootstrap"),
            ("TZ", ":UTC"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    Ok(environment)
}

/// The running program, even if its file was replaced meanwhile, as a build does: Linux keeps it under this name.
fn this_program() -> std::io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() { Ok(running) } else { std::env::current_exe() }
}

impl Launch {
    pub(super) fn start(&self, instance: u64) -> std::io::Result<Process> {
        let mut child = Command::new(this_program()?)
            .arg("function")
            .arg(&self.name)
            .arg(&self.clock)
            .env_clear()
            .envs(&self.environment)
            .env("AWS_LAMBDA_RUNTIME_API", format!("http://{}/{}/{instance}", self.runtime_api, self.name))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C in a terminal reaches the whole group; the functions end when the stack says so.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let mut logs = JoinSet::new();
        if let Some(stdout) = child.stdout.take() {
            logs.spawn(collect(stdout, self.log.clone(), self.outcomes.clone()));
        }
        if let Some(stderr) = child.stderr.take() {
            logs.spawn(collect(stderr, self.log.clone(), self.outcomes.clone()));
        }
        Ok(Process { _alive: child.stdin.take(), child, logs })
    }
}

impl Process {
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    pub(super) async fn ended(&mut self) {
        // An error means that there is no process to wait for.
        let _ = self.child.wait().await;
    }

    pub(super) async fn kill(&mut self) {
        let _ = self.child.kill().await;
    }

    /// What it wrote before it ended is kept.
    pub(super) async fn drain_logs(&mut self) {
        while self.logs.join_next().await.is_some() {}
    }
}

/// Appends each line to the function's log and hands outcomes on.
async fn collect(output: impl AsyncRead + Unpin, log: PathBuf, outcomes: Outcomes) {
    let mut file = match OpenOptions::new().create(true).append(true).open(&log).await {
        Ok(file) => file,
        Err(error) => return tracing::error!(%error, log = %log.display(), "a function's log cannot be written"),
    };
    let mut lines = BufReader::new(output).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        outcomes.observe(&line);
        if let Err(error) = append(&mut file, line).await {
            tracing::error!(%error, log = %log.display(), "a function's log cannot be written");
        }
    }
}

async fn append(file: &mut File, mut line: Vec<u8>) -> std::io::Result<()> {
    line.push(b'\n');
    file.write_all(&line).await?;
    file.flush().await
}

/// Is the function of that name until the stack ends.
///
/// # Errors
/// When there is no such function, or it cannot run.
pub fn run_as_function(name: &str, clock_file: PathBuf) -> anyhow::Result<()> {
    end_with_the_stack();
    let runtime = Runtime::from_environment()?.with_clock(clock::of_function(clock_file));
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    executor.block_on(async move {
        match name {
            "account-events" => account_events::run(runtime).await,
            "api-channels" => api_channels::run(runtime).await,
            "api-helpdesk" => api_helpdesk::run(runtime).await,
            "due-work" => due_work::run(runtime).await,
            "media-download" => media_download::run(runtime).await,
            "outbound-sender" => outbound_sender::run(runtime).await,
            "quota-reset" => quota_reset::run(runtime).await,
            "status-updates" => status_updates::run(runtime).await,
            "ticket-creation" => ticket_creation::run(runtime).await,
            "webhook-intake" => webhook_intake::run(runtime).await,
            other => bail!("there is no function {other}"),
        }
    })
}

/// The stack holds the other end of our standard input; when it ends, however it ends, so do we.
fn end_with_the_stack() {
    std::thread::spawn(|| {
        let mut end = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut end);
        std::process::exit(0);
    });
}
