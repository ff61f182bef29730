//! What a month's allowance says.

use acceptance::World;
use acceptance::roles::TEMPLATE;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{fresh_world, shared_world, world_from};

fn at(value: &Value) -> Timestamp {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no time: {value}"))
}

#[tokio::test]
async fn an_agent_sees_what_is_left_of_the_month_and_when_it_begins_anew() {
    let world = shared_world().await;
    let now = world.clock().now().await;

    // Globex pays since 15 March, and is in London.
    let usage = world.agent_of(1).get("/v1/usage").await.expecting(200).body;

    let counts = ["limit", "used", "reserved", "remaining", "forecast"].map(|name| usage[name].as_u64().unwrap());
    assert_eq!(counts, [1_000, 0, 0, 1_000, 0]);
    assert_eq!(usage["warnings"], json!([]));
    let (begun, ends) = (at(&usage["period_start"]), at(&usage["resets_at"]));
    assert!(begun <= now && now < ends, "{usage}");
    let london = jiff::tz::TimeZone::get("Europe/London").unwrap();
    for moment in [begun, ends] {
        let local = london.to_datetime(moment);
        assert_eq!((local.day(), local.time()), (15, jiff::civil::Time::midnight()), "{usage}");
    }
    assert_eq!(usage["period"], json!(london.to_datetime(begun).date().to_string()));
}

#[tokio::test]
async fn what_is_said_in_a_session_counts_nothing() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    for text in ["here we are", "how can we help?"] {
        world.agent().replies_to(&thread, text).await.expecting(202);
    }
    world.settles().await;

    let usage = world.agent().get("/v1/usage").await.expecting(200).body;
    assert_eq!((&usage["used"], &usage["reserved"]), (&json!(0), &json!(0)));
    assert!(world.agent().get("/v1/usage/ledger").await.expecting(200).data().is_empty());
}

#[tokio::test]
async fn a_ledger_is_asked_for_by_its_period_and_another_spelling_is_refused() {
    let world = shared_world().await;
    let agent = world.agent();
    assert!(agent.get("/v1/usage/ledger?period=2026-01-31").await.expecting(200).data().is_empty());
    for period in ["2026-01", "january", "20260131"] {
        let refused = agent.get(&format!("/v1/usage/ledger?period={period}")).await;
        assert_eq!((refused.status, refused.code()), (400, "query_invalid"), "{period}");
    }
    let refused = agent.get("/v1/usage/ledger?cursor=t1.abc").await;
    assert_eq!((refused.status, refused.code()), (400, "cursor_invalid"));
}

#[tokio::test]
async fn the_earliest_purchase_that_qualifies_says_when_the_month_begins() {
    let world = shared_world().await;
    let operator = world.operator();
    let path = format!("/v1/tenants/ten_{}", uuid::Uuid::new_v4().simple());
    let with = async |purchases: Value, more: Value| {
        let mut tenant = json!({"name": "Initech", "time_zone": "America/Chicago", "purchases": purchases});
        tenant.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        operator.calls(Method::PUT, &path, Some(tenant)).await
    };
    let october = json!({"product": "Service Hub", "tier": "Professional", "purchased_on": "2025-10-28"});
    let others = json!([
        {"product": "sales_hub", "tier": "enterprise", "purchased_on": "2024-03-01"},
        {"product": "marketing_hub", "tier": "starter", "purchased_on": "2025-01-15"},
        october,
        {"product": "marketing_hub", "tier": "enterprise", "purchased_on": "2026-02-03"},
        {"product": "service_hub", "tier": "professional", "purchased_on": "2026-10-30"},
    ]);

    let tenant = with(others.clone(), json!({})).await.expecting(201).body;
    assert_eq!(tenant["subscription_started_on"], "2025-10-28");
    assert_eq!(
        tenant["purchases"][2],
        json!({"product": "service_hub", "tier": "professional", "purchased_on": "2025-10-28"})
    );
    assert_eq!(tenant["qualifying_subscriptions"].as_array().unwrap().len(), 4);

    // Whatever the request says besides.
    let again = with(json!([october]), json!({"subscription_started_on": "2026-01-01"})).await.expecting(200).body;
    assert_eq!(again["subscription_started_on"], "2025-10-28");

    let sales = json!({"qualifying_subscriptions": [{"product": "sales hub", "tier": "enterprise"}]});
    let moved = with(others, sales.clone()).await.expecting(200).body;
    assert_eq!(moved["subscription_started_on"], "2024-03-01");

    let refused = with(json!([october]), sales).await;
    assert_eq!((refused.status, refused.code()), (422, "no_qualifying_purchase"), "{refused:?}");
}

/// The project's template with a reset that only runs when somebody asks for it.
fn with_the_reset_stopped() -> String {
    TEMPLATE.replace("Schedule: rate(5 minutes)", "Schedule: rate(3650 days)")
}

async fn resets(world: &World) -> Value {
    world.runs_schedule("quota-reset").await
}

/// The usage without what moves with the clock by itself.
async fn usage(world: &World) -> Value {
    let mut usage = world.agent().get("/v1/usage").await.expecting(200).body;
    usage.as_object_mut().unwrap().remove("forecast");
    usage
}

#[tokio::test]
async fn a_new_month_begins_by_the_clock_whether_anybody_looks_late_twice_or_never() {
    assert_ne!(with_the_reset_stopped(), TEMPLATE);
    let world = world_from(&with_the_reset_stopped()).await;
    // What passed while the world was set up.
    resets(&world).await;
    let before = usage(&world).await;
    let others = world.agent_of(1).get("/v1/usage").await.expecting(200).body;
    let resets_at = at(&before["resets_at"]);
    world.clock().set(resets_at).await;

    // Nobody looked, somebody did late, two did at once.
    let unseen = usage(&world).await;
    assert_eq!(unseen["period_start"], before["resets_at"]);
    let first = resets(&world).await;
    let over = 1 + u64::from(at(&others["resets_at"]) <= resets_at);
    assert_eq!((&first["tenants"], &first["missed_periods"]), (&json!(over), &json!(0)), "{first}");
    let seen = usage(&world).await;
    let (one, other) = tokio::join!(resets(&world), resets(&world));
    assert_eq!((&one["tenants"], &other["tenants"]), (&json!(0), &json!(0)));
    assert_eq!([&seen, &usage(&world).await], [&unseen, &unseen]);

    // Not for months: both tenants have gone through several.
    world.clock().advance("P150D").await;
    let months_later = usage(&world).await;
    let caught_up = resets(&world).await;
    assert_eq!(caught_up["tenants"], json!(2), "{caught_up}");
    assert!(caught_up["missed_periods"].as_u64().unwrap() >= 6, "{caught_up}");
    assert_eq!(usage(&world).await, months_later);
    assert_eq!(resets(&world).await["tenants"], json!(0));
}

#[tokio::test]
async fn the_reset_runs_by_itself_and_counts_what_it_saw() {
    let world = fresh_world().await;
    let resets_at = at(&usage(&world).await["resets_at"]);
    world.clock().set(resets_at).await;
    world.clock().advance("PT6M").await;

    assert_eq!(resets(&world).await["tenants"], json!(0));
    let log = std::fs::read_to_string(world.data().join("logs/quota-reset.log")).unwrap();
    assert!(log.contains("\"ResetTenants\":"), "{log}");
}
