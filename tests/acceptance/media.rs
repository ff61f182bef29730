//! A customer's file is stored, and its link serves exactly it (F10).

use acceptance::{Agent, Customer, World, files};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures::future::join_all;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{counted_world, fresh_world, shared_world};

/// What a browser got by a link.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) status: u16,
    pub(crate) mime_type: String,
    pub(crate) disposition: String,
    pub(crate) bytes: Vec<u8>,
}

/// A message with a file, as a customer's phone sends it.
pub(crate) fn file(kind: &str, mime_type: &str, bytes: &[u8]) -> Value {
    json!({ "type": kind, kind: { "mime_type": mime_type, "bytes_base64": BASE64_STANDARD.encode(bytes) } })
}

/// A large document that needs no room: what it says of itself is its first bytes.
pub(crate) fn large_document(size: u64) -> Value {
    let generated = json!({ "size": size, "seed": 1, "head_base64": BASE64_STANDARD.encode("%PDF-1.7\n") });
    json!({ "type": "document", "document": { "mime_type": "application/pdf", "filename": "large.pdf", "generated": generated } })
}

/// Sends a message, lets everything happen that follows, and gives the message as an agent sees it.
pub(crate) async fn sent(customer: &Customer, message: Value) -> Value {
    let world = customer.world();
    customer.sends(message).await;
    world.settles().await;
    newest(customer).await
}

pub(crate) async fn newest(customer: &Customer) -> Value {
    let messages = customer.world().agent_of(customer.tenant).messages(&customer.thread().await).await;
    messages.into_iter().next_back().expect("the thread has a message")
}

/// The file of a message: its status, and the reason if it is unavailable.
pub(crate) fn state(message: &Value) -> (String, Option<String>) {
    let [attachment] = message["attachments"].as_array().unwrap().as_slice() else { panic!("one file: {message}") };
    let word = |key: &str| attachment[key].as_str().map(str::to_owned);
    (word("status").unwrap(), word("reason"))
}

pub(crate) fn link_of(message: &Value) -> String {
    let attachment = &message["attachments"][0]["id"];
    format!("/v1/messages/{}/attachments/{}", message["id"].as_str().unwrap(), attachment.as_str().unwrap())
}

/// What somebody gets who asks for a link and follows it.
pub(crate) async fn served(agent: &Agent, message: &Value) -> Served {
    let link = agent.get(&link_of(message)).await.expecting(200).body;
    follow(agent.world(), link["url"].as_str().unwrap()).await
}

pub(crate) async fn follow(world: &World, url: &str) -> Served {
    let answer = world.http().get(url).send().await.unwrap();
    let header = |name| answer.headers().get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned());
    let (mime_type, disposition) = (header(CONTENT_TYPE), header(CONTENT_DISPOSITION));
    let status = answer.status().as_u16();
    Served { status, mime_type, disposition, bytes: answer.bytes().await.unwrap().to_vec() }
}

#[tokio::test]
async fn a_picture_is_stored_and_its_link_serves_exactly_it() {
    let world = shared_world().await;
    let picture = files::jpeg(32, 24, "a picture");

    let message = sent(&world.customer("Ada"), file("image", "image/jpeg", &picture)).await;

    assert_eq!(state(&message), ("stored".to_owned(), None));
    let attachment = &message["attachments"][0];
    assert_eq!((&attachment["mime_type"], &attachment["size"]), (&json!("image/jpeg"), &json!(picture.len())));
    let served = served(&world.agent(), &message).await;
    assert_eq!((served.status, served.mime_type.as_str()), (200, "image/jpeg"));
    assert_eq!(served.disposition, "inline; filename=\"image.jpg\"; filename*=UTF-8''image.jpg");
    assert_eq!(served.bytes, picture);
}

#[tokio::test]
async fn a_document_keeps_its_name_in_any_language_and_is_a_download() {
    let world = shared_world().await;
    let mut document = file("document", "application/pdf", &files::pdf("Q3"));
    document["document"]["filename"] = json!("Übersicht – 第3四半期.pdf");

    let message = sent(&world.customer("Ada"), document).await;

    let served = served(&world.agent(), &message).await;
    assert_eq!(served.mime_type, "application/pdf");
    let name = "%C3%9Cbersicht%20%E2%80%93%20%E7%AC%AC3%E5%9B%9B%E5%8D%8A%E6%9C%9F.pdf";
    assert_eq!(served.disposition, format!("attachment; filename=\"_bersicht _ _3___.pdf\"; filename*=UTF-8''{name}"));
    assert_eq!(served.bytes, files::pdf("Q3"));
}

#[tokio::test]
async fn a_page_that_calls_itself_a_picture_is_kept_as_a_page_and_shown_by_no_browser() {
    let world = shared_world().await;
    let page = b"<!DOCTYPE html><script>alert(document.cookie)</script>";

    let message = sent(&world.customer("Ada"), file("image", "image/jpeg", page)).await;

    assert_eq!(message["attachments"][0]["mime_type"], "text/html");
    let served = served(&world.agent(), &message).await;
    assert_eq!((served.status, served.mime_type.as_str(), &served.bytes[..]), (200, "text/html", &page[..]));
    assert!(served.disposition.starts_with("attachment; "), "{}", served.disposition);
}

#[tokio::test]
async fn an_album_of_a_new_customer_is_one_ticket_with_six_stored_pictures() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let pictures: Vec<Vec<u8>> = (1..=6).map(|n| files::jpeg(8 * n, 8, &format!("picture {n}"))).collect();

    join_all(pictures.iter().map(|picture| ada.sends(file("image", "image/jpeg", picture)))).await;
    world.settles().await;

    let [thread] = &ada.threads().await[..] else { panic!("one ticket") };
    let messages = world.agent().messages(thread).await;
    assert_eq!(messages.len(), 6);
    let mut arrived = Vec::new();
    for message in &messages {
        let served = served(&world.agent(), message).await;
        assert_eq!((state(message).0.as_str(), served.mime_type.as_str()), ("stored", "image/jpeg"));
        assert!(served.disposition.contains("image.jpg"), "{}", served.disposition);
        arrived.push(served.bytes);
    }
    arrived.sort();
    let mut pictures = pictures;
    pictures.sort();
    assert_eq!(arrived, pictures);
}

#[tokio::test]
async fn what_an_agent_sent_has_a_link_as_well() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("show me").await;
    let picture = files::jpeg(8, 8, "a picture of the agent's");
    let upload = world.agent().uploads("shelf.jpg", "image/jpeg", picture.clone()).await;
    let reply = world.agent().sends_files(&thread, None, &[upload]).await.expecting(202);
    world.settles().await;

    let message = world.agent().message(&thread, reply.id()).await;

    let served = served(&world.agent(), &message).await;
    assert_eq!((served.status, served.mime_type.as_str(), served.bytes), (200, "image/jpeg", picture));
    assert!(served.disposition.contains("shelf.jpg"), "{}", served.disposition);
}

#[tokio::test]
async fn another_tenant_gets_neither_a_link_nor_the_file() {
    let world = shared_world().await;
    let message = sent(&world.customer("Ada"), file("image", "image/png", &files::png(8, 8, "secret"))).await;
    let theirs =
        sent(&world.customer("Ben").writing_to(1, 0), file("image", "image/png", &files::png(8, 8, "own"))).await;
    let mallory = world.caller(1, "admin");

    assert_eq!(mallory.get(&link_of(&message)).await.expecting(404).code(), "not_found");
    let mixed = link_of(&theirs)
        .replace(theirs["attachments"][0]["id"].as_str().unwrap(), message["attachments"][0]["id"].as_str().unwrap());
    assert_eq!(mallory.get(&mixed).await.expecting(404).code(), "not_found");
    let link = mallory.get(&link_of(&theirs)).await.expecting(200).body;
    // What is signed cannot be bent to another file.
    let bent = link["url"].as_str().unwrap().replace(theirs["id"].as_str().unwrap(), message["id"].as_str().unwrap());
    let bent = bent.replace(&world.tenant(1).id, &world.tenant(0).id);
    assert_eq!(follow(&world, &bent).await.status, 403);
}

#[tokio::test]
async fn a_link_is_good_for_five_minutes_and_only_for_its_file() {
    let world = shared_world().await;
    let message = sent(&world.customer("Ada"), file("image", "image/png", &files::png(8, 8, "x"))).await;
    let before: jiff::Timestamp = http_date(&world).await;

    let link = world.agent().get(&link_of(&message)).await.expecting(200).body;

    let expires_at: jiff::Timestamp = link["expires_at"].as_str().unwrap().parse().unwrap();
    let left = expires_at.duration_since(before).as_secs();
    assert!((295..=330).contains(&left), "{left} s");
    let url = link["url"].as_str().unwrap();
    assert!(url.contains("X-Amz-Expires=300"), "{url}");
    let old = url.replace("X-Amz-Expires=300", "X-Amz-Expires=30000");
    assert_eq!(follow(&world, &old).await.status, 403);
    assert_eq!(follow(&world, url.split('?').next().unwrap()).await.status, 403);
    let delete = world.http().request(Method::DELETE, url).send().await.unwrap();
    assert_eq!(delete.status(), 403);
}

/// The machine's time, by which links expire, as the account's answers tell it.
async fn http_date(world: &World) -> jiff::Timestamp {
    let answer = world.http().get(world.stack_file().aws).send().await.unwrap();
    let date = answer.headers()["date"].to_str().unwrap();
    jiff::fmt::rfc2822::parse(date).unwrap().timestamp()
}

#[tokio::test]
async fn a_page_of_the_frontend_may_read_a_link_and_no_other_page() {
    let world = shared_world().await;
    let message = sent(&world.customer("Ada"), file("image", "image/png", &files::png(8, 8, "x"))).await;
    let link = world.agent().get(&link_of(&message)).await.expecting(200).body;
    let url = link["url"].as_str().unwrap();
    let asks = async |method: Method, origin: &str| {
        let request = world.http().request(method, url).header("origin", origin);
        request.header("access-control-request-method", "GET").send().await.unwrap()
    };

    let allowed = asks(Method::OPTIONS, "http://localhost:3000").await;
    let read = asks(Method::GET, "http://localhost:3000").await;
    let foreign = asks(Method::OPTIONS, "https://evil.example").await;
    let read_there = asks(Method::GET, "https://evil.example").await;

    assert_eq!((allowed.status(), read.status()), (StatusCode::OK, StatusCode::OK));
    for answer in [&allowed, &read] {
        assert_eq!(answer.headers()["access-control-allow-origin"], "http://localhost:3000");
    }
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    assert!(!read_there.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_document_of_100_mb_is_stored_whole_in_a_process_of_less_than_64_mb() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let size: u64 = 100 * 1024 * 1024;

    let message = sent(&ada, large_document(size)).await;

    assert_eq!((state(&message), &message["attachments"][0]["size"]), (("stored".to_owned(), None), &json!(size)));
    for (function, pid) in world.function_processes().await {
        if function == "media-download" {
            let peak = peak_memory_kb(pid);
            println!("media-download peaked at {peak} KB");
            assert!(peak < 64 * 1024, "{peak} KB");
        }
    }
    let link = world.agent().get(&link_of(&message)).await.expecting(200).body;
    assert_eq!(length_by(&world, link["url"].as_str().unwrap()).await, size);
}

/// The most that a process ever had in memory.
fn peak_memory_kb(pid: u64) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

async fn length_by(world: &World, url: &str) -> u64 {
    let mut answer = world.http().get(url).send().await.unwrap();
    let mut length = 0;
    while let Some(piece) = answer.chunk().await.unwrap() {
        length += piece.len() as u64;
    }
    length
}

#[tokio::test]
async fn what_a_picture_costs_is_a_handful_of_calls() {
    let world = counted_world().await;
    let ada = world.customer("Ada");
    ada.writes("hello").await;
    let metering = format!("{}/metering", world.stack_file().control);
    world.http().delete(&metering).send().await.unwrap();

    let message = sent(&ada, file("image", "image/jpeg", &files::jpeg(32, 24, "a picture"))).await;

    assert_eq!(state(&message).0, "stored");
    let usage: Value = world.http().get(&metering).send().await.unwrap().json().await.unwrap();
    let of = |function: &str, operation: &str| {
        let rows = usage["data"].as_array().unwrap().iter();
        let mut rows = rows.filter(|row| row["function"] == function && row["operation"] == operation);
        rows.next().map_or(0, |row| row["calls"].as_u64().unwrap())
    };
    for row in usage["data"].as_array().unwrap() {
        println!("{row}");
    }
    assert_eq!(of("ticket-creation", "TransactWriteItems"), 1);
    assert_eq!(of("ticket-creation", "SendMessageBatch"), 1);
    // Message, contact, channel and token are read, and only the message is written, once.
    assert_eq!((of("media-download", "GetItem"), of("media-download", "PutItem")), (4, 1));
    assert_eq!((of("media-download", "UpdateItem"), of("media-download", "DeleteItem")), (0, 0));
    assert_eq!((of("media-download", "PutObject"), of("media-download", "Decrypt")), (1, 1));
    assert_eq!(world.file_requests().await, (1, 1));
}

#[tokio::test]
async fn a_message_without_a_file_has_no_attachment_to_link() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let message = world.agent().messages(&thread).await.remove(0);
    assert_eq!(message["attachments"], json!([]));
    let id = message["id"].as_str().unwrap();
    let path = format!("/v1/messages/{id}/attachments/{}", id.replace("msg_", "att_"));
    assert_eq!(world.agent().get(&path).await.expecting(404).code(), "not_found");
}
