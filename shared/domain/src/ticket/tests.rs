use uuid::Uuid;

use super::*;
use crate::Provenance;
use crate::channel::BusinessNumber;
use crate::contact::Sender;
use crate::content::{MessageHeader, Notice, NoticeKind, Placeholder, TemplateMessage};
use crate::ids::TenantId;
use crate::message::Wamid;
use crate::template::Category;

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a timestamp")
}

pub(super) fn ada() -> Identity {
    Identity::Phone("15550100001".into())
}

fn channel() -> Channel {
    let number =
        BusinessNumber { waba_id: "1".into(), phone_number_id: "2".into(), display_phone_number: "+1 555 0100".into() };
    Channel::connect(TenantId::from(Uuid::from_u128(1)), number, at(0))
}

pub(super) fn ticket() -> Ticket {
    Ticket::open(TicketId::from(Uuid::from_u128(2)), &channel(), ContactId::from(Uuid::from_u128(3)), ada(), at(0))
}

pub(super) fn id(n: u128) -> MessageId {
    MessageId::from(Uuid::from_u128(n))
}

pub(super) fn text(text: &str) -> Content {
    Content::Text { text: text.into() }
}

pub(super) fn inbound(second: i64, content: Content) -> InboundMessage {
    InboundMessage {
        wamid: Wamid::try_from(format!("wamid.{second}")).expect("a wamid"),
        sent_at: at(second),
        sender: Sender::new(ada(), None),
        content,
        quotes: None,
        target: None,
        provenance: Provenance::default(),
    }
}

/// The number that Ada has instead of her first.
pub(super) fn renamed() -> Identity {
    Identity::Phone("15550100002".into())
}

/// WhatsApp tells of it.
pub(super) fn notice(second: i64) -> InboundMessage {
    let told = Notice { about: NoticeKind::ChangedNumber, previous: vec![ada()], text: None };
    InboundMessage { sender: Sender::new(renamed(), None), ..inbound(second, Content::Notice(told)) }
}

fn reaction() -> Content {
    Content::Placeholder(Placeholder {
        kind: "reaction".into(),
        reason: "reaction".into(),
        text: None,
        emoji: Some("👍".into()),
        target: None,
        original: "{}".into(),
    })
}

pub(super) fn reply(n: u128, by: &str) -> Reply {
    let author = UserId::try_from(by.to_owned()).expect("a user id");
    Reply { id: id(n), author, content: text("here we are"), reply_to: None }
}

#[test]
fn messages_of_one_second_keep_the_order_in_which_they_came() {
    let mut ticket = ticket();
    let first = ticket.receive(id(1), inbound(100, text("one")), None);
    let second = ticket.receive(id(2), inbound(100, text("two")), None);
    assert!(first.position < second.position);
    assert_eq!(ticket.unread_count, 2);
    assert_eq!(ticket.last_message.map(|last| last.id), Some(id(2)));
}

#[test]
fn a_late_message_stands_where_it_was_sent_and_is_not_the_last() {
    let mut ticket = ticket();
    let on_time = ticket.receive(id(1), inbound(20_000, text("now")), None);
    let late = ticket.receive(id(2), inbound(2_000, text("hours ago")), None);
    assert!(late.position < on_time.position);
    assert_eq!(ticket.last_message.as_ref().map(|last| last.id), Some(id(1)));
    assert_eq!(ticket.session_expires_at(), Some(at(20_000 + 86_400)));
}

#[test]
fn an_answer_goes_to_where_the_customer_wrote_from_last_not_to_where_a_late_message_came_from() {
    let mut ticket = ticket();
    let hidden = Identity::Bsuid("US.1".into());
    let from_hidden = InboundMessage { sender: Sender::new(hidden.clone(), None), ..inbound(500, text("now")) };
    ticket.receive(id(1), from_hidden, None);
    ticket.receive(id(2), inbound(100, text("earlier, but late")), None);
    assert_eq!(ticket.customer, hidden);
    ticket.receive(id(3), inbound(600, text("by phone again")), None);
    assert_eq!(ticket.customer, ada());
}

#[test]
fn a_late_message_moves_no_answer_back_to_a_number_that_was_given_up() {
    let mut ticket = ticket();
    ticket.receive(id(1), inbound(100, text("hello")), None);
    ticket.receive(id(2), notice(200), None);
    ticket.receive(id(3), inbound(150, text("still by the old number")), None);
    assert_eq!(ticket.customer, renamed());
    assert_eq!(ticket.session_expires_at(), Some(at(150 + 86_400)));

    ticket.close(at(300));
    let next = || Ticket::open_after(TicketId::from(Uuid::from_u128(4)), &ticket, &channel(), at(400));
    let (mut late, mut on_time) = (next(), next());
    late.receive(id(4), inbound(160, text("this, too")), None);
    on_time.receive(id(5), inbound(400, text("I have it back")), None);
    assert_eq!((late.customer, on_time.customer), (renamed(), ada()));
}

#[test]
fn what_opens_no_session_and_what_meta_closed_tell_where_the_customer_is_all_the_same() {
    let hidden = Identity::Bsuid("US.1".into());
    let from_hidden =
        |second, content| InboundMessage { sender: Sender::new(hidden.clone(), None), ..inbound(second, content) };
    let mut reacted = ticket();
    reacted.receive(id(1), inbound(100, text("hello")), None);
    reacted.receive(id(2), from_hidden(200, reaction()), None);
    let mut refused = ticket();
    refused.receive(id(1), from_hidden(100, text("hello")), None);
    refused.session_closed_by_meta(at(110));
    for (mut ticket, late) in [(reacted, 150), (refused, 50)] {
        ticket.receive(id(3), inbound(late, text("earlier, but late")), None);
        assert_eq!(ticket.customer, hidden);
    }
}

#[test]
fn a_ticket_that_does_not_say_when_it_heard_of_the_customer_goes_by_its_session() {
    let mut written = ticket();
    written.receive(id(1), inbound(500, text("hello")), None);
    let mut stored = serde_json::to_value(&written).expect("JSON");
    assert!(stored.as_object_mut().is_some_and(|fields| fields.remove("customer_at").is_some()), "{stored}");
    let mut earlier: Ticket = serde_json::from_value(stored).expect("a ticket");
    let from_elsewhere =
        |second| InboundMessage { sender: Sender::new(renamed(), None), ..inbound(second, text("from elsewhere")) };
    earlier.receive(id(2), from_elsewhere(400), None);
    assert_eq!(earlier.customer, ada());
    earlier.receive(id(3), from_elsewhere(600), None);
    assert_eq!(earlier.customer, renamed());
}

#[test]
fn a_reaction_counts_as_unread_and_opens_no_session() {
    let mut ticket = ticket();
    ticket.receive(id(1), inbound(100, reaction()), None);
    assert_eq!((ticket.unread_count, ticket.session), (1, None));
}

#[test]
fn a_notice_is_no_work_and_tells_where_answers_go_from_now_on() {
    let mut ticket = ticket();
    ticket.receive(id(1), inbound(100, text("hello")), None);
    ticket.receive(id(2), notice(200), None);
    assert_eq!((ticket.unread_count, ticket.session_expires_at()), (1, Some(at(100 + 86_400))));
    assert_eq!(ticket.customer, renamed());
    assert_eq!(ticket.last_message.as_ref().map(|last| last.id), Some(id(1)));
    ticket.close(at(300));
    let hour = Some(SignedDuration::from_hours(1));
    assert_eq!(placement(Some(&ticket), &notice(301), hour), Placement::Extend);
    assert_eq!(placement(None, &notice(301), hour), Placement::Nowhere);
}

#[test]
fn a_reply_in_the_last_second_is_taken_and_one_later_is_refused() {
    let mut ticket = ticket();
    ticket.receive(id(1), inbound(0, text("hello")), None);
    let session = ticket.session;
    assert!(ticket.reply(reply(2, "usr_ben"), session, at(86_399)).is_ok());
    let refused = ticket.reply(reply(3, "usr_ben"), session, at(86_400));
    assert_eq!(refused.expect_err("over"), ReplyRefused::SessionClosed { expired_at: Some(at(86_400)) });
}

#[test]
fn a_reply_that_waited_for_the_answer_leaves_it_unread() {
    let mut ticket = ticket();
    ticket.receive(id(1), inbound(0, text("yes, please")), None);
    let session = ticket.session;
    let sent = ticket.follow_up(reply(2, "usr_ben"), session, at(1)).expect("the session is open");
    assert_eq!((ticket.unread_count, ticket.last_message.map(|last| last.id)), (1, Some(sent.id)));
}

#[test]
fn a_reply_assigns_the_replier_only_if_nobody_owns_the_ticket() {
    let mut ticket = ticket();
    ticket.receive(id(1), inbound(0, text("hello")), None);
    let session = ticket.session;
    ticket.reply(reply(2, "usr_ben"), session, at(1)).expect("the session is open");
    ticket.reply(reply(3, "usr_cleo"), session, at(2)).expect("the session is open");
    assert_eq!(ticket.owner_id.map(String::from), Some("usr_ben".to_owned()));
    assert_eq!(ticket.unread_count, 0);
}

#[test]
fn a_reply_stands_below_what_was_there_when_it_was_accepted_whatever_the_clocks_say() {
    let mut ticket = ticket();
    let question = ticket.receive(id(1), inbound(100, text("from a clock ahead of ours")), None);
    let session = ticket.session;
    let first = ticket.reply(reply(2, "usr_ben"), session, at(99)).expect("the session is open");
    let second = ticket.reply(reply(3, "usr_cleo"), session, at(98)).expect("the session is open");
    assert!(question.position < first.position && first.position < second.position);
    assert_eq!(second.sent_at, at(98));
}

#[test]
fn a_reply_to_somebody_who_never_wrote_is_refused() {
    let refused = ticket().reply(reply(2, "usr_ben"), None, at(600));
    assert_eq!(refused.expect_err("no session"), ReplyRefused::SessionClosed { expired_at: None });
}

#[test]
fn a_template_needs_no_session_and_reopens_the_ticket_so_that_the_answer_comes_into_its_thread() {
    let mut ticket = ticket();
    ticket.close(at(100));
    let content = Content::Template(TemplateMessage {
        name: "parcel".into(),
        language: "en".into(),
        category: Category::Utility,
        header: Some(MessageHeader::Text { text: "Parcel A-17".into() }),
        body: "It is on its way.".into(),
        footer: None,
        buttons: Vec::new(),
        parameters: Vec::new(),
    });
    let sent = ticket.reply(Reply { content, ..reply(2, "usr_ben") }, None, at(600)).expect("a template goes always");
    assert!(ticket.is_open());
    assert_eq!(sent.content.kind(), "template");
    let shown = ticket.last_message.clone().and_then(|last| last.text);
    assert_eq!(shown.as_deref(), Some("Parcel A-17\n\nIt is on its way."));
    assert_eq!(placement(Some(&ticket), &inbound(700, text("thanks")), None), Placement::Extend);
    let refused = ticket.reply(reply(3, "usr_ben"), ticket.session, at(601));
    assert_eq!(refused.expect_err("it opens none"), ReplyRefused::SessionClosed { expired_at: None });
}

#[test]
fn a_message_on_a_closed_ticket_makes_a_new_one_unless_the_tenant_reopens() {
    let mut ticket = ticket();
    let hour = Some(SignedDuration::from_hours(1));
    let written = |second| inbound(second, text("hello"));
    assert_eq!(placement(Some(&ticket), &written(10), None), Placement::Extend);
    ticket.close(at(100));
    assert_eq!(placement(Some(&ticket), &written(101), None), Placement::New);
    assert_eq!(placement(Some(&ticket), &written(3_699), hour), Placement::Reopen);
    assert_eq!(placement(Some(&ticket), &written(3_700), hour), Placement::New);
    assert_eq!(placement(None, &written(0), hour), Placement::New);
}
