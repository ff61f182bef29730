use domain::content::Placeholder;
use domain::delivery::Report;
use domain::message::Direction as Way;
use domain::{Content, Identity, Position, Provenance};
use uuid::Uuid;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn business() -> BusinessNumber {
    BusinessNumber::from(Some("+1 555 0100".to_owned()))
}

fn message(direction: Way, content: Content) -> domain::Message {
    domain::Message {
        id: Uuid::from_u128(1).into(),
        thread_id: Uuid::from_u128(2).into(),
        channel_id: Uuid::from_u128(3).into(),
        contact_id: Uuid::from_u128(4).into(),
        position: Position::new(at(10), 1),
        sent_at: at(10),
        content,
        reply_to: None,
        wamid: None,
        trace_id: None,
        direction,
        version: 0,
    }
}

fn outgoing(delivery: Delivery) -> Way {
    let author = UserId::try_from("usr_ben".to_owned()).unwrap();
    Way::Outgoing { to: Identity::Phone("15550100001".into()), author, delivery }
}

#[test]
fn an_incoming_message_is_received_and_has_no_statuses() {
    let incoming = Way::Incoming { from: Identity::Bsuid("US.1349".into()), provenance: Provenance::default() };
    let content = Content::Placeholder(Placeholder {
        kind: "image".into(),
        reason: "not_shown_yet".into(),
        text: Some("look".into()),
        emoji: None,
        target: None,
        original: "{}".into(),
    });
    insta::assert_json_snapshot!(Message::of(message(incoming, content), &business()), @r#"
    {
      "id": "msg_00000000000000000000000000000001",
      "thread_id": "thr_00000000000000000000000000000002",
      "direction": "incoming",
      "type": "image",
      "text": "look",
      "html": "<p>look</p>",
      "reason": "not_shown_yet",
      "findings": [],
      "attachments": [],
      "animated": null,
      "location": null,
      "contacts": [],
      "choice": null,
      "form": null,
      "order": null,
      "template": null,
      "notice": null,
      "emoji": null,
      "target": null,
      "forwarded": null,
      "referral": null,
      "product": null,
      "from": "US.1349",
      "to": "+1 555 0100",
      "sent_at": "1970-01-01T00:00:10Z",
      "status": "received",
      "statuses": [],
      "reply_to": null,
      "author_id": null,
      "failure": null,
      "resends_at": null
    }
    "#);
}

#[test]
fn a_failed_message_says_why_and_what_to_do() {
    let mut delivery = Delivery::queued(at(10));
    delivery.claim(at(11)).unwrap();
    let failure =
        domain::Failure { code: "131026".into(), reason: "undeliverable".into(), advice: "call the customer".into() };
    delivery.report(&Report::Failed(failure), at(12));
    let content = Content::Text { text: "hello".into() };
    insta::assert_json_snapshot!(Message::of(message(outgoing(delivery), content), &business()), @r#"
    {
      "id": "msg_00000000000000000000000000000001",
      "thread_id": "thr_00000000000000000000000000000002",
      "direction": "outgoing",
      "type": "text",
      "text": "hello",
      "html": "<p>hello</p>",
      "reason": null,
      "findings": [],
      "attachments": [],
      "animated": null,
      "location": null,
      "contacts": [],
      "choice": null,
      "form": null,
      "order": null,
      "template": null,
      "notice": null,
      "emoji": null,
      "target": null,
      "forwarded": null,
      "referral": null,
      "product": null,
      "from": "+1 555 0100",
      "to": "+15550100001",
      "sent_at": "1970-01-01T00:00:10Z",
      "status": "failed",
      "statuses": [
        {
          "status": "queued",
          "at": "1970-01-01T00:00:10Z"
        },
        {
          "status": "failed",
          "at": "1970-01-01T00:00:12Z"
        }
      ],
      "reply_to": null,
      "author_id": "usr_ben",
      "failure": {
        "code": "131026",
        "reason": "undeliverable",
        "advice": "call the customer"
      },
      "resends_at": null
    }
    "#);
}

#[test]
fn a_message_whose_call_is_under_way_is_shown_as_queued() {
    let mut delivery = Delivery::queued(at(10));
    delivery.claim(at(11)).unwrap();
    let shown = Message::of(message(outgoing(delivery), Content::Text { text: "hello".into() }), &business());
    assert_eq!(shown.status, MessageStatus::Queued);
}
