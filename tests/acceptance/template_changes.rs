//! Templates are made, edited and deleted at Meta, and what it would refuse is refused before it is asked.

mod rules;

use acceptance::{Number, World, eventually};
use futures::future::join;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::templates::{connected_with, known_template, new_template, now, path_of};
use crate::{fresh_world, shared_world};

fn codes(answer: &acceptance::Answer) -> Vec<String> {
    let violations = answer.body["violations"].as_array().cloned().unwrap_or_default();
    violations.iter().filter_map(|violation| Some(violation["code"].as_str()?.to_owned())).collect()
}

#[tokio::test]
async fn a_template_is_made_reviewed_and_then_approved() {
    let world = shared_world().await;
    let (number, channel) = connected_with(&world, 0).await;
    let admin = world.caller(0, "admin");
    let asked = new_template(&channel, "parcel_shipped");

    let made = admin.post("/v1/templates", asked.clone()).await.expecting(201).body;

    assert_eq!((&made["status"], &made["waba_id"]), (&json!("pending"), &json!(number.waba_id)));
    assert_eq!(made["components"]["body"], asked["components"]["body"]);
    let keys: Vec<&str> = made["variables"].as_array().unwrap().iter().filter_map(|it| it["key"].as_str()).collect();
    assert_eq!(keys, ["header.1", "1", "buttons.0"]);
    world.meta_reviews(made["meta_id"].as_str().unwrap(), json!({ "event": "APPROVED" })).await;
    assert_eq!(now(&world.agent(), &made).await["status"], "approved");
}

/// The next answer of Graph to this method, at paths with this in them, is late.
async fn delays(world: &World, method: &str, path: &str) {
    world.meta_misbehaves(json!({ "match": { "method": method, "path": path }, "then": { "delay_ms": 3_000 } })).await;
}

/// Meta approves the template of an account as soon as that is to be reviewed.
async fn is_approved_at_once(world: &World, number: &Number) {
    let pending = eventually("a template to review", async || {
        let listed = world.templates_listed_by_meta(number).await;
        listed.into_iter().find(|template| template["status"] == "PENDING")
    })
    .await;
    world.meta_reviews(pending["id"].as_str().unwrap(), json!({ "event": "APPROVED" })).await;
}

#[tokio::test]
async fn a_template_that_is_approved_before_it_is_stored_here_is_approved() {
    let world = fresh_world().await;
    let (number, channel) = connected_with(&world, 0).await;
    let admin = world.caller(0, "admin");
    let asked = new_template(&channel, "parcel_shipped");
    delays(&world, "POST", "message_templates").await;

    let (made, ()) = join(admin.post("/v1/templates", asked), is_approved_at_once(&world, &number)).await;

    let made = made.expecting(201).body;
    assert_eq!(made["status"], "approved");
    assert_eq!(now(&world.agent(), &made).await["status"], "approved");
}

#[tokio::test]
async fn a_template_that_is_approved_before_it_is_found_at_meta_and_stored_is_approved() {
    let world = fresh_world().await;
    let (number, channel) = connected_with(&world, 0).await;
    let admin = world.caller(0, "admin");
    let asked = new_template(&channel, "parcel_shipped");
    world.fault_at("message_templates", 1, json!("drop_after")).await;
    let lost = admin.post("/v1/templates", asked.clone()).await;
    let listing = json!({ "method": "GET", "path": "message_templates" });
    world.meta_misbehaves(json!({ "match": listing, "then": { "delay_ms": 3_000 } })).await;

    let approved = async {
        eventually("the listing that is late", async || {
            let requests = world.graph_requests().await;
            requests.iter().any(|request| request.fault.as_deref() == Some("delay")).then_some(())
        })
        .await;
        is_approved_at_once(&world, &number).await;
    };
    let (found, ()) = join(admin.post("/v1/templates", asked), approved).await;

    assert_eq!((lost.status, lost.code()), (503, "busy"));
    let found = found.expecting(200).body;
    assert_eq!(now(&world.agent(), &found).await["status"], "approved");
}

#[tokio::test]
async fn an_edit_that_is_approved_before_its_answer_is_here_is_approved() {
    let world = fresh_world().await;
    let (number, meta_id, template) = known_template(&world, "parcel_shipped").await;
    let (admin, path) = (world.caller(0, "admin"), path_of(&template));
    let words = json!({ "body": { "text": "Hello {{1}}, your parcel has arrived here.", "samples": { "1": "Ada" } } });
    delays(&world, "POST", &format!("v24.0/{meta_id}")).await;

    let change = Some(json!({ "components": words }));
    let (edited, ()) = join(admin.calls(Method::PATCH, &path, change), is_approved_at_once(&world, &number)).await;

    edited.expecting(200);
    let edited = now(&admin, &template).await;
    assert_eq!((&edited["status"], &edited["components"]["body"]), (&json!("approved"), &words["body"]));
    let again = json!({ "components": { "body": { "text": "Your parcel is here." } } });
    let too_often = admin.calls(Method::PATCH, &path, Some(again)).await;
    assert_eq!((too_often.status, too_often.code()), (409, "template_edited_too_often"));
}

#[tokio::test]
async fn an_edit_of_which_meta_cannot_be_asked_afterwards_is_stored_and_reviewed_all_the_same() {
    let world = fresh_world().await;
    let (_, meta_id, template) = known_template(&world, "parcel_shipped").await;
    let (admin, path) = (world.caller(0, "admin"), path_of(&template));
    let words = json!({ "body": { "text": "Hello {{1}}, your parcel has arrived here.", "samples": { "1": "Ada" } } });
    let reading = json!({ "method": "GET", "path": format!("v24.0/{meta_id}") });
    world.meta_misbehaves(json!({ "match": reading, "after": 1, "then": "drop_before" })).await;

    let edited = admin.calls(Method::PATCH, &path, Some(json!({ "components": words }))).await.expecting(200).body;

    let requests = world.graph_requests().await;
    assert!(requests.iter().any(|request| request.fault.as_deref() == Some("drop_before")), "{requests:?}");
    assert_eq!((&edited["status"], &edited["components"]["body"]), (&json!("pending"), &words["body"]));
    world.meta_reviews(&meta_id, json!({ "event": "APPROVED" })).await;
    assert_eq!(now(&admin, &template).await["status"], "approved");
}

#[tokio::test]
async fn a_template_whose_answer_was_lost_is_found_when_it_is_made_again() {
    let world = fresh_world().await;
    let (_, channel) = connected_with(&world, 0).await;
    let admin = world.caller(0, "admin");
    let asked = new_template(&channel, "parcel_shipped");
    world.fault_at("message_templates", 1, json!("drop_after")).await;

    let lost = admin.post("/v1/templates", asked.clone()).await;
    let found = admin.post("/v1/templates", asked.clone()).await.expecting(200).body;
    let again = admin.post("/v1/templates", asked.clone()).await.expecting(200).body;

    assert_eq!((lost.status, lost.code()), (503, "busy"));
    assert_eq!((&found["status"], &again["id"]), (&json!("pending"), &found["id"]));
    let mut other = asked;
    other["components"]["footer"] = json!("Somebody else's books");
    let taken = admin.post("/v1/templates", other).await;
    assert_eq!((taken.status, taken.code(), &taken.body["template_id"]), (409, "template_exists", &found["id"]));
    assert_eq!(admin.templates(&format!("channel_id={channel}")).await.len(), 1);
}

#[tokio::test]
async fn what_meta_would_refuse_is_refused_before_it_is_asked() {
    let world = fresh_world().await;
    let (_, channel) = connected_with(&world, 0).await;
    let admin = world.caller(0, "admin");
    let first = new_template(&channel, "parcel_shipped");
    admin.post("/v1/templates", first.clone()).await.expecting(201);
    let before = world.graph_requests().await.len();

    for (rule, code, changes) in rules::cases() {
        let mut template = new_template(&channel, "parcel_on_its_way");
        for (pointer, value) in changes {
            match template.pointer_mut(pointer) {
                Some(part) => *part = value,
                None => template[pointer.trim_start_matches('/')] = value,
            }
        }
        let refused = admin.post("/v1/templates", template).await;
        assert_eq!((refused.status, refused.code()), (422, "template_invalid"), "{rule}: {refused:?}");
        assert_eq!(codes(&refused), [code], "{rule}");
    }

    let mut wrong = new_template(&channel, "Parcel Shipped");
    wrong["components"]["body"] = json!({ "text": "{{1}} {{3}}" });
    wrong["components"]["buttons"][0]["label"] = json!("A label that is far too long");
    let wrong = admin.post("/v1/templates", wrong).await;
    let mut duplicate = first;
    duplicate["name"] = json!("parcel_sent");
    let duplicate = admin.post("/v1/templates", duplicate).await;

    assert_eq!((wrong.status, wrong.code()), (422, "template_invalid"));
    let expected = [
        "name_invalid",
        "variable_at_edge",
        "variables_adjacent",
        "too_many_variables",
        "sample_missing",
        "sample_missing",
        "variable_gap",
        "label_too_long",
    ];
    assert_eq!(codes(&wrong), expected);
    assert_eq!((duplicate.code(), codes(&duplicate)), ("template_invalid", vec!["duplicate".to_owned()]));
    assert_eq!(world.graph_requests().await.len(), before, "Meta was asked");
}

#[tokio::test]
async fn what_meta_refuses_beyond_that_is_shown_as_it_says_it() {
    let world = fresh_world().await;
    let (_, channel) = connected_with(&world, 0).await;
    let error = json!({ "error": {
        "message": "Invalid parameter", "type": "OAuthException", "code": 100, "error_subcode": 2_388_999,
        "error_user_title": "Too many exclamation marks", "error_user_msg": "Meta has had enough of them!!!",
    } });
    let refusal = json!({ "status": 400, "body": error.to_string() });
    world.fault_at("message_templates", 1, refusal).await;

    let refused = world.caller(0, "admin").post("/v1/templates", new_template(&channel, "parcel_shipped")).await;

    assert_eq!((refused.status, refused.code()), (422, "meta_refused"));
    assert_eq!((&refused.body["meta_code"], &refused.body["meta_subcode"]), (&json!(100), &json!(2_388_999)));
    assert_eq!(refused.body["meta_title"], "Too many exclamation marks");
    assert_eq!(refused.body["meta_message"], "Meta has had enough of them!!!");
    assert!(world.agent().templates(&format!("channel_id={channel}")).await.is_empty());
}

#[tokio::test]
async fn a_template_is_edited_once_and_reviewed_again() {
    let world = fresh_world().await;
    let (_, meta_id, template) = known_template(&world, "parcel_shipped").await;
    let (admin, path) = (world.caller(0, "admin"), path_of(&template));
    let patch = async |change: Value| admin.calls(Method::PATCH, &path, Some(change)).await;
    let words = json!({ "body": { "text": "Hello {{1}}, your parcel has arrived here.", "samples": { "1": "Ada" } } });

    let fixed = patch(json!({ "category": "marketing" })).await;
    assert_eq!((fixed.status, fixed.code()), (409, "template_category_fixed"));
    let invalid = patch(json!({ "components": { "body": { "text": "Hello {{1}}" } } })).await;
    assert_eq!((invalid.status, invalid.code()), (422, "template_invalid"));

    world.fault_at(&format!("v24.0/{meta_id}"), 1, json!({ "delay_ms": 0 })).await;
    world.fault_at(&format!("v24.0/{meta_id}"), 1, json!("drop_after")).await;
    let lost = patch(json!({ "components": words })).await;
    let edited = patch(json!({ "components": words })).await.expecting(200).body;
    assert_eq!((lost.status, lost.code()), (503, "busy"));
    assert_eq!((&edited["status"], &edited["components"]["body"]), (&json!("pending"), &words["body"]));

    let pending = patch(json!({ "components": { "body": { "text": "Your parcel is here." } } })).await;
    assert_eq!((pending.status, pending.code()), (409, "template_not_editable"));
    assert_eq!(pending.body["template_status"], "pending");
    world.meta_reviews(&meta_id, json!({ "event": "APPROVED" })).await;
    let asked = world.graph_requests().await.iter().filter(|request| request.method == "POST").count();
    let too_often = patch(json!({ "components": { "body": { "text": "Your parcel is here." } } })).await;
    assert_eq!((too_often.status, too_often.code()), (409, "template_edited_too_often"));
    let again_at: Timestamp = too_often.body["again_at"].as_str().unwrap().parse().unwrap();
    let still = world.graph_requests().await.iter().filter(|request| request.method == "POST").count();
    assert_eq!(still, asked, "Meta was asked to edit it");
    let stale = admin.tries(Method::PATCH, &path, Some(json!({})), &[("if-match", "\"v0\"")]).await.unwrap();
    assert_eq!((stale.status, stale.code()), (412, "version_mismatch"));
    world.clock().set(again_at).await;
    patch(json!({ "components": { "body": { "text": "Your parcel is here." } } })).await.expecting(200);
}

#[tokio::test]
async fn the_name_of_an_approved_template_is_blocked_for_30_days_after_its_end() {
    let world = fresh_world().await;
    let (_, channel) = connected_with(&world, 0).await;
    let admin = world.caller(0, "admin");
    let asked = new_template(&channel, "parcel_shipped");
    let made = admin.post("/v1/templates", asked.clone()).await.expecting(201).body;
    world.meta_reviews(made["meta_id"].as_str().unwrap(), json!({ "event": "APPROVED" })).await;
    admin.calls(Method::DELETE, &path_of(&made), None).await.expecting(200);
    let before = world.graph_requests().await.len();

    let refused = admin.post("/v1/templates", asked).await;

    assert_eq!((refused.status, refused.code()), (409, "template_name_blocked"), "{refused:?}");
    let until: Timestamp = refused.body["until"].as_str().unwrap().parse().unwrap();
    let left = until.duration_since(world.clock().now().await);
    assert!(left > SignedDuration::from_hours(29 * 24) && left <= SignedDuration::from_hours(30 * 24), "{left:?}");
    assert_eq!(world.graph_requests().await.len(), before, "Meta was asked");
    admin.post("/v1/templates", new_template(&channel, "parcel_sent")).await.expecting(201);
}

#[tokio::test]
async fn an_account_of_an_unverified_business_has_room_for_250_templates() {
    let world = fresh_world().await;
    let (number, channel) = connected_with(&world, 250).await;
    world.meta_judges(&number.waba_id, json!({ "verification": "not_verified" })).await;
    // Connecting it again brings what Meta says of it up to date.
    world.connects(&number, &world.tenant(0).id).await.expecting(200);
    let admin = world.caller(0, "admin");
    let asked = new_template(&channel, "one_more");
    let posts = async || world.graph_requests().await.iter().filter(|request| request.method == "POST").count();
    let before = posts().await;

    let refused = admin.post("/v1/templates", asked.clone()).await;

    assert_eq!((refused.status, refused.code()), (409, "templates_too_many"), "{refused:?}");
    assert_eq!((&refused.body["limit"], posts().await), (&json!(250), before));
    world.meta_judges(&number.waba_id, json!({ "verification": "verified" })).await;
    admin.post("/v1/templates", asked).await.expecting(201);
}

#[tokio::test]
async fn a_template_is_deleted_in_one_language_or_in_all() {
    let world = fresh_world().await;
    let (_, channel) = connected_with(&world, 0).await;
    let admin = world.caller(0, "admin");
    let make = async |name: &str, language: &str| {
        let mut template = new_template(&channel, name);
        template["language"] = json!(language);
        template["components"]["footer"] = json!(format!("Lovelace Books {name} {language}"));
        admin.post("/v1/templates", template).await.expecting(201).body
    };
    let (english, german, other) = (make("parcel", "en").await, make("parcel", "de").await, make("other", "en").await);
    let delete = async |template: &Value, query: &str| {
        admin.calls(Method::DELETE, &format!("{}{query}", path_of(template)), None).await
    };

    world.fault_at("message_templates", 1, json!("drop_after")).await;
    assert_eq!(delete(&english, "").await.code(), "busy");
    assert_eq!(delete(&english, "").await.expecting(200).body["status"], "deleted", "it is gone at Meta already");
    assert_eq!(now(&admin, &german).await["status"], "pending");

    let again = make("parcel", "en").await;
    assert_eq!(again["id"], english["id"]);
    assert_ne!(again["meta_id"], english["meta_id"]);
    // Whatever Meta answers, or does not, nothing is taken for deleted before it is; and then it is noticed.
    let by_name = json!({ "method": "GET", "path": "message_templates", "query": "&name=" });
    let fault = async |matching: Value, then: Value| {
        world.meta_misbehaves(json!({ "match": matching, "then": then })).await;
        assert_eq!(delete(&german, "?all_languages=true").await.code(), "busy");
    };
    for then in [json!("drop_before"), json!({ "status": 500, "code": 2 }), json!("hang")] {
        assert_eq!(now(&admin, &english).await["status"], "pending");
        fault(json!({ "method": "DELETE" }), then).await;
    }
    for then in [json!("drop_before"), json!({ "status": 500, "code": 2 }), json!("drop_after")] {
        fault(by_name.clone(), then).await;
    }
    delete(&german, "?all_languages=true").await.expecting(200);
    assert_eq!(now(&admin, &english).await["status"], "deleted");
    assert_eq!(now(&admin, &other).await["status"], "pending");
    let left = admin.templates(&format!("channel_id={channel}")).await;
    assert_eq!(left.len(), 1);

    world.meta_reviews(other["meta_id"].as_str().unwrap(), json!({ "event": "DISABLED" })).await;
    let kept = delete(&other, "").await;
    assert_eq!((kept.status, kept.code()), (409, "template_disabled"));
}
