/// Why a call was refused. The texts are SQS's where its callers may look at them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No queue has this name.
    #[error("The specified queue does not exist.")]
    QueueDoesNotExist,
    /// The name is taken by a queue with other settings.
    #[error("A queue already exists with the same name and a different value for its attributes.")]
    QueueNameExists,
    /// The receipt handle was not given out by this queue.
    #[error("The input receipt handle is invalid.")]
    ReceiptHandleIsInvalid,
    /// The message has become visible again, so that its visibility cannot be changed.
    #[error("The message referred to is not in flight.")]
    MessageNotInflight,
    /// The body has characters outside `#x9 | #xA | #xD | #x20–#xD7FF | #xE000–#xFFFD | #x10000–#x10FFFF`.
    #[error("The message contains characters outside the allowed set.")]
    InvalidMessageContents,
    /// A queue has no attribute of this name, or it cannot be changed.
    #[error("Unknown or unchangeable attribute {0}.")]
    InvalidAttributeName(String),
    /// A queue's attribute cannot have this value.
    #[error("Invalid value for the parameter {0}.")]
    InvalidAttributeValue(String),
    /// A parameter has a value that the queue does not take.
    #[error("{0}")]
    InvalidParameterValue(String),
    /// A parameter that the queue needs is not there.
    #[error("The request must contain the parameter {0}.")]
    MissingParameter(&'static str),
    /// The messages of a batch are over 1 MiB together.
    #[error("Batch requests cannot be longer than 1048576 bytes.")]
    BatchRequestTooLong,
    /// The file could not be read or written.
    #[error("the queues' storage failed")]
    Storage(#[from] rusqlite::Error),
    /// The file holds something that this version does not understand.
    #[error("the queues' storage is unreadable")]
    Unreadable(#[from] serde_json::Error),
    /// The thread that owns the file could not start or has ended.
    #[error("the queues have stopped")]
    Stopped,
}

impl Error {
    /// A value that a parameter cannot have, in SQS's words.
    pub(crate) fn invalid_parameter(name: &str, value: impl std::fmt::Display, reason: &str) -> Self {
        Self::InvalidParameterValue(format!("Value {value} for parameter {name} is invalid. Reason: {reason}"))
    }
}
