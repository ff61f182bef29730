//! What a webhook says of a template.

use domain::template::{Button, Category, Coming, Other, Quality, Rewritten, Standing, Status, Update};
use serde_json::Value;

use super::json::{text, text_at, time};
use crate::template::{can_be, language, read};

/// News of one template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateNews {
    /// Meta's id, by which it is told from one of the same name that was deleted before.
    pub meta_id: Option<String>,
    pub name: String,
    pub language: String,
    pub update: Update,
}

/// Reads the value of a change of a field; nothing if it is no news of a template, or none that is understood.
pub fn parse(field: &str, value: &Value) -> Option<TemplateNews> {
    let update = match field {
        // Meta has documented the quality under the name of the status, too.
        _ if value.get("new_quality_score").is_some() => quality(value),
        "message_template_status_update" => standing(value),
        "template_category_update" => category(value),
        "message_template_components_update" => rewritten(value).map(Update::Rewritten),
        _ => None,
    }?;
    let (name, language) =
        (text(value, "message_template_name")?, language(&text(value, "message_template_language")?));
    can_be(&name, &language).then(|| TemplateNews {
        meta_id: text(value, "message_template_id"),
        name,
        language,
        update,
    })
}

fn quality(value: &Value) -> Option<Update> {
    text_at(value, "/new_quality_score").map(|word| Update::Quality(Quality::from(word)))
}

fn standing(value: &Value) -> Option<Update> {
    let event = text_at(value, "/event")?;
    let pause = text_at(value, "/other_info/title");
    let status = match Status::from(event) {
        // Both say that it is back.
        Status::Other(word) if ["reinstated", "unarchived", "unpaused"].contains(&word.as_str()) => Status::Approved,
        Status::Paused if pause == Some("UNPAUSE") => Status::Approved,
        status => status,
    };
    let words = ["/rejection_info/recommendation", "/rejection_info/reason", "/other_info/description"];
    let words = words.into_iter().find_map(|place| text_at(value, place));
    let told = text_at(value, "/reason").and_then(|word| read::reason(word, words));
    let reason = told.or_else(|| pause.and_then(|word| read::reason(word, words)));
    let reason = reason.filter(|_| status != Status::Approved);
    let category = text_at(value, "/message_template_category").map(Category::from);
    Some(Update::Standing { standing: Standing { status, reason }, category })
}

/// An announcement names the category that it holds for right; in it, the "new" one is the present one.
fn category(value: &Value) -> Option<Update> {
    let new = text_at(value, "/new_category").map(Category::from);
    match text_at(value, "/correct_category") {
        Some(correct) => {
            let coming = Coming { category: Category::from(correct), at: time(value, "category_update_timestamp")? };
            Some(Update::CategoryComing { now: new, coming })
        }
        None => {
            let previous = text_at(value, "/previous_category").map(Category::from);
            Some(Update::Recategorised { category: new?, previous })
        }
    }
}

fn rewritten(value: &Value) -> Option<Rewritten> {
    let buttons = value.get("message_template_buttons").and_then(Value::as_array);
    Some(Rewritten {
        header: text(value, "message_template_title"),
        body: text(value, "message_template_element")?,
        footer: text(value, "message_template_footer"),
        buttons: buttons.map(|buttons| buttons.iter().map(button).collect()),
    })
}

fn button(button: &Value) -> Button {
    let member = |name: &str| text(button, &format!("message_template_button_{name}")).unwrap_or_default();
    let label = member("text");
    match member("type").to_lowercase().as_str() {
        "quick_reply" => Button::QuickReply { label },
        "url" => Button::Url { label, url: member("url"), sample: None },
        "phone_number" => Button::Phone { label, number: member("phone_number") },
        "copy_code" => Button::CopyCode { sample: None },
        kind => Button::Other(Other { kind: kind.to_owned(), original: button.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use domain::template::Reason;
    use jiff::Timestamp;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::webhook::testing::any_json;

    const STATUS: &str = "message_template_status_update";

    fn about_parcels(mut value: Value) -> Value {
        value["message_template_id"] = json!(300_000_000_000_001_u64);
        value["message_template_name"] = json!("parcel_shipped");
        value["message_template_language"] = json!("en-US");
        value
    }

    fn news(field: &str, value: Value) -> TemplateNews {
        parse(field, &about_parcels(value)).expect("news")
    }

    fn status_of(value: Value) -> (String, Option<Reason>) {
        match news(STATUS, value).update {
            Update::Standing { standing, .. } => (standing.status.as_str().to_owned(), standing.reason),
            other => panic!("{other:?}"),
        }
    }

    fn reason(code: &str, text: &str) -> Option<Reason> {
        Some(Reason { code: code.into(), text: Some(text.into()) })
    }

    #[test]
    fn it_is_about_a_template_by_name_and_language() {
        let news = news(STATUS, json!({"event": "APPROVED", "message_template_category": "MARKETING"}));
        assert_eq!((news.name.as_str(), news.language.as_str()), ("parcel_shipped", "en_US"));
        assert_eq!(news.meta_id.as_deref(), Some("300000000000001"));
        let standing = Standing { status: Status::Approved, reason: None };
        assert_eq!(news.update, Update::Standing { standing, category: Some(Category::Marketing) });
    }

    #[test]
    fn a_status_comes_with_its_reason() {
        let rejected = json!({"event": "REJECTED", "reason": "INVALID_FORMAT",
            "rejection_info": {"reason": "Braces", "recommendation": "Close them."}});
        assert_eq!(status_of(rejected), ("rejected".into(), reason("invalid_format", "Close them.")));
        let paused = json!({"event": "PAUSED", "reason": "NONE",
            "other_info": {"title": "FIRST_PAUSE", "description": "For three hours."}});
        assert_eq!(status_of(paused), ("paused".into(), reason("first_pause", "For three hours.")));
        assert_eq!(status_of(json!({"event": "ON_HOLIDAY", "reason": null})), ("on_holiday".into(), None));
    }

    #[test]
    fn what_is_back_is_approved() {
        for value in [
            json!({"event": "UNARCHIVED"}),
            json!({"event": "REINSTATED"}),
            json!({"event": "PAUSED", "other_info": {"title": "UNPAUSE", "description": "It is back."}}),
        ] {
            assert_eq!(status_of(value.clone()), ("approved".into(), None), "{value}");
        }
    }

    #[test]
    fn a_category_is_announced_or_changed() {
        let announced = json!({"new_category": "UTILITY", "correct_category": "MARKETING",
            "category_update_timestamp": 1_746_169_200});
        let coming =
            Coming { category: Category::Marketing, at: Timestamp::from_second(1_746_169_200).expect("a time") };
        let expected = Update::CategoryComing { now: Some(Category::Utility), coming };
        assert_eq!(news("template_category_update", announced).update, expected);
        let changed = json!({"previous_category": "UTILITY", "new_category": "MARKETING"});
        let expected = Update::Recategorised { category: Category::Marketing, previous: Some(Category::Utility) };
        assert_eq!(news("template_category_update", changed).update, expected);
    }

    #[test]
    fn the_quality_is_read_under_either_name_of_the_field() {
        for field in ["message_template_quality_update", STATUS] {
            let update = news(field, json!({"previous_quality_score": "GREEN", "new_quality_score": "RED"})).update;
            assert_eq!(update, Update::Quality(Quality::Red), "{field}");
        }
    }

    #[test]
    fn new_words_are_read_with_their_buttons() {
        let value = json!({
            "message_template_element": "Hello {{1}} …", "message_template_title": "Parcel",
            "message_template_buttons": [
                {"message_template_button_type": "URL", "message_template_button_text": "Track",
                 "message_template_button_url": "https://a.example"},
                {"message_template_button_type": "PHONE_NUMBER", "message_template_button_text": "Call",
                 "message_template_button_phone_number": "+12025550101"},
            ],
        });
        let Update::Rewritten(words) = news("message_template_components_update", value).update else {
            panic!("not rewritten")
        };
        assert_eq!(
            (words.header.as_deref(), words.body.as_str(), words.footer),
            (Some("Parcel"), "Hello {{1}} …", None)
        );
        let number = Button::Phone { label: "Call".into(), number: "+12025550101".into() };
        assert_eq!(words.buttons.expect("buttons")[1], number);
    }

    #[test]
    fn what_is_no_news_of_a_template_is_none() {
        assert_eq!(parse("account_update", &about_parcels(json!({"event": "APPROVED"}))), None);
        assert_eq!(parse(STATUS, &json!({"event": "APPROVED"})), None);
        assert_eq!(parse(STATUS, &about_parcels(json!({"event": 7}))), None);
        let mut endless = about_parcels(json!({"event": "APPROVED"}));
        endless["message_template_name"] = json!("n".repeat(2_000));
        assert_eq!(parse(STATUS, &endless), None);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_none(value in any_json(), field in prop::sample::select(vec![
            STATUS, "message_template_quality_update", "message_template_components_update", "template_category_update",
        ])) {
            let _ = parse(field, &value);
            if value.is_object() {
                let _ = parse(field, &about_parcels(value));
            }
        }
    }
}
