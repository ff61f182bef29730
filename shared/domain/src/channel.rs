//! A channel: one connected WhatsApp Business number.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::ChannelId;

/// A business number, connected to one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    pub id: ChannelId,
    pub waba_id: String,
    /// Meta's id of the number: what webhooks are routed by, as the display number's form varies.
    pub phone_number_id: String,
    /// For people. Never compared.
    pub display_phone_number: String,
    pub connected_at: Timestamp,
}

impl Channel {
    /// Whether a message of Meta's time `sent_at` may enter a thread: nothing from before the connection does (F5).
    ///
    /// Meta's time has whole seconds, so the second of the connection counts as after it.
    pub fn takes(&self, sent_at: Timestamp) -> bool {
        sent_at.as_second() >= self.connected_at.as_second()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_in_the_second_of_the_connection_is_taken_and_an_earlier_one_is_not() {
        let channel = Channel {
            id: ChannelId::from(uuid::Uuid::nil()),
            waba_id: "1".into(),
            phone_number_id: "2".into(),
            display_phone_number: "+1 555 0100".into(),
            connected_at: Timestamp::from_millisecond(10_900).expect("a time"),
        };
        assert!(channel.takes(Timestamp::from_second(10).expect("a time")));
        assert!(!channel.takes(Timestamp::from_second(9).expect("a time")));
    }
}
