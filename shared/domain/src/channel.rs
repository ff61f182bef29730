//! A channel: one connected WhatsApp Business number.

mod slowdown;
mod trouble;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ChannelId, TenantId};

pub use slowdown::Slowdown;
pub use trouble::{Met, Refusal, Remedy, Trouble};

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
    /// What keeps it from sending until somebody acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trouble: Option<Trouble>,
    /// When we last learned whether it can send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    learned_at: Option<Timestamp>,
    /// Meta's last word on its pace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slowdown: Option<Slowdown>,
    /// When those who wait for this number are to be woken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wakes_at: Option<Timestamp>,
    /// Counts the tokens that it was given: a refusal of an earlier one says nothing of this.
    #[serde(default)]
    token: u64,
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
            trouble: None,
            learned_at: None,
            slowdown: None,
            wakes_at: None,
            token: 0,
            version: 0,
        }
    }

    /// The same number is connected again, with another token: what came while it was not stays outside (F5), and what
    /// waited for it goes on. Connecting one that is connected only brings what Meta says of it up to date.
    pub fn connect_again(&mut self, number: BusinessNumber, now: Timestamp) {
        if self.disconnected_at.take().is_some() {
            self.connected_at = now;
        }
        self.waba_id = number.waba_id;
        self.display_phone_number = number.display_phone_number;
        self.trouble = None;
        self.learned_at = Some(now);
        self.slowdown = None;
        self.token += 1;
        self.wakes_at = Some(now);
    }

    /// The number is not to be used any more, which those who wait for it have to know. Says whether anything changed.
    pub fn disconnect(&mut self, now: Timestamp) -> bool {
        let connected = self.is_connected();
        if connected {
            self.disconnected_at = Some(now);
            self.trouble = None;
            self.wakes_at = Some(now);
        }
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

    pub(super) fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).expect("a time")
    }

    fn number(display: &str) -> BusinessNumber {
        BusinessNumber { waba_id: "1".into(), phone_number_id: "2".into(), display_phone_number: display.into() }
    }

    pub(super) fn channel() -> Channel {
        Channel::connect(TenantId::from(uuid::Uuid::nil()), number("+1 555 0100"), at(10_900))
    }

    pub(super) fn connect_again(channel: &mut Channel, now: Timestamp) {
        channel.connect_again(number("+1 555 0100"), now);
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
