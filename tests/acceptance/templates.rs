//! What Meta says of templates is known here.

use acceptance::{Agent, Number, Point, World, payload};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{counted_world, fresh_world, shared_world};

/// A number of an account of its own, which Meta knows with so many templates, and which the first tenant connects.
pub(crate) async fn connected_with(world: &World, templates: usize) -> (Number, String) {
    let number = world.number_at_meta().await;
    let names: Vec<String> = (0..templates).map(|n| format!("template_{n}")).collect();
    join_all(names.iter().map(|name| world.template_at_meta(&number.waba_id, name))).await;
    let channel = world.connects(&number, &world.tenant(0).id).await.expecting(201);
    let mut synced = channel.body["template_sync"].clone();
    let mut added = synced["added"].as_u64().unwrap();
    // A machine with much else to do may not come to the end at once.
    while synced["complete"] != true {
        synced = world.caller(0, "admin").syncs_templates(channel.id()).await.expecting(200).body;
        added += synced["added"].as_u64().unwrap();
    }
    assert_eq!(added, templates as u64, "{channel:?}");
    let id = channel.id().to_owned();
    (number, id)
}

/// A template of a number's account that is known here, with Meta's id of it.
pub(crate) async fn known_template(world: &World, name: &str) -> (Number, String, Value) {
    let number = world.number_at_meta().await;
    let meta_id = world.template_at_meta(&number.waba_id, name).await;
    world.connects(&number, &world.tenant(0).id).await.expecting(201);
    let template = world.agent().template_named(&number.waba_id, name).await;
    (number, meta_id, template)
}

pub(crate) fn path_of(template: &Value) -> String {
    format!("/v1/templates/{}", template["id"].as_str().unwrap())
}

/// The template as it is now.
pub(crate) async fn now(agent: &Agent, template: &Value) -> Value {
    agent.get(&path_of(template)).await.expecting(200).body
}

pub(crate) fn new_template(channel_id: &str, name: &str) -> Value {
    json!({
        "channel_id": channel_id, "name": name, "language": "en_US", "category": "utility",
        "components": {
            "header": { "type": "text", "text": "Parcel {{1}}", "samples": { "1": "A-17" } },
            "body": { "text": format!("Hello {{{{1}}}}, your parcel for {name} is on its way."), "samples": { "1": "Ada" } },
            "footer": "Lovelace Books",
            "buttons": [{ "type": "url", "label": "Track it", "url": "https://example.com/{{1}}", "sample": "A-17" }],
        },
    })
}

/// A webhook about a template of an account, of Meta's time `second`.
fn news(waba_id: &str, field: &str, template: &Value, second: i64, mut value: Value) -> Value {
    value["message_template_id"] = json!(template["meta_id"].as_str().unwrap().parse::<u64>().unwrap());
    value["message_template_name"] = template["name"].clone();
    value["message_template_language"] = template["language"].clone();
    let mut body = payload::field(waba_id, field, &value);
    body["entry"][0]["time"] = json!(second);
    body
}

#[tokio::test]
async fn the_seeded_tenants_have_approved_templates() {
    let world = shared_world().await;
    for tenant in [0, 1] {
        let seeded = world.tenant(tenant).templates;
        assert!(seeded.len() >= 2, "{seeded:?}");
        for template in seeded {
            let shown = world.agent_of(tenant).get(&format!("/v1/templates/{}", template.id)).await.expecting(200).body;
            assert_eq!((&shown["name"], &shown["language"]), (&json!(template.name), &json!(template.language)));
            assert_eq!((&shown["status"], &shown["sendable"]), (&json!("approved"), &json!(true)));
        }
    }
}

#[tokio::test]
async fn every_page_of_an_accounts_templates_is_there_once_its_number_is_connected() {
    let world = fresh_world().await;
    let (number, channel) = connected_with(&world, 260).await;

    let pages = world.graph_requests().await;
    let pages = pages.iter().filter(|request| request.path.contains(&format!("{}/message_templates", number.waba_id)));
    assert!(pages.count() > 1);
    let agent = world.agent();
    let listed = agent.templates(&format!("channel_id={channel}")).await;
    assert_eq!(listed.len(), 260);
    assert_eq!(agent.templates(&format!("waba_id={}", number.waba_id)).await, listed);
    assert_eq!(agent.templates("").await.len(), 260 + world.tenant(0).templates.len());

    let again = world.caller(0, "admin").syncs_templates(&channel).await.expecting(200).body;
    assert_eq!(again, json!({ "listed": 260, "added": 0, "changed": 0, "deleted": 0, "complete": true }));
}

#[tokio::test]
async fn a_list_shows_what_is_asked_for() {
    let world = shared_world().await;
    let (number, channel) = connected_with(&world, 3).await;
    let meta_id = world.template_at_meta(&number.waba_id, "parcel_has_arrived").await;
    world.meta_reviews(&meta_id, json!({ "event": "PAUSED", "category": "MARKETING", "silently": true })).await;
    world.caller(0, "admin").syncs_templates(&channel).await.expecting(200);
    let names = async |query: &str| -> Vec<String> {
        let found = world.agent().templates(&format!("channel_id={channel}&{query}")).await;
        found.iter().filter_map(|template| Some(template["name"].as_str()?.to_owned())).collect()
    };

    assert_eq!(names("").await, ["parcel_has_arrived", "template_0", "template_1", "template_2"]);
    for query in ["status=paused", "category=marketing", "q=Parcel%20arrived", "q=has_arr"] {
        assert_eq!(names(query).await, ["parcel_has_arrived"], "{query}");
    }
    for query in ["status=deleted", "language=de", "q=parcel%20lost"] {
        assert_eq!(names(query).await, [""; 0], "{query}");
    }
    let odd = world.agent().get("/v1/templates?channel_id=chn_7").await;
    assert_eq!((odd.status, odd.code()), (400, "query_invalid"));
}

#[tokio::test]
async fn a_sync_on_demand_finds_what_is_new_changed_and_gone() {
    let world = counted_world().await;
    let (number, channel) = connected_with(&world, 3).await;
    let admin = world.caller(0, "admin");
    let meta_id = |name: &str| {
        let (admin, waba_id, name) = (admin.clone(), number.waba_id.clone(), name.to_owned());
        async move { admin.template_named(&waba_id, &name).await["meta_id"].as_str().unwrap().to_owned() }
    };
    world.meta_loses_template(&meta_id("template_0").await).await;
    world.meta_reviews(&meta_id("template_1").await, json!({ "event": "PAUSED", "silently": true })).await;
    world.template_at_meta(&number.waba_id, "brand_new").await;
    // Its answers may be lost: what is new, changed and gone is counted all the same.
    for about in ["TEMPLATES TEMPLATE if attribute_not_exists(pk)", "TEMPLATES TEMPLATE if version = :read"] {
        let (function, service, operation) = ["api-channels", "dynamodb", "PutItem"].map(str::to_owned).into();
        world.arms(&Point { function, service, operation, about: Some(about.to_owned()), ordinal: 0 }, 1, "lost").await;
    }

    let synced = admin.syncs_templates(&channel).await.expecting(200).body;

    assert_eq!(world.disarms().await, 0);
    assert_eq!(synced, json!({ "listed": 3, "added": 1, "changed": 1, "deleted": 1, "complete": true }));
    let gone = admin.templates(&format!("channel_id={channel}&status=deleted")).await;
    assert_eq!((gone.len(), &gone[0]["name"]), (1, &json!("template_0")));
    assert_eq!(admin.template_named(&number.waba_id, "template_1").await["status"], "paused");
}

#[tokio::test]
async fn a_number_is_connected_even_if_its_templates_cannot_be_read_and_they_can_be_read_later() {
    let world = fresh_world().await;
    let number = world.number_at_meta().await;
    world.template_at_meta(&number.waba_id, "parcel_shipped").await;
    world.fault_at("message_templates", 1, json!({ "status": 500, "code": 2 })).await;

    let channel = world.connects(&number, &world.tenant(0).id).await.expecting(201);

    assert_eq!((&channel.body["status"], &channel.body["template_sync"]), (&json!("connected"), &Value::Null));
    let admin = world.caller(0, "admin");
    world.fault_at("message_templates", 1, json!("drop_before")).await;
    let silent = admin.syncs_templates(channel.id()).await;
    assert_eq!((silent.status, silent.code()), (503, "busy"));
    assert_eq!(admin.syncs_templates(channel.id()).await.expecting(200).body["added"], 1);
}

#[tokio::test]
async fn a_sync_that_stops_on_its_way_goes_on_where_it_stopped() {
    let world = fresh_world().await;
    let (number, channel) = connected_with(&world, 260).await;
    let admin = world.caller(0, "admin");
    let lost = admin.template_named(&number.waba_id, "template_7").await;
    world.meta_loses_template(lost["meta_id"].as_str().unwrap()).await;
    world.fault_at("message_templates", 1, json!({ "delay_ms": 0 })).await;
    world.fault_at("message_templates", 1, json!({ "status": 500, "code": 2 })).await;

    let stopped = admin.syncs_templates(&channel).await;

    assert_eq!((stopped.status, stopped.code()), (503, "busy"));
    assert_eq!(now(&admin, &lost).await["status"], "approved", "half a list says nothing of what is missing in it");
    let rest = admin.syncs_templates(&channel).await.expecting(200).body;
    assert_eq!(rest, json!({ "listed": 9, "added": 0, "changed": 0, "deleted": 1, "complete": true }));
    assert_eq!(now(&admin, &lost).await["status"], "deleted");
}

#[tokio::test]
async fn webhooks_change_what_is_known_of_a_template() {
    let world = shared_world().await;
    let (_, meta_id, template) = known_template(&world, "parcel_shipped").await;
    let agent = world.agent();
    let reviewed = async |review: Value| {
        world.meta_reviews(&meta_id, review).await;
        now(&agent, &template).await
    };

    let paused = reviewed(json!({ "event": "PAUSED" })).await;
    assert_eq!((&paused["status"], &paused["sendable"]), (&json!("paused"), &json!(false)));
    let rejected = reviewed(json!({ "event": "REJECTED", "reason": "INCORRECT_CATEGORY" })).await;
    assert_eq!(rejected["reason"]["code"], "incorrect_category");
    let archived = reviewed(json!({ "event": "ARCHIVED" })).await;
    assert_eq!((&archived["status"], &archived["reason"]), (&json!("archived"), &Value::Null));
    let back = reviewed(json!({ "event": "UNARCHIVED" })).await;
    assert_eq!((&back["status"], &back["sendable"]), (&json!("approved"), &json!(true)));
    assert_eq!(reviewed(json!({ "quality": "RED" })).await["quality"], "red");

    let announced = reviewed(json!({ "coming_category": "MARKETING" })).await;
    assert_eq!(
        (&announced["category"], &announced["coming_category"]["category"]),
        (&json!("utility"), &json!("marketing"))
    );
    let changed = reviewed(json!({ "category": "MARKETING" })).await;
    assert_eq!((&changed["category"], &changed["previous_category"]), (&json!("marketing"), &json!("utility")));
    assert_eq!(changed["coming_category"], Value::Null);

    let words = json!([{ "type": "BODY", "text": "Hello {{1}}, it is here." }, { "type": "FOOTER", "text": "Bye" }]);
    let rewritten = reviewed(json!({ "components": words })).await["components"].clone();
    assert_eq!(rewritten["body"], json!({ "text": "Hello {{1}}, it is here.", "samples": { "1": "Ada" } }));
    assert_eq!(rewritten["footer"], "Bye");
}

#[tokio::test]
async fn news_of_templates_counts_by_metas_time_however_late_it_comes() {
    let world = fresh_world().await;
    let (number, _, template) = known_template(&world, "parcel_shipped").await;
    let second = world.clock().now().await.as_second();
    let status = |event: &str, second: i64| {
        news(&number.waba_id, "message_template_status_update", &template, second, json!({ "event": event }))
    };
    let heard = async |body: Value| {
        let outcome = world.outcomes_of(&body).await.remove(0);
        assert_eq!(outcome.outcome, "event_recorded");
        (outcome.became, outcome.reason)
    };
    let id = template["id"].as_str().unwrap().to_owned();
    let applied = (id.clone(), String::new());
    let outdated = (String::new(), "outdated".to_owned());

    assert_eq!(heard(status("PAUSED", second + 20)).await, applied);
    assert_eq!(heard(status("APPROVED", second + 10)).await, outdated);
    assert_eq!(heard(status("PAUSED", second + 20)).await, applied, "the same again is no harm");
    assert_eq!(now(&world.agent(), &template).await["status"], "paused");
    let quality = json!({ "new_quality_score": "YELLOW" });
    let quality = news(&number.waba_id, "message_template_quality_update", &template, second + 5, quality);
    assert_eq!(heard(quality).await, applied);
    assert_eq!(heard(status("DISABLED", second - 60)).await, outdated, "it is in the listing already");

    let mut strange = template.clone();
    strange["name"] = json!("made_elsewhere");
    let unknown = json!({ "event": "APPROVED" });
    let unknown = news(&number.waba_id, "message_template_status_update", &strange, second + 30, unknown);
    assert_eq!(heard(unknown).await, (String::new(), "unknown_template".to_owned()));
    let mut former = template.clone();
    former["meta_id"] = json!("7");
    let late = json!({ "event": "DELETED" });
    let late = news(&number.waba_id, "message_template_status_update", &former, second + 40, late);
    assert_eq!(heard(late).await, (String::new(), "unknown_template".to_owned()));
    assert_eq!(now(&world.agent(), &template).await["quality"], "yellow");
}

#[tokio::test]
async fn what_listings_do_not_tell_of_a_template_is_heard_though_it_was_listed_since() {
    let world = fresh_world().await;
    let (number, meta_id, template) = known_template(&world, "parcel_shipped").await;
    world.meta_reviews(&meta_id, json!({ "event": "PAUSED", "silently": true })).await;
    let second = world.clock().now().await.as_second();
    // This reads its templates again.
    world.connects(&number, &world.tenant(0).id).await.expecting(200);
    let id = template["id"].as_str().unwrap();
    let is_heard = async |field: &str, value: Value| {
        let outcome = world.outcomes_of(&news(&number.waba_id, field, &template, second - 60, value)).await.remove(0);
        assert_eq!((outcome.became.as_str(), outcome.reason.as_str()), (id, ""));
    };

    let announced = json!({
        "new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": second + 86_400,
    });
    is_heard("template_category_update", announced).await;
    let paused = json!({ "event": "PAUSED", "reason": "NONE", "other_info": { "title": "FIRST_PAUSE" } });
    is_heard("message_template_status_update", paused).await;

    let shown = now(&world.agent(), &template).await;
    let coming = (&shown["category"], &shown["coming_category"]["category"]);
    assert_eq!(coming, (&json!("utility"), &json!("marketing")), "{shown}");
    assert_eq!((&shown["status"], &shown["reason"]["code"]), (&json!("paused"), &json!("first_pause")), "{shown}");
}

#[tokio::test]
async fn a_preview_shows_the_filled_text_or_names_what_is_missing() {
    let world = shared_world().await;
    let (_, channel) = connected_with(&world, 0).await;
    let admin = world.caller(0, "admin");
    let made = admin.post("/v1/templates", new_template(&channel, "parcel")).await.expecting(201).body;
    let preview = async |values: Value| {
        world.agent().post(&format!("{}/preview", path_of(&made)), json!({ "variables": values })).await
    };

    let missing = preview(json!({ "1": "Ada" })).await;
    let filled = preview(json!({ "header.1": "A-17", "1": "Ada", "buttons.0": "A-17" })).await.expecting(200).body;

    assert_eq!((missing.status, missing.code()), (422, "variables_missing"));
    assert_eq!(missing.body["missing"], json!(["header.1", "buttons.0"]));
    assert_eq!(filled["text"], "Parcel A-17\n\nHello Ada, your parcel for parcel is on its way.\n\nLovelace Books");
    assert_eq!(filled["buttons"][0]["url"], "https://example.com/A-17");
}

#[tokio::test]
async fn templates_are_seen_by_the_whole_tenant_changed_by_its_admins_and_nobody_elses_business() {
    let world = shared_world().await;
    let (number, _, template) = known_template(&world, "parcel_shipped").await;
    let (path, preview) = (path_of(&template), format!("{}/preview", path_of(&template)));
    for role in ["agent", "supervisor"] {
        let caller = world.caller(0, role);
        caller.get(&path).await.expecting(200);
        caller.post(&preview, json!({ "variables": { "1": "Ada" } })).await.expecting(200);
        for (method, path, body) in [
            (Method::POST, "/v1/templates", Some(new_template(&world.tenant(0).channel(0).id, "n"))),
            (Method::PATCH, path.as_str(), Some(json!({}))),
            (Method::DELETE, path.as_str(), None),
        ] {
            let refused = caller.calls(method, path, body).await;
            assert_eq!((refused.status, refused.code()), (403, "role_required"), "{role}");
        }
        assert_eq!(caller.syncs_templates(&world.tenant(0).channel(0).id).await.status, 403);
    }
    let mallory = world.caller(1, "admin");
    for (method, path, body) in [
        (Method::GET, path.as_str(), None),
        (Method::PATCH, path.as_str(), Some(json!({ "category": "marketing" }))),
        (Method::DELETE, path.as_str(), None),
        (Method::POST, preview.as_str(), Some(json!({ "variables": {} }))),
        (Method::POST, "/v1/templates", Some(new_template(&world.tenant(0).channel(0).id, "n"))),
    ] {
        let hidden = mallory.calls(method, path, body).await;
        assert_eq!((hidden.status, hidden.code()), (404, "not_found"), "{path}");
    }
    assert_eq!(mallory.syncs_templates(&world.tenant(0).channel(0).id).await.status, 404);
    assert!(mallory.templates(&format!("waba_id={}", number.waba_id)).await.is_empty());
    assert_eq!(mallory.get(&format!("/v1/templates?channel_id={}", world.tenant(0).channel(0).id)).await.status, 404);
    assert_eq!(now(&world.agent(), &template).await["status"], "approved");
}

#[tokio::test]
async fn without_a_connected_number_meta_cannot_be_asked() {
    let world = shared_world().await;
    let (_, channel) = connected_with(&world, 1).await;
    let admin = world.caller(0, "admin");
    let template = admin.templates(&format!("channel_id={channel}")).await.remove(0);
    admin.calls(Method::DELETE, &format!("/v1/channels/{channel}"), None).await.expecting(200);

    for refused in [
        admin.syncs_templates(&channel).await,
        admin.post("/v1/templates", new_template(&channel, "parcel")).await,
        admin.calls(Method::DELETE, &path_of(&template), None).await,
    ] {
        assert_eq!((refused.status, refused.code()), (409, "account_not_connected"));
    }
    assert_eq!(now(&world.agent(), &template).await["status"], "approved");
}
