//! Whether Meta refuses a message for its number's sake, or the message alone (F7, F30).
//!
//! By its code a refusal may say that something of the number's has to be repaired, and be true of one message only: where a
//! payment method is missing a paid template is refused, and replies go out. Nobody knows at first, so the number stops. If others
//! have gone out by the time the same message is refused once more, it is the message.

use serde::{Deserialize, Serialize};

use super::Delivery;
use crate::channel::Channel;

/// A refusal that stopped the number, or would have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NumberRefused {
    /// Meta's.
    code: String,
    /// How often its number had been repaired when Meta was asked.
    repairs: u64,
}

impl Delivery {
    /// Meta refused it with this code, which is put down to its number. `read` is that as it was when Meta was asked.
    pub fn refused_with_number(&mut self, code: &str, read: &Channel) {
        self.number_refused = Some(NumberRefused { code: code.to_owned(), repairs: read.repairs() });
    }

    /// Whether a refusal with this code is this message's alone: it was refused with it before, and others went out until
    /// Meta was asked again. `read` is its number as it was then.
    pub fn is_refused_alone(&self, code: &str, read: &Channel) -> bool {
        let before = self.number_refused.as_ref().filter(|before| before.code == code);
        before.is_some_and(|before| read.has_been_repaired_since(before.repairs))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::channel::{BusinessNumber, Refusal, Remedy};
    use crate::failure::Failure;
    use crate::ids::TenantId;

    const PAYMENT: &str = "131042";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a timestamp")
    }

    fn number() -> BusinessNumber {
        BusinessNumber { waba_id: "1".into(), phone_number_id: "2".into(), display_phone_number: "+1 555 0100".into() }
    }

    fn sound() -> Channel {
        Channel::connect(TenantId::from(Uuid::nil()), number(), at(0))
    }

    fn in_trouble(channel: &Channel) -> Channel {
        let reason = "The account has a payment problem".into();
        let failure = Failure { code: PAYMENT.into(), reason, advice: "Check the payment method.".into() };
        let mut stopped = channel.clone();
        stopped.meet(Remedy::Repair, failure, Refusal::OfRequest(channel), at(1));
        stopped
    }

    /// Another message goes out.
    fn repaired(channel: &Channel) -> Channel {
        let mut again = channel.clone();
        again.recover(at(2));
        again
    }

    fn refused(read: &Channel) -> Delivery {
        let mut delivery = Delivery::queued(at(0));
        delivery.refused_with_number(PAYMENT, read);
        delivery
    }

    #[test]
    fn what_is_refused_once_more_after_others_went_out_is_refused_alone() {
        let again = repaired(&in_trouble(&sound()));
        assert!(refused(&sound()).is_refused_alone(PAYMENT, &again));
        assert!(!Delivery::queued(at(0)).is_refused_alone(PAYMENT, &again));
        assert!(!refused(&sound()).is_refused_alone("131048", &again));
    }

    #[test]
    fn what_is_refused_once_more_before_others_went_out_is_not() {
        let stopped = in_trouble(&sound());
        assert!(!refused(&sound()).is_refused_alone(PAYMENT, &stopped));
        let again = repaired(&stopped);
        assert!(!refused(&again).is_refused_alone(PAYMENT, &again));
        // Connecting it again shows nothing of what is missing.
        let mut reconnected = stopped;
        reconnected.connect_again(number(), at(3));
        assert!(!refused(&sound()).is_refused_alone(PAYMENT, &reconnected));
    }

    #[test]
    fn what_is_refused_once_more_while_its_number_is_in_trouble_anew_is_not() {
        let anew = in_trouble(&repaired(&in_trouble(&sound())));
        assert!(!refused(&sound()).is_refused_alone(PAYMENT, &anew));
        assert!(refused(&sound()).is_refused_alone(PAYMENT, &repaired(&anew)));
    }

    #[test]
    fn what_it_was_refused_with_is_kept_with_the_message_and_messages_from_before_that_can_be_read() {
        let stored = |delivery: &Delivery| serde_json::to_value(delivery).expect("JSON");
        let read = |stored| serde_json::from_value::<Delivery>(stored).expect("a delivery");
        assert_eq!(read(stored(&refused(&sound()))), refused(&sound()));
        assert_eq!(stored(&Delivery::queued(at(0))).get("number_refused"), None);
    }
}
