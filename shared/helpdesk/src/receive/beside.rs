//! What a message speaks of may be another that came with it.

use std::collections::HashMap;

use domain::{Channel, InboundMessage, MessageId};
use jiff::Timestamp;

/// The messages of one job that enter a thread, with the time each was sent. The table does not have them yet.
pub(super) struct Beside(HashMap<MessageId, Timestamp>);

impl Beside {
    /// What was sent while the number was not connected enters none, and a notice may find none.
    pub(super) fn of(channel: &Channel, messages: &[InboundMessage]) -> Self {
        let entering = messages.iter().filter(|inbound| channel.takes(inbound.sent_at) && inbound.content.makes_work());
        let id = |inbound: &InboundMessage| MessageId::of_wamid(&channel.phone_number_id, &inbound.wamid);
        Self(entering.map(|inbound| (id(inbound), inbound.sent_at)).collect())
    }

    /// Whether the message `by`, sent at `sent_at`, can speak of it: of what was sent by then. If that is not received since
    /// its sender was blocked already (F41), neither is this one.
    pub(super) fn has(&self, named: MessageId, by: MessageId, sent_at: Timestamp) -> bool {
        named != by && self.0.get(&named).is_some_and(|named_at| *named_at <= sent_at)
    }
}

#[cfg(test)]
mod tests {
    use domain::content::{Notice, NoticeKind};
    use domain::{BusinessNumber, Content, Identity, Provenance, Sender, Wamid};
    use uuid::Uuid;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a timestamp")
    }

    /// A number that was connected at second 100.
    fn channel() -> Channel {
        let display_phone_number = "+1 555 0100".to_owned();
        let number = BusinessNumber { waba_id: "1".into(), phone_number_id: "2".into(), display_phone_number };
        Channel::connect(Uuid::from_u128(1).into(), number, at(100))
    }

    fn wamid(name: &str) -> Wamid {
        Wamid::try_from(name.to_owned()).expect("a wamid")
    }

    fn id(name: &str) -> MessageId {
        MessageId::of_wamid("2", &wamid(name))
    }

    fn inbound(name: &str, second: i64, content: Content) -> InboundMessage {
        InboundMessage {
            wamid: wamid(name),
            sent_at: at(second),
            sender: Sender::new(Identity::Phone("15550100001".into()), None),
            content,
            quotes: None,
            target: None,
            provenance: Provenance::default(),
        }
    }

    fn text(name: &str, second: i64) -> InboundMessage {
        inbound(name, second, Content::Text { text: "hello".into() })
    }

    #[test]
    fn a_message_speaks_of_what_was_sent_before_it_wherever_that_stands_and_not_of_itself() {
        let beside = Beside::of(&channel(), &[text("second", 120), text("first", 110)]);
        assert!(beside.has(id("first"), id("second"), at(120)));
        assert!(beside.has(id("second"), id("another of that second"), at(120)));
        assert!(!beside.has(id("second"), id("first"), at(110)));
        assert!(!beside.has(id("second"), id("second"), at(120)));
        assert!(!beside.has(id("never seen"), id("second"), at(120)));
    }

    #[test]
    fn what_enters_no_thread_is_not_spoken_of() {
        let notice = Notice { about: NoticeKind::ChangedDevice, previous: Vec::new(), text: None };
        let messages = [text("too early", 90), inbound("notice", 110, Content::Notice(notice))];
        let beside = Beside::of(&channel(), &messages);
        for name in ["too early", "notice"] {
            assert!(!beside.has(id(name), id("later"), at(120)), "{name}");
        }
    }
}
