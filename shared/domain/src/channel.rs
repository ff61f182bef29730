//! A channel: one connected WhatsApp Business number.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ChannelId, TenantId};

/// A business number of one tenant. It stays when the number is disconnected, and so does its history (F6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    pub id: ChannelId,
    /// The WhatsApp Business account that the number belongs to.
    pub waba_id: String,
    /// Meta's id of the number: what webhooks are routed by, as the display number's form varies.
    pub phone_number_id: String,
    /// For people. Never compared.
    pub display_phone_number: String,
    /// When it was connected last.
    pub connected_at: Timestamp,
    /// Since when it is not connected any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnected_at: Option<Timestamp>,
    /// Counts the changes, for `If-Match` and for whoever changes it at the same time.
    #[serde(default)]
    pub version: u64,
}

/// A number as Meta describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessNumber {
    pub waba_id: String,
    pub phone_number_id: String,
    pub display_phone_number: String,
}

impl Channel {
    /// A tenant connects a number for the first time.
    pub fn connect(tenant: TenantId, number: BusinessNumber, now: Timestamp) -> Self {
        Self {
            id: ChannelId::of_number(tenant, &number.phone_number_id),
            waba_id: number.waba_id,
            phone_number_id: number.phone_number_id,
            display_phone_number: number.display_phone_number,
            connected_at: now,
            disconnected_at: None,
            version: 0,
        }
    }

    /// The same number is connected again: what came while it was not stays outside (F5). Connecting one that is
    /// connected only brings what Meta says of it up to date.
    pub fn connect_again(&mut self, number: BusinessNumber, now: Timestamp) {
        if self.disconnected_at.take().is_some() {
            self.connected_at = now;
        }
        self.waba_id = number.waba_id;
        self.display_phone_number = number.display_phone_number;
    }

    /// The number is not to be used any more. Says whether anything changed.
    pub fn disconnect(&mut self, now: Timestamp) -> bool {
        let connected = self.is_connected();
        self.disconnected_at = self.disconnected_at.or(Some(now));
        connected
    }

    pub fn is_connected(&self) -> bool {
        self.disconnected_at.is_none()
    }

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

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).expect("a time")
    }

    fn number(display: &str) -> BusinessNumber {
        BusinessNumber { waba_id: "1".into(), phone_number_id: "2".into(), display_phone_number: display.into() }
    }

    fn channel() -> Channel {
        Channel::connect(TenantId::from(uuid::Uuid::nil()), number("+1 555 0100"), at(10_900))
    }

    #[test]
    fn a_message_in_the_second_of_the_connection_is_taken_and_an_earlier_one_is_not() {
        assert!(channel().takes(at(10_000)));
        assert!(!channel().takes(at(9_999)));
    }

    #[test]
    fn a_number_that_comes_back_is_the_same_channel_with_a_new_beginning() {
        let mut back = channel();
        assert!(back.disconnect(at(20_000)));
        back.connect_again(number("+1 555 0100"), at(30_000));
        assert_eq!((back.id, back.connected_at, back.is_connected()), (channel().id, at(30_000), true));
        assert!(!back.takes(at(25_000)));
    }

    #[test]
    fn connecting_what_is_connected_loses_no_message() {
        let mut again = channel();
        again.connect_again(number("+1 555-0100"), at(30_000));
        assert_eq!((again.connected_at, again.display_phone_number.as_str()), (at(10_900), "+1 555-0100"));
    }

    #[test]
    fn disconnecting_twice_is_as_disconnecting_once() {
        let mut gone = channel();
        gone.disconnect(at(20_000));
        assert!(!gone.disconnect(at(30_000)));
        assert_eq!(gone.disconnected_at, Some(at(20_000)));
    }
}
