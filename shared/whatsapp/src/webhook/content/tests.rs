use domain::attachment::State;
use domain::content::{ChoiceKind, Media, MediaKind, Placeholder};
use serde_json::json;

use super::*;

/// Reads a message of a kind that says this.
fn said(kind: &str, said: &Value) -> Content {
    read(&json!({"type": kind, kind: said}))
}

fn media(kind: &str, file: &Value) -> Media {
    match said(kind, file) {
        Content::Media(media) => media,
        other => panic!("{other:?}"),
    }
}

/// The reason and the words of what is not shown.
fn hidden(message: &Value) -> (String, Option<String>) {
    match read(message) {
        Content::Placeholder(Placeholder { reason, text, .. }) => (reason, text),
        other => panic!("{message} is shown: {other:?}"),
    }
}

fn reason(message: &Value) -> String {
    hidden(message).0
}

#[test]
fn a_file_is_with_meta_yet_and_keeps_its_name_kind_and_digest() {
    let file = json!({
        "id": 1_908_647, "mime_type": "application/pdf", "filename": "../Rechnung März.pdf", "caption": "mine",
        "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "url": "https://media.invalid/1",
    });
    let Media { kind, caption, attachment } = media("document", &file);
    assert_eq!((kind, caption.as_deref()), (MediaKind::Document, Some("mine")));
    assert_eq!(attachment.filename.as_deref(), Some(".._Rechnung März.pdf"));
    assert_eq!(attachment.mime_type, "application/pdf");
    let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!((attachment.sha256.as_deref(), attachment.pending()), (Some(digest), Some("1908647")));
}

#[test]
fn a_digest_may_be_hexadecimal_or_without_padding_and_what_is_none_is_left_out() {
    let digest = |sha256: &str| media("image", &json!({"id": "1", "sha256": sha256})).attachment.sha256;
    let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(digest(&hex.to_uppercase()).as_deref(), Some(hex));
    assert_eq!(digest("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU").as_deref(), Some(hex));
    for odd in ["a1b2c3d4e5f6...", "aGVsbG8=", "?"] {
        assert_eq!(digest(odd), None, "{odd}");
    }
}

#[test]
fn every_kind_of_file_is_shown_as_what_it_is() {
    let kind = |kind: &str, extra: Value| {
        let mut file = json!({"id": "1"});
        file.as_object_mut().expect("an object").extend(extra.as_object().cloned().unwrap_or_default());
        media(kind, &file).kind
    };
    assert_eq!(kind("image", json!({})), MediaKind::Image);
    assert_eq!(kind("video", json!({"mime_type": "video/3gpp"})), MediaKind::Video);
    assert_eq!(kind("audio", json!({"voice": false})), MediaKind::Audio);
    assert_eq!(kind("audio", json!({"voice": true})), MediaKind::Voice);
    assert_eq!(kind("voice", json!({})), MediaKind::Voice);
    assert_eq!(kind("sticker", json!({"animated": true})), MediaKind::Sticker { animated: true });
    assert_eq!(kind("sticker", json!({})), MediaKind::Sticker { animated: false });
    let undeclared = media("image", &json!({"id": "1"})).attachment;
    assert!(
        undeclared.mime_type == "application/octet-stream"
            && undeclared.state == State::Pending { media_id: "1".into() }
    );
}

#[test]
fn a_file_that_meta_gives_no_id_for_says_why_and_keeps_its_words() {
    let without_id = json!({"type": "image", "image": {"caption": "a cat"}});
    assert_eq!(hidden(&without_id), ("media_without_id".into(), Some("a cat".into())));
    let named = json!({"type": "document", "document": {"filename": "a.pdf"}});
    assert_eq!(hidden(&named), ("media_without_id".into(), Some("a.pdf".into())));
    let too_large = json!({"type": "video", "video": {"id": "1"}, "errors": [{"code": 131_052}]});
    assert_eq!(reason(&too_large), "media_too_large");
    assert_eq!(reason(&json!({"type": "image", "image": [{"id": "1"}]})), "media_without_id");
}

#[test]
fn a_place_is_on_the_globe_or_not_shown() {
    let place = json!({"latitude": "52.5", "longitude": 13.25, "name": "Gate", "url": "https://place.invalid"});
    let Content::Location(location) = said("location", &place) else { panic!("not shown") };
    assert_eq!((f64::from(location.latitude), f64::from(location.longitude)), (52.5, 13.25));
    assert_eq!((location.name.as_deref(), location.address), (Some("Gate"), None));
    for odd in
        [json!({"latitude": 90.5, "longitude": 0}), json!({"latitude": "NaN", "longitude": 0}), json!({"latitude": 1})]
    {
        assert_eq!(reason(&json!({"type": "location", "location": odd})), "unreadable");
    }
    let named = json!({"type": "location", "location": {"name": "Nowhere"}});
    assert_eq!(hidden(&named).1.as_deref(), Some("Nowhere"));
}

#[test]
fn a_card_holds_what_whatsapp_gives_of_it() {
    let cards = json!([
        {
            "name": {"first_name": "Ada", "last_name": "Lovelace"},
            "phones": [{"phone": "+1 555 010 0001", "type": "CELL", "wa_id": "15550100001"}, {"type": "HOME"}],
            "emails": [{"email": "ada@example.com", "type": "WORK"}],
            "urls": [{"url": "https://ada.example"}],
            "addresses": [{"city": "London", "country_code": "gb"}, {"type": "HOME"}],
            "org": {"company": "Analytical Engines"},
            "birthday": "1815-12-10",
            "origin": "other",
            "vcard": "BEGIN:VCARD\nEND:VCARD",
        },
        {"origin": "contact_request", "phones": [{"wa_id": "15550100002"}], "vcard": "v".repeat(40_000)},
        "no card",
    ]);
    let Content::Contacts { contacts } = said("contacts", &cards) else { panic!("not shown") };
    let [ada, own] = &contacts[..] else { panic!("two cards") };
    assert_eq!((ada.label(), ada.phones.len(), ada.is_own), (Some("Ada Lovelace"), 1, false));
    assert_eq!(ada.emails[0].value, "ada@example.com");
    assert_eq!(ada.addresses.len(), 1);
    assert_eq!(ada.addresses[0].country.as_deref(), Some("gb"));
    assert!(ada.vcard.is_some() && ada.organization.is_some() && ada.birthday.is_some());
    assert_eq!((own.label(), own.is_own, own.vcard.as_deref()), (Some("15550100002"), true, None));
    for none in [json!([]), json!(["no card"]), json!("no card")] {
        assert_eq!(reason(&json!({"type": "contacts", "contacts": none})), "unreadable");
    }
}

#[test]
fn what_was_picked_says_where_it_was_offered() {
    let picked = |kind: &str, part: &Value| match said(kind, part) {
        Content::Choice(choice) => (choice.kind, choice.title, choice.payload),
        other => panic!("{other:?}"),
    };
    let owned = |kind, title: &str, payload: Option<&str>| (kind, title.to_owned(), payload.map(str::to_owned));
    let quick_reply = json!({"text": "Yes", "payload": "y"});
    assert_eq!(picked("button", &quick_reply), owned(ChoiceKind::QuickReply, "Yes", Some("y")));
    let button = json!({"type": "button_reply", "button_reply": {"id": "b", "title": "Change"}});
    assert_eq!(picked("interactive", &button), owned(ChoiceKind::Button, "Change", Some("b")));
    let row = json!({"list_reply": {"id": 2, "title": "Two", "description": "the second"}});
    assert_eq!(picked("interactive", &row), owned(ChoiceKind::ListRow, "Two", Some("2")));
    let call = json!({"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}});
    assert_eq!(picked("interactive", &call), owned(ChoiceKind::CallPermission, "accept", None));
}

#[test]
fn a_form_is_the_text_that_the_flow_made() {
    let form =
        |response: Value| match said("interactive", &json!({"nfm_reply": {"body": "Sent", "response_json": response}}))
        {
            Content::Form(form) => form.response,
            other => panic!("{other:?}"),
        };
    assert_eq!(form(json!("{\"size\":\"M\"}")), "{\"size\":\"M\"}");
    assert_eq!(form(json!({"size": "M"})), "{\"size\":\"M\"}");
}

#[test]
fn an_answer_without_a_value_of_its_own_is_not_shown_and_a_broken_one_is_unreadable() {
    let interactive = |interactive: Value| reason(&json!({"type": "interactive", "interactive": interactive}));
    assert_eq!(interactive(json!({"type": "payment_method", "payment_method": {}})), "kind_not_shown");
    assert_eq!(interactive(json!({"type": "product", "product": {}})), "kind_not_shown");
    assert_eq!(interactive(json!({"type": "button_reply", "button_reply": {}})), "unreadable");
    assert_eq!(interactive(json!({"list_reply": "Two"})), "unreadable");
}

#[test]
fn an_order_is_read_whole_or_not_at_all() {
    let items = json!([
        {"product_retailer_id": "SKU-7", "quantity": "2", "item_price": 9.5, "currency": "EUR"},
        {"product_retailer_id": 8, "quantity": 1, "item_price": "1e3"},
    ]);
    let Content::Order(order) = said("order", &json!({"catalog_id": 5, "text": "", "product_items": items})) else {
        panic!("not shown")
    };
    assert_eq!((order.catalog_id.as_deref(), order.text), (Some("5"), None));
    let lines: Vec<_> =
        order.items.iter().map(|item| (item.product.as_str(), item.quantity, item.price.as_deref())).collect();
    assert_eq!(lines, [("SKU-7", 2, Some("9.5")), ("8", 1, None)]);
    let broken = json!({"text": "As usual", "product_items": [{"product_retailer_id": "SKU-7", "quantity": -1}]});
    assert_eq!(hidden(&json!({"type": "order", "order": broken})), ("unreadable".into(), Some("As usual".into())));
    assert_eq!(reason(&json!({"type": "order", "order": {}})), "unreadable");
}

#[test]
fn what_is_not_shown_says_why_in_a_stable_word() {
    let unsupported = |kind: &str| {
        reason(&json!({"type": "unsupported", "errors": [{"code": 131_051}], "unsupported": {"type": kind}}))
    };
    for (kind, word) in [
        ("poll_creation", "poll"),
        ("poll_update", "poll_vote"),
        ("edit", "edited"),
        ("reaction", "reaction"),
        ("gif", "gif"),
        ("group_invite", "group_invite"),
        ("keep_in_chat", "keep_in_chat"),
        ("pin", "pinned"),
        ("media_placeholder", "media_placeholder"),
        ("view_once_message", "view_once"),
        ("hsm", "unsupported_by_whatsapp"),
        ("", "unsupported_by_whatsapp"),
    ] {
        assert_eq!(unsupported(kind), word, "{kind}");
    }
    let failed = |code: Value| reason(&json!({"type": "unsupported", "errors": [{ "code": code }]}));
    assert_eq!(failed(json!("131052")), "media_too_large");
    assert_eq!(failed(json!(131_060)), "unavailable");
    assert_eq!(reason(&json!({"type": "poll_creation", "poll_creation": {}})), "poll");
    assert_eq!(reason(&json!({"type": "hologram", "hologram": {}})), "unknown_kind");
    assert_eq!(reason(&json!({"type": "unknown", "errors": [{"code": 501}]})), "unsupported_by_whatsapp");
    assert_eq!(reason(&json!({"type": "system", "system": {"type": "moved_to_mars"}})), "unknown_notice");
    assert_eq!(reason(&json!({"type": "text", "text": {}})), "unreadable");
    assert_eq!(reason(&json!({})), "unknown_kind");
}

#[test]
fn a_reaction_keeps_its_emoji_and_one_without_is_taken_away() {
    let reaction = |reaction: Value| match read(&json!({"type": "reaction", "reaction": reaction})) {
        Content::Placeholder(placeholder) => (placeholder.reason, placeholder.emoji),
        other => panic!("{other:?}"),
    };
    assert_eq!(reaction(json!({"emoji": "👍"})), ("reaction".into(), Some("👍".into())));
    assert_eq!(reaction(json!({"emoji": ""})), ("reaction_removed".into(), None));
    assert_eq!(reaction(json!({})), ("reaction_removed".into(), None));
}

#[test]
fn an_edit_keeps_the_new_words_and_a_deletion_has_none() {
    let edit = |message: Value| hidden(&json!({"type": "edit", "edit": {"message": message}}));
    assert_eq!(edit(json!({"type": "text", "text": {"body": "new"}})), ("edited".into(), Some("new".into())));
    assert_eq!(edit(json!({"type": "image", "image": {"caption": "new"}})), ("edited".into(), Some("new".into())));
    assert_eq!(edit(json!({"text": {"body": "new"}})).1.as_deref(), Some("new"));
    assert_eq!(edit(json!({"type": "edit", "edit": {}})), ("edited".into(), None));
    assert_eq!(hidden(&json!({"type": "revoke", "revoke": {}})), ("deleted".into(), None));
}

#[test]
fn the_original_of_what_is_not_shown_is_kept_whole() {
    let message = json!({"type": "hologram", "hologram": {"projector": 7}});
    let Content::Placeholder(Placeholder { kind, original, .. }) = read(&message) else { panic!("shown") };
    assert_eq!((kind, original), ("hologram".into(), message.to_string()));
}
