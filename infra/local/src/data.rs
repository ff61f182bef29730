//! The folder that keeps what the stack knows between runs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::command::Start;

/// The data folder, held by this stack alone while the value lives.
#[derive(Debug)]
pub struct DataFolder {
    root: PathBuf,
    /// The operating system releases it when we end, however we end.
    _lock: File,
}

impl DataFolder {
    /// What the stack writes into its folder, and all that `--fresh` removes.
    const CONTENTS: [&str; 12] = [
        "bucket",
        "calls.jsonl",
        "clock",
        "issuer.pem",
        "kms-content-key",
        "kms-key",
        "leases",
        "logs",
        "outcomes.jsonl",
        "sqlite",
        "stack.json",
        "tokens",
    ];

    /// Makes the folder where needed and takes it for this stack.
    ///
    /// # Errors
    /// When another stack runs on it, or it cannot be written.
    pub fn open(root: &Path, start: Start) -> anyhow::Result<Self> {
        fs::create_dir_all(root).with_context(|| format!("cannot make the data folder {}", root.display()))?;
        let root = root.canonicalize()?;
        let lock = File::create(root.join("lock"))?;
        if lock.try_lock().is_err() {
            bail!("another stack runs on {}; stop it, or choose another folder with --data DIR", root.display());
        }
        if start == Start::Fresh {
            Self::CONTENTS.iter().try_for_each(|name| remove(&root.join(name)))?;
        }
        remove(&root.join("stack.json"))?;
        for folder in ["bucket", "leases", "logs", "sqlite", "tokens"] {
            fs::create_dir_all(root.join(folder))?;
        }
        Ok(Self { root, _lock: lock })
    }

    /// A file or folder in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The SQLite file of one stand-in.
    pub fn database(&self, name: &str) -> PathBuf {
        self.root.join("sqlite").join(format!("{name}.db"))
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_stacks_never_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let _first = DataFolder::open(folder.path(), Start::Continue).unwrap();

        let second = DataFolder::open(folder.path(), Start::Continue);

        assert!(second.unwrap_err().to_string().starts_with("another stack runs on"));
    }

    #[test]
    fn a_fresh_start_forgets_what_is_ours_and_leaves_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("outcomes.jsonl"), "{}").unwrap();
        fs::write(folder.path().join("thesis.txt"), "mine").unwrap();

        let _data = DataFolder::open(folder.path(), Start::Fresh).unwrap();

        assert!(!folder.path().join("outcomes.jsonl").exists());
        assert!(folder.path().join("thesis.txt").exists());
    }
}
