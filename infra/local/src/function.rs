//! Lambda: a pool of processes for each function, started when invocations wait.

mod pool;
mod process;
mod runtime_api;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::outcomes::Outcomes;
use crate::template;
use pool::Pool;

pub use process::run_as_function;

/// Every function of the account. Clones share them.
#[derive(Clone)]
pub struct Functions {
    pools: Arc<BTreeMap<String, Arc<Pool>>>,
    changes: watch::Sender<u64>,
}

/// Why an invocation gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvocationError {
    /// The function answered with an error.
    #[error("the function answered with an error")]
    Failed,
    /// It did not answer in its time; its process was killed.
    #[error("the function took longer than its timeout")]
    TimedOut,
    /// Its process ended before it answered.
    #[error("the function's process ended before it answered")]
    Exited,
}

/// What is the same for the processes of every function.
pub struct Surroundings {
    /// The file that holds the clock's offset.
    pub clock: PathBuf,
    /// Where each function's log is appended.
    pub logs: PathBuf,
    /// Takes the outcomes that the functions log.
    pub outcomes: Outcomes,
    /// The key pair of each function, by crate.
    pub credentials: BTreeMap<String, Credentials>,
    /// Where they call AWS.
    pub aws_url: String,
}

/// The key pair with which a function signs.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Names the function.
    pub access_key_id: String,
    /// What it signs with.
    pub secret_access_key: String,
}

/// A process of a function.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Instance {
    /// The function's crate.
    pub function: String,
    /// Its process id.
    pub pid: Option<u32>,
}

/// A process that is at an invocation.
#[derive(Clone, Debug)]
pub struct AtWork {
    /// Its process id.
    pub pid: Option<u32>,
    /// How long it has been at it.
    pub takes: Duration,
    /// What it was given.
    pub event: Bytes,
}

impl Functions {
    /// Serves the Runtime API and starts one process of each function.
    ///
    /// # Errors
    /// When the Runtime API cannot be served.
    pub async fn start(template: &template::Template, surroundings: Surroundings) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("cannot serve the Runtime API")?;
        let runtime_api = listener.local_addr()?;
        let changes = watch::Sender::new(0);
        let mut pools = BTreeMap::new();
        for function in template.functions()? {
            let environment = process::environment(&function, template.place(), &surroundings)?;
            let launch = process::Launch {
                name: function.name.clone(),
                environment,
                runtime_api,
                clock: surroundings.clock.clone(),
                log: surroundings.logs.join(format!("{}.log", function.name)),
                outcomes: surroundings.outcomes.clone(),
            };
            pools.insert(function.name.clone(), Pool::new(function, launch, changes.clone()));
        }
        let functions = Self { pools: Arc::new(pools), changes };
        tokio::spawn(runtime_api::serve(listener, functions.clone()));
        functions.pools.values().for_each(Pool::warm_up);
        Ok(functions)
    }

    /// Runs a function on an event and gives its answer.
    ///
    /// # Errors
    /// When it fails, takes too long or ends.
    pub async fn invoke(&self, name: &str, event: Bytes) -> Result<Bytes, InvocationError> {
        match self.pools.get(name) {
            Some(pool) => pool.invoke(event).await,
            None => Err(InvocationError::Failed),
        }
    }

    /// How many invocations run or wait, for each function that has any.
    pub fn busy(&self) -> Vec<(String, usize)> {
        let busy = self.pools.iter().map(|(name, pool)| (name.clone(), pool.busy()));
        busy.filter(|(_, count)| *count > 0).collect()
    }

    /// Tells of each invocation that ends.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The processes that there are.
    pub fn instances(&self) -> Vec<Instance> {
        self.pools.values().flat_map(|pool| pool.instances()).collect()
    }

    /// What the processes of a function are at; nothing if there is no such function.
    pub fn at_work(&self, name: &str) -> Option<Vec<AtWork>> {
        self.pool(name).map(|pool| pool.at_work())
    }

    /// Kills every process of a function, as a machine that fails does. Others take their place when there is work.
    pub fn kill(&self, name: &str) {
        if let Some(pool) = self.pools.get(name) {
            pool.kill_all();
        }
    }

    /// Kills every process and starts no other.
    pub async fn stop(&self) {
        for pool in self.pools.values() {
            pool.stop().await;
        }
    }

    fn pool(&self, name: &str) -> Option<&Arc<Pool>> {
        self.pools.get(name)
    }
}
