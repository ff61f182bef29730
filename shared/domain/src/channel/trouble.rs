//! What keeps a number from sending until somebody acts: an expired token, a missing payment method (F7).
//!
//! What waits for such a number waits in the table, for weeks if need be. A new token wakes it all. What an admin repairs at
//! Meta is told to nobody, so every now and then one message is tried, each time of another conversation: what Meta says of the
//! number may be true of one message alone, and must not keep the others from showing that. They are tried in the
//! order of their contacts: where many are refused, those behind them wait until each has been.
//!
//! Meta says it in its answer to a message, or takes the message and reports afterwards that it failed. Such a report comes late,
//! and again; so it does not count if we have learned how the number is since the message left.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Channel;
use crate::failure::Failure;
use crate::ids::ContactId;

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
    /// Whose conversation was let go last, to try one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tried: Option<ContactId>,
    #[serde(default)]
    said: Said,
}

/// How Meta said it last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    /// In its answer: a message that it takes has gone out.
    #[default]
    InAnswer,
    /// In a report: a message that it takes may fail yet. It has taken one since, if that is known.
    Afterwards { taken_at: Option<Timestamp> },
}

/// Meta would not have something from a number.
#[derive(Clone, Copy, Debug)]
pub enum Refusal<'a> {
    /// What was asked with the token that the channel had as it was read.
    OfRequest(&'a Channel),
    /// A message that left then, as Meta reported afterwards.
    OfMessage { left: Timestamp },
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
/// Within this Meta reports that a message which it took has failed after all.
const REPORTED_WITHIN: SignedDuration = SignedDuration::from_mins(2);

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

    /// From when on a message may be tried; nothing where no time makes that so.
    pub fn tries_at(&self) -> Option<Timestamp> {
        self.trouble.as_ref()?.try_at
    }

    /// Whether a report of a message that `left` then says nothing new of the number.
    pub fn knows_better_than(&self, left: Timestamp) -> bool {
        self.learned_at.is_some_and(|learned_at| left < learned_at)
    }

    /// Meta refused something of this number's. Says whether an admin has to hear of it: of a trouble once, however many
    /// messages meet it.
    pub fn meet(&mut self, remedy: Remedy, failure: Failure, refusal: Refusal<'_>, now: Timestamp) -> Met {
        let (is_outdated, said) = match refusal {
            Refusal::OfRequest(read) => {
                let old_token = self.token != read.token || !self.is_connected();
                // Another message has gone out since.
                let was_repaired = remedy == Remedy::Repair && self.repairs != read.repairs;
                (old_token || was_repaired, Said::InAnswer)
            }
            Refusal::OfMessage { left } => {
                (self.knows_better_than(left) || !self.is_connected(), Said::Afterwards { taken_at: None })
            }
        };
        if is_outdated || (!self.can_ask_meta() && remedy == Remedy::Repair) {
            return Met::Nothing;
        }
        let try_at = (remedy == Remedy::Repair).then(|| now + TRY_EVERY);
        let met = match &mut self.trouble {
            Some(known) if known.remedy == remedy => {
                if try_at <= known.try_at {
                    return Met::Nothing;
                }
                (known.try_at, known.said) = (try_at, said);
                Met::Known
            }
            _ => {
                self.trouble = Some(Trouble { remedy, failure, since: now, try_at, tried: None, said });
                Met::News
            }
        };
        // Those who were about to be woken when it began are looked at no later: files can be fetched meanwhile.
        let pending = self.wakes_at.filter(|_| met == Met::News);
        self.wakes_at = try_at.map(|at| pending.map_or(at, |pending| pending.min(at)));
        self.learned_at = Some(now);
        met
    }

    /// Meta took a message. That ends a trouble which has to be repaired, so that all who wait may go on, and an admin has to
    /// hear of it. If Meta reports such failures only afterwards, the next one that it takes does.
    pub fn recover(&mut self, now: Timestamp) -> Met {
        let Some(trouble) = self.trouble.as_mut().filter(|trouble| trouble.remedy == Remedy::Repair) else {
            return Met::Nothing;
        };
        if let Said::Afterwards { taken_at } = &mut trouble.said {
            let try_at = *taken_at.get_or_insert(now) + REPORTED_WITHIN;
            if now < try_at {
                trouble.try_at = Some(try_at);
                self.wakes_at = Some(try_at);
                return Met::Known;
            }
        }
        self.trouble = None;
        self.repairs += 1;
        self.wakes_at = Some(now);
        self.learned_at = Some(now);
        Met::News
    }

    /// How often a message that went out has ended a trouble.
    pub(crate) fn repairs(&self) -> u64 {
        self.repairs
    }

    /// Whether messages go out again, as far as we know, since troubles had been ended so often.
    pub(crate) fn has_been_repaired_since(&self, repairs: u64) -> bool {
        self.trouble.is_none() && self.repairs > repairs
    }

    /// Whose conversation was let go last to try whether something was repaired; the next one is behind it.
    pub fn tried_last(&self) -> Option<ContactId> {
        self.trouble.as_ref().and_then(|trouble| trouble.tried)
    }

    /// A conversation is let go, to try one of its messages; another is at `next`, if nothing was learned of it until then.
    pub fn let_try(&mut self, contact: ContactId, next: Timestamp) {
        if let Some(trouble) = &mut self.trouble {
            trouble.tried = Some(contact);
            self.wakes_at = Some(next);
        }
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

/// What Meta's word on a message changed for its number.
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
        assert_eq!(channel.meet(Remedy::Reconnect, failure(), Refusal::OfRequest(&read), at(20_000)), Met::News);
        for later in [20_000, 99_000] {
            assert_eq!(channel.meet(Remedy::Reconnect, failure(), Refusal::OfRequest(&read), at(later)), Met::Nothing);
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
        assert_eq!(channel.meet(Remedy::Reconnect, failure(), Refusal::OfRequest(&read), at(20_001)), Met::Nothing);
        assert_eq!(channel.trouble(), None);
    }

    #[test]
    fn what_is_repaired_at_meta_is_tried_every_quarter_of_an_hour_and_ends_with_a_message_that_goes_out() {
        let (mut channel, read) = (channel(), channel());
        assert_eq!(channel.meet(Remedy::Repair, failure(), Refusal::OfRequest(&read), at(0)), Met::News);
        assert!(channel.can_ask_meta() && !channel.may_try(at(899_999)) && channel.may_try(at(900_000)));
        assert_eq!(channel.wakes_at(), Some(at(900_000)));
        assert_eq!(channel.meet(Remedy::Repair, failure(), Refusal::OfRequest(&read), at(900_000)), Met::Known);
        assert_eq!(channel.trouble().map(|trouble| trouble.since), Some(at(0)));
        assert_eq!((channel.recover(at(1_800_000)), channel.recover(at(1_800_001))), (Met::News, Met::Nothing));
        assert_eq!((channel.trouble(), channel.wakes_at()), (None, Some(at(1_800_000))));
    }

    #[test]
    fn who_was_let_go_to_try_is_remembered_while_the_trouble_lasts() {
        let (mut channel, read) = (channel(), channel());
        let ada = ContactId::from(uuid::Uuid::from_u128(1));
        channel.let_try(ada, at(60_000));
        assert_eq!(channel, read);
        channel.meet(Remedy::Repair, failure(), Refusal::OfRequest(&read), at(0));
        assert_eq!(channel.tried_last(), None);
        channel.let_try(ada, at(960_000));
        assert_eq!((channel.tried_last(), channel.wakes_at()), (Some(ada), Some(at(960_000))));
        assert!(channel.may_try(at(900_000)));
        // It is refused, too.
        channel.meet(Remedy::Repair, failure(), Refusal::OfRequest(&read), at(901_000));
        assert_eq!((channel.tried_last(), channel.wakes_at()), (Some(ada), Some(at(1_801_000))));
        channel.recover(at(1_802_000));
        assert_eq!(channel.tried_last(), None);
    }

    #[test]
    fn a_refusal_of_what_was_asked_before_another_message_went_out_says_nothing_of_what_is_repaired() {
        let (mut channel, read) = (channel(), channel());
        channel.meet(Remedy::Repair, failure(), Refusal::OfRequest(&read), at(0));
        let asked = channel.clone();
        channel.recover(at(900_000));
        assert_eq!(channel.meet(Remedy::Repair, failure(), Refusal::OfRequest(&asked), at(900_001)), Met::Nothing);
        assert_eq!(channel.trouble(), None);
        let asked_since = channel.clone();
        let refusal = Refusal::OfRequest(&asked_since);
        assert_eq!(channel.meet(Remedy::Repair, failure(), refusal, at(900_002)), Met::News);
        // Of the token it says what it said.
        assert_eq!(channel.meet(Remedy::Reconnect, failure(), Refusal::OfRequest(&asked), at(900_003)), Met::News);
    }

    #[test]
    fn a_number_in_trouble_from_before_turns_and_repairs_were_remembered_can_be_read() {
        let (mut channel, read) = (channel(), channel());
        channel.meet(Remedy::Repair, failure(), Refusal::OfRequest(&read), at(0));
        let mut stored = serde_json::to_value(&channel).expect("JSON");
        assert!(stored.as_object_mut().and_then(|fields| fields.remove("repairs")).is_some());
        assert_eq!(stored["trouble"].get("tried"), None);
        assert_eq!(serde_json::from_value::<Channel>(stored).expect("a channel"), channel);
    }

    #[test]
    fn an_expired_token_outweighs_a_missing_payment_method_and_not_the_other_way_round() {
        let (mut channel, read) = (channel(), channel());
        channel.meet(Remedy::Repair, failure(), Refusal::OfRequest(&read), at(0));
        assert_eq!(channel.meet(Remedy::Reconnect, failure(), Refusal::OfRequest(&read), at(1)), Met::News);
        assert_eq!(channel.meet(Remedy::Repair, failure(), Refusal::OfRequest(&read), at(2)), Met::Nothing);
        assert_eq!((channel.recover(at(3)), channel.can_ask_meta()), (Met::Nothing, false));
    }

    #[test]
    fn a_disconnected_number_has_no_trouble_and_lets_nobody_wait() {
        let (mut channel, read) = (channel(), channel());
        channel.meet(Remedy::Reconnect, failure(), Refusal::OfRequest(&read), at(0));
        channel.disconnect(at(1));
        assert_eq!((channel.trouble(), channel.wakes_at()), (None, Some(at(1))));
        assert_eq!(channel.meet(Remedy::Reconnect, failure(), Refusal::OfRequest(&read), at(2)), Met::Nothing);
    }

    fn reported(left: i64) -> Refusal<'static> {
        Refusal::OfMessage { left: at(left) }
    }

    #[test]
    fn a_report_that_comes_again_changes_nothing_whatever_was_learned_since() {
        for remedy in [Remedy::Reconnect, Remedy::Repair] {
            let mut channel = channel();
            assert_eq!(channel.meet(remedy, failure(), reported(20_000), at(22_000)), Met::News);
            let known = channel.clone();
            for later in [22_000, 900_000] {
                assert_eq!(channel.meet(remedy, failure(), reported(20_000), at(later)), Met::Nothing);
                assert_eq!(channel, known);
            }
            connect_again(&mut channel, at(1_000_000));
            assert_eq!(channel.meet(remedy, failure(), reported(20_000), at(1_000_001)), Met::Nothing);
            assert_eq!(channel.trouble(), None);
            assert_eq!(channel.meet(remedy, failure(), reported(1_000_001), at(1_000_002)), Met::News);
        }
    }

    #[test]
    fn a_message_that_left_before_the_number_was_connected_again_says_nothing_of_it() {
        let mut channel = channel();
        connect_again(&mut channel, at(30_000));
        assert_eq!(channel.meet(Remedy::Reconnect, failure(), reported(29_999), at(40_000)), Met::Nothing);
        channel.disconnect(at(50_000));
        assert_eq!(channel.meet(Remedy::Reconnect, failure(), reported(45_000), at(51_000)), Met::Nothing);
    }

    #[test]
    fn the_message_that_ended_a_trouble_begins_it_anew_when_it_fails_afterwards() {
        let (mut channel, read) = (channel(), channel());
        channel.meet(Remedy::Repair, failure(), Refusal::OfRequest(&read), at(0));
        assert_eq!(channel.recover(at(900_000)), Met::News);
        assert_eq!(channel.meet(Remedy::Repair, failure(), reported(900_000), at(902_000)), Met::News);
        assert_eq!(channel.recover(at(1_802_000)), Met::Known);
    }

    #[test]
    fn where_meta_takes_messages_and_fails_them_afterwards_the_second_that_it_takes_ends_the_trouble() {
        let mut channel = channel();
        channel.meet(Remedy::Repair, failure(), reported(20_000), at(22_000));
        // It is not repaired yet.
        assert_eq!(channel.recover(at(930_000)), Met::Known);
        assert!(!channel.may_try(at(1_049_999)) && channel.may_try(at(1_050_000)));
        assert_eq!(channel.meet(Remedy::Repair, failure(), reported(930_000), at(933_000)), Met::Known);
        assert!(!channel.may_try(at(1_832_999)) && channel.may_try(at(1_833_000)));
        // Now it is.
        assert_eq!((channel.recover(at(1_833_000)), channel.recover(at(1_833_001))), (Met::Known, Met::Known));
        assert_eq!((channel.recover(at(1_953_000)), channel.trouble()), (Met::News, None));
        assert_eq!(channel.meet(Remedy::Repair, failure(), reported(1_833_001), at(1_960_000)), Met::Nothing);
    }
}
