//! The receipts of messages that are at a function, kept so that those of a stack that was killed come again at once
//! when it is started anew, rather than after a visibility timeout.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use local_sqs::ReceivedMessage;

pub(super) struct Leases {
    kept: Mutex<Kept>,
    left_over: Vec<String>,
}

struct Kept {
    file: File,
    batches: usize,
}

impl Leases {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let left_over = match std::fs::read_to_string(path) {
            Ok(text) => text.lines().map(str::to_owned).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { kept: Mutex::new(Kept { file, batches: 0 }), left_over })
    }

    /// The handles of messages that an earlier run may have held when it ended.
    pub(super) fn left_over(&self) -> &[String] {
        &self.left_over
    }

    pub(super) fn take(&self, received: &[ReceivedMessage]) {
        let lines: String = received.iter().map(|one| format!("{}\n", one.receipt_handle)).collect();
        self.change(|kept| {
            kept.batches += 1;
            kept.file.write_all(lines.as_bytes())
        });
    }

    /// A batch is done with; after the last one the file is empty.
    pub(super) fn release(&self) {
        self.change(|kept| {
            kept.batches -= 1;
            if kept.batches == 0 { kept.file.set_len(0) } else { Ok(()) }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Kept) -> io::Result<()>) {
        if let Err(error) = change(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner)) {
            tracing::warn!(%error, "messages of a killed stack will come again only after their visibility timeout");
        }
    }
}
