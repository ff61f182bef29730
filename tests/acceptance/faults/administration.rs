//! What admins do with numbers and templates, and what Meta tells of them.

use acceptance::{Number, World, payload};
use reqwest::Method;
use serde_json::{Value, json};

use super::journey::{asks, in_time};
use super::seen::{Seen, is_taken};
use crate::templates::new_template;
use crate::told::notices;
use crate::wishes::preference;

/// An operator connects a number; an admin makes a template, edits it when Meta has approved it, reads what Meta has,
/// deletes it and lets the number go.
pub(super) async fn administer(world: &World) -> Seen {
    let (admin, number) = (world.caller(0, "admin"), world.number_at_meta().await);
    let channel = connects(world, &number).await;
    let made = asks(&admin, Method::POST, "/v1/templates", Some(new_template(&channel, "parcel_shipped"))).await.body;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let (path, meta_id) = (format!("/v1/templates/{}", text("id")), text("meta_id"));
    let is_approved = async || admin.gets_in_the_end(&path).await.body["status"] == "approved";
    world.meta_reviews(&meta_id, json!({ "event": "APPROVED" })).await;
    in_time(world, is_approved).await;
    let body = json!({ "text": "Hello {{1}}, your parcel has arrived here.", "samples": { "1": "Ada" } });
    asks(&admin, Method::PATCH, &path, Some(json!({ "components": { "body": body } }))).await;
    world.meta_reviews(&meta_id, json!({ "event": "APPROVED" })).await;
    in_time(world, is_approved).await;
    asks(&admin, Method::POST, &format!("/v1/channels/{channel}/template-sync"), None).await;
    let mut besides = all_of(world, &number, &channel).await;
    asks(&admin, Method::DELETE, &path, None).await;
    asks(&admin, Method::DELETE, &format!("/v1/channels/{channel}"), None).await;
    world.settles().await;
    besides.extend(all_of(world, &number, &channel).await);
    let requests = world.graph_requests().await;
    let changes = requests.iter().filter(|request| request.method != "GET" && is_taken(request));
    let of_it = changes.filter(|request| request.path.contains(&number.waba_id) || request.path.ends_with(&meta_id));
    let mut at_meta: Vec<String> = of_it
        .filter(|request| !request.path.ends_with("/subscribed_apps"))
        .map(|request| {
            format!("{} {}", request.method, if request.path.ends_with(&meta_id) { "it" } else { "templates" })
        })
        .collect();
    at_meta.sort();
    besides.extend(at_meta);
    Seen::only(besides)
}

/// Meta changes its mind about a template, a number's business and a customer's wishes, and tells of something unknown.
pub(super) async fn hear_news(world: &World, name: &str) -> Seen {
    let (agent, number, customer) = (world.agent(), world.number_at_meta().await, world.customer(name));
    let meta_id = world.template_at_meta(&number.waba_id, "parcel_shipped").await;
    let channel = connects(world, &number).await;
    let phone = format!("+{}", customer.number);
    let contact = json!({ "name": name, "phone": phone });
    let contact = asks(&agent, Method::POST, "/v1/contacts", Some(contact)).await.id().to_owned();
    let contact = format!("/v1/contacts/{contact}");
    let known = || format!("/v1/templates?limit=100&waba_id={}", number.waba_id);
    for review in [json!({ "event": "PAUSED" }), json!({ "quality": "RED" }), json!({ "category": "MARKETING" })] {
        world.meta_reviews(&meta_id, review).await;
    }
    let opinion = json!({ "verification": "verified", "messaging_limit": "TIER_10K" });
    world.meta_judges(&number.waba_id, opinion).await;
    let told = preference(&customer, "stop", world.clock().now().await);
    let unknown = payload::field(&number.waba_id, "moon_phase", &json!({ "phase": "full" }));
    for news in [&told, &unknown] {
        in_time(world, async || world.post_webhook(news).await == 200).await;
    }
    in_time(world, async || {
        let template = agent.gets_in_the_end(&known()).await.body["data"][0].clone();
        let is_known = [("status", "paused"), ("quality", "red"), ("category", "marketing")];
        is_known.iter().all(|(key, word)| template[key] == *word)
            && agent.gets_in_the_end(&contact).await.body["marketing"]["status"] == "opted_out"
    })
    .await;
    let mut besides = all_of(world, &number, &channel).await;
    let marketing = agent.gets_in_the_end(&contact).await.body["marketing"].clone();
    besides.push(format!("{} by {}", marketing["status"], marketing["source"]));
    let told = notices(world).await.into_iter().filter(|notice| notice["channel_id"] == channel);
    besides.extend(told.map(|notice| notice["kind"].to_string()));
    Seen::only(besides)
}

/// The id of the channel that a number becomes.
async fn connects(world: &World, number: &Number) -> String {
    let connection = number.connection_to(&world.tenant(0).id);
    asks(&world.operator(), Method::POST, "/v1/channels", Some(connection)).await.id().to_owned()
}

/// A channel, and each template of its account.
async fn all_of(world: &World, number: &Number, channel: &str) -> Vec<String> {
    let admin = world.caller(0, "admin");
    let shown = admin.gets_in_the_end(&format!("/v1/channels/{channel}")).await.body;
    let templates = admin.templates(&format!("waba_id={}", number.waba_id)).await;
    let of_template = |template: &Value| {
        let words = ["name", "status", "category", "quality"].map(|key| template[key].to_string());
        format!("{} {}", words.join(" "), template["components"]["body"]["text"])
    };
    let channel = format!("{} {}", shown["status"], shown["trouble"]);
    [channel].into_iter().chain(templates.iter().map(of_template)).collect()
}
