//! Reactions, places and cards reach the phone.

use serde_json::{Value, json};

use crate::{fresh_world, shared_world};

fn reaction(message_id: &Value, emoji: &str) -> Value {
    json!({ "reaction": { "message_id": message_id, "emoji": emoji } })
}

#[tokio::test]
async fn a_reaction_is_set_changed_and_taken_away() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("thank you!").await;
    let thanks = world.agent().messages(&thread).await.remove(0);
    let at_the_message = async || {
        world.settles().await;
        world.phone_of("Ada").messages().await[0]["reactions"].clone()
    };

    for (emoji, shown) in [("❤", json!(["❤️"])), ("👍", json!(["👍"])), ("", json!([]))] {
        world.agent().sends(&thread, reaction(&thanks["id"], emoji)).await.expecting(202);
        assert_eq!(at_the_message().await, shown, "{emoji:?}");
    }

    let requests = world.graph_requests_to("Ada").await;
    assert!(requests.iter().all(|request| request.body.get("context").is_none()), "{requests:#?}");
    let sent = world.agent().messages(&thread).await.remove(1);
    assert_eq!((&sent["type"], &sent["emoji"], &sent["target"]), (&json!("reaction"), &json!("❤️"), &thanks["id"]));
}

#[tokio::test]
async fn what_cannot_be_reacted_to_is_refused() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let elsewhere = world.customer("Grace").writes("hello").await;
    let other = world.agent().messages(&elsewhere).await.remove(0);
    let hello = world.agent().messages(&thread).await.remove(0);
    let ours = world.agent().sends(&thread, reaction(&hello["id"], "👍")).await.expecting(202);
    world.settles().await;

    for (target, emoji, code) in [
        (&other["id"], "👍", "no_such_reaction_target"),
        (&json!(ours.id()), "👍", "not_reactable"),
        (&hello["id"], "fine", "emoji_invalid"),
    ] {
        let refused = world.agent().sends(&thread, reaction(target, emoji)).await;
        assert_eq!((refused.status, refused.code()), (422, code), "{refused:?}");
    }
}

#[tokio::test]
async fn after_30_days_nobody_reacts_any_more() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let hello = world.agent().messages(&thread).await.remove(0);
    world.clock().advance("P31D").await;
    world.customer("Ada").writes("still there?").await;

    let refused = world.agent().sends(&thread, reaction(&hello["id"], "👍")).await;

    assert_eq!((refused.status, refused.code()), (422, "not_reactable"));
}

#[tokio::test]
async fn a_place_and_cards_go_out_behind_the_words() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("where are you?").await;
    let message = json!({
        "text": "Here, ask for Grace.",
        "location": { "latitude": 52.52, "longitude": 13.405, "name": "Acme", "address": "1 Main Street" },
        "contacts": [{
            "first_name": "Grace", "last_name": "Hopper", "company": "Acme",
            "phones": [{ "number": "+12025550143", "label": "WORK" }],
        }],
    });

    let accepted = world.agent().sends(&thread, message).await.expecting(202);
    world.settles().await;

    let kinds: Vec<&str> = accepted.data().iter().filter_map(|message| message["type"].as_str()).collect();
    assert_eq!(kinds, ["text", "location", "contacts"]);
    let got = world.phone_of("Ada").got().await;
    assert_eq!(
        got[1]["message"]["location"],
        json!({ "latitude": 52.52, "longitude": 13.405, "name": "Acme", "address": "1 Main Street" })
    );
    let card = &got[2]["message"]["contacts"][0];
    assert_eq!(card["name"]["formatted_name"], "Grace Hopper");
    assert_eq!(card["phones"], json!([{ "phone": "+12025550143", "type": "WORK" }]));
    for message in accepted.data() {
        let id = message["id"].as_str().unwrap();
        assert_eq!(world.agent().status_of(&thread, id).await, "read");
    }
}
