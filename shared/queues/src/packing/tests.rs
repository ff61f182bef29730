use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;
use proptest::test_runner::contextualize_config;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::jobs::Envelope;

fn origin() -> Origin {
    Origin { webhook_id: Uuid::from_u128(1).into(), received_at: Timestamp::UNIX_EPOCH }
}

fn message(number: usize, customer: &str, text: &str) -> Addressed {
    Addressed {
        waba_id: "W1".into(),
        phone_number_id: "P1".into(),
        customer: customer.into(),
        item: InboundItem {
            at: format!("entry/0/changes/0/messages/{number}"),
            contact: None,
            message: json!({"id": format!("wamid.{number}"), "text": {"body": text}}),
        },
    }
}

fn body(packed: &Packed) -> &[u8] {
    match packed {
        Packed::Fits(entry) => entry.body.as_bytes(),
        Packed::Oversized(spill) => &spill.body,
    }
}

fn fifo(packed: &Packed) -> &Fifo {
    let (Packed::Fits(entry) | Packed::Oversized(Spill { entry, .. })) = packed;
    entry.fifo.as_ref().expect("a FIFO job")
}

fn inbound_job(packed: &Packed) -> InboundJob {
    match Envelope::decode(body(packed)).expect("a job") {
        Envelope::Job(job) => job,
        Envelope::Spilled(key) => panic!("spilled to {key}"),
    }
}

#[test]
fn the_messages_of_one_conversation_travel_together_and_in_order() {
    let jobs = inbound(origin(), vec![message(0, "ada", "a"), message(1, "bo", "b"), message(2, "ada", "c")]);
    let ats: Vec<Vec<String>> =
        jobs.iter().map(|job| inbound_job(job).items.into_iter().map(|item| item.at).collect()).collect();
    let at = |number| format!("entry/0/changes/0/messages/{number}");
    assert_eq!(ats, [vec![at(0), at(2)], vec![at(1)]]);
    assert_ne!(fifo(&jobs[0]).group, fifo(&jobs[1]).group);
}

#[test]
fn a_thousand_messages_of_one_sender_are_ten_jobs_of_one_group() {
    let jobs = inbound(origin(), (0..1_000).map(|number| message(number, "ada", "hello")).collect());
    let groups: BTreeSet<&str> = jobs.iter().map(|job| fifo(job).group.as_str()).collect();
    assert_eq!((jobs.len(), groups.len()), (10, 1));
}

#[test]
fn only_the_same_messages_of_the_same_webhook_have_the_same_dedup_id() {
    let later = Origin { webhook_id: Uuid::from_u128(2).into(), received_at: Timestamp::MAX };
    let dedup_id = |origin, number| fifo(&inbound(origin, vec![message(number, "ada", "a")])[0]).dedup_id.clone();
    assert_eq!(dedup_id(origin(), 0), dedup_id(origin(), 0));
    assert_ne!(dedup_id(origin(), 0), dedup_id(later, 0));
    assert_ne!(dedup_id(origin(), 0), dedup_id(origin(), 1));
}

#[test]
fn a_message_larger_than_sqs_takes_is_spilled_with_its_group() {
    let jobs = inbound(origin(), vec![message(0, "ada", "a"), message(1, "ada", &"x".repeat(BODY_CAP))]);
    let [Packed::Fits(_), Packed::Oversized(spill)] = jobs.as_slice() else { panic!("{} jobs", jobs.len()) };
    let envelope = Envelope::<InboundJob>::decode(spill.entry.body.as_bytes()).expect("an envelope");
    assert_eq!(envelope, Envelope::Spilled(spill.key.clone()));
    assert!(spill.key.starts_with("spill/") && spill.key.len() < 100);
    assert_eq!(fifo(&jobs[0]).group, fifo(&jobs[1]).group);
    assert_eq!(inbound_job(&jobs[1]).items.len(), 1);
}

#[test]
fn statuses_are_packed_by_two_hundred() {
    let status = |number| StatusItem {
        at: format!("entry/0/changes/0/statuses/{number}"),
        waba_id: "W1".into(),
        phone_number_id: "P1".into(),
        contact: None,
        status: json!({"id": "wamid.A", "status": "read"}),
    };
    let jobs = statuses(origin(), (0..450).map(status).collect());
    assert_eq!(jobs.len(), 3);
    assert!(jobs.iter().all(|job| body(job).len() <= PACKED.bytes));
}

#[test]
fn a_group_name_does_not_show_the_number() {
    let group = conversation_group("P1", "15550100001");
    assert_eq!(group.len(), 64);
    assert!(!group.contains("0100001"));
    assert_ne!(conversation_group("P11", "5550100001"), conversation_group("P1", "15550100001"));
}

proptest! {
    #![proptest_config(contextualize_config(ProptestConfig::with_cases(24)))]
    #[test]
    fn nothing_is_lost_the_order_is_kept_and_the_caps_hold(
        sizes in prop::collection::vec((0_usize..4, prop_oneof![9 => 0_usize..2_000, 1 => 0_usize..1_200_000]), 0..40),
    ) {
        let text = "é".repeat(600_000);
        let cut = |size: usize| &text[..size & !1];
        let messages: Vec<Addressed> =
            sizes.iter().enumerate().map(|(number, (who, size))| message(number, &format!("c{who}"), cut(*size))).collect();
        let mut expected: HashMap<String, Vec<InboundItem>> = HashMap::new();
        for message in &messages {
            expected.entry(conversation_group("P1", &message.customer)).or_default().push(message.item.clone());
        }

        let jobs = inbound(origin(), messages);

        let mut packed: HashMap<String, Vec<InboundItem>> = HashMap::new();
        let mut dedup_ids = BTreeSet::new();
        for job in &jobs {
            let items = inbound_job(job).items;
            prop_assert!(!items.is_empty() && items.len() <= INBOUND.items);
            match job {
                Packed::Fits(entry) => prop_assert!(entry.body.len() <= BODY_CAP),
                Packed::Oversized(spill) => prop_assert!(items.len() == 1 && spill.body.len() > BODY_CAP),
            }
            dedup_ids.insert(fifo(job).dedup_id.clone());
            packed.entry(fifo(job).group.clone()).or_default().extend(items);
        }
        prop_assert_eq!(dedup_ids.len(), jobs.len());
        prop_assert!(packed == expected, "an item was lost or moved");
    }

    #[test]
    fn no_event_is_lost_however_large(sizes in prop::collection::vec(0_usize..400_000, 0..12)) {
        let event = |(number, size): (usize, &usize)| EventItem {
            at: format!("entry/{number}"),
            waba_id: None,
            phone_number_id: None,
            time: None,
            field: "unknown".into(),
            value: json!("x".repeat(*size)),
        };
        let items: Vec<EventItem> = sizes.iter().enumerate().map(event).collect();
        let jobs = events(origin(), items.clone());
        let mut packed = Vec::new();
        for job in &jobs {
            let Envelope::Job(EventsJob { items, .. }) = Envelope::decode(body(job)).expect("a job") else {
                panic!("spilled")
            };
            prop_assert!(items.len() == 1 || body(job).len() <= PACKED.bytes);
            packed.extend(items);
        }
        prop_assert!(packed == items, "an event was lost or moved");
    }
}
