//! Which queue each item of a webhook goes to.

use queues::jobs::{EventItem, InboundItem, StatusItem};
use queues::packing::Addressed;
use whatsapp::webhook::{Item, MessageItem, OtherItem, Split, StatusItem as Status};

/// The items of a webhook by queue, each in the order of the webhook.
#[derive(Default)]
pub(crate) struct Sorted {
    pub(crate) messages: Vec<Addressed>,
    pub(crate) statuses: Vec<StatusItem>,
    pub(crate) events: Vec<EventItem>,
}

/// Sorts messages to their conversations, statuses, and everything else.
pub(crate) fn sort(split: Split) -> Sorted {
    let mut sorted = Sorted::default();
    for item in split.items {
        match item {
            Item::Message(MessageItem { at, waba_id, phone_number_id, customer, contact, message }) => {
                let item = InboundItem { at, contact, message };
                sorted.messages.push(Addressed { waba_id, phone_number_id, customer, item });
            }
            Item::Status(Status { at, waba_id, phone_number_id, contact, status }) => {
                sorted.statuses.push(StatusItem { at, waba_id, phone_number_id, contact, status });
            }
            Item::Other(OtherItem { at, waba_id, phone_number_id, time, field, value }) => {
                sorted.events.push(EventItem { at, waba_id, phone_number_id, time, field, value });
            }
        }
    }
    sorted
}
