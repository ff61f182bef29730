//! What should not be seen is nowhere, until a supervisor reveals it (F13).

use std::fs;
use std::path::Path;

use acceptance::{Customer, World, files, payload};
use reqwest::Method;
use serde_json::{Value, json};

use crate::media::{file, follow, link_of, sent};
use crate::{counted_world, fresh_world, shared_world};

/// A published test number, and the example of the IBAN's registry.
const CARD: &str = "4111 1111 1111 1111";
const IBAN: &str = "DE89370400440532013000";

/// A message that the customer writes now, with what it says.
async fn message(world: &World, from: &Customer, content: Value) -> Value {
    let mut message = payload::text(from, world.clock().now().await, "");
    message.as_object_mut().unwrap().remove("text");
    message.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
    message
}

fn text(words: &str) -> Value {
    json!({ "type": "text", "text": { "body": words } })
}

/// Posts these messages of one webhook; what became of each, as (outcome, reason).
async fn posts(world: &World, from: &Customer, contents: &[Value]) -> Vec<(String, String)> {
    let mut messages = Vec::new();
    for content in contents {
        messages.push(message(world, from, content.clone()).await);
    }
    let outcomes = world.outcomes_of(&payload::messages(from, &messages)).await;
    outcomes.into_iter().map(|it| (it.outcome, it.reason)).collect()
}

/// Sends a text as a phone does, and the id of the message that it became.
async fn sent_text(world: &World, from: &Customer, words: &str) -> String {
    let thread = from.writes(words).await;
    let messages = world.agent_of(from.tenant).messages(&thread).await;
    messages.last().unwrap()["id"].as_str().unwrap().to_owned()
}

/// All that is kept, but for what is on its way in a queue and what Meta's side keeps.
async fn everything_kept(world: &World) -> Vec<Vec<u8>> {
    let is_ours = |name: &str| !["graph.", "queues."].iter().any(|other| name.starts_with(other));
    let mut kept = files_below(world.data().parent().unwrap(), &is_ours);
    kept.push(world.table().await.into_bytes());
    kept
}

/// The bytes of every file whose way down is wanted.
fn files_below(folder: &Path, wanted: &impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if !wanted(&entry.file_name().to_string_lossy()) {
            continue;
        }
        if entry.path().is_dir() {
            found.extend(files_below(&entry.path(), wanted));
        } else {
            found.push(fs::read(entry.path()).unwrap());
        }
    }
    found
}

fn contains(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

async fn assert_nowhere(world: &World, words: &[&str]) {
    for bytes in everything_kept(world).await {
        for part in words {
            assert!(!contains(&bytes, part), "{part} in {}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[tokio::test]
async fn personal_data_and_bad_links_of_every_kind_of_message_are_nowhere_to_be_seen() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let media =
        json!({ "id": "1234567890", "mime_type": "image/jpeg", "sha256": "", "url": "https://media.example/1" });
    let with = |member: &str, value: &str| {
        let mut media = media.clone();
        media[member] = json!(value);
        media
    };
    let contents = [
        text(&format!("my card is {CARD}, thanks")),
        text(&format!("pay to {IBAN}")),
        text("log in at https://pаypal.example/secret"),
        json!({ "type": "image", "image": with("caption", &format!("the front says {CARD}")) }),
        json!({ "type": "document", "document": with("filename", "IBAN DE89370400440532013000.pdf") }),
        json!({ "type": "contacts", "contacts": [{ "name": { "formatted_name": "Ben" }, "emails": [{ "email": CARD }] }] }),
        json!({ "type": "edit", "edit": { "original_message_id": "wamid.A", "message": text(CARD) } }),
    ];

    let outcomes = posts(&world, &ada, &contents).await;

    let hidden = ("hidden".to_owned(), "moderated".to_owned());
    assert_eq!(outcomes, vec![hidden; contents.len()]);
    let agent = world.agent();
    let thread = ada.thread().await;
    let messages = agent.messages(&thread).await;
    let kinds: Vec<&str> = messages.iter().filter_map(|message| message["type"].as_str()).collect();
    assert_eq!(kinds, ["text", "text", "text", "image", "document", "contacts", "edit"]);
    for message in &messages {
        assert_eq!((&message["text"], &message["reason"]), (&Value::Null, &json!("moderated")), "{message}");
    }
    let findings: Vec<&str> = messages.iter().filter_map(|message| message["findings"][0].as_str()).collect();
    let (card, account) = ("payment_card", "bank_account");
    assert_eq!(findings, [card, account, "lookalike_link", card, account, card, card]);
    let mut shown = vec![json!(messages).to_string(), json!(agent.tickets().await).to_string()];
    for message in &messages {
        let path = format!("/v1/messages/{}", message["id"].as_str().unwrap());
        shown.push(agent.get(&path).await.expecting(200).text);
    }
    let secrets = [CARD, "4111111111111111", IBAN, "pypal", "paypal", "secret"];
    for (text, secret) in shown.iter().flat_map(|text| secrets.map(|secret| (text, secret))) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert_nowhere(&world, &[CARD, IBAN, "pаypal", "the front says"]).await;
    assert!(world.table().await.contains("HIDDEN#msg_"));
}

#[tokio::test]
async fn a_supervisor_reveals_a_message_and_each_time_is_in_the_audit() {
    let world = fresh_world().await;
    let id = sent_text(&world, &world.customer("Ada"), &format!("my card is {CARD}")).await;
    let path = format!("/v1/messages/{id}/reveal");
    let supervisor = world.caller(0, "supervisor");

    let revealed = supervisor.post(&path, json!({ "reason": "the customer asks to delete it" })).await.expecting(200);
    let again = world.caller(0, "admin").calls(Method::POST, &path, None).await.expecting(200);

    assert_eq!(
        (&revealed.body["text"], &revealed.body["reason"]),
        (&json!(format!("my card is {CARD}")), &Value::Null)
    );
    assert_eq!(again.body["text"], revealed.body["text"]);
    let audit = supervisor.get("/v1/audit").await.expecting(200);
    let lines: Vec<_> =
        audit.data().iter().map(|line| (&line["action"], &line["message_id"], &line["reason"])).collect();
    let (action, message) = (json!("message_revealed"), json!(id));
    let reason = json!("the customer asks to delete it");
    assert_eq!(lines, [(&action, &message, &Value::Null), (&action, &message, &reason)]);
    assert_ne!(audit.data()[0]["user_id"], audit.data()[1]["user_id"]);
    assert_eq!(world.agent().get(&format!("/v1/messages/{id}")).await.expecting(200).body["text"], Value::Null);
    assert_nowhere(&world, &[CARD]).await;

    let first = supervisor.get("/v1/audit?limit=1").await.expecting(200);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = supervisor.get(&format!("/v1/audit?limit=1&cursor={cursor}")).await.expecting(200);
    assert_eq!([first.data(), second.data()].concat(), audit.data());
    assert!(supervisor.get("/v1/audit?month=2020-01").await.expecting(200).data().is_empty());
}

#[tokio::test]
async fn the_file_of_a_hidden_message_is_for_supervisors_and_each_time_is_in_the_audit() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let mut document = file("document", "application/pdf", &files::pdf("a"));
    document["document"]["filename"] = json!(format!("{CARD}.pdf"));
    let message = sent(&ada, document).await;
    assert_eq!((&message["reason"], &message["attachments"]), (&json!("moderated"), &json!([])));

    let supervisor = world.caller(0, "supervisor");
    let reveal = format!("/v1/messages/{}/reveal", message["id"].as_str().unwrap());
    let revealed = supervisor.post(&reveal, json!({})).await.expecting(200).body;
    let refused = world.agent().get(&link_of(&revealed)).await;
    assert_eq!((refused.status, refused.code()), (403, "content_hidden"));
    let path = format!("{}/reveal", link_of(&revealed));
    assert_eq!(world.agent().post(&path, json!({})).await.code(), "role_required");
    let link = supervisor.post(&path, json!({ "reason": "a copy for the bank" })).await.expecting(200).body;

    let served = follow(&world, link["url"].as_str().unwrap()).await;
    assert_eq!((served.status, served.bytes), (200, files::pdf("a")));
    assert!(served.disposition.contains(CARD), "{}", served.disposition);
    let audit = supervisor.get("/v1/audit").await.expecting(200);
    assert_eq!(
        (audit.data().len(), &audit.data()[0]["action"], &audit.data()[0]["reason"]),
        (2, &json!("attachment_revealed"), &json!("a copy for the bank"))
    );
    let seen = sent_text(&world, &ada, "hello").await;
    let path = format!("/v1/messages/{seen}/attachments/{}/reveal", seen.replace("msg_", "att_"));
    assert_eq!(supervisor.post(&path, json!({})).await.code(), "not_hidden");
}

#[tokio::test]
async fn nobody_else_reveals_a_message_or_reads_the_audit() {
    let world = shared_world().await;
    let id = sent_text(&world, &world.customer("Ada"), &format!("my card is {CARD}")).await;
    let path = format!("/v1/messages/{id}/reveal");

    for (caller, status, code) in [
        (world.agent(), 403, "role_required"),
        (world.caller(1, "supervisor"), 404, "not_found"),
        (world.caller(1, "admin"), 404, "not_found"),
    ] {
        let refused = caller.post(&path, json!({})).await;
        assert_eq!((refused.status, refused.code()), (status, code), "{refused:?}");
    }
    assert_eq!(world.agent().get("/v1/audit").await.code(), "role_required");

    let supervisors = [world.caller(0, "supervisor"), world.caller(1, "supervisor")];
    for supervisor in &supervisors {
        assert!(!supervisor.get("/v1/audit").await.expecting(200).text.contains(&id));
    }
    supervisors[0].post(&path, json!({})).await.expecting(200);
    assert!(supervisors[0].get("/v1/audit").await.expecting(200).text.contains(&id));
    assert!(!supervisors[1].get("/v1/audit").await.expecting(200).text.contains(&id));
}

#[tokio::test]
async fn what_is_not_hidden_is_not_revealed() {
    let world = shared_world().await;
    let id = sent_text(&world, &world.customer("Ada"), "hello").await;

    let refused = world.caller(0, "supervisor").post(&format!("/v1/messages/{id}/reveal"), json!({})).await;

    assert_eq!((refused.status, refused.code()), (409, "not_hidden"));
    assert!(!world.caller(0, "supervisor").get("/v1/audit").await.expecting(200).text.contains(&id));
}

#[tokio::test]
async fn a_hidden_message_that_comes_again_changes_nothing() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let webhook = payload::messages(&ada, &[message(&world, &ada, text(CARD)).await]);
    let first = world.outcomes_of(&webhook).await;
    let before = world.table().await;

    let second = world.outcomes_of(&webhook).await;

    assert_eq!((first[0].outcome.as_str(), second[0].outcome.as_str()), ("hidden", "duplicate"));
    assert_eq!(first[0].became, second[0].became);
    assert_eq!(world.table().await, before);
    let revealed =
        world.caller(0, "supervisor").post(&format!("/v1/messages/{}/reveal", first[0].became), json!({})).await;
    assert_eq!(revealed.expecting(200).body["text"], CARD);
}

#[tokio::test]
async fn a_hidden_message_too_large_for_the_table_is_revealed_whole() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let words = format!("{} {CARD} {}", "before ".repeat(50_000), "after ".repeat(50_000));
    let webhook = payload::messages(&ada, &[message(&world, &ada, text(&words)).await]);

    let outcome = world.outcomes_of(&webhook).await.remove(0);

    assert_eq!(outcome.outcome, "hidden");
    let path = format!("/v1/messages/{}/reveal", outcome.became);
    let revealed = world.caller(0, "supervisor").post(&path, json!({})).await.expecting(200);
    assert_eq!(revealed.body["text"], words);
    let objects = files_below(&world.data().join("bucket"), &|name| name != "spill");
    assert!(objects.iter().any(|object| object.len() > words.len()) && !objects.iter().any(|it| contains(it, CARD)));
}

#[tokio::test]
async fn a_tenant_says_what_is_looked_for_and_adds_words_and_hosts() {
    let world = fresh_world().await;
    let (admin, ada, ben) = (world.caller(0, "admin"), world.customer("Ada"), world.customer("Ben").writing_to(1, 0));
    let settings = admin.get("/v1/settings").await.expecting(200).body;
    assert_eq!(settings["moderation"]["detectors"][0], "payment_card");
    let moderation = json!({
        "detectors": ["bank_account", "blocked_host", "blocked_word"],
        "blocked_hosts": ["Evil.example", "evil.example"],
        "blocked_words": ["Free  Money"],
    });

    let changed =
        admin.calls(Method::PATCH, "/v1/settings", Some(json!({ "moderation": moderation }))).await.expecting(200);

    let shown = &changed.body["moderation"];
    assert_eq!((&shown["blocked_hosts"], &shown["blocked_words"]), (&json!(["evil.example"]), &json!(["free money"])));
    assert_eq!(shown["detectors"], moderation["detectors"]);
    assert_eq!(changed.body["reopen_within"], settings["reopen_within"]);
    let contents = [CARD, IBAN, "get FREE MONEY", "see www.evil.example/x", "hello"].map(text);
    let became = |outcomes: Vec<(String, String)>| outcomes.into_iter().map(|(outcome, _)| outcome).collect::<Vec<_>>();
    let hidden = became(posts(&world, &ada, &contents).await);
    assert_eq!(hidden, ["message", "hidden", "hidden", "hidden", "message"]);
    let elsewhere = became(posts(&world, &ben, &contents).await);
    assert_eq!(elsewhere, ["hidden", "hidden", "message", "message", "message"]);

    let too_many: Vec<String> = (0..101).map(|number| format!("h{number}.example")).collect();
    let change = json!({ "moderation": { "blocked_hosts": too_many } });
    let refused = admin.calls(Method::PATCH, "/v1/settings", Some(change)).await;
    assert_eq!((refused.status, refused.code()), (422, "block_list_too_long"));
}

#[tokio::test]
async fn a_name_with_a_card_number_in_it_is_not_taken_over() {
    let world = fresh_world().await;
    let mut ada = world.customer("Ada");
    ada.name = format!("Ada {CARD}");

    let thread = ada.writes("hello").await;

    let contact = world.agent().get(&format!("/v1/contacts/{}", thread.contact_id())).await.expecting(200);
    assert_eq!(contact.body["name"], Value::Null);
    assert_eq!(world.agent().reads(&thread).await, ["hello"]);
    assert_nowhere(&world, &[CARD]).await;
}

#[tokio::test]
async fn a_name_with_a_card_number_in_it_is_not_taken_over_from_a_status_either() {
    let world = fresh_world().await;
    let mut ada = world.customer("Ada");
    ada.name = format!("Ada {CARD}");
    let user_id = world.fresh_user_id();
    ada.writes_showing(&user_id, "hello").await;
    let thread = ada.thread().await;

    let reply = world.agent().replies_to(&thread, "who are you?").await.expecting(202);
    world.settles().await;

    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "read");
    let contact = world.agent().contact(thread.contact_id()).await;
    assert_eq!((&contact["name"], contact["identities"].as_array().map(Vec::len)), (&Value::Null, Some(2)));
    assert_nowhere(&world, &[CARD]).await;
}

#[tokio::test]
async fn what_is_only_recorded_is_kept_without_what_should_not_be_seen() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let mut of_a_group = text(&format!("my card is {CARD}"));
    of_a_group["group_id"] = json!("group-1");

    let outcomes = posts(&world, &ada, &[of_a_group]).await;

    assert_eq!(outcomes[0].0, "event_recorded");
    assert!(world.table().await.contains("[hidden: payment_card]"));
    assert_nowhere(&world, &[CARD]).await;
}

#[tokio::test]
async fn ordinary_sentences_are_read_as_they_were_written() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let lines = include_str!("../../shared/domain/src/moderation/ordinary_sentences.txt").lines();
    let sentences: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("# ")).step_by(5).collect();
    let mut messages = Vec::new();
    for sentence in &sentences {
        messages.push(message(&world, &ada, text(sentence)).await);
    }

    assert_eq!(world.post_webhook(&payload::messages(&ada, &messages)).await, 200);
    world.settles().await;

    assert_eq!(world.agent().reads(&ada.thread().await).await, sentences);
}

#[tokio::test]
async fn only_a_hidden_message_costs_a_call_to_kms() {
    let world = counted_world().await;
    let ada = world.customer("Ada");
    posts(&world, &ada, &["hello", "order 100234567", "call +1 202 555 0142", CARD].map(text)).await;

    let control = world.stack_file().control;
    let metering: Value = world.http().get(format!("{control}/metering")).send().await.unwrap().json().await.unwrap();

    let rows = metering["data"].as_array().unwrap();
    let of_kms = |row: &&Value| ["GenerateDataKey", "Decrypt"].iter().any(|it| row["operation"] == *it);
    let sealed: Vec<_> = rows.iter().filter(of_kms).filter(|row| row["function"] == "ticket-creation").collect();
    assert_eq!(sealed.len(), 1, "{rows:?}");
    assert_eq!((&sealed[0]["operation"], &sealed[0]["calls"]), (&json!("GenerateDataKey"), &json!(1)));
}
