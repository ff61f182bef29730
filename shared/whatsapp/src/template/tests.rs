use std::collections::BTreeMap;

use domain::template::{
    Button, Category, Components, Draft, Header, HeaderMedia, ParameterFormat, Quality, Reason, Status, Text,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::webhook::testing::any_json;

fn samples(of: &[(&str, &str)]) -> BTreeMap<String, String> {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn draft() -> Draft {
    let samples_of_body = samples(&[("1", "Ada"), ("2", "Friday"), ("10", "last")]);
    Draft {
        name: "parcel_shipped".into(),
        language: "en_US".into(),
        category: Category::Utility,
        format: ParameterFormat::Positional,
        components: Components {
            header: Some(Header::Text(Text { text: "Parcel {{1}}".into(), samples: samples(&[("1", "A-17")]) })),
            body: Text { text: "Hello {{1}}, {{2}} …".into(), samples: samples_of_body },
            footer: Some("Lovelace Books".into()),
            buttons: vec![
                Button::QuickReply { label: "Thanks".into() },
                Button::Url {
                    label: "Track".into(),
                    url: "https://a.example/{{1}}".into(),
                    sample: Some("A-17".into()),
                },
                Button::Phone { label: "Call".into(), number: "+12025550101".into() },
                Button::CopyCode { sample: Some("TENOFF".into()) },
            ],
            others: Vec::new(),
        },
    }
}

/// The listing of a template that was made of the draft.
fn listing(draft: &Draft) -> Value {
    let mut listing = write::draft(draft);
    listing["id"] = json!(300_000_000_000_001_u64);
    listing["status"] = json!("APPROVED");
    listing
}

#[test]
fn a_draft_is_written_as_meta_documents_it() {
    let written = write::draft(&draft());
    let expected = json!({
        "name": "parcel_shipped", "language": "en_US", "category": "UTILITY", "parameter_format": "POSITIONAL",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Parcel {{1}}", "example": {"header_text": ["A-17"]}},
            {"type": "BODY", "text": "Hello {{1}}, {{2}} …", "example": {"body_text": [["Ada", "Friday", "last"]]}},
            {"type": "FOOTER", "text": "Lovelace Books"},
            {"type": "BUTTONS", "buttons": [
                {"type": "QUICK_REPLY", "text": "Thanks"},
                {"type": "URL", "text": "Track", "url": "https://a.example/{{1}}", "example": ["A-17"]},
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+12025550101"},
                {"type": "COPY_CODE", "example": "TENOFF"},
            ]},
        ],
    });
    assert_eq!(written, expected);
}

#[test]
fn what_was_written_is_read_back() {
    let mut named = draft();
    named.format = ParameterFormat::Named;
    named.components.header = Some(Header::Location);
    named.components.body =
        Text { text: "Hello {{first_name}} …".into(), samples: samples(&[("first_name", "Ada")]) };
    let mut plain = draft();
    plain.components.body.samples = samples(&[("1", "Ada"), ("2", "Friday")]);
    plain.components.header = Some(Header::Media { kind: HeaderMedia::Video, sample: Some("4::aW".into()) });
    for draft in [named, plain] {
        let read = read::listed(&listing(&draft)).expect("a template");
        assert_eq!((read.name, read.language, read.format), (draft.name, draft.language, draft.format));
        assert_eq!(
            (read.meta_id.as_str(), read.category, read.standing.status),
            ("300000000000001", draft.category, Status::Approved)
        );
        assert_eq!(read.components, draft.components.without_handles());
    }
}

#[test]
fn what_meta_adds_is_read() {
    let mut listing = listing(&draft());
    listing["language"] = json!("en-US");
    listing["status"] = json!("REJECTED");
    listing["rejected_reason"] = json!("INCORRECT_CATEGORY");
    listing["previous_category"] = json!("MARKETING");
    listing["quality_score"] = json!({"score": "YELLOW", "date": 1_750_000_000});
    let read = read::listed(&listing).expect("a template");
    assert_eq!(read.language, "en_US");
    assert_eq!(read.standing.reason, Some(Reason { code: "incorrect_category".into(), text: None }));
    assert_eq!((read.previous_category, read.quality), (Some(Category::Marketing), Quality::Yellow));
    listing["rejected_reason"] = json!("NONE");
    assert_eq!(read::listed(&listing).expect("a template").standing.reason, None);
}

#[test]
fn what_nobody_knows_yet_is_kept_as_it_came_but_for_addresses_that_change() {
    let carousel = json!({"type": "CAROUSEL", "cards": [{"components": [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://scontent.example/1?sig=2"]}},
    ]}]});
    let hologram = json!({"type": "HEADER", "format": "HOLOGRAM"});
    let flow = json!({"type": "FLOW", "text": "Book", "flow_id": 1});
    let listing = json!({
        "id": "1", "name": "n", "language": "en", "status": "ON_HOLIDAY", "category": "NEW",
        "components": [hologram, carousel, {"type": "BUTTONS", "buttons": [flow]}],
    });
    let read = read::listed(&listing).expect("a template");
    assert_eq!((read.standing.status.as_str(), read.category.as_str()), ("on_holiday", "new"));
    let kinds: Vec<&str> = read.components.others.iter().map(|other| other.kind.as_str()).collect();
    assert_eq!(kinds, ["header", "carousel"]);
    assert!(!read.components.others[1].original.contains("scontent"), "{:?}", read.components);
    let [Button::Other(button)] = read.components.buttons.as_slice() else { panic!("{:?}", read.components) };
    assert_eq!(serde_json::from_str::<Value>(&button.original).expect("JSON"), flow);
}

#[test]
fn what_cannot_be_a_template_is_none() {
    for odd in [
        json!(null),
        json!({"id": 1}),
        json!({"id": 1, "name": "", "language": "en"}),
        json!({"id": 1, "name": "n".repeat(513), "language": "en"}),
    ] {
        assert_eq!(read::listed(&odd), None, "{odd}");
    }
}

proptest! {
    #[test]
    fn whatever_meta_lists_is_read_or_passed_over(mut element in any_json(), parts in any_json()) {
        if element.is_object() {
            element["id"] = json!(1);
            element["name"] = json!("n");
            element["language"] = json!("en");
            element["components"] = json!([parts]);
            prop_assert!(read::listed(&element).is_some());
        } else {
            prop_assert!(read::listed(&element).is_none());
        }
    }
}
