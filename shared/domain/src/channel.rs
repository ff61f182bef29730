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
    /// When it was connected before that, the last [`Channel::REMEMBERED`] times: what was written then may come yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<Connection>,
    /// What keeps it from sending until somebody acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trouble: Option<Trouble>,
    /// Counts the messages that went out and so ended a trouble: a message that is refused before and after one is alone
    /// with that.
    #[serde(default)]
    repairs: u64,
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

/// A time in which a number was connected, and is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Connection {
    connected_at: Timestamp,
    disconnected_at: Timestamp,
}

/// A number as Meta describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessNumber {
    pub waba_id: String,
    pub phone_number_id: String,
    pub display_phone_number: String,
}

impl Channel {
    /// So many earlier connections are remembered.
    const REMEMBERED: usize = 10;

    /// A tenant connects a number for the first time.
    pub fn connect(tenant: TenantId, number: BusinessNumber, now: Timestamp) -> Self {
        Self {
            id: ChannelId::of_number(tenant, &number.phone_number_id),
            waba_id: number.waba_id,
            phone_number_id: number.phone_number_id,
            display_phone_number: number.display_phone_number,
            connected_at: now,
            disconnected_at: None,
            earlier: Vec::new(),
            trouble: None,
            repairs: 0,
            learned_at: None,
            slowdown: None,
            wakes_at: None,
            token: 0,
            version: 0,
        }
    }

    /// The same number is connected again, with another token: what was written while it was not stays outside (F5),
    /// and what waited for it goes on. Connecting one that is connected only brings what Meta says of it up to date.
    pub fn connect_again(&mut self, number: BusinessNumber, now: Timestamp) {
        if let Some(disconnected_at) = self.disconnected_at.take() {
            self.earlier.push(Connection { connected_at: self.connected_at, disconnected_at });
            let forgotten = self.earlier.len().saturating_sub(Self::REMEMBERED);
            self.earlier.drain(..forgotten);
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

    /// From when on the number may be another tenant's: the second in which it was disconnected is still this one's.
    /// Nothing while it is connected.
    pub fn free_from(&self) -> Option<Timestamp> {
        self.disconnected_at.map(|at| Timestamp::from_second(at.as_second() + 1).unwrap_or(at))
    }

    /// Whether a message of Meta's time `sent_at` may enter a thread: what was written while the number was connected
    /// does, however late it comes, and nothing else (F5).
    ///
    /// Meta's time has whole seconds, so those of connecting and of disconnecting count as connected.
    pub fn takes(&self, sent_at: Timestamp) -> bool {
        let second = sent_at.as_second();
        let is_now = self.connected_at.as_second() <= second
            && self.disconnected_at.is_none_or(|disconnected_at| second <= disconnected_at.as_second());
        is_now || self.earlier.iter().any(|connection| connection.has(second))
    }
}

impl Connection {
    fn has(self, second: i64) -> bool {
        (self.connected_at.as_second()..=self.disconnected_at.as_second()).contains(&second)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    fn disconnected(millisecond: i64) -> Channel {
        let mut gone = channel();
        gone.disconnect(at(millisecond));
        gone
    }

    fn reconnected(gone: &Channel) -> Channel {
        let mut back = gone.clone();
        connect_again(&mut back, at(30_500));
        back
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
    fn what_was_written_before_it_was_disconnected_is_taken_however_late_it_comes() {
        let gone = disconnected(20_100);
        for channel in [gone.clone(), reconnected(&gone)] {
            assert!([10_000, 15_000, 20_000].map(at).iter().all(|sent_at| channel.takes(*sent_at)), "{channel:?}");
            assert!([9_000, 21_000, 29_000].map(at).iter().all(|sent_at| !channel.takes(*sent_at)), "{channel:?}");
        }
        assert!(!gone.takes(at(30_000)) && reconnected(&gone).takes(at(30_000)));
    }

    #[test]
    fn of_many_connections_the_last_ten_before_this_one_are_remembered() {
        let mut channel = channel();
        for second in (20..44).step_by(2) {
            channel.disconnect(at(second * 1_000));
            connect_again(&mut channel, at((second + 1) * 1_000 + 500));
        }
        // Twelve ended, one of them every two seconds.
        assert!([10_900, 22_000].map(at).iter().all(|sent_at| !channel.takes(*sent_at)));
        assert!((23..50).all(|second| channel.takes(at(second * 1_000))));
    }

    #[test]
    fn what_is_written_in_the_last_second_of_one_tenants_is_not_the_next_ones() {
        assert_eq!(channel().free_from(), None);
        for (gone_at, free_at) in [(20_000, 21_000), (20_999, 21_000), (21_000, 22_000)] {
            let gone = disconnected(gone_at);
            let free_from = gone.free_from().expect("it is free");
            assert_eq!(free_from, at(free_at));
            let next = Channel::connect(TenantId::from(uuid::Uuid::max()), number("+1 555 0100"), free_from);
            assert!(gone.takes(at(free_at - 1_000)) && !next.takes(at(free_at - 1_000)));
            assert!(!gone.takes(at(free_at)) && next.takes(at(free_at)));
        }
    }

    #[test]
    fn a_channel_from_before_connections_were_remembered_can_be_read() {
        let mut stored = serde_json::to_value(reconnected(&disconnected(20_100))).expect("JSON");
        assert!(stored.as_object_mut().and_then(|fields| fields.remove("earlier")).is_some());
        let read: Channel = serde_json::from_value(stored).expect("a channel");
        assert!(read.takes(at(30_000)) && !read.takes(at(15_000)));
    }

    proptest! {
        #[test]
        fn what_was_written_in_a_second_with_a_connection_is_taken_and_nothing_else(
            lengths in prop::collection::vec(0_i64..4_000, 0..16),
            second in 5_i64..80,
        ) {
            let mut channel = channel();
            let mut now = 10_900;
            let mut connections = vec![(now, i64::MAX)];
            for length in lengths {
                now += length;
                if channel.disconnect(at(now)) {
                    connections.last_mut().expect("the first is there").1 = now;
                } else {
                    connect_again(&mut channel, at(now));
                    connections.push((now, i64::MAX));
                }
            }
            let mut moments = second * 1_000..(second + 1) * 1_000;
            let is_connected = |at: i64| connections.iter().any(|&(from, until)| (from..=until).contains(&at));
            prop_assert_eq!(channel.takes(at(second * 1_000)), moments.any(is_connected));
        }
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
