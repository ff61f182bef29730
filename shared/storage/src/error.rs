//! What can go wrong, by what a caller can do about it.

/// The table or the bucket did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Throttled, timed out or unreachable, after the SDK's own retries: let the queue or the client try again.
    #[error("storage did not answer to {operation}")]
    Unavailable {
        operation: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An item is not of the form this version of the code writes.
    #[error("a stored {what} cannot be read")]
    Unreadable {
        what: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StorageError {
    pub(crate) fn unavailable<E>(operation: &'static str) -> impl FnOnce(E) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        move |source| Self::Unavailable { operation, source: Box::new(source) }
    }

    pub(crate) fn unreadable<E>(what: &'static str) -> impl FnOnce(E) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        move |source| Self::Unreadable { what, source: Box::new(source) }
    }
}

/// Why a conditional write was not made.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Somebody else was faster: what was read is no longer so, or exists already. Read again and decide again.
    #[error("what was read has changed meanwhile")]
    Conflict,
    #[error(transparent)]
    Storage(#[from] StorageError),
}
