//! Files that customers send, and how they go wrong.

use graph_simulator::Number;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::{ADA, NUMBER, TOKEN, World, code};

/// What the webhook says of a document that Ada sends.
async fn ada_sends(world: &mut World, document: Value) -> Value {
    let message = json!({"from": ADA, "to": NUMBER, "message": {"document": document}});
    world.control("messages", message).await;
    world.next_webhook().await.value()["messages"][0]["document"].clone()
}

fn large() -> Value {
    json!({"mime_type": "application/pdf", "generated": {"size": 3_000_000, "seed": 7, "head_base64": "JVBERg=="}})
}

async fn look_up(world: &World, document: &Value, query: &str) -> (StatusCode, Value) {
    let url = format!("{}/v24.0/{}{query}", world.graph, document["id"].as_str().unwrap());
    let answer = world.client.get(url).bearer_auth(TOKEN).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn download(world: &World, url: &Value) -> reqwest::Result<(StatusCode, Vec<u8>)> {
    let answer = world.client.get(url.as_str().unwrap()).bearer_auth(TOKEN).send().await?;
    let status = answer.status();
    Ok((status, answer.bytes().await?.to_vec()))
}

#[tokio::test]
async fn a_large_file_is_described_and_comes_as_described() {
    let mut world = World::start().await;
    let document = ada_sends(&mut world, large()).await;

    let (_, described) = look_up(&world, &document, &format!("?phone_number_id={NUMBER}")).await;
    let (status, bytes) = download(&world, &described["url"]).await.unwrap();

    assert_eq!((status, bytes.len(), &bytes[..4]), (StatusCode::OK, 3_000_000, &b"%PDF"[..]));
    assert_eq!((&described["file_size"], &described["sha256"]), (&json!(3_000_000), &document["sha256"]));
}

#[tokio::test]
async fn a_file_is_not_there_for_another_number() {
    let mut world = World::start().await;
    let other = Number {
        waba_id: "2000000001".into(),
        phone_number_id: "1000000002".into(),
        display_phone_number: "+1 555-010-0101".into(),
        access_token: TOKEN.into(),
        verified_name: "Lovelace Books".into(),
    };
    world.simulator.register_number(&other).unwrap();
    let document = ada_sends(&mut world, large()).await;

    let refused = look_up(&world, &document, "?phone_number_id=1000000002").await;

    assert_eq!((refused.0, code(&refused)), (StatusCode::BAD_REQUEST, 100));
}

#[tokio::test]
async fn a_download_breaks_in_the_middle_has_a_wrong_byte_or_is_slow_when_it_is_told_to() {
    let mut world = World::start().await;
    let document = ada_sends(&mut world, large()).await;
    let (_, whole) = download(&world, &document["url"]).await.unwrap();
    let next = async |then: Value| {
        world.control("faults", json!({"match": {"path": "/attachments"}, "then": then})).await;
        download(&world, &document["url"]).await
    };

    assert!(next(json!("drop_half")).await.is_err());
    let (_, wrong) = next(json!("wrong_byte")).await.unwrap();
    assert_eq!(wrong.iter().zip(&whole).filter(|(wrong, right)| wrong != right).count(), 1);
    assert_eq!(next(json!({"slow_ms": 1})).await.unwrap().1, whole);
    assert_eq!(download(&world, &document["url"]).await.unwrap().1, whole);
}
