//! Numbers are connected and disconnected, and their tokens stay secret.

use std::fs;

use acceptance::{Number, World, payload};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{counted_world, fresh_world, shared_world};

/// A number that the first seeded tenant has connected, and the id of its channel.
pub(crate) async fn connected(world: &World) -> (Number, String) {
    let number = world.number_at_meta().await;
    let channel = world.connects(&number, &world.tenant(0).id).await.expecting(201);
    (number, channel.id().to_owned())
}

#[tokio::test]
async fn an_operator_sets_a_tenant_up_and_connects_a_number_and_customers_are_heard_and_answered() {
    let world = shared_world().await;
    let (tenant, number) = (world.new_tenant().await, world.number_at_meta().await);

    let channel = world.connects(&number, &tenant).await.expecting(201);

    assert_eq!((&channel.body["status"], &channel.body["disconnected_at"]), (&json!("connected"), &Value::Null));
    assert_eq!(channel.body["display_phone_number"], number.display_phone_number);
    let ada = world.customer("Ada").writing_to_number(&number, channel.id());
    ada.sends(json!({ "type": "text", "text": { "body": "hello" } })).await;
    world.settles().await;
    let agent = world.caller_of(&tenant, "agent");
    let thread = agent.threads_of(&ada).await.remove(0);
    agent.replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    assert_eq!(ada.phone().shows().await, ["hello", "here we are"]);
}

#[tokio::test]
async fn tenants_and_connections_are_not_for_others() {
    let world = shared_world().await;
    let number = world.number_at_meta().await;
    let tenant = world.tenant(0).id;
    for role in ["admin", "supervisor", "agent"] {
        let caller = world.caller(0, role);
        let connection = caller.post("/v1/channels", number.connection_to(&tenant)).await;
        assert_eq!((connection.status, connection.code()), (403, "role_required"), "{role}");
        let shown = caller.get(&format!("/v1/tenants/{tenant}")).await;
        assert_eq!((shown.status, shown.code()), (403, "role_required"), "{role}");
    }
    for role in ["supervisor", "agent"] {
        let list = world.caller(0, role).get("/v1/channels").await;
        assert_eq!((list.status, list.code()), (403, "role_required"), "{role}");
    }
    let tickets = world.operator().get("/v1/tickets").await;
    assert_eq!((tickets.status, tickets.code()), (403, "claim_invalid"));
}

#[tokio::test]
async fn a_tenant_is_replaced_whole_and_only_as_it_was_seen() {
    let world = shared_world().await;
    let path = format!("/v1/tenants/{}", world.new_tenant().await);
    let replacement = json!({
        "name": " Initech GmbH ", "time_zone": "europe/berlin", "subscription_started_on": "2026-02-28",
        "allowance": 5, "reopen_within": "PT48H",
    });
    let put = async |seen: &str| {
        let answer = world.operator().tries(Method::PUT, &path, Some(replacement.clone()), &[("if-match", seen)]).await;
        answer.unwrap()
    };

    let first = world.operator().get(&path).await.expecting(200);
    assert_eq!((&first.body["allowance"], &first.body["reopen_within"]), (&json!(1000), &Value::Null));
    assert_eq!(put("\"v7\"").await.status, 412);
    put("\"v0\"").await.expecting(200);
    assert_eq!(put("\"v0\"").await.status, 412);

    let mut shown = world.operator().get(&path).await.expecting(200).body;
    shown.as_object_mut().unwrap().remove("id");
    let qualifying = json!([
        {"product": "marketing_hub", "tier": "professional"}, {"product": "marketing_hub", "tier": "enterprise"},
        {"product": "service_hub", "tier": "professional"}, {"product": "service_hub", "tier": "enterprise"},
    ]);
    let expected = json!({
        "name": "Initech GmbH", "time_zone": "Europe/Berlin", "subscription_started_on": "2026-02-28",
        "purchases": [], "qualifying_subscriptions": qualifying, "allowance": 5, "unverified_limit": 50, "reopen_within": "P2D",
    });
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn what_meta_refuses_is_told_with_what_to_do_and_nothing_is_stored() {
    let world = fresh_world().await;
    let (number, tenant) = (world.number_at_meta().await, world.tenant(0).id);
    let stranger = world.number_at_meta().await;
    let connects = async |number: &Number| world.connects(number, &tenant).await;

    let wrong_token = Number { access_token: "EAAG-of-nobody".into(), ..number.clone() };
    let of_another_account = Number { access_token: stranger.access_token.clone(), ..number.clone() };
    let not_in_account = Number { phone_number_id: stranger.phone_number_id.clone(), ..number.clone() };
    for (wrong, code) in [
        (&wrong_token, "token_refused"),
        (&of_another_account, "account_not_reached"),
        (&not_in_account, "number_not_in_account"),
    ] {
        let answer = connects(wrong).await;
        assert_eq!((answer.status, answer.code()), (422, code), "{answer:?}");
        assert!(!answer.text.contains("EAAG"), "{answer:?}");
    }
    for (edge, then, status, code) in [
        ("phone_numbers", json!({ "status": 403, "code": 200 }), 422, "account_not_reached"),
        ("phone_numbers", json!({ "status": 400, "code": 4 }), 503, "busy"),
        ("phone_numbers", json!("drop_before"), 503, "busy"),
        ("subscribed_apps", json!({ "status": 403, "code": 368 }), 422, "meta_refused"),
        ("subscribed_apps", json!("drop_after"), 503, "busy"),
    ] {
        world.fault_at(edge, 1, then).await;
        let answer = connects(&number).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{answer:?}");
    }
    let nobody = world.connects(&number, "ten_00000000000000000000000000000000").await;
    assert_eq!((nobody.status, nobody.code()), (422, "no_such_tenant"));

    let channels = world.caller(0, "admin").get("/v1/channels").await.expecting(200);
    assert_eq!(channels.body["data"].as_array().unwrap().len(), 2);
    connects(&number).await.expecting(201);
}

#[tokio::test]
async fn a_number_and_its_account_belong_to_one_tenant_until_it_lets_them_go() {
    let world = shared_world().await;
    let (number, channel) = connected(&world).await;
    let sibling = world.number_in_account(&number.waba_id).await;
    let other = world.new_tenant().await;

    let taken = world.connects(&number, &other).await;
    let account_taken = world.connects(&sibling, &other).await;
    assert_eq!((taken.status, taken.code()), (409, "number_connected"));
    assert_eq!((account_taken.status, account_taken.code()), (409, "account_connected"));

    world.caller(0, "admin").calls(Method::DELETE, &format!("/v1/channels/{channel}"), None).await.expecting(200);
    let moved = world.connects(&number, &other).await.expecting(201);
    assert_ne!(moved.id(), channel);
    let back = world.connects(&number, &world.tenant(0).id).await;
    assert_eq!((back.status, back.code()), (409, "number_connected"));
}

#[tokio::test]
async fn connecting_again_renews_the_token_and_changes_nothing_else() {
    let world = shared_world().await;
    let (number, channel) = connected(&world).await;
    let ada = world.customer("Ada").writing_to_number(&number, &channel);
    let thread = ada.writes("hello").await;
    let before = world.caller(0, "admin").get(&format!("/v1/channels/{channel}")).await.expecting(200).body;
    let renewed = Number { access_token: "EAAG-renewed".into(), ..number };
    world.meta_knows(&renewed).await;

    let mut again = world.connects(&renewed, &world.tenant(0).id).await.expecting(200).body;

    let synced = again.as_object_mut().unwrap().remove("template_sync").unwrap();
    assert_eq!((again, synced["complete"].as_bool()), (before, Some(true)));
    world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    assert_eq!(ada.phone().shows().await, ["hello", "here we are"]);
}

#[tokio::test]
async fn a_disconnected_number_is_as_one_that_nobody_connected() {
    let world = fresh_world().await;
    let (number, channel) = connected(&world).await;
    let ada = world.customer("Ada").writing_to_number(&number, &channel);
    let thread = ada.writes("hello").await;
    let path = format!("/v1/channels/{channel}");
    let admin = world.caller(0, "admin");

    let gone = admin.calls(Method::DELETE, &path, None).await.expecting(200);

    assert_eq!(gone.body["status"], "disconnected");
    assert_eq!(admin.calls(Method::DELETE, &path, None).await.expecting(200).body, gone.body);
    assert_eq!(admin.get(&path).await.expecting(200).body, gone.body);
    world.clock().advance("PT1M").await;
    let message = payload::text(&ada, world.clock().now().await, "is anybody there?");
    let outcomes = world.outcomes_of(&payload::messages(&ada, &[message])).await;
    assert_eq!((outcomes[0].outcome.as_str(), outcomes[0].reason.as_str()), ("parked_unrouted", "unrouted"));
    let reply = world.agent().replies_to(&thread, "we were here").await.expecting(202);
    world.settles().await;
    let reply = world.agent().message(&thread, reply.id()).await;
    assert_eq!((&reply["status"], &reply["failure"]["code"]), (&json!("failed"), &json!("channel_disconnected")));
    assert_eq!(world.agent().reads(&thread).await, ["hello", "we were here"]);
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn a_number_that_comes_back_keeps_its_history_and_misses_what_was_said_meanwhile() {
    let world = fresh_world().await;
    let (number, channel) = connected(&world).await;
    let ada = world.customer("Ada").writing_to_number(&number, &channel);
    let thread = ada.writes("hello").await;
    let path = format!("/v1/channels/{channel}");
    world.caller(0, "admin").calls(Method::DELETE, &path, None).await.expecting(200);
    world.clock().advance("PT1M").await;
    let meanwhile = payload::text(&ada, world.clock().now().await, "is anybody there?");
    world.clock().advance("PT1H").await;

    let back = world.connects(&number, &world.tenant(0).id).await.expecting(201);

    assert_eq!((back.id(), &back.body["status"]), (channel.as_str(), &json!("connected")));
    let late = world.outcomes_of(&payload::messages(&ada, &[meanwhile])).await;
    assert_eq!((late[0].outcome.as_str(), late[0].reason.as_str()), ("dropped", "before_connection"));
    assert_eq!(ada.writes("hello again").await.id, thread.id);
    world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    assert_eq!(world.agent().reads(&thread).await, ["hello", "hello again", "here we are"]);
}

#[tokio::test]
async fn another_tenants_channel_is_not_there() {
    let world = shared_world().await;
    let (_, channel) = connected(&world).await;
    let path = format!("/v1/channels/{channel}");
    let mallory = world.caller(1, "admin");

    assert_eq!(mallory.get(&path).await.code(), "not_found");
    assert_eq!(mallory.calls(Method::DELETE, &path, None).await.code(), "not_found");
    assert!(!mallory.get("/v1/channels?limit=100").await.expecting(200).text.contains(&channel));

    assert_eq!(world.caller(0, "admin").get(&path).await.expecting(200).body["status"], "connected");
}

#[tokio::test]
async fn channels_are_listed_page_by_page() {
    let world = fresh_world().await;
    let mut expected = vec![connected(&world).await.1];
    expected.extend(world.tenant(0).channels.into_iter().map(|channel| channel.id));
    expected.sort();
    let admin = world.caller(0, "admin");

    let first = admin.get("/v1/channels?limit=2").await.expecting(200).body;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = admin.get(&format!("/v1/channels?limit=2&cursor={cursor}")).await.expecting(200).body;

    let pages = [&first, &rest].map(|page| page["data"].as_array().unwrap().clone());
    let listed: Vec<&str> = pages.iter().flatten().filter_map(|channel| channel["id"].as_str()).collect();
    assert_eq!(listed, expected);
    assert_eq!(rest["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_token_is_opened_once_and_not_for_every_message() {
    let world = counted_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    for text in ["one", "two", "three", "four", "five"] {
        world.agent().replies_to(&thread, text).await.expecting(202);
        world.settles().await;
    }

    let control = world.stack_file().control;
    let metering: Value = world.http().get(format!("{control}/metering")).send().await.unwrap().json().await.unwrap();
    let rows = metering["data"].as_array().unwrap();
    let opened: Vec<&Value> = rows.iter().filter(|row| row["operation"] == "Decrypt").collect();
    let senders = world.function_processes().await.iter().filter(|(name, _)| name == "outbound-sender").count();
    assert_eq!(opened.len(), 1, "{rows:?}");
    assert_eq!(opened[0]["function"], "outbound-sender");
    assert!(opened[0]["calls"].as_u64().unwrap() <= senders as u64, "{opened:?} by {senders}");
}

#[tokio::test]
async fn no_token_is_in_an_answer_a_log_or_the_table() {
    let world = fresh_world().await;
    let (number, channel) = connected(&world).await;
    let ada = world.customer("Ada").writing_to_number(&number, &channel);
    let thread = ada.writes("hello").await;
    world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    let admin = world.caller(0, "admin");
    let mut shown = vec![world.table().await];
    for path in ["/v1/channels".to_owned(), format!("/v1/channels/{channel}")] {
        shown.push(admin.get(&path).await.expecting(200).text);
    }
    let renewed = Number { access_token: number.access_token.to_uppercase(), ..number.clone() };
    shown.push(world.connects(&renewed, &world.tenant(0).id).await.expecting(422).text);
    shown.push(world.connects(&number, &world.tenant(0).id).await.expecting(200).text);
    shown.push(admin.calls(Method::DELETE, &format!("/v1/channels/{channel}"), None).await.expecting(200).text);
    world.settles().await;

    // The stack's own log lies beside its data.
    let (secrets, ours) = (world.secrets(), world.data().parent().unwrap().to_owned());
    assert!(fs::read_to_string(world.data().join("logs/api-channels.log")).unwrap().contains("number_connected"));
    assert!(shown[0].contains(&format!("CREDENTIAL#{channel}")));
    assert_eq!(secrets.below(&ours), Vec::<String>::new());
    for text in shown {
        assert!(secrets.in_bytes(text.as_bytes()).is_empty(), "{text}");
    }
}
