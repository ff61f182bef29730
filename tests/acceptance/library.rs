//! What a tenant keeps goes into replies.

use acceptance::files;
use serde_json::{Value, json};

use crate::{fresh_world, shared_world};

#[tokio::test]
async fn what_is_kept_goes_into_a_reply_as_often_as_wanted() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("what does it cost?").await;
    let agent = world.agent();
    let upload_id = agent.uploads("prices.pdf", "application/pdf", files::pdf("what is kept")).await;
    let quote = json!({ "kind": "quote", "title": "Prices", "upload_id": upload_id });
    let quote = agent.post("/v1/library", quote).await.expecting(201);
    let snippet = json!({ "kind": "meeting_link", "title": "Meet us", "text": "Meet us: https://meet.example/acme" });
    let snippet = agent.post("/v1/library", snippet).await.expecting(201);
    assert_eq!(quote.body["file"]["type"], "document");

    let attachments = json!([{ "library_id": quote.id(), "caption": "all of them" }, { "library_id": snippet.id() }]);
    for _ in 0..2 {
        agent.sends(&thread, json!({ "attachments": attachments })).await.expecting(202);
    }
    world.settles().await;

    let got = world.phone_of("Ada").got().await;
    let words: Vec<&str> = got.iter().filter_map(|message| message["text"].as_str()).collect();
    assert_eq!(words, ["all of them", "Meet us: https://meet.example/acme"].repeat(2));
    assert_eq!(got[0]["message"]["document"]["filename"], "prices.pdf");
    assert_eq!(got[1]["message"]["text"]["preview_url"], true);
}

#[tokio::test]
async fn what_is_kept_is_listed_page_by_page_until_it_is_removed() {
    let world = fresh_world().await;
    let agent = world.agent();
    let mut ids = Vec::new();
    for n in 0..3 {
        let item = json!({ "kind": "snippet", "title": format!("Snippet {n}"), "text": "Hello" });
        ids.push(agent.post("/v1/library", item).await.expecting(201).id().to_owned());
    }

    agent.calls(reqwest::Method::DELETE, &format!("/v1/library/{}", ids[1]), None).await.expecting(204);

    let first = agent.get("/v1/library?limit=1").await.expecting(200);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = agent.get(&format!("/v1/library?limit=1&cursor={cursor}")).await.expecting(200);
    let listed: Vec<&Value> = first.data().iter().chain(second.data()).map(|item| &item["id"]).collect();
    assert_eq!(listed, [&json!(ids[0]), &json!(ids[2])]);
    agent.get(&format!("/v1/library/{}", ids[1])).await.expecting(404);
}

#[tokio::test]
async fn what_another_tenant_keeps_is_not_there() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let item = json!({ "kind": "snippet", "title": "Theirs", "text": "Hello" });
    let theirs = world.agent_of(1).post("/v1/library", item).await.expecting(201);

    world.agent().get(&format!("/v1/library/{}", theirs.id())).await.expecting(404);
    let refused = world.agent().sends(&thread, json!({ "attachments": [{ "library_id": theirs.id() }] })).await;

    assert_eq!((refused.status, refused.code()), (422, "no_such_library_item"));
}
