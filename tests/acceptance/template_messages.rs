//! A template goes out filled, in a session or not; what would not go is refused with the reason and what would.

use acceptance::{Agent, Customer, Number, Thread, World, files};
use serde_json::{Value, json};

use crate::{fresh_world, shared_world};

/// What the seeded template for orders takes.
fn order_update() -> Value {
    json!({ "name": "order_update", "language": "en_US", "variables": { "1": "Ada", "2": "A-17", "buttons.0": "A-17" } })
}

const ORDER_TEXT: &str = "Hello Ada, your order A-17 has left our house and will be with you soon.";

async fn sends_template(agent: &Agent, thread: &Thread, template: Value) -> acceptance::Answer {
    agent.sends(thread, json!({ "template": template })).await
}

/// A number of an account of its own with one template, and a customer who has written to it.
async fn written_to(world: &World, template: Value) -> (Number, Customer, Thread) {
    let number = world.number_at_meta().await;
    world.template_made_at_meta(&number.waba_id, template).await;
    let channel = world.connects(&number, &world.tenant(0).id).await.expecting(201);
    let customer = world.customer(&number.waba_id).writing_to_number(&number, channel.id());
    let thread = customer.writes("hello").await;
    (number, customer, thread)
}

#[tokio::test]
async fn after_the_session_a_template_goes_out_and_the_thread_shows_it_as_filled() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.clock().advance("PT25H").await;

    let refused = world.agent().replies_to(&thread, "are you there?").await;
    let sent = sends_template(&world.agent(), &thread, order_update()).await.expecting(202);
    world.settles().await;

    assert_eq!((refused.status, refused.code()), (409, "session_closed"));
    let message = world.agent().message(&thread, sent.id()).await;
    assert_eq!(
        (&message["type"], &message["text"], &message["status"]),
        (&json!("template"), &json!(ORDER_TEXT), &json!("read"))
    );
    assert_eq!(
        message["template"],
        json!({
            "name": "order_update", "language": "en_US", "category": "utility", "header": null, "body": ORDER_TEXT,
            "footer": null,
            "buttons": [{ "label": "Track it", "url": "https://example.com/track/A-17", "code": null }],
        })
    );
    assert_eq!(world.agent().ticket(&thread).await["last_message"]["text"], ORDER_TEXT);
    assert_eq!(ada.phone().shows().await, ["hello", ORDER_TEXT]);
    let request = world.graph_requests_to("Ada").await.pop().unwrap().body;
    assert_eq!(request["biz_opaque_callback_data"], json!(sent.id()));
    assert_eq!(
        request["template"],
        json!({
            "name": "order_update", "language": { "code": "en_US" },
            "components": [
                { "type": "body", "parameters": [{ "type": "text", "text": "Ada" }, { "type": "text", "text": "A-17" }] },
                { "type": "button", "sub_type": "url", "index": "0", "parameters": [{ "type": "text", "text": "A-17" }] },
            ],
        })
    );
}

#[tokio::test]
async fn a_template_in_a_closed_tickets_thread_reopens_it_and_the_answer_lands_there() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.clock().advance("PT25H").await;
    world.agent().closes(&thread).await;

    sends_template(&world.agent(), &thread, order_update()).await.expecting(202);
    world.settles().await;
    let reopened = world.agent().ticket(&thread).await;
    let answered = ada.writes("thank you").await;

    assert_eq!((&reopened["status"], &reopened["closed_at"]), (&json!("open"), &Value::Null));
    assert_eq!(answered.id, thread.id);
    assert_eq!(world.agent().reads(&thread).await, ["hello", ORDER_TEXT, "thank you"]);
    world.agent().replies_to(&thread, "you are welcome").await.expecting(202);
    world.settles().await;
    assert_eq!(ada.phone().received().await, [ORDER_TEXT, "you are welcome"]);
}

#[tokio::test]
async fn the_answer_lands_where_the_template_was_sent_even_if_a_later_ticket_is_open() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let first = ada.writes("about my first order").await;
    world.agent().closes(&first).await;
    let second = ada.writes("about my second order").await;

    sends_template(&world.agent(), &first, order_update()).await.expecting(202);
    world.settles().await;
    ada.sends(json!({ "type": "text", "text": { "body": "thank you" } })).await;
    world.settles().await;

    assert_ne!(first.id, second.id);
    assert_eq!(world.agent().reads(&first).await, ["about my first order", ORDER_TEXT, "thank you"]);
    assert_eq!(world.agent().reads(&second).await, ["about my second order"]);
    world.agent().replies_to(&second, "both are with you soon").await.expecting(202);
}

#[tokio::test]
async fn a_template_in_an_old_thread_does_not_end_the_session_of_the_latest() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let old = ada.writes("about my first order").await;
    world.agent().closes(&old).await;
    world.clock().advance("PT25H").await;
    let latest = ada.writes("about my second order").await;
    assert_ne!(old.id, latest.id);

    sends_template(&world.agent(), &old, order_update()).await.expecting(202);
    world.agent().replies_to(&old, "it is on its way").await.expecting(202);
    sends_template(&world.agent(), &old, order_update()).await.expecting(202);
    world.settles().await;

    assert_eq!(ada.phone().received().await, [ORDER_TEXT, "it is on its way", ORDER_TEXT]);
    let usage = world.agent().get("/v1/usage").await.expecting(200).body;
    assert_eq!((&usage["used"], &usage["reserved"]), (&json!(0), &json!(0)), "{usage}");
}

#[tokio::test]
async fn variables_come_from_the_request_then_from_the_contact_then_from_their_fallback() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    let agent = world.agent();
    let reminder =
        |variables: Value| json!({ "name": "appointment_reminder", "language": "en", "variables": variables });

    let missing = sends_template(&agent, &thread, reminder(json!({}))).await;
    let property = json!({ "first_name": { "property": "nickname" }, "day": { "property": "name" } });
    let still_missing = sends_template(&agent, &thread, reminder(property)).await;
    agent.changes_contact(thread.contact_id(), json!({ "properties": { "first_name": "Augusta" } })).await;
    let by_property = sends_template(&agent, &thread, reminder(json!({ "day": { "fallback": "Friday" } }))).await;
    let given = reminder(json!({ "first_name": "Ada", "day": { "property": "visit", "fallback": "Monday" } }));
    let by_request = sends_template(&agent, &thread, given).await;
    world.settles().await;

    assert_eq!((missing.status, missing.code()), (422, "variables_missing"));
    assert_eq!(missing.body["missing"], json!(["first_name", "day"]));
    assert_eq!(still_missing.body["missing"], json!(["first_name"]));
    let text = |name: &str, day: &str| {
        format!(
            "Hello {name}, we are looking forward to seeing you here on {day} at noon.\n\nWrite to us if you cannot come."
        )
    };
    assert_eq!(by_property.expecting(202).data()[0]["text"], text("Augusta", "Friday"));
    assert_eq!(by_request.expecting(202).data()[0]["text"], text("Ada", "Monday"));
    assert_eq!(ada.phone().received().await, [text("Augusta", "Friday"), text("Ada", "Monday")]);
}

#[tokio::test]
async fn values_may_be_given_in_order_and_what_whatsapp_takes_in_none_is_refused() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let offer = |variables: Value| json!({ "name": "spring_offer", "language": "en_US", "variables": variables });

    let sent = sends_template(&world.agent(), &thread, offer(json!(["Ada"]))).await.expecting(202);
    let refused = sends_template(&world.agent(), &thread, offer(json!(["Ada\nLovelace"]))).await;

    let text = "Spring is here\n\nHello Ada, until the end of the month everything green costs half.";
    assert_eq!(
        (&sent.data()[0]["text"], &sent.data()[0]["template"]["header"]),
        (&json!(text), &json!("Spring is here"))
    );
    assert_eq!((refused.status, refused.code(), &refused.body["invalid"]), (422, "variables_invalid", &json!(["1"])));
}

#[tokio::test]
async fn what_meta_does_not_send_now_is_refused_with_the_reason_and_what_could_go_instead() {
    let world = shared_world().await;
    let body = |text: &str| json!([{ "type": "BODY", "text": text }]);
    let german = json!({ "name": "parcel", "language": "de", "components": body("Ihr Paket ist da.") });
    let (number, _, thread) = written_to(&world, german).await;
    let english = json!({ "name": "parcel", "language": "en", "components": body("Your parcel is here.") });
    let meta_id = world.template_made_at_meta(&number.waba_id, english).await;
    let channel = thread.ticket["channel_id"].as_str().unwrap();
    world.caller(0, "admin").syncs_templates(channel).await.expecting(200);
    let agent = world.agent();
    let parcel = |language: &str| json!({ "name": "parcel", "language": language });
    let alternatives = json!([{ "name": "parcel", "language": "de", "category": "utility" }]);

    let unknown = sends_template(&agent, &thread, parcel("fr")).await;
    assert_eq!((unknown.status, unknown.code()), (422, "no_such_template"));
    assert_eq!(unknown.body["alternatives"].as_array().unwrap().len(), 2);
    for event in ["PAUSED", "DISABLED", "REJECTED", "ARCHIVED"] {
        world.meta_reviews(&meta_id, json!({ "event": event, "reason": "ABUSIVE_CONTENT" })).await;
        let refused = sends_template(&agent, &thread, parcel("en")).await;
        assert_eq!((refused.status, refused.code()), (409, "template_not_sendable"), "{refused:?}");
        assert_eq!(refused.body["template_status"], event.to_lowercase());
        assert_eq!(refused.body["reason"]["code"], "abusive_content");
        assert_eq!(refused.body["alternatives"], alternatives);
    }
    world.meta_reviews(&meta_id, json!({ "event": "APPROVED" })).await;
    sends_template(&agent, &thread, parcel("en")).await.expecting(202);
}

#[tokio::test]
async fn a_template_that_meta_recategorised_goes_only_if_its_category_is_named() {
    let world = shared_world().await;
    let parcel = json!({ "name": "parcel", "components": [{ "type": "BODY", "text": "Your parcel is here." }] });
    let (number, customer, thread) = written_to(&world, parcel).await;
    let template = world.agent().template_named(&number.waba_id, "parcel").await;
    world.meta_reviews(template["meta_id"].as_str().unwrap(), json!({ "category": "MARKETING" })).await;
    let named = |category: Value| json!({ "name": "parcel", "language": "en", "category": category });

    for category in [Value::Null, json!("utility")] {
        let refused = sends_template(&world.agent(), &thread, named(category)).await;
        assert_eq!((refused.status, refused.code()), (409, "template_recategorised"), "{refused:?}");
        assert_eq!(
            (&refused.body["category"], &refused.body["previous_category"]),
            (&json!("marketing"), &json!("utility"))
        );
    }
    sends_template(&world.agent(), &thread, named(json!("marketing"))).await.expecting(202);
    world.settles().await;
    assert_eq!(customer.phone().received().await, ["Your parcel is here."]);
}

#[tokio::test]
async fn a_file_above_the_body_is_checked_goes_out_and_is_shown() {
    let world = shared_world().await;
    let parts = json!([{ "type": "HEADER", "format": "IMAGE" }, { "type": "BODY", "text": "This is your parcel." }]);
    let (_, customer, thread) = written_to(&world, json!({ "name": "picture", "components": parts })).await;
    let agent = world.agent();
    let picture = agent.uploads("parcel.jpg", "image/jpeg", files::jpeg(8, 8, "above a body")).await;
    let film = agent.uploads("parcel.mp4", "video/mp4", files::mp4("above a body")).await;
    let bad = agent.uploads("bad.jpg", "image/jpeg", files::pdf("above a body")).await;
    let with = |header: Value| json!({ "name": "picture", "language": "en", "header": header });

    let missing = sends_template(&agent, &thread, with(Value::Null)).await;
    let other = sends_template(&agent, &thread, with(json!({ "upload_id": film }))).await;
    let not_one = sends_template(&agent, &thread, with(json!({ "upload_id": bad }))).await;
    let place =
        sends_template(&agent, &thread, with(json!({ "location": { "latitude": 1.0, "longitude": 2.0 } }))).await;
    let sent = sends_template(&agent, &thread, with(json!({ "upload_id": picture }))).await.expecting(202);
    world.settles().await;

    assert_eq!((missing.code(), &missing.body["missing"]), ("variables_missing", &json!(["header"])));
    assert_eq!(
        (other.code(), &other.body["wanted"], &other.body["given"]),
        ("header_not_allowed", &json!("image"), &json!("video"))
    );
    assert_eq!((not_one.code(), &not_one.body["rule"]), ("media_not_allowed", &json!("content")));
    assert_eq!((place.code(), &place.body["given"]), ("header_not_allowed", &json!("location")));
    let message = agent.message(&thread, sent.id()).await;
    assert_eq!((&message["status"], &message["attachments"][0]["filename"]), (&json!("read"), &json!("parcel.jpg")));
    let got = customer.phone().got().await;
    assert_eq!((&got[0]["text"], &got[0]["file"]["mime_type"]), (&json!("This is your parcel."), &json!("image/jpeg")));
}

#[tokio::test]
async fn a_template_that_meta_pauses_meanwhile_fails_with_metas_reason() {
    let world = shared_world().await;
    let parcel = json!({ "name": "parcel", "components": [{ "type": "BODY", "text": "Your parcel is here." }] });
    let (number, _, thread) = written_to(&world, parcel).await;
    let template = world.agent().template_named(&number.waba_id, "parcel").await;
    let review = json!({ "event": "PAUSED", "silently": true });
    world.meta_reviews(template["meta_id"].as_str().unwrap(), review).await;

    let sent =
        sends_template(&world.agent(), &thread, json!({ "name": "parcel", "language": "en" })).await.expecting(202);
    world.settles().await;

    let message = world.agent().message(&thread, sent.id()).await;
    assert_eq!((&message["status"], &message["failure"]["code"]), (&json!("failed"), &json!("132015")), "{message}");
}

#[tokio::test]
async fn who_hides_their_number_gets_templates_by_their_id_but_no_codes() {
    let world = shared_world().await;
    let ada = world.customer_without_number("Ada without number");
    let thread = ada.writes("hello").await;
    let parts =
        json!([{ "type": "BODY", "text": "Your code is {{1}} for today.", "example": { "body_text": [["123456"]] } }]);
    let code = json!({ "name": "code", "category": "AUTHENTICATION", "components": parts });
    let waba_id = world.tenant(0).channel(0).waba_id;
    world.template_made_at_meta(&waba_id, code).await;
    world.caller(0, "admin").syncs_templates(&world.tenant(0).channel(0).id).await.expecting(200);

    let code = json!({ "name": "code", "language": "en", "variables": ["123456"] });
    let refused = sends_template(&world.agent(), &thread, code).await;
    sends_template(&world.agent(), &thread, order_update()).await.expecting(202);
    world.settles().await;

    assert_eq!((refused.status, refused.code()), (409, "template_needs_number"));
    assert_eq!(ada.phone().received().await, [ORDER_TEXT]);
}

#[tokio::test]
async fn the_same_key_sends_a_template_once() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let path = format!("/v1/threads/{}/messages", thread.id);
    let asks = async |template: Value| {
        let body = Some(json!({ "template": template }));
        let headers = [("idempotency-key", "a-template")];
        world.agent().tries(reqwest::Method::POST, &path, body, &headers).await.unwrap()
    };

    let first = asks(order_update()).await.expecting(202);
    let again = asks(order_update()).await.expecting(202);
    let other = asks(json!({ "name": "spring_offer", "language": "en_US", "variables": ["Ada"] })).await;
    world.settles().await;

    assert_eq!(first.id(), again.id());
    assert_eq!(other.code(), "idempotency_key_reused");
    assert_eq!(world.phone_of("Ada").received().await, [ORDER_TEXT]);
}
