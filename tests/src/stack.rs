//! A stack as a process of its own, on a data folder of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::poll::eventually;
use crate::secrets::Secrets;
use crate::stack_file::StackFile;
use crate::wire::{self, Calls};
use crate::{coverage, graph_calls, roles};

/// How many stacks run side by side, beside the shared one.
const SIDE_BY_SIDE: usize = 2;
static ROOM: Semaphore = Semaphore::const_new(SIDE_BY_SIDE);

/// The last lines that a failed test shows of a log.
const TAIL: usize = 60;

pub(crate) struct Stack {
    binary: PathBuf,
    address: Address,
    folder: TempDir,
    child: Mutex<Child>,
    file: RwLock<StackFile>,
    secrets: Secrets,
    logs_shown: AtomicBool,
    calls: Calls,
    _room: Option<SemaphorePermit<'static>>,
}

/// Where a stack is, and where its functions call AWS.
#[derive(Clone, Debug, Default)]
pub(crate) struct Address {
    /// The first of its ports; 0 for free ones.
    pub(crate) port: u16,
    /// A proxy's address, if they do not call the stand-ins themselves.
    pub(crate) through: Option<String>,
}

impl Stack {
    /// Waits for room among the other stacks and starts one, from the project's template unless another is given.
    pub(crate) async fn start(binary: &Path, template: Option<&str>, calls: Calls) -> Self {
        let room = ROOM.acquire().await.expect("never closed");
        Self::start_in(binary, Address::default(), template, calls, Some(room)).await
    }

    /// Starts one that does not count.
    pub(crate) async fn start_beside(binary: &Path) -> Self {
        Self::start_in(binary, Address::default(), None, Calls::Disturbed, None).await
    }

    /// Starts one at this address, which does not count.
    pub(crate) async fn start_at(binary: &Path, address: Address) -> Self {
        Self::start_in(binary, address, None, Calls::Disturbed, None).await
    }

    async fn start_in(
        binary: &Path,
        address: Address,
        given: Option<&str>,
        calls: Calls,
        room: Option<SemaphorePermit<'static>>,
    ) -> Self {
        let folder = tempfile::Builder::new().prefix("acceptance-").tempdir().expect("a folder for data");
        if let Some(given) = given {
            fs::write(template(folder.path()), given).expect("a template");
        }
        let mut child = spawn(binary, &address, folder.path());
        let file = announced(&mut child, folder.path()).await;
        wire::disturb(&file.control, calls).await;
        let secrets = Secrets::of(&file, &data(folder.path()));
        let file = RwLock::new(file);
        let logs_shown = AtomicBool::new(false);
        let binary = binary.to_owned();
        Self { binary, address, folder, child: Mutex::new(child), file, secrets, logs_shown, calls, _room: room }
    }

    /// Starts again on the same data.
    pub(crate) async fn start_again(&self) {
        let mut child = spawn(&self.binary, &self.address, self.folder.path());
        let file = announced(&mut child, self.folder.path()).await;
        wire::disturb(&file.control, self.calls).await;
        *self.file.write().unwrap_or_else(PoisonError::into_inner) = file;
        *self.child() = child;
    }

    /// A second stack on the same data, and how it ended.
    pub(crate) fn start_rival(&self) -> ExitStatus {
        spawn(&self.binary, &self.address, self.folder.path()).wait().expect("a child that can be waited for")
    }

    /// `kill -9`.
    pub(crate) fn kill(&self) {
        let mut child = self.child();
        let _ = child.kill();
        let _ = child.wait();
        // A killed stack has no time to remove it, and the next one is recognised by it.
        let _ = fs::remove_file(self.data().join("stack.json"));
    }

    /// As Ctrl-C does, and waits for the end.
    pub(crate) async fn stop(&self) -> ExitStatus {
        signal("-INT", self.child().id().into());
        eventually("the stack's end", async || self.child().try_wait().expect("a child that can be waited for")).await
    }

    pub(crate) fn file(&self) -> StackFile {
        self.file.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn data(&self) -> PathBuf {
        data(self.folder.path())
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(log(self.folder.path())).unwrap_or_default()
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What its functions did stays, for the comparisons with their roles and with the faults that were met. A test that
    /// fails here would hide why it ended; the comparisons miss what is missing.
    fn leave_calls(&self) {
        for file in [local::calls::FILE, local::sites::FILE, local::faults::FILE] {
            let gathered = roles::folder(&self.binary).with_file_name(file.trim_end_matches(".jsonl"));
            let name = format!("{}.jsonl", uuid::Uuid::new_v4().simple());
            let _ = fs::create_dir_all(&gathered);
            let _ = fs::copy(self.data().join(file), gathered.join(name));
        }
    }

    /// What it asked of Graph stays, too: messages, one a line, for the comparison with Meta's schema, and the kinds of
    /// request with what they met. Like the calls, in silence.
    fn leave_requests(&self) {
        let log = self.data().join("sqlite/graph.db");
        let name = uuid::Uuid::new_v4().simple().to_string();
        let _ = sent(&log).map(|messages| coverage::leave_lines(&self.binary, "sent", &name, &messages));
        let _ = graph_calls::asked(&log).map(|asked| coverage::leave_all(&self.binary, coverage::GRAPH, asked));
    }

    /// Once, however many of a failed test's people hold the stack.
    pub(crate) fn show_logs(&self) {
        if self.logs_shown.swap(true, Ordering::Relaxed) {
            return;
        }
        show_tail(&log(self.folder.path()));
        let mut logs: Vec<PathBuf> =
            fs::read_dir(self.data().join("logs")).into_iter().flatten().flatten().map(|log| log.path()).collect();
        logs.sort();
        logs.iter().for_each(|log| show_tail(log));
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.kill();
        self.leave_calls();
        self.leave_requests();
        // A test that fails already is not to fail twice.
        if !std::thread::panicking() {
            let found = self.secrets.below(self.folder.path());
            assert!(found.is_empty(), "a stack of this test left secrets to be read: {found:#?}");
        }
    }
}

/// The messages in Graph's log of requests.
fn sent(log: &Path) -> rusqlite::Result<String> {
    let log = rusqlite::Connection::open(log)?;
    let mut query = log.prepare("SELECT body FROM requests WHERE method = 'POST' AND path LIKE '%/messages'")?;
    let bodies = query.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    let mut lines = String::new();
    for body in bodies {
        let body: serde_json::Value = serde_json::from_slice(&body?).unwrap_or_default();
        if body.get("type").is_some() {
            lines += &format!("{body}\n");
        }
    }
    Ok(lines)
}

/// Sends a signal such as `-9`; a process that has ended meanwhile is fine.
pub(crate) fn signal(signal: &str, pid: u64) {
    let _ = Command::new("kill").args([signal, &pid.to_string()]).output();
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn template(folder: &Path) -> PathBuf {
    folder.join("template.yaml")
}

fn log(folder: &Path) -> PathBuf {
    folder.join("stack.log")
}

fn spawn(binary: &Path, address: &Address, folder: &Path) -> Child {
    let log = File::options().create(true).append(true).open(log(folder)).expect("a log file");
    let mut command = Command::new(binary);
    if template(folder).exists() {
        command.arg("--template").arg(template(folder));
    }
    if let Some(through) = &address.through {
        command.arg("--through").arg(through);
    }
    command
        .args(["--port", &address.port.to_string(), "--data"])
        .arg(data(folder))
        .stdin(Stdio::piped())
        // The greeting; what goes wrong is on the other one.
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("the stack's binary starts")
}

/// The stack is up when its `stack.json` is there.
async fn announced(child: &mut Child, folder: &Path) -> StackFile {
    let path = data(folder).join("stack.json");
    let child = Mutex::new(child);
    let found = eventually("stack.json", async || {
        if let Ok(Some(status)) = child.lock().unwrap_or_else(PoisonError::into_inner).try_wait() {
            return Some(Err(status));
        }
        let text = fs::read(&path).ok()?;
        serde_json::from_slice(&text).ok().map(Ok)
    })
    .await;
    found.unwrap_or_else(|status| {
        show_tail(&log(folder));
        panic!("the stack ended at its start: {status}")
    })
}

#[expect(clippy::print_stderr, reason = "what a failed test leaves is for its reader")]
fn show_tail(path: &Path) {
    let text = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    eprintln!("── {} ──", path.display());
    lines[lines.len().saturating_sub(TAIL)..].iter().for_each(|line| eprintln!("{line}"));
}

/// How long one request of a test may take; a stack that is killed closes its connections at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
