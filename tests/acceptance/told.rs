//! What admins have to hear of is told to them once, with what to do about it (F7, F23, F45).

use acceptance::World;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::fresh_world;

/// What an admin of the first tenant is told this month and, if that is another, was told three weeks ago; the latest first.
pub(crate) async fn notices(world: &World) -> Vec<Value> {
    let now = world.clock().now().await;
    let month = |at: Timestamp| at.strftime("%Y-%m").to_string();
    let mut months = vec![month(now), month(now - SignedDuration::from_hours(21 * 24))];
    months.dedup();
    let mut all = Vec::new();
    for month in months {
        all.extend(world.caller(0, "admin").pages(&format!("/v1/notices?month={month}")).await);
    }
    all
}

/// Their kinds, the earliest first.
pub(crate) async fn kinds(world: &World) -> Vec<String> {
    let notices = notices(world).await;
    notices.iter().rev().map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_number_that_cannot_send_is_told_of_once_with_what_to_do_and_again_when_it_can() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let channel = world.tenant(0).channel(0);
    let edge = format!("{}/messages", channel.phone_number_id);
    world.fault_at(&edge, 2, json!({ "status": 400, "code": 131_042 })).await;
    for text in ["one", "two"] {
        world.agent().replies_to(&thread, text).await.expecting(202);
    }
    world.settles().await;
    for _ in 0..4 {
        world.clock().advance("PT16M").await;
    }

    assert_eq!(kinds(&world).await, ["number_needs_repair", "number_repaired"]);
    for notice in notices(&world).await {
        assert_eq!(notice["channel_id"], channel.id, "{notice}");
        for words in ["text", "advice"] {
            assert!(notice[words].as_str().is_some_and(|words| words.ends_with('.')), "{notice}");
        }
    }
}

#[tokio::test]
async fn a_threshold_of_the_allowance_is_told_of_once_a_period() {
    let world = fresh_world().await;
    let path = format!("/v1/tenants/{}", world.tenant(0).id);
    let mut whole = world.operator().get(&path).await.expecting(200).body;
    whole["allowance"] = json!(4);
    world.operator().calls(Method::PUT, &path, Some(whole)).await.expecting(200);
    let begin = async |name: &str| {
        let ada = world.customer(name);
        let template = json!({ "name": "order_update", "language": "en_US", "variables": { "1": "Ada", "2": "A-17", "buttons.0": "A-17" } });
        let body = json!({ "channel_id": ada.channel.id, "to": format!("+{}", ada.number), "template": template });
        world.agent().post("/v1/conversations", body).await
    };

    for name in ["Ada", "Ben"] {
        begin(name).await.expecting(202);
    }
    assert!(kinds(&world).await.is_empty());
    for name in ["Cleo", "Dan"] {
        begin(name).await.expecting(202);
    }
    begin("Eve").await.expecting(409);
    world.settles().await;

    let notices = notices(&world).await;
    let texts: Vec<_> = notices.iter().map(|notice| notice["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["The month's allowance is used up.", "75 % of the month's allowance are used."]);
    assert!(notices.iter().all(|notice| notice["kind"] == "allowance_reached" && notice["channel_id"].is_null()));
}

#[tokio::test]
async fn a_gap_is_told_of_on_the_day_it_is_found_and_never_again() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    for name in ["Ada", "Ben"] {
        let thread = world.customer(name).writes("hello").await;
        world.fault(name, 1, json!("drop_before")).await;
        world.agent().replies_to(&thread, "did you get this?").await.expecting(202);
    }
    for _ in 0..6 {
        world.clock().advance("PT12H30M").await;
    }

    assert_eq!(world.caller(0, "admin").get("/v1/gaps").await.expecting(200).data().len(), 2);
    let [notice] = &notices(&world).await[..] else { panic!("told once") };
    assert_eq!(notice["kind"], "gaps_found");
    assert_eq!(notice["text"], "2 things should have happened by now and have not.");
}

#[tokio::test]
async fn what_one_tenant_has_to_hear_no_other_does_and_agents_do_not() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let edge = format!("{}/messages", world.tenant(0).channel(0).phone_number_id);
    world.fault_at(&edge, 1, json!({ "status": 401, "code": 190 })).await;
    world.agent().replies_to(&thread, "one").await.expecting(202);
    world.settles().await;

    assert_eq!(kinds(&world).await, ["number_needs_reconnecting"]);
    assert!(world.caller(1, "admin").get("/v1/notices").await.expecting(200).data().is_empty());
    for role in ["agent", "supervisor"] {
        assert_eq!(world.caller(0, role).get("/v1/notices").await.code(), "role_required", "{role}");
    }
}
