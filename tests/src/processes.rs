//! The functions' processes, and how they end.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::Value;

use crate::stack;
use crate::world::World;

impl World {
    /// The functions' processes at this moment, as (function, process id).
    pub async fn function_processes(&self) -> Vec<(String, u64)> {
        let answer = self.control_get("functions").await;
        let instances = answer["data"].as_array().cloned().unwrap_or_default();
        let read = |instance: Value| Some((instance["function"].as_str()?.to_owned(), instance["pid"].as_u64()?));
        instances.into_iter().filter_map(read).collect()
    }

    /// `kill -9` for one process of a function, also of a stack that is gone.
    pub fn kill_process(&self, pid: u64) {
        stack::signal("-9", pid);
    }

    /// The processes of a function stand still from now on, whatever they are at; their ids. Only killing ends that.
    pub async fn freezes(&self, function: &str) -> BTreeSet<u64> {
        let mut frozen = BTreeSet::new();
        loop {
            let processes = self.function_processes().await.into_iter();
            let moving = processes.filter(|(name, pid)| name == function && !frozen.contains(pid));
            let moving: Vec<u64> = moving.map(|(_, pid)| pid).collect();
            if moving.is_empty() {
                return frozen;
            }
            moving.iter().for_each(|pid| stack::signal("-STOP", *pid));
            frozen.extend(moving);
        }
    }

    /// What the processes of a function are at: how long each has been, and the jobs that it was given.
    pub async fn work_of(&self, function: &str) -> Vec<(SignedDuration, Vec<Value>)> {
        let answer = self.control_get(&format!("functions/{function}/work")).await;
        let read = |process: &Value| {
            let takes = SignedDuration::from_millis(process["takes_ms"].as_i64()?);
            Some((takes, process["jobs"].as_array()?.clone()))
        };
        answer["data"].as_array().into_iter().flatten().filter_map(read).collect()
    }
}
