//! What is bold in the agent's editor is bold on the phone, and what is bold on the phone is in the helpdesk.

use acceptance::{Agent, Answer, Thread};
use serde_json::{Value, json};

use crate::shared_world;

async fn writes(agent: &Agent, thread: &Thread, format: &str, text: &str) -> Answer {
    agent.post(&format!("/v1/threads/{}/messages", thread.id), json!({ "text": text, "format": format })).await
}

/// The text and the HTML of the last message.
async fn last(agent: &Agent, thread: &Thread) -> (Value, Value) {
    let message = agent.messages(thread).await.pop().unwrap();
    (message["text"].clone(), message["html"].clone())
}

#[tokio::test]
async fn markdown_goes_out_as_marks_and_is_shown_as_html() {
    let world = shared_world().await;
    let (agent, thread) = (world.agent(), world.customer("Ada").writes("what do I owe you?").await);

    let markdown = "**5 €**, as [agreed](https://shop.example/a_b):\n\n1. 2 * 3 = 6\n2. ~~minus~~ _less_ 1";
    writes(&agent, &thread, "markdown", markdown).await.expecting(202);
    world.settles().await;

    let marks = "*5 €*, as agreed (https://shop.example/a_b):\n\n1. 2 * 3 = 6\n2. ~minus~ _less_ 1";
    assert_eq!(world.phone_of("Ada").received().await, [marks]);
    let link = "<a href=\"https://shop.example/a_b\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">\
                https://shop.example/a_b</a>";
    let html = format!(
        "<p><strong>5 €</strong>, as agreed ({link}):</p>\
         <ol><li>2 * 3 = 6</li><li><del>minus</del> <em>less</em> 1</li></ol>"
    );
    assert_eq!(last(&agent, &thread).await, (json!(marks), json!(html)));
}

#[tokio::test]
async fn the_html_of_an_editor_goes_out_as_marks() {
    let world = shared_world().await;
    let (agent, thread) = (world.agent(), world.customer("Ada").writes("hello").await);

    let html = "<p>Dear <strong>Ada</strong>,<br>it is <em>*new*</em>:</p><ul><li><p>snake_case</p></li></ul>";
    writes(&agent, &thread, "html", html).await.expecting(202);
    world.settles().await;

    // The stars are the agent's own: a word joiner keeps WhatsApp from reading them as marks.
    let shown = world.phone_of("Ada").received().await.remove(0);
    assert_eq!(shown.replace('\u{2060}', ""), "Dear *Ada*,\nit is _*new*_:\n\n- snake_case");
    let html = "<p>Dear <strong>Ada</strong>,<br>it is <em>*new*</em>:</p><ul><li>snake_case</li></ul>";
    assert_eq!(last(&agent, &thread).await.1, html);
}

#[tokio::test]
async fn a_plain_reply_goes_out_exactly_as_it_is_typed() {
    let world = shared_world().await;
    let (agent, thread) = (world.agent(), world.customer("Ada").writes("hello").await);

    let typed = "*2 * 3* = 6, __init__\r\n\r\n**a** <b>";
    writes(&agent, &thread, "text", typed).await.expecting(202);
    agent.replies_to(&thread, typed).await.expecting(202);
    world.settles().await;

    assert_eq!(world.phone_of("Ada").received().await, [typed, typed]);
}

#[tokio::test]
async fn what_a_customer_writes_comes_with_html_that_is_safe() {
    let world = shared_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    for (text, html) in [
        ("*bold* and 2 * 3 = 6", "<p><strong>bold</strong> and 2 * 3 = 6</p>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
    ] {
        let thread = ada.writes(text).await;
        assert_eq!(last(&agent, &thread).await, (json!(text), json!(html)));
    }
}

#[tokio::test]
async fn a_reply_that_is_too_long_with_its_marks_is_refused_with_the_count_and_never_cut() {
    let world = shared_world().await;
    let (agent, thread) = (world.agent(), world.customer("Ada").writes("hello").await);

    let fits = format!("<b>{}</b>", "x".repeat(4094));
    let too_long = format!("<b>{}</b>", "x".repeat(4095));
    let refused = writes(&agent, &thread, "html", &too_long).await;
    world.settles().await;

    assert_eq!((refused.status, refused.code()), (422, "text_too_long"), "{refused:?}");
    assert_eq!((&refused.body["characters"], &refused.body["limit"]), (&json!(4097), &json!(4096)));
    assert!(world.graph_requests_to("Ada").await.is_empty());
    writes(&agent, &thread, "html", &fits).await.expecting(202);
}

#[tokio::test]
async fn the_same_words_in_another_format_are_another_reply() {
    let world = shared_world().await;
    let (agent, thread) = (world.agent(), world.customer("Ada").writes("hello").await);
    let key = uuid::Uuid::new_v4().to_string();
    let with_key = async |format: &str| {
        let (path, body) = (format!("/v1/threads/{}/messages", thread.id), json!({ "text": "*a*", "format": format }));
        agent.tries(reqwest::Method::POST, &path, Some(body), &[("idempotency-key", &key)]).await.unwrap()
    };

    with_key("markdown").await.expecting(202);

    assert_eq!(with_key("markdown").await.status, 202);
    assert_eq!(with_key("text").await.code(), "idempotency_key_reused");
}
