//! What is said in a session counts by the rule of the time when the customer began it (F21).

#![expect(clippy::unwrap_used, reason = "this is all tests")]

#[path = "../../storage/tests/table/account.rs"]
mod account;

use account::{TABLE, account};
use domain::allowance::{ChargeState, LedgerEntry, Qualifying, Reason};
use domain::{
    BusinessNumber, Channel, Content, Identity, InboundMessage, Provenance, Sender, Tenant, ThreadId, UserId, Wamid,
};
use helpdesk::{Accepting, Destination, Funds, NewReply, Receipt, Receiving, Said, Saying};
use jiff::Timestamp;
use queues::Queue;
use storage::directory::Route;
use storage::{Objects, Tenancy};
use uuid::Uuid;

/// A tenant in Auckland with one number, whose customer writes and whose agent answers.
struct World {
    route: Route,
    objects: Objects,
    queue: Queue,
}

impl World {
    async fn start(allowance: u32) -> Self {
        let config = account().await;
        let tenancy = storage::Table::new(&config, TABLE.into()).of(Uuid::from_u128(1).into());
        let tenant = tenant(&tenancy, allowance);
        assert!(tenancy.create_tenant(&tenant, &tenant.period(at("2024-10-30T12:00:00Z"))).await.unwrap());
        let number = BusinessNumber {
            waba_id: "W".into(),
            phone_number_id: "N".into(),
            display_phone_number: "+1 202 555 0101".into(),
        };
        let channel = Channel::connect(tenant.id, number, at("2024-01-01T00:00:00Z"));
        let queue = Queue::new(&config, "http://127.0.0.1:1/nobody-listens");
        Self { route: Route { tenancy, channel }, objects: Objects::new(&config, "bucket".into()), queue }
    }

    /// The customer writes, and it comes at once; the thread it is in.
    async fn customer_writes(&self, now: &str) -> ThreadId {
        let Self { route, objects, queue } = self;
        let now = at(now);
        let inbound = InboundMessage {
            wamid: Wamid::try_from(format!("wamid.{}", now.as_second())).unwrap(),
            sent_at: now,
            sender: Sender::new(Identity::Phone("12025550142".into()), None),
            content: Content::Text { text: "hello".into() },
            quotes: None,
            target: None,
            provenance: Provenance::default(),
        };
        let seal = |_, _| -> helpdesk::Sealing<'_> { Box::pin(async { Err("nothing is to be hidden".into()) }) };
        let receiving = Receiving { route, objects, media: queue, outbound: queue, seal: &seal, now, trace_id: None };
        let receipts = helpdesk::receive(receiving, vec![inbound]).await.unwrap();
        let [Receipt::Stored(id)] = receipts[..] else { panic!("{receipts:?}") };
        route.tenancy.message(id).await.unwrap().unwrap().thread_id
    }

    async fn agent_answers(&self, thread: ThreadId, now: &str) {
        self.answers_from(Funds::Allowance, thread, now).await;
    }

    async fn answers_from(&self, funds: Funds, thread: ThreadId, now: &str) {
        let Self { route, objects, queue } = self;
        let said = Said { text: Some("here we are".into()), ..Said::default() };
        let reply = NewReply {
            destination: Destination::Thread(thread),
            author: UserId::try_from("usr_ben".to_owned()).unwrap(),
            saying: Saying::Said(said),
            reply_to: None,
            idempotency: None,
            trace_id: None,
        };
        let with = Accepting { tenancy: &route.tenancy, objects, outbound: queue, now: at(now), funds };
        assert_eq!(Box::pin(helpdesk::accept(with, reply)).await.unwrap().len(), 1);
    }

    /// The lines of the period that a moment is in.
    async fn counted(&self, now: &str) -> Vec<(u64, Reason, ChargeState)> {
        let tenancy = &self.route.tenancy;
        let period = tenancy.tenant().await.unwrap().unwrap().period(at(now)).id;
        let taken = tenancy.counted(period).await.unwrap().usage.taken();
        let lines = tenancy.ledger(period, 100, None).await.unwrap().data;
        assert_eq!(lines.iter().map(LedgerEntry::counts).sum::<u64>(), taken);
        lines.into_iter().map(|line| (line.count, line.reason, line.state)).collect()
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn tenant(tenancy: &Tenancy, allowance: u32) -> Tenant {
    Tenant {
        id: tenancy.tenant_id(),
        name: "Acme".into(),
        time_zone: "Pacific/Auckland".into(),
        subscription_started_on: jiff::civil::date(2024, 1, 28),
        purchases: Vec::new(),
        qualifying: Qualifying::default(),
        allowance,
        unverified_limit: 50,
        reopen_within: None,
        resend_unconfirmed_after: None,
        session_reminder_before: None,
        moderation: domain::Moderation::default(),
        wish_words: domain::contact::wishes::WishWords::default(),
        consent_rule: domain::contact::wishes::ConsentRule::default(),
        version: 0,
    }
}

const ONCE: [(u64, Reason, ChargeState); 1] = [(1, Reason::SessionBeforeNovember2024, ChargeState::Reserved)];

#[tokio::test]
async fn a_session_begun_before_november_2024_counts_once_however_long_it_goes_on() {
    let world = World::start(1_000).await;
    // In Auckland it is 31 October until 11:00 UTC.
    let thread = world.customer_writes("2024-10-31T10:59:59Z").await;
    assert_eq!(world.counted("2024-10-31T11:00:00Z").await, [], "nobody has answered yet");
    for now in ["2024-10-31T10:59:59.5Z", "2024-10-31T12:00:00Z"] {
        world.agent_answers(thread, now).await;
    }
    world.customer_writes("2024-11-01T09:00:00Z").await;
    world.agent_answers(thread, "2024-11-01T12:00:00Z").await;

    assert_eq!(world.counted("2024-11-01T12:00:00Z").await, ONCE);
}

#[tokio::test]
async fn a_session_begun_since_counts_nothing() {
    let world = World::start(1_000).await;
    let thread = world.customer_writes("2024-10-30T08:00:00Z").await;
    world.agent_answers(thread, "2024-10-30T09:00:00Z").await;
    // A day later that session is over, and this one begins where it is November already.
    world.customer_writes("2024-10-31T11:00:00Z").await;
    world.agent_answers(thread, "2024-10-31T12:00:00Z").await;
    world.customer_writes("2026-11-10T12:00:00Z").await;
    world.agent_answers(thread, "2026-11-10T12:01:00Z").await;

    assert_eq!(world.counted("2024-10-31T12:00:00Z").await, ONCE);
    assert_eq!(world.counted("2026-11-10T12:01:00Z").await, []);
}

#[tokio::test]
async fn without_anything_left_what_is_said_in_a_session_goes_on_and_the_count_stays_at_its_limit() {
    let world = World::start(0).await;
    let thread = world.customer_writes("2024-10-30T08:00:00Z").await;
    world.agent_answers(thread, "2024-10-30T09:00:00Z").await;
    assert_eq!(world.counted("2024-10-30T09:00:00Z").await, []);
}

#[tokio::test]
async fn two_threads_of_a_conversation_that_are_answered_at_once_or_one_after_the_other_count_its_session_once() {
    let world = World::start(1_000).await;
    let days = ["05", "10", "15", "20"];
    for day in days {
        let first = world.customer_writes(&format!("2024-10-{day}T08:00:00Z")).await;
        let closed_at = at(&format!("2024-10-{day}T08:01:00Z"));
        helpdesk::close(&world.route.tenancy, first.ticket(), None, closed_at).await.unwrap();
        let second = world.customer_writes(&format!("2024-10-{day}T08:02:00Z")).await;
        assert_ne!(first, second);
        let answered_at = format!("2024-10-{day}T08:03:00Z");
        futures::join!(world.agent_answers(first, &answered_at), world.agent_answers(second, &answered_at));
        for thread in [first, second] {
            world.agent_answers(thread, &format!("2024-10-{day}T09:00:00Z")).await;
        }
    }

    assert_eq!(world.counted("2024-10-20T09:00:00Z").await, [ONCE[0]; 4]);
}

#[tokio::test]
async fn what_goes_to_many_goes_on_in_a_session_though_nothing_is_set_aside_for_it() {
    let world = World::start(1_000).await;
    let thread = world.customer_writes("2024-10-30T08:00:00Z").await;
    world.answers_from(Funds::SetAside(None), thread, "2024-10-30T09:00:00Z").await;
    assert_eq!(world.counted("2024-10-30T09:00:00Z").await, []);

    world.agent_answers(thread, "2024-10-30T10:00:00Z").await;
    world.answers_from(Funds::SetAside(None), thread, "2024-10-30T11:00:00Z").await;
    assert_eq!(world.counted("2024-10-30T11:00:00Z").await, ONCE);
}
