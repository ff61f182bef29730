//! A file that keeps each thing once, a JSON object a line; also over several runs.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use anyhow::Context;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) struct Once<T> {
    file: File,
    known: BTreeSet<T>,
}

impl<T: Ord + Serialize + DeserializeOwned> Once<T> {
    /// What an earlier run left in the file stays known; the file is made on the first run.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let known = if path.exists() { read(path)? } else { BTreeSet::new() };
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { file, known })
    }

    pub(crate) fn keep(&mut self, one: T) {
        if self.known.contains(&one) {
            return;
        }
        let line = serde_json::to_string(&one).map_err(Into::into);
        if let Err(error) = line.and_then(|line| writeln!(self.file, "{line}")) {
            tracing::error!(%error, "something is not recorded");
        }
        self.known.insert(one);
    }
}

/// What is in a file. A line that a killed stack left half written says nothing.
pub(crate) fn read<T: Ord + DeserializeOwned>(path: &Path) -> anyhow::Result<BTreeSet<T>> {
    let lines = BufReader::new(File::open(path).with_context(|| path.display().to_string())?).lines();
    let lines = lines.collect::<Result<Vec<_>, _>>().with_context(|| path.display().to_string())?;
    Ok(lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect())
}
