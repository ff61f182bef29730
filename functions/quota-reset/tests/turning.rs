//! The function against a table that keeps DynamoDB's conditions and indexes.

#![expect(clippy::unwrap_used, reason = "this is all tests")]

#[path = "../../../shared/storage/tests/table/account.rs"]
mod account;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use account::{TABLE, account};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Tenant, TenantId};
use helpdesk::Turned;
use jiff::Timestamp;
use jiff::civil::Date;
use quota_reset::QuotaReset;
use runtime::Clock;
use storage::Table;
use tokio::net::TcpListener;
use uuid::Uuid;

/// Enough for all that these tests ask of a run.
const AMPLE: Duration = Duration::from_secs(60);
/// So little that no further page is begun.
const LITTLE: Duration = Duration::from_secs(20);

/// A new, empty table with its due index, and the function over it with a clock that is set.
struct World {
    client: Client,
    table: Table,
    function: QuotaReset,
    now: Arc<Mutex<Timestamp>>,
}

impl World {
    async fn start(now: &str) -> Self {
        let account = account().await;
        let table = Table::new(&account, TABLE.into());
        let now = Arc::new(Mutex::new(now.parse().unwrap()));
        let shown = now.clone();
        let clock = Clock::from_fn(move || *shown.lock().unwrap());
        Self { client: Client::new(&account), function: QuotaReset::new(table.clone(), clock), table, now }
    }

    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn set(&self, now: &str) {
        *self.now.lock().unwrap() = now.parse().unwrap();
    }

    async fn has_tenant(&self, number: u128, time_zone: &str, started_on: &str) -> TenantId {
        let tenant = tenant(number, time_zone, started_on);
        assert!(self.table.of(tenant.id).create_tenant(&tenant, &tenant.period(self.now())).await.unwrap());
        tenant.id
    }

    async fn run(&self) -> Turned {
        self.function.handle(AMPLE).await.unwrap()
    }

    /// The period that a tenant was last seen in.
    async fn seen(&self, tenant: TenantId) -> String {
        self.table.of(tenant).seen_period().await.unwrap().unwrap().period.to_string()
    }
}

fn tenant(number: u128, time_zone: &str, started_on: &str) -> Tenant {
    Tenant {
        id: Uuid::from_u128(number).into(),
        name: "Acme".into(),
        time_zone: time_zone.into(),
        subscription_started_on: started_on.parse::<Date>().unwrap(),
        purchases: Vec::new(),
        qualifying: domain::allowance::Qualifying::default(),
        allowance: 1_000,
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

fn counts(turned: &Turned) -> (u64, u64) {
    (turned.tenants, turned.missed)
}

#[tokio::test]
async fn each_tenant_is_due_at_midnight_where_it_is() {
    let world = World::start("2026-11-20T00:00:00Z").await;
    let auckland = world.has_tenant(1, "Pacific/Auckland", "2025-10-28").await;
    let new_york = world.has_tenant(2, "America/New_York", "2025-10-28").await;

    world.set("2026-11-27T10:59:59Z");
    assert_eq!(counts(&world.run().await), (0, 0));
    world.set("2026-11-27T11:00:00Z");
    assert_eq!(counts(&world.run().await), (1, 0));
    assert_eq!((world.seen(auckland).await, world.seen(new_york).await), ("2026-11-28".into(), "2026-10-28".into()));
    world.set("2026-11-28T05:00:00Z");
    assert_eq!(counts(&world.run().await), (1, 0));
    assert_eq!(world.seen(new_york).await, "2026-11-28");
}

#[tokio::test]
async fn a_second_run_finds_nothing_and_two_at_once_see_each_tenant_once() {
    let world = World::start("2026-11-20T00:00:00Z").await;
    for number in 1..=150 {
        world.has_tenant(number, "UTC", "2026-01-31").await;
    }
    world.set("2026-12-01T00:00:00Z");

    let (one, other) = tokio::join!(world.run(), world.run());
    assert_eq!(one.tenants + other.tenants, 150);
    assert_eq!(counts(&world.run().await), (0, 0));
    assert_eq!(world.seen(Uuid::from_u128(77).into()).await, "2026-11-30");
}

#[tokio::test]
async fn after_months_without_a_run_one_catches_up_and_says_how_many_nobody_saw() {
    let world = World::start("2026-11-20T00:00:00Z").await;
    let tenant = world.has_tenant(1, "Europe/Berlin", "2026-01-31").await;

    world.set("2027-04-10T00:00:00Z");
    let turned = world.run().await;

    // The ends of November to March: the last is the one that is seen.
    assert_eq!(counts(&turned), (1, 4));
    assert_eq!(world.seen(tenant).await, "2027-03-31");
    assert!(turned.latest_ms > 130 * 24 * 60 * 60 * 1_000);
    assert_eq!(counts(&world.run().await), (0, 0));
    world.set("2027-04-29T22:00:00Z");
    assert_eq!(counts(&world.run().await), (1, 0));
    assert_eq!(world.seen(tenant).await, "2027-04-30");
}

#[tokio::test]
async fn a_backlog_larger_than_one_run_is_gone_on_with() {
    let world = World::start("2026-11-20T00:00:00Z").await;
    // All in one part of the index, more than two pages.
    for number in 1..=250 {
        world.has_tenant(number * 256, "UTC", "2026-01-01").await;
    }
    world.set("2026-12-01T00:00:00Z");

    let (mut runs, mut tenants) = (0, 0);
    loop {
        // A run still does a page of each part.
        let turned = world.function.handle(LITTLE).await.unwrap();
        (runs, tenants) = (runs + 1, tenants + turned.tenants);
        if !turned.more {
            break;
        }
    }
    assert_eq!((runs, tenants), (3, 250));
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_left_before_the_functions_time_is_over() {
    let world = World::start("2026-11-20T00:00:00Z").await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let account = account().await.into_builder().endpoint_url(url).build();
    let clock = Clock::from_fn(move || world.now());
    let function = QuotaReset::new(Table::new(&account, TABLE.into()), clock);
    let (time_left, began) = (Duration::from_millis(1_500), Instant::now());

    let turned = function.handle(time_left).await.unwrap();

    assert_eq!(turned, Turned { more: true, ..Turned::default() });
    assert!(began.elapsed() < time_left, "{:?}", began.elapsed());
}

#[tokio::test]
async fn every_shard_has_its_turn() {
    let world = World::start("2026-11-20T00:00:00Z").await;
    for number in 0..16 {
        world.has_tenant(number, "UTC", "2026-01-01").await;
    }
    world.set("2026-12-01T00:00:00Z");
    let turned = world.run().await;
    assert_eq!((turned.tenants, turned.more), (16, false));
}

#[tokio::test]
async fn another_anniversary_or_zone_moves_the_mark_and_anything_else_leaves_it() {
    let world = World::start("2026-11-20T00:00:00Z").await;
    let id = world.has_tenant(1, "UTC", "2026-01-28").await;
    let tenancy = world.table.of(id);
    world.set("2026-11-29T00:00:00Z");
    let read = tenancy.tenant().await.unwrap().unwrap();

    // The period is over and nobody has seen it: a new name does not hide that.
    let mut renamed = Tenant { name: "Acme Ltd".into(), ..read.clone() };
    tenancy.replace_tenant(&mut renamed, &read, &read.period(world.now())).await.unwrap();
    assert_eq!((world.seen(id).await, counts(&world.run().await)), ("2026-10-28".into(), (1, 0)));

    let mut moved = Tenant { subscription_started_on: "2026-01-10".parse().unwrap(), ..renamed.clone() };
    let period = moved.period(world.now());
    tenancy.replace_tenant(&mut moved, &renamed, &period).await.unwrap();
    assert_eq!(world.seen(id).await, "2026-11-10");
    world.set("2026-12-10T00:00:00Z");
    assert_eq!(counts(&world.run().await), (1, 0));
    assert_eq!(world.seen(id).await, "2026-12-10");
}

#[tokio::test]
async fn a_tenant_that_nobody_can_read_is_told_and_holds_up_no_other() {
    let world = World::start("2026-11-20T00:00:00Z").await;
    for number in 1..=3 {
        world.has_tenant(number * 8, "UTC", "2026-01-01").await;
    }
    let text = |text: String| AttributeValue::S(text);
    let key = [("pk", text(format!("T#{}", TenantId::from(Uuid::from_u128(8))))), ("sk", text("TENANT".into()))];
    let item = key.map(|(name, value)| (name.to_owned(), value)).into();
    world.client.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();

    world.set("2026-12-01T00:00:00Z");
    let turned = world.run().await;
    assert_eq!((turned.tenants, turned.unreadable), (2, 1));
    assert_eq!(world.run().await.unreadable, 1);
}
