//! What customers want to hear is kept, by when they said it, and who is blocked is not heard.

use acceptance::{Agent, Answer, Customer, Thread, payload};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{fresh_world, shared_world};

/// Whether the contact takes marketing, and where we heard of it.
async fn marketing(agent: &Agent, contact: &str) -> (String, String) {
    let contact = agent.contact(contact).await;
    let word = |key: &str| contact["marketing"][key].as_str().unwrap_or_default().to_owned();
    (word("status"), word("source"))
}

async fn changes(agent: &Agent, contact: &str, change: Value) -> Value {
    agent.calls(Method::PATCH, &format!("/v1/contacts/{contact}"), Some(change)).await.expecting(200).body
}

async fn block(agent: &Agent, method: Method, thread: &Thread) -> Value {
    agent.calls(method, &format!("/v1/contacts/{}/block", thread.contact_id()), None).await.expecting(200).body
}

/// Meta tells what the customer told WhatsApp.
pub(crate) fn preference(customer: &Customer, value: &str, at: Timestamp) -> Value {
    let channel = &customer.channel;
    let said = json!({
        "wa_id": customer.number, "detail": "", "category": "marketing_messages", "value": value, "timestamp": at.as_second(),
    });
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": channel.display_phone_number, "phone_number_id": channel.phone_number_id },
        "contacts": [{ "wa_id": customer.number }],
        "user_preferences": [said],
    });
    payload::field(&channel.waba_id, "user_preferences", &value)
}

#[tokio::test]
async fn a_stop_word_alone_opts_out_and_a_start_word_in_again() {
    let world = shared_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let thread = ada.writes("Where does the bus stop?").await;
    let id = thread.contact_id();
    assert_eq!(marketing(&agent, id).await, ("allowed".into(), String::new()));

    ada.writes(" Stop. ").await;
    assert_eq!(marketing(&agent, id).await, ("opted_out".into(), "message".into()));
    ada.writes("don't stop").await;
    assert_eq!(marketing(&agent, id).await.0, "opted_out");
    ada.writes("START").await;

    assert_eq!(marketing(&agent, id).await, ("allowed".into(), "message".into()));
    let history = agent.contact(id).await["marketing"]["history"].clone();
    let statuses: Vec<&str> =
        history.as_array().unwrap().iter().filter_map(|change| change["status"].as_str()).collect();
    assert_eq!(statuses, ["allowed", "opted_out"]);
    // What they wrote is in the thread like anything else.
    assert_eq!(agent.reads(&thread).await.len(), 4);
}

#[tokio::test]
async fn a_button_with_a_stop_word_on_it_opts_out() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let reply = json!({ "type": "button_reply", "button_reply": { "id": "offers-off", "title": "Unsubscribe" } });
    ada.sends(json!({ "type": "interactive", "interactive": reply })).await;
    world.settles().await;

    let contact = ada.thread().await.contact_id().to_owned();
    assert_eq!(marketing(&world.agent(), &contact).await, ("opted_out".into(), "message".into()));
}

#[tokio::test]
async fn a_tenants_own_words_take_the_place_of_the_usual_ones() {
    let world = fresh_world().await;
    let (admin, agent) = (world.caller(0, "admin"), world.agent());
    let change = async |words: Value| {
        let change = json!({ "opt_out": { "stop_words": words } });
        admin.calls(Method::PATCH, "/v1/settings", Some(change)).await
    };
    let settings = change(json!(["Nie wieder!"])).await.expecting(200).body;
    assert_eq!(settings["opt_out"]["stop_words"], json!(["nie wieder"]));

    let ada = world.customer("Ada").writes("stop").await;
    let eve = world.customer("Eve").writes("NIE WIEDER").await;
    assert_eq!(marketing(&agent, ada.contact_id()).await.0, "allowed");
    assert_eq!(marketing(&agent, eve.contact_id()).await.0, "opted_out");

    let refused = change(json!(["!!"])).await;
    assert_eq!((refused.status, refused.code()), (422, "body_invalid"), "{refused:?}");
    let usual = change(Value::Null).await.expecting(200).body;
    assert!(usual["opt_out"]["stop_words"].as_array().unwrap().contains(&json!("unsubscribe")), "{usual}");
}

#[tokio::test]
async fn what_a_person_tells_whatsapp_counts_by_its_time_however_late_it_comes() {
    let world = fresh_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let thread = ada.writes("hello").await;
    let id = thread.contact_id();
    let start = world.clock().now().await;
    let at = |minutes: i64| start + SignedDuration::from_mins(minutes);
    world.clock().advance("PT1H").await;

    let outcomes = world.outcomes_of(&preference(&ada, "stop", at(10))).await;
    assert_eq!((outcomes[0].outcome.as_str(), outcomes[0].reason.as_str()), ("event_recorded", ""));
    assert_eq!(marketing(&agent, id).await, ("opted_out".into(), "whatsapp".into()));
    world.outcomes_of(&preference(&ada, "resume", at(30))).await;
    let late = world.outcomes_of(&preference(&ada, "stop", at(20))).await;

    assert_eq!(late[0].reason, "outdated");
    assert_eq!(marketing(&agent, id).await, ("allowed".into(), "whatsapp".into()));
    let contact = agent.contact(id).await;
    assert_eq!(contact["marketing"]["history"].as_array().unwrap().len(), 2, "{contact}");
    let since: Timestamp = contact["marketing"]["since"].as_str().unwrap().parse().unwrap();
    assert_eq!(since.as_second(), at(30).as_second());
}

#[tokio::test]
async fn what_somebody_told_whatsapp_before_anybody_knew_them_is_theirs_once_they_appear() {
    let world = fresh_world().await;
    let agent = world.agent();
    let [ada, ben, eve, joe, hidden] = ["Ada", "Ben", "Eve", "Joe", "Zoe"].map(|name| match name {
        "Zoe" => world.customer_without_number(name),
        _ => world.customer(name),
    });
    let now = world.clock().now().await;
    world.clock().advance("PT1H").await;
    for (person, value, minutes) in [
        (&ada, "resume", 20),
        (&ada, "stop", 30),
        (&ada, "resume", 10),
        (&ben, "stop", 1),
        (&eve, "stop", 1),
        (&joe, "stop", 1),
    ] {
        let said = preference(person, value, now + SignedDuration::from_mins(minutes));
        let outcomes = world.outcomes_of(&said).await;
        assert_eq!(outcomes[0].reason, "unknown_contact");
    }
    let mut said = preference(&hidden, "stop", now);
    said["entry"][0]["changes"][0]["value"]["user_preferences"][0] = json!({
        "user_id": hidden.address(), "category": "marketing_messages", "value": "stop", "timestamp": now.as_second(),
    });
    said["entry"][0]["changes"][0]["value"]["contacts"] = json!([{ "user_id": hidden.address() }]);
    assert_eq!(world.outcomes_of(&said).await[0].reason, "unknown_contact");

    // They write, are written down, get a number, or are written to.
    let wrote = [ada.writes("hello").await, hidden.writes("hello").await].map(|thread| thread.contact_id().to_owned());
    let number_of = |person: &Customer| format!("+{}", person.number);
    let noted = agent.adds_contact(json!({ "name": "Ben", "phone": number_of(&ben) })).await;
    let without = agent.adds_contact(json!({ "name": "Eve" })).await;
    assert_eq!(marketing(&agent, &without).await.0, "allowed");
    changes(&agent, &without, json!({ "mobile_phone": number_of(&eve) })).await;
    let [utility, offer] = ["order_update", "spring_offer"].map(|name| {
        let variables = json!({ "1": "Joe", "2": "A-17", "buttons.0": "A-17" });
        let variables = if name == "order_update" { variables } else { json!({ "1": "Joe" }) };
        let template = json!({ "name": name, "language": "en_US", "variables": variables });
        json!({ "channel_id": joe.channel.id, "to": number_of(&joe), "template": template })
    });
    let not_wanted = agent.post("/v1/conversations", offer).await;
    let begun = agent.post("/v1/conversations", utility).await.expecting(202).body["contact_id"].clone();

    assert_eq!((not_wanted.status, not_wanted.code()), (409, "contact_opted_out"), "{not_wanted:?}");
    for contact in wrote.iter().map(String::as_str).chain([noted.as_str(), &without, begun.as_str().unwrap()]) {
        assert_eq!(marketing(&agent, contact).await, ("opted_out".into(), "whatsapp".into()), "{contact}");
    }
    let since = agent.contact(&wrote[0]).await["marketing"]["since"].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!(since.as_second(), (now + SignedDuration::from_mins(30)).as_second());
}

#[tokio::test]
async fn what_a_person_tells_whatsapp_counts_under_each_of_their_names() {
    let world = fresh_world().await;
    let (agent, ada, user_id) = (world.agent(), world.customer("Ada"), world.fresh_user_id());
    let by_phone = ada.writes("by phone").await;
    let says = async |value: &str| {
        let mut said = preference(&ada, value, world.clock().now().await);
        said["entry"][0]["changes"][0]["value"]["user_preferences"][0]["user_id"] = json!(user_id);
        world.outcomes_of(&said).await.remove(0).reason
    };

    assert_eq!(says("stop").await, "");
    world.clock().advance("PT1M").await;
    let hidden = ada.hiding_as(&user_id).writes("hidden").await;

    assert_ne!(hidden.contact_id(), by_phone.contact_id());
    for thread in [&by_phone, &hidden] {
        assert_eq!(marketing(&agent, thread.contact_id()).await, ("opted_out".into(), "whatsapp".into()));
    }
    assert_eq!(says("resume").await, "");
    for thread in [&by_phone, &hidden] {
        assert_eq!(marketing(&agent, thread.contact_id()).await, ("allowed".into(), "whatsapp".into()));
    }
}

#[tokio::test]
async fn what_a_person_tells_whatsapp_is_heard_whatever_fails_of_others_before_it() {
    let world = fresh_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let thread = ada.writes("hello").await;
    let (number, other) = (world.number_at_meta().await, world.tenant(1).id);
    world.template_at_meta(&number.waba_id, "parcel_shipped").await;
    world.connects(&number, &other).await.expecting(201);
    let template = world.agent_of(1).template_named(&number.waba_id, "parcel_shipped").await;
    let [name, language] = ["name", "language"].map(|key| template[key].as_str().unwrap().to_owned());
    let account = format!("T#{other}#TEMPLATES#{}", number.waba_id);
    world.garbles_the_item(&account, &format!("TEMPLATE#{name}#{language}"), "standing").await;

    // Meta puts what happens at the same time into one webhook, whoever it concerns.
    let paused = json!({ "event": "PAUSED", "message_template_name": name, "message_template_language": language });
    let mut both = payload::field(&number.waba_id, "message_template_status_update", &paused);
    let stop = preference(&ada, "stop", world.clock().now().await);
    both["entry"].as_array_mut().unwrap().push(stop["entry"][0].clone());
    assert_eq!(world.post_webhook(&both).await, 200);
    world.settles().await;

    assert_eq!(marketing(&agent, thread.contact_id()).await, ("opted_out".into(), "whatsapp".into()));
    let outcomes = world.outcomes().await;
    let left = outcomes.iter().filter(|outcome| outcome.outcome == "accepted").map(|outcome| &*outcome.field);
    assert_eq!(left.collect::<Vec<_>>(), ["message_template_status_update"]);
}

#[tokio::test]
async fn a_refusal_because_they_told_whatsapp_so_opts_out() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 1, json!({ "status": 400, "code": 131_050 })).await;
    let reply = world.agent().replies_to(&thread, "our offer").await.expecting(202);
    world.settles().await;

    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "failed");
    assert_eq!(marketing(&world.agent(), thread.contact_id()).await, ("opted_out".into(), "refusal".into()));
}

#[tokio::test]
async fn an_agent_writes_down_what_somebody_said_and_how_they_agreed() {
    let world = shared_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let thread = ada.writes("stop").await;
    let id = thread.contact_id();

    let again = changes(&agent, id, json!({ "marketing": { "status": "allowed" } })).await;
    assert_eq!((&again["marketing"]["status"], &again["marketing"]["source"]), (&json!("allowed"), &json!("user")));
    assert!(again["marketing"]["user_id"].is_string(), "{again}");
    assert_eq!(again["consent"]["status"], "unknown");
    let given = json!({ "consent": { "status": "given", "source": "form at the counter" } });
    let agreed = changes(&agent, id, given).await;
    let withdrawn = changes(&agent, id, json!({ "consent": { "status": "withdrawn", "source": "by phone" } })).await;

    assert_eq!(
        (&agreed["consent"]["status"], &agreed["consent"]["source"]),
        (&json!("given"), &json!("form at the counter"))
    );
    assert_eq!(withdrawn["consent"]["status"], "withdrawn");
    assert_eq!(withdrawn["consent"]["history"].as_array().unwrap().len(), 2, "{withdrawn}");
    let imported = json!({ "name": "Bob", "consent": { "status": "given", "source": "import" } });
    let made = agent.post("/v1/contacts", imported).await.expecting(201);
    assert_eq!(made.body["consent"]["status"], "given");
    let blank = json!({ "consent": { "status": "given", "source": " " } });
    agent.calls(Method::PATCH, &format!("/v1/contacts/{id}"), Some(blank)).await.expecting(422);
}

#[tokio::test]
async fn what_somebody_blocked_writes_is_not_received_and_says_so() {
    let world = fresh_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let thread = ada.writes("hello").await;
    let before = agent.ticket(&thread).await;
    let sent_before = world.clock().now().await;
    world.clock().advance("PT1M").await;

    let contact = block(&agent, Method::POST, &thread).await;
    assert!(contact["blocked"]["at"].is_string() && contact["blocked"]["user_id"].is_string(), "{contact}");
    let now = world.clock().now().await;
    let outcomes = world.outcomes_of(&payload::messages(&ada, &[payload::text(&ada, now, "let me in")])).await;
    assert_eq!((outcomes[0].outcome.as_str(), outcomes[0].reason.as_str()), ("dropped", "blocked"));
    let files = world.file_requests().await;
    let photo = json!({ "type": "image", "image": { "bytes_base64": "iVBORw0KGgo=", "mime_type": "image/png" } });
    ada.sends(photo).await;
    ada.writing_to(0, 1).sends(json!({ "type": "text", "text": { "body": "by the other number" } })).await;
    world.settles().await;

    assert_eq!(agent.reads(&thread).await, ["hello"]);
    assert_eq!((agent.tickets().await.len(), agent.ticket(&thread).await), (1, before));
    assert_eq!(world.file_requests().await, files);
    // What they had sent before the block is received, and what they tell of themselves is kept.
    ada.wrote("sent before", sent_before).await;
    ada.sends(json!({ "type": "text", "text": { "body": "STOP" } })).await;
    world.settles().await;
    assert_eq!(agent.reads(&thread).await, ["hello", "sent before"]);
    assert_eq!(marketing(&agent, thread.contact_id()).await.0, "opted_out");

    let free = block(&agent, Method::DELETE, &thread).await;
    assert!(free["blocked"].is_null(), "{free}");
    ada.writes("may I?").await;
    assert_eq!(agent.reads(&thread).await, ["hello", "sent before", "may I?"]);
}

#[tokio::test]
async fn a_block_holds_for_whoever_the_contact_turns_out_to_be() {
    let world = fresh_world().await;
    let (agent, ada, user_id) = (world.agent(), world.customer("Ada"), world.fresh_user_id());
    let thread = ada.writes("by phone").await;
    world.clock().advance("PT1M").await;
    block(&agent, Method::POST, &thread).await;

    // A message that is not received still tells that the id is hers.
    ada.writes_showing(&user_id, "with both").await;
    ada.hiding_as(&user_id).sends(json!({ "type": "text", "text": { "body": "hidden" } })).await;
    world.settles().await;

    assert_eq!(agent.tickets().await.len(), 1);
    assert_eq!(agent.reads(&thread).await, ["by phone"]);
}

#[tokio::test]
async fn a_file_that_waits_is_not_fetched_once_its_sender_is_blocked() {
    let world = fresh_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    world.fault_at("/v24.0/", 2, json!({ "status": 503, "code": 131_016 })).await;
    ada.sends(json!({ "type": "image", "image": { "bytes_base64": "iVBORw0KGgo=", "mime_type": "image/png" } })).await;
    world.settles().await;
    let thread = ada.thread().await;

    block(&agent, Method::POST, &thread).await;
    let files = world.file_requests().await;
    world.clock().advance("PT2H").await;

    let message = &agent.messages(&thread).await[0];
    let attachment = &message["attachments"][0];
    assert_eq!((&attachment["status"], &attachment["reason"]), (&json!("unavailable"), &json!("blocked")), "{message}");
    assert_eq!(world.file_requests().await, files);
}

fn spring_offer() -> Value {
    json!({ "template": { "name": "spring_offer", "language": "en_US", "variables": ["Ada"] } })
}

fn order_update() -> Value {
    let variables = json!({ "1": "Ada", "2": "A-17", "buttons.0": "A-17" });
    json!({ "template": { "name": "order_update", "language": "en_US", "variables": variables } })
}

async fn sends(agent: &Agent, thread: &Thread, message: Value) -> Answer {
    agent.post(&format!("/v1/threads/{}/messages", thread.id), message).await
}

#[tokio::test]
async fn marketing_is_refused_to_who_opted_out_and_everything_else_goes_out() {
    let world = shared_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let thread = ada.writes("Stop offers").await;

    let refused = sends(&agent, &thread, spring_offer()).await;
    assert_eq!((refused.status, refused.code()), (409, "contact_opted_out"), "{refused:?}");
    assert!(refused.body["since"].is_string(), "{refused:?}");
    let conversation = json!({ "channel_id": ada.channel.id, "contact_id": thread.contact_id() });
    let mut begun = spring_offer();
    begun.as_object_mut().unwrap().extend(conversation.as_object().unwrap().clone());
    let begun = agent.post("/v1/conversations", begun).await;
    assert_eq!((begun.status, begun.code()), (409, "contact_opted_out"), "{begun:?}");
    sends(&agent, &thread, order_update()).await.expecting(202);
    agent.replies_to(&thread, "as you wish").await.expecting(202);
    world.settles().await;
    assert_eq!(ada.phone().received().await.len(), 2);

    changes(&agent, thread.contact_id(), json!({ "marketing": { "status": "allowed" } })).await;
    sends(&agent, &thread, spring_offer()).await.expecting(202);
    world.settles().await;
    assert_eq!(ada.phone().received().await.len(), 3);
}

#[tokio::test]
async fn nothing_is_sent_to_who_is_blocked() {
    let world = shared_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let thread = ada.writes("hello").await;
    block(&agent, Method::POST, &thread).await;

    for message in [json!({ "text": "hello" }), order_update(), spring_offer()] {
        let refused = sends(&agent, &thread, message).await;
        assert_eq!((refused.status, refused.code()), (409, "contact_blocked"), "{refused:?}");
    }
    world.settles().await;
    assert!(world.graph_requests_to("Ada").await.is_empty());

    block(&agent, Method::DELETE, &thread).await;
    agent.replies_to(&thread, "hello again").await.expecting(202);
    world.settles().await;
    assert_eq!(ada.phone().received().await, ["hello again"]);
}

#[tokio::test]
async fn what_waits_to_be_sent_is_not_sent_any_more_once_it_is_not_wanted() {
    let world = fresh_world().await;
    let agent = world.agent();
    let (ada, eve) = (world.customer("Ada"), world.customer("Eve"));
    let (to_ada, to_eve) = (ada.writes("hello").await, eve.writes("hello").await);
    for name in ["Ada", "Eve"] {
        world.fault(name, 6, json!({ "status": 400, "code": 131_056 })).await;
    }
    let reply = agent.replies_to(&to_ada, "in a moment").await.expecting(202);
    let offer = sends(&agent, &to_eve, spring_offer()).await.expecting(202);
    world.settles().await;
    for name in ["Ada", "Eve"] {
        world.passes_until_asked(4, name).await;
    }
    let asked = world.graph_requests_to("Ada").await.len() + world.graph_requests_to("Eve").await.len();

    block(&agent, Method::POST, &to_ada).await;
    eve.writes("stop").await;
    world.clock().advance("PT10M").await;

    let failure = async |thread: &Thread, sent: &Answer| {
        let message = agent.message(thread, sent.id()).await;
        assert_eq!(message["status"], "failed", "{message}");
        message["failure"]["code"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(failure(&to_ada, &reply).await, "contact_blocked");
    assert_eq!(failure(&to_eve, &offer).await, "contact_opted_out");
    assert_eq!(world.graph_requests_to("Ada").await.len() + world.graph_requests_to("Eve").await.len(), asked);
}
