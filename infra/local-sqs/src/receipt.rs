use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::Error;

/// One receive of one message: the count tells it from earlier and later receives of the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) sequence: i64,
    pub(crate) receive_count: u32,
}

impl Receipt {
    /// The handle by which a receiver names this receive.
    pub(crate) fn handle(&self, queue: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{queue}/{}/{}", self.sequence, self.receive_count))
    }

    /// # Errors
    /// When the handle is not one of this queue.
    pub(crate) fn of_handle(handle: &str, queue: &str) -> Result<Self, Error> {
        Self::decode(handle, queue).ok_or(Error::ReceiptHandleIsInvalid)
    }

    fn decode(handle: &str, queue: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(handle).ok()?).ok()?;
        let (sequence, receive_count) = text.strip_prefix(queue)?.strip_prefix('/')?.split_once('/')?;
        Some(Self { sequence: sequence.parse().ok()?, receive_count: receive_count.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_comes_back_as_its_receipt_in_its_own_queue_only() {
        let receipt = Receipt { sequence: 7, receive_count: 2 };
        let handle = receipt.handle("jobs");

        assert_eq!(Receipt::of_handle(&handle, "jobs").expect("its own handle"), receipt);
        assert!(matches!(Receipt::of_handle(&handle, "job"), Err(Error::ReceiptHandleIsInvalid)));
        assert!(matches!(Receipt::of_handle("nonsense", "jobs"), Err(Error::ReceiptHandleIsInvalid)));
    }
}
