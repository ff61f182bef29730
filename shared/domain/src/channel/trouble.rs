//! What keeps a number from sending until somebody acts: an expired token, a missing payment method (F7).
//!
//! What waits for such a number waits in the table, for weeks if need be. A new token wakes it all. What an admin repairs at
//! Meta is told to nobody, so every now and then one message is tried.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Channel;
use crate::failure::Failure;

/// Meta takes nothing from this number, and time alone does not help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub remedy: Remedy,
    /// What Meta said, and what to do.
    pub failure: Failure,
    pub since: Timestamp,
    /// No message is tried before this; none at all where a new token is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    try_at: Option<Timestamp>,
}

/// What ends a trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Another token: the number has to be connected again.
    Reconnect,
    /// Something that an admin does at Meta.
    Repair,
}

/// So often one message is tried while something has to be repaired at Meta.
const TRY_EVERY: SignedDuration = SignedDuration::from_mins(15);

impl Channel {
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Whether its token is good for anything, as far as we know.
    pub fn can_ask_meta(&self) -> bool {
        self.is_connected() && self.trouble.as_ref().is_none_or(|trouble| trouble.remedy != Remedy::Reconnect)
    }

    /// Whether a message may be tried at `now`.
    pub fn may_try(&self, now: Timestamp) -> bool {
        self.trouble.as_ref().is_none_or(|trouble| trouble.try_at.is_some_and(|try_at| now >= try_at))
    }

    /// Meta refused what was asked with the token that the channel had as it was `read`. Says whether an admin has to
    /// hear of it: of a trouble once, however many requests meet it.
    pub fn meet(&mut self, remedy: Remedy, failure: Failure, read: &Self, now: Timestamp) -> Met {
        let old_token = self.token != read.token || !self.is_connected();
        if old_token || (!self.can_ask_meta() && remedy == Remedy::Repair) {
            return Met::Nothing;
        }
        let try_at = (remedy == Remedy::Repair).then(|| now + TRY_EVERY);
        match &mut self.trouble {
            Some(known) if known.remedy == remedy => {
                if try_at <= known.try_at {
                    return Met::Nothing;
                }
                known.try_at = try_at;
                self.wakes_at = try_at;
                Met::Known
            }
            _ => {
                self.trouble = Some(Trouble { remedy, failure, since: now, try_at });
                self.wakes_at = try_at;
                Met::News
            }
        }
    }

    /// A message went out. Says whether that ended a trouble, so that all who wait may go on.
    pub fn recover(&mut self, now: Timestamp) -> bool {
        let repaired = self.trouble.as_ref().is_some_and(|trouble| trouble.remedy == Remedy::Repair);
        if repaired {
            self.trouble = None;
            self.wakes_at = Some(now);
        }
        repaired
    }

    /// When those who wait for this number are to be woken: one of them while something has to be repaired, all otherwise.
    pub fn wakes_at(&self) -> Option<Timestamp> {
        self.wakes_at
    }

    /// All were woken.
    pub fn woke(&mut self) {
        self.wakes_at = None;
    }
}

/// What a refusal changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// Nothing that was not so before.
    Nothing,
    /// It was known, and is tried again later.
    Known,
    /// It is new: an admin has to hear of it.
    News,
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, channel, connect_again};
    use super::*;

    fn failure() -> Failure {
        Failure { code: "190".into(), reason: "Our access has expired".into(), advice: "Reconnect the number.".into() }
    }

    #[test]
    fn an_expired_token_is_news_once_and_a_new_one_ends_it_and_wakes_who_waits() {
        let (mut channel, read) = (channel(), channel());
        assert_eq!(channel.meet(Remedy::Reconnect, failure(), &read, at(20_000)), Met::News);
        for later in [20_000, 99_000] {
            assert_eq!(channel.meet(Remedy::Reconnect, failure(), &read, at(later)), Met::Nothing);
        }
        assert_eq!((channel.can_ask_meta(), channel.may_try(Timestamp::MAX), channel.wakes_at()), (false, false, None));
        connect_again(&mut channel, at(100_000));
        assert_eq!((channel.trouble(), channel.wakes_at()), (None, Some(at(100_000))));
        assert!(channel.can_ask_meta() && channel.may_try(at(100_000)));
    }

    #[test]
    fn a_refusal_of_the_old_token_says_nothing_of_the_new_one() {
        let (mut channel, read) = (channel(), channel());
        connect_again(&mut channel, at(20_000));
        assert_eq!(channel.meet(Remedy::Reconnect, failure(), &read, at(20_001)), Met::Nothing);
        assert_eq!(channel.trouble(), None);
    }

    #[test]
    fn what_is_repaired_at_meta_is_tried_every_quarter_of_an_hour_and_ends_with_a_message_that_goes_out() {
        let (mut channel, read) = (channel(), channel());
        assert_eq!(channel.meet(Remedy::Repair, failure(), &read, at(0)), Met::News);
        assert!(channel.can_ask_meta() && !channel.may_try(at(899_999)) && channel.may_try(at(900_000)));
        assert_eq!(channel.wakes_at(), Some(at(900_000)));
        assert_eq!(channel.meet(Remedy::Repair, failure(), &read, at(900_000)), Met::Known);
        assert_eq!(channel.trouble().map(|trouble| trouble.since), Some(at(0)));
        assert!(channel.recover(at(1_800_000)) && !channel.recover(at(1_800_001)));
        assert_eq!((channel.trouble(), channel.wakes_at()), (None, Some(at(1_800_000))));
    }

    #[test]
    fn an_expired_token_outweighs_a_missing_payment_method_and_not_the_other_way_round() {
        let (mut channel, read) = (channel(), channel());
        channel.meet(Remedy::Repair, failure(), &read, at(0));
        assert_eq!(channel.meet(Remedy::Reconnect, failure(), &read, at(1)), Met::News);
        assert_eq!(channel.meet(Remedy::Repair, failure(), &read, at(2)), Met::Nothing);
        assert!(!channel.recover(at(3)) && !channel.can_ask_meta());
    }

    #[test]
    fn a_disconnected_number_has_no_trouble_and_lets_nobody_wait() {
        let (mut channel, read) = (channel(), channel());
        channel.meet(Remedy::Reconnect, failure(), &read, at(0));
        channel.disconnect(at(1));
        assert_eq!((channel.trouble(), channel.wakes_at()), (None, Some(at(1))));
        assert_eq!(channel.meet(Remedy::Reconnect, failure(), &read, at(2)), Met::Nothing);
    }
}
