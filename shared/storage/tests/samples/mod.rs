//! One of each kind of item.

use std::collections::BTreeMap;

use domain::allowance::{Period, Qualifying, zone};
use domain::campaign::{Campaign, CampaignTemplate, Recipient, Slice};
use domain::contact::wishes::{ConsentRule, WishWords};
use domain::delivery::Delivery;
use domain::message::Direction;
use domain::{
    BusinessNumber, Channel, ChannelId, Contact, ContactId, Content, Identity, Message, Moderation, Position, Tenant,
    TenantId, ThreadId, Ticket, TicketId, UserId,
};
use jiff::Timestamp;
use storage::{CommitError, Tenancy, Transaction};
use uuid::Uuid;

use crate::table::now;

pub(crate) const TENANT: u128 = 1;
pub(crate) const WABA: &str = "700000000000001";

pub(crate) fn tenant_id(number: u128) -> TenantId {
    Uuid::from_u128(number).into()
}

pub(crate) fn contact_id(number: u128) -> ContactId {
    Uuid::from_u128(number).into()
}

pub(crate) fn ticket_id(number: u128) -> TicketId {
    Uuid::from_u128(number).into()
}

pub(crate) fn ben() -> UserId {
    UserId::try_from("usr_ben".to_owned()).unwrap()
}

pub(crate) fn tenant() -> Tenant {
    Tenant {
        id: tenant_id(TENANT),
        name: "Acme".into(),
        time_zone: "UTC".into(),
        subscription_started_on: "2026-01-28".parse().unwrap(),
        purchases: Vec::new(),
        qualifying: Qualifying::default(),
        allowance: 1_000,
        unverified_limit: 50,
        reopen_within: None,
        resend_unconfirmed_after: None,
        moderation: Moderation::default(),
        wish_words: WishWords::default(),
        consent_rule: ConsentRule::default(),
        session_reminder_before: None,
        version: 0,
    }
}

/// The tenant's month that a moment is in.
pub(crate) fn period(at: Timestamp) -> Period {
    Period::at(28, &zone("UTC"), at)
}

/// A number of a tenant's, in the one account.
pub(crate) fn channel(tenant: u128) -> Channel {
    let number = BusinessNumber {
        waba_id: WABA.into(),
        phone_number_id: "106540352242922".into(),
        display_phone_number: "+1 555 010 0000".into(),
    };
    Channel::connect(tenant_id(tenant), number, now())
}

pub(crate) fn channel_id() -> ChannelId {
    channel(TENANT).id
}

pub(crate) fn contact(number: u128) -> Contact {
    Contact::new(contact_id(number), now())
}

pub(crate) fn phone() -> Identity {
    Identity::Phone("15550100001".into())
}

pub(crate) fn ticket(number: u128) -> Ticket {
    Ticket::open(ticket_id(number), &channel(TENANT), contact_id(7), phone(), now())
}

/// A message of ours, in the thread of the first ticket.
pub(crate) fn message(number: u128) -> Message {
    let direction = Direction::Outgoing { to: phone(), author: ben(), delivery: Delivery::queued(now()) };
    Message {
        id: Uuid::from_u128(number).into(),
        thread_id: ThreadId::of(ticket_id(1)),
        channel_id: channel_id(),
        contact_id: contact_id(7),
        position: Position::new(now(), u64::try_from(number).unwrap()),
        sent_at: now(),
        content: Content::Text { text: "your parcel is here".into() },
        reply_to: None,
        wamid: None,
        trace_id: None,
        direction,
        version: 0,
    }
}

pub(crate) fn campaign() -> Campaign {
    let template = CampaignTemplate {
        name: "parcel_shipped".into(),
        language: "en".into(),
        category: None,
        variables: BTreeMap::new(),
        header: None,
    };
    Campaign::new(Uuid::from_u128(9).into(), channel_id(), template, 1, ben(), now())
}

pub(crate) fn slice() -> Slice {
    Slice::of(vec![Recipient { contact_id: contact_id(7), variables: BTreeMap::new(), outcome: None }])
}

pub(crate) fn is_conflict<T>(result: &Result<T, CommitError>) -> bool {
    matches!(result, Err(CommitError::Conflict))
}

/// Of two who have read the same, one writes it.
pub(crate) async fn one_of_two<T: Clone>(read: &T, save: impl AsyncFn(&mut T) -> Result<(), CommitError>) {
    let (mut one, mut other) = (read.clone(), read.clone());
    save(&mut one).await.unwrap();
    assert!(is_conflict(&save(&mut other).await));
}

/// What is made by `create` is made once.
pub(crate) async fn once(tenancy: &Tenancy, create: impl Fn(&mut Transaction)) {
    let made = async || {
        let mut transaction = tenancy.transaction();
        create(&mut transaction);
        transaction.commit().await
    };
    made().await.unwrap();
    assert!(is_conflict(&made().await));
}

/// Makes these writes.
pub(crate) async fn write(tenancy: &Tenancy, writes: impl FnOnce(&mut Transaction)) -> Result<(), CommitError> {
    let mut transaction = tenancy.transaction();
    writes(&mut transaction);
    transaction.commit().await
}
