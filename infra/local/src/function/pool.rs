//! The processes of one function and the invocations that wait for one of them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{Notify, oneshot, watch};
use uuid::Uuid;

use super::process::{Launch, Process};
use super::{AtWork, Instance, InvocationError};
use crate::template::Function;

/// Enough for two cores to be busy while one process waits for I/O.
const MOST_INSTANCES: usize = 5;

/// One function's processes.
pub(super) struct Pool {
    function: Function,
    launch: Launch,
    state: Mutex<State>,
    /// Something for waiting processes to look at.
    arrived: Notify,
    next_instance: AtomicU64,
    busy: AtomicUsize,
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    stopped: bool,
    waiting: VecDeque<Invocation>,
    instances: BTreeMap<u64, Running>,
}

struct Running {
    pid: Option<u32>,
    phase: Phase,
    kill: Arc<Notify>,
}

enum Phase {
    /// It has not asked for an invocation yet.
    Starting,
    /// It waits for an invocation, or is about to.
    Ready,
    Invoked(Invocation, Instant),
}

/// An invocation on its way.
pub(super) struct Invocation {
    pub(super) request_id: String,
    pub(super) event: Bytes,
    answer: oneshot::Sender<Result<Bytes, InvocationError>>,
}

/// What a process gets when it asks for its next invocation.
pub(super) struct Assignment {
    pub(super) request_id: String,
    pub(super) event: Bytes,
    pub(super) timeout: Duration,
    pub(super) arn: String,
}

impl Pool {
    pub(super) fn new(function: Function, launch: Launch, changes: watch::Sender<u64>) -> Arc<Self> {
        Arc::new(Self {
            function,
            launch,
            state: Mutex::default(),
            arrived: Notify::new(),
            next_instance: AtomicU64::new(0),
            busy: AtomicUsize::new(0),
            changes,
        })
    }

    /// Starts a process, so that the first invocation need not wait for one.
    pub(super) fn warm_up(self: &Arc<Self>) {
        let mut state = self.state();
        self.start_instance(&mut state);
    }

    pub(super) async fn invoke(self: &Arc<Self>, event: Bytes) -> Result<Bytes, InvocationError> {
        let _busy = Busy::new(self);
        let (answer, answered) = oneshot::channel();
        {
            let mut state = self.state();
            state.waiting.push_back(Invocation { request_id: Uuid::new_v4().to_string(), event, answer });
            self.grow(&mut state);
        }
        self.arrived.notify_waiters();
        answered.await.unwrap_or(Err(InvocationError::Exited))
    }

    pub(super) fn busy(&self) -> usize {
        self.busy.load(Ordering::SeqCst)
    }

    pub(super) fn instances(&self) -> Vec<Instance> {
        let name = &self.function.name;
        self.state().instances.values().map(|one| Instance { function: name.clone(), pid: one.pid }).collect()
    }

    /// What those are at that are at something.
    pub(super) fn at_work(&self) -> Vec<AtWork> {
        let at_work = |one: &Running| match &one.phase {
            Phase::Invoked(invocation, begun) => {
                Some(AtWork { pid: one.pid, takes: begun.elapsed(), event: invocation.event.clone() })
            }
            Phase::Starting | Phase::Ready => None,
        };
        self.state().instances.values().filter_map(at_work).collect()
    }

    /// The next invocation for a process; nothing when the pool does not know it any more.
    pub(super) async fn next(self: &Arc<Self>, instance: u64) -> Option<Assignment> {
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            if let Some(assignment) = self.assign(instance)? {
                return Some(assignment);
            }
            arrived.await;
        }
    }

    fn assign(self: &Arc<Self>, instance: u64) -> Option<Option<Assignment>> {
        let mut state = self.state();
        let State { waiting, instances, .. } = &mut *state;
        let running = instances.get_mut(&instance)?;
        // Who waits no longer, as the gateway after its timeout, needs no answer.
        while waiting.front().is_some_and(|invocation| invocation.answer.is_closed()) {
            waiting.pop_front();
        }
        let Some(invocation) = waiting.pop_front() else {
            running.phase = Phase::Ready;
            return Some(None);
        };
        let assignment = Assignment {
            request_id: invocation.request_id.clone(),
            event: invocation.event.clone(),
            timeout: self.function.timeout,
            arn: self.function.arn.clone(),
        };
        self.watch_timeout(instance, invocation.request_id.clone());
        running.phase = Phase::Invoked(invocation, Instant::now());
        Some(Some(assignment))
    }

    /// Lambda kills a process that takes longer than its function may.
    fn watch_timeout(self: &Arc<Self>, instance: u64, request_id: String) {
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(pool.function.timeout).await;
            if pool.answer(instance, &request_id, Err(InvocationError::TimedOut)) {
                tracing::warn!(function = pool.function.name, "an invocation took longer than its timeout");
                pool.kill(instance);
            }
        });
    }

    /// Hands an answer to who waits for it. Says whether the process was at this invocation.
    pub(super) fn answer(&self, instance: u64, request_id: &str, answer: Result<Bytes, InvocationError>) -> bool {
        let mut state = self.state();
        let Some(running) = state.instances.get_mut(&instance) else { return false };
        match &running.phase {
            Phase::Invoked(invocation, _) if invocation.request_id == request_id => {}
            _ => return false,
        }
        if let Phase::Invoked(invocation, _) = std::mem::replace(&mut running.phase, Phase::Ready) {
            // An error means that nobody waits any more.
            let _ = invocation.answer.send(answer);
        }
        true
    }

    fn kill(&self, instance: u64) {
        if let Some(running) = self.state().instances.get(&instance) {
            running.kill.notify_one();
        }
    }

    pub(super) fn kill_all(&self) {
        self.state().instances.values().for_each(|running| running.kill.notify_one());
    }

    pub(super) async fn stop(&self) {
        {
            let mut state = self.state();
            state.stopped = true;
            state.waiting.clear();
            state.instances.values().for_each(|running| running.kill.notify_one());
        }
        while !self.state().instances.is_empty() {
            tokio::task::yield_now().await;
        }
    }

    /// One process more if an invocation would wait for one.
    fn grow(self: &Arc<Self>, state: &mut State) {
        let free = state.instances.values().filter(|running| !matches!(running.phase, Phase::Invoked(..))).count();
        if state.waiting.len() > free && state.instances.len() < MOST_INSTANCES {
            self.start_instance(state);
        }
    }

    fn start_instance(self: &Arc<Self>, state: &mut State) {
        if state.stopped {
            return;
        }
        let id = self.next_instance.fetch_add(1, Ordering::Relaxed);
        match self.launch.start(id) {
            Ok(process) => {
                let kill = Arc::new(Notify::new());
                let running = Running { pid: process.pid(), phase: Phase::Starting, kill: Arc::clone(&kill) };
                state.instances.insert(id, running);
                tokio::spawn(Arc::clone(self).watch(id, process, kill));
            }
            Err(error) => {
                tracing::error!(function = self.function.name, %error, "a function's process does not start");
                state.waiting.clear();
            }
        }
    }

    /// Until the process ends, by itself or killed.
    async fn watch(self: Arc<Self>, id: u64, mut process: Process, kill: Arc<Notify>) {
        tokio::select! {
            () = process.ended() => {}
            () = kill.notified() => process.kill().await,
        }
        process.drain_logs().await;
        let mut state = self.state();
        let Some(ended) = state.instances.remove(&id) else { return };
        match ended.phase {
            Phase::Invoked(invocation, _) => {
                let _ = invocation.answer.send(Err(InvocationError::Exited));
            }
            // One that cannot start will not start for the next invocation either: they fail rather than wait for ever.
            Phase::Starting if state.instances.is_empty() => state.waiting.clear(),
            Phase::Starting | Phase::Ready => {}
        }
        self.grow(&mut state);
        drop(state);
        self.arrived.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts an invocation from its arrival to its answer, also when nobody waits for that any more.
struct Busy(Arc<Pool>);

impl Busy {
    fn new(pool: &Arc<Pool>) -> Self {
        pool.busy.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(pool))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
        self.0.changes.send_modify(|count| *count += 1);
    }
}
