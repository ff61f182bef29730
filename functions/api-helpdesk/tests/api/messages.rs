//! What can never be sent, or kept to be sent.

use serde_json::json;

use crate::calls::{refused, request, token_of};
use crate::{THREAD, code_of, problem_of};

#[tokio::test]
async fn a_message_that_can_never_be_sent_is_refused_at_once() {
    let long = json!({"text": "ä".repeat(4097)}).to_string();
    for (body, status, code) in [
        ("", 400, "body_not_json"),
        ("{}", 422, "message_empty"),
        (r#"{"text": null}"#, 422, "message_empty"),
        (r#"{"text": 7}"#, 422, "body_invalid"),
        (r#"{"text": " \n"}"#, 422, "text_empty"),
        (r#"{"text": "hello", "format": "bbcode"}"#, 422, "body_invalid"),
        (r#"{"text": "<p></p><!-- hello -->", "format": "html"}"#, 422, "text_empty"),
        (r#"{"text": "hello", "reply_to": "wamid.1"}"#, 422, "no_such_quoted_message"),
        (long.as_str(), 422, "text_too_long"),
        (r#"{"attachments": [{}]}"#, 422, "attachment_invalid"),
        (r#"{"attachments": [{"upload_id": "upl_1", "library_id": "lib_1"}]}"#, 422, "attachment_invalid"),
        (r#"{"attachments": [{"upload_id": "upl_1"}]}"#, 422, "no_such_upload"),
        (r#"{"attachments": [{"library_id": "lib_1"}]}"#, 422, "no_such_library_item"),
        (r#"{"location": {"latitude": 91, "longitude": 0}}"#, 422, "location_invalid"),
        (r#"{"contacts": []}"#, 422, "contacts_invalid"),
        (r#"{"contacts": [{"company": "Acme"}]}"#, 422, "contacts_invalid"),
        (r#"{"template": {"name": "a", "language": "en"}, "text": "x"}"#, 422, "template_not_alone"),
        (
            r#"{"template": {"name": "a", "language": "en"}, "reply_to": "msg_00000000000000000000000000000001"}"#,
            422,
            "template_not_alone",
        ),
        (r#"{"text": "x", "then": {"text": "y"}}"#, 422, "then_without_template"),
        (r#"{"template": {"name": "a", "language": "en"}, "then": {}}"#, 422, "message_empty"),
        (r#"{"template": {"name": "a"}}"#, 422, "body_invalid"),
        (r#"{"template": {"name": "a", "language": "en", "variables": "Ada"}}"#, 422, "body_invalid"),
        (r#"{"template": {"name": "a", "language": "en", "header": {}}}"#, 422, "header_invalid"),
        (r#"{"template": {"name": "a", "language": "en", "header": {"upload_id": "u"}}}"#, 422, "no_such_upload"),
        (r#"{"reaction": {"message_id": "msg_1", "emoji": "👍"}, "text": "x"}"#, 422, "reaction_not_alone"),
        (r#"{"reaction": {"message_id": "msg_1", "emoji": "👍"}}"#, 422, "no_such_reaction_target"),
    ] {
        let request = request("POST", &format!("{THREAD}/messages"), token_of("agent"), body);
        assert_eq!(code_of(request).await, refused(status, code), "{body}");
    }
    let problem = problem_of(request("POST", &format!("{THREAD}/messages"), token_of("agent"), &long)).await;
    assert_eq!((&problem["characters"], &problem["limit"]), (&json!(4097), &json!(4096)));
}

#[tokio::test]
async fn a_conversation_with_nobody_is_refused_at_once() {
    let channel = r#""channel_id": "chn_00000000000000000000000000000007""#;
    for (whom, code) in [
        (r#""text": "hello""#, "recipient_invalid"),
        (r#""to": "+1 202 555 0142", "contact_id": "con_00000000000000000000000000000007""#, "recipient_invalid"),
        (r#""to": "202 555 0142""#, "phone_invalid"),
        (r#""to": "202 555 0142", "country": "ZZ""#, "country_invalid"),
        (r#""contact_id": "7""#, "body_invalid"),
        (r#""to": "+1 202 555 0142""#, "message_empty"),
    ] {
        let request = request("POST", "/v1/conversations", token_of("agent"), &format!("{{{channel}, {whom}}}"));
        assert_eq!(code_of(request).await, refused(422, code), "{whom}");
    }
}

#[tokio::test]
async fn a_file_that_whatsapp_does_not_take_is_refused_before_it_is_uploaded() {
    for (body, code, rule) in [
        (r#"{"filename": "a.gif", "mime_type": "image/gif", "size": 10}"#, "media_not_allowed", "type"),
        (r#"{"filename": "a.png", "mime_type": "image/png", "size": 5242881}"#, "media_not_allowed", "size"),
        (r#"{"filename": "a.pdf", "mime_type": "application/pdf", "size": 0}"#, "media_not_allowed", "empty"),
        (r#"{"filename": "a/b.pdf", "mime_type": "application/pdf", "size": 1}"#, "filename_invalid", ""),
        (r#"{"filename": "a.pdf", "mime_type": "application/pdf"}"#, "body_invalid", ""),
    ] {
        let problem = problem_of(request("POST", "/v1/uploads", token_of("agent"), body)).await;
        assert_eq!((&problem["status"], &problem["code"]), (&json!(422), &json!(code)), "{body}");
        assert_eq!(problem["rule"].as_str().unwrap_or_default(), rule, "{problem}");
        assert!(rule.is_empty() || problem["advice"].is_string(), "{problem}");
    }
}

#[tokio::test]
async fn what_cannot_be_kept_in_the_library_is_refused_at_once() {
    for (body, code) in [
        (r#"{"kind": "snippet", "title": "Hi", "text": " "}"#, "text_empty"),
        (r#"{"kind": "snippet", "title": " ", "text": "Hi"}"#, "library_item_invalid"),
        (r#"{"kind": "snippet", "title": "Hi"}"#, "library_item_invalid"),
        (r#"{"kind": "document", "title": "Hi", "upload_id": "upl_1"}"#, "no_such_upload"),
        (r#"{"kind": "poem", "title": "Hi", "text": "Hi"}"#, "body_invalid"),
    ] {
        let answer = code_of(request("POST", "/v1/library", token_of("agent"), body)).await;
        assert_eq!(answer, refused(422, code), "{body}");
    }
}
