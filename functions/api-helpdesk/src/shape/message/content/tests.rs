use domain::attachment::State;
use domain::content::person::CardName;
use domain::content::{Media, Notice as Told, NoticeKind};
use domain::{Attachment as File, Identity};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

fn message(n: u128) -> MessageId {
    Uuid::from_u128(n).into()
}

/// What is said, without what is empty.
fn shown(said: Said) -> Value {
    let mut shown = serde_json::to_value(Content::of(said, message(1))).unwrap();
    shown.as_object_mut().unwrap().retain(|_, value| !value.is_null() && *value != json!([]));
    shown
}

fn picture(kind: MediaKind, state: State) -> Media {
    let attachment =
        File { filename: Some("cat.webp".into()), mime_type: "image/webp".into(), size: None, sha256: None, state };
    Media { kind, caption: None, attachment }
}

#[test]
fn a_file_is_listed_with_what_is_known_of_it() {
    let pending = picture(MediaKind::Sticker { animated: true }, State::Pending { media_id: "1".into() });
    let file = json!({
        "id": "att_00000000000000000000000000000001", "status": "pending", "filename": "cat.webp",
        "mime_type": "image/webp", "size": null, "reason": null,
    });
    assert_eq!(
        shown(Said::Media(pending)),
        json!({"type": "sticker", "text": "cat.webp", "html": "<p>cat.webp</p>", "animated": true, "attachments": [file]})
    );
    let gone = picture(MediaKind::Voice, State::Unavailable { reason: "expired".into() });
    let gone = shown(Said::Media(gone));
    assert_eq!((&gone["type"], &gone["attachments"][0]["reason"]), (&json!("voice"), &json!("expired")));
}

#[test]
fn a_caption_has_marks_and_the_name_of_a_file_has_none() {
    let html = |caption: Option<&str>| {
        let mut media = picture(MediaKind::Image, State::Pending { media_id: "1".into() });
        media.caption = caption.map(str::to_owned);
        media.attachment.filename = Some("_draft_.webp".into());
        shown(Said::Media(media))["html"].clone()
    };
    assert_eq!(html(Some("_draft_ <1>")), "<p><em>draft</em> &lt;1&gt;</p>");
    assert_eq!(html(None), "<p>_draft_.webp</p>");
    assert_eq!(html(Some(" ")), Value::Null);
}

#[test]
fn the_answers_of_a_form_are_json_or_the_text_that_they_are() {
    let form = |response: &str| {
        let form = domain::content::Form { name: None, body: Some("Sent".into()), response: response.into() };
        shown(Said::Form(form))["form"]["response"].clone()
    };
    assert_eq!(form(r#"{"size": ["M"]}"#), json!({"size": ["M"]}));
    assert_eq!(form("size M"), json!("size M"));
}

#[test]
fn a_notice_names_what_the_customer_was_called_before() {
    let previous = vec![Identity::Phone("15550100001".into()), Identity::Bsuid("US.1".into())];
    let told = Told { about: NoticeKind::ChangedNumber, previous, text: None };
    let notice = json!({"about": "changed_number", "previous": ["+15550100001", "US.1"]});
    assert_eq!(shown(Said::Notice(told)), json!({"type": "notice", "notice": notice}));
}

#[test]
fn a_card_shows_what_is_on_it_and_leads_with_its_name() {
    let name = CardName { formatted: "Ada Lovelace".into(), ..CardName::default() };
    let card = domain::content::SharedContact { name: Some(name), ..domain::content::SharedContact::default() };
    let shown = shown(Said::Contacts { contacts: vec![card] });
    assert_eq!(shown["text"], "Ada Lovelace");
    assert_eq!(shown["contacts"][0]["name"], json!({"formatted": "Ada Lovelace", "first": null, "last": null}));
    assert_eq!((&shown["contacts"][0]["phones"], &shown["contacts"][0]["is_own"]), (&json!([]), &json!(false)));
}

#[test]
fn a_place_is_two_numbers_and_what_it_is_called() {
    let place =
        domain::content::Location { name: Some("Gate".into()), ..domain::content::Location::at(52.5, 13.25).unwrap() };
    let location = json!({"latitude": 52.5, "longitude": 13.25, "name": "Gate", "address": null, "url": null});
    assert_eq!(
        shown(Said::Location(place)),
        json!({"type": "location", "text": "Gate", "html": "<p>Gate</p>", "location": location})
    );
}

#[test]
fn a_placeholder_and_our_own_reaction_say_what_they_are_about() {
    let deleted = Placeholder {
        kind: "revoke".into(),
        reason: "deleted".into(),
        text: None,
        emoji: None,
        target: Some(message(2)),
        original: "{}".into(),
    };
    let target = "msg_00000000000000000000000000000002";
    assert_eq!(shown(Said::Placeholder(deleted)), json!({"type": "revoke", "reason": "deleted", "target": target}));
    let removed = Reaction { target: message(2), emoji: String::new() };
    assert_eq!(shown(Said::Reaction(removed)), json!({"type": "reaction", "target": target}));
}

#[test]
fn what_is_hidden_shows_its_kind_and_what_was_found_and_no_file() {
    let attachment = picture(MediaKind::Image, State::Pending { media_id: "1".into() }).attachment;
    let findings = vec!["payment_card".to_owned()];
    let hidden = Hidden { kind: "image".into(), reason: None, findings, attachment: Some(attachment) };
    assert_eq!(
        shown(Said::Hidden(hidden)),
        json!({"type": "image", "reason": "moderated", "findings": ["payment_card"]})
    );
}
