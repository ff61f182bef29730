//! How many items fit into one job.

use serde::Serialize;

/// What a job may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caps {
    pub(super) items: usize,
    /// Of the job's body.
    pub(super) bytes: usize,
}

/// What a job's body holds beside its items: ids, keys, version.
const AROUND: usize = 1_000;

/// Cuts `items` into runs that keep to the caps. An item that exceeds them by itself is a run of its own.
pub(super) fn pack<I: Serialize>(items: Vec<I>, caps: Caps) -> Vec<Vec<I>> {
    let mut runs: Vec<Vec<I>> = Vec::new();
    let mut weight = usize::MAX;
    for item in items {
        let more = weigh(&item);
        match runs.last_mut() {
            Some(run) if run.len() < caps.items && weight.saturating_add(more) <= caps.bytes => {
                weight += more;
                run.push(item);
            }
            _ => {
                weight = AROUND.saturating_add(more);
                runs.push(vec![item]);
            }
        }
    }
    runs
}

/// The bytes an item takes in a job, with its comma.
fn weigh<I: Serialize>(item: &I) -> usize {
    let mut counter = Counter(1);
    // What cannot be written weighs enough to travel alone.
    serde_json::to_writer(&mut counter, item).map_or(usize::MAX, |()| counter.0)
}

/// Counts what is written to it.
struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
