//! One case for every rule: a draft that is sound but for one thing.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::template::{
    Button, Category, Components, Draft, Header, HeaderMedia, Other, ParameterFormat, Standing, Status, Template, Text,
    testing,
};

fn samples(of: &[(&str, &str)]) -> BTreeMap<String, String> {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn text(text: &str, of: &[(&str, &str)]) -> Text {
    Text { text: text.to_owned(), samples: samples(of) }
}

fn sound() -> Draft {
    Draft {
        name: "parcel_shipped".into(),
        language: "en_US".into(),
        category: Category::Utility,
        format: ParameterFormat::Positional,
        components: Components {
            header: Some(Header::Text(text("Parcel {{1}}", &[("1", "A-17")]))),
            body: text(
                "Hello {{1}}, your parcel left our house today and arrives on {{2}} before noon.",
                &[("1", "Ada"), ("2", "Friday")],
            ),
            footer: Some("Lovelace Books".into()),
            buttons: vec![
                Button::QuickReply { label: "Thanks".into() },
                Button::Url {
                    label: "Track it".into(),
                    url: "https://example.com/track/{{1}}".into(),
                    sample: Some("A-17".into()),
                },
                Button::Phone { label: "Call us".into(), number: "+12025550101".into() },
                Button::CopyCode { sample: Some("TENOFF".into()) },
            ],
            others: Vec::new(),
        },
    }
}

fn named() -> Draft {
    let mut draft = sound();
    draft.format = ParameterFormat::Named;
    draft.components.header = None;
    draft.components.body = text("Hello {{first_name}}, your parcel is on its way.", &[("first_name", "Ada")]);
    draft
}

/// A sound draft with another body and all its examples.
fn with_body(words: &str) -> Draft {
    let mut draft = sound();
    let numbers = ["1", "2", "3", "4", "5"].map(|number| (number, "x"));
    draft.components.body = text(words, &numbers);
    draft
}

fn with_buttons(buttons: Vec<Button>) -> Draft {
    let mut draft = sound();
    draft.components.buttons = buttons;
    draft
}

fn with(change: impl FnOnce(&mut Draft)) -> Draft {
    let mut draft = sound();
    change(&mut draft);
    draft
}

fn reply(label: &str) -> Button {
    Button::QuickReply { label: label.to_owned() }
}

fn url(url: &str) -> Button {
    Button::Url { label: "Look".into(), url: url.to_owned(), sample: Some("x".into()) }
}

fn phone(number: &str) -> Button {
    Button::Phone { label: "Call".into(), number: number.to_owned() }
}

fn other(kind: &str) -> Other {
    Other { kind: kind.into(), original: "{}".into() }
}

/// Every rule's code with drafts that break this rule and no other.
fn cases() -> Vec<(&'static str, Vec<Draft>)> {
    vec![
        (
            "name_invalid",
            ["", "Parcel", "parcel shipped", "parcel-shipped", "é", &"a".repeat(513)]
                .map(|name| with(|draft| draft.name = name.to_owned()))
                .into(),
        ),
        (
            "language_invalid",
            ["", "english", "en-US", "en_us", "EN"].map(|code| with(|draft| draft.language = code.into())).into(),
        ),
        ("category_authentication", vec![with(|draft| draft.category = Category::Authentication)]),
        ("category_unknown", vec![with(|draft| draft.category = Category::from("TRANSACTIONAL"))]),
        ("component_unknown", vec![with(|draft| draft.components.others = vec![other("carousel")])]),
        ("header_empty", vec![with(|draft| draft.components.header = Some(Header::Text(text(" ", &[]))))]),
        (
            "header_too_long",
            vec![with(|draft| draft.components.header = Some(Header::Text(Text::new("h".repeat(61)))))],
        ),
        (
            "header_variables",
            vec![with(|draft| {
                let words = text("Parcel {{1}} and {{2}}", &[("1", "A"), ("2", "B")]);
                draft.components.header = Some(Header::Text(words));
            })],
        ),
        (
            "sample_not_a_handle",
            vec![with(|draft| {
                let sample = Some("https://example.com/picture.png".to_owned());
                draft.components.header = Some(Header::Media { kind: HeaderMedia::Image, sample });
            })],
        ),
        ("body_missing", vec![with(|draft| draft.components.body = Text::new(" \n"))]),
        ("body_too_long", vec![with(|draft| draft.components.body = Text::new("b".repeat(1_025)))]),
        (
            "variable_at_edge",
            vec![
                with_body("{{1}}, your parcel is on its way to you."),
                with_body("Hello, your parcel arrives at the house of {{1}}"),
                with_body(" {{1}} is on its way to you, dear friend. "),
            ],
        ),
        (
            "variables_adjacent",
            vec![
                with_body("Hello {{1}}{{2}}, your parcel is on its way to you."),
                with_body("Hello {{1}} {{2}}, your parcel is on its way to you."),
            ],
        ),
        (
            "too_many_variables",
            vec![with_body("Hello {{1}} here."), with_body("Hello {{1}}, parcel {{2}} is on {{3}} today.")],
        ),
        (
            "variable_gap",
            vec![
                with_body("Hello {{1}}, your parcel is on its way to {{3}} now."),
                with_body("Hello {{2}}, your parcel is on its way to you."),
            ],
        ),
        (
            "variable_characters",
            ["#1", "1$", "5%"]
                .map(|name| {
                    let mut draft = with_body(&format!("Hello {{{{{name}}}}}, your parcel is on its way."));
                    draft.components.body.samples.insert(name.to_owned(), "x".into());
                    draft
                })
                .into(),
        ),
        (
            "variable_malformed",
            vec![with_body("Hello {{1}}, your parcel is on {{its way."), with_body("Your parcel}} is here.")],
        ),
        (
            "variable_not_numbered",
            ["name", "01", "0", "-1", ""]
                .map(|name| {
                    let mut draft = with_body(&format!("Hello {{{{{name}}}}}, your parcel is on its way."));
                    draft.components.body.samples.insert(name.to_owned(), "x".into());
                    draft
                })
                .into(),
        ),
        (
            "variable_not_named",
            ["1", "firstName", "first name", "name2", ""]
                .map(|name| {
                    let mut draft = named();
                    let words = format!("Hello {{{{{name}}}}}, your parcel is on its way.");
                    draft.components.body = text(&words, &[(name, "Ada")]);
                    draft
                })
                .into(),
        ),
        (
            "sample_missing",
            vec![
                with(|draft| draft.components.body.samples.clear()).without_second_sample(),
                with(|draft| draft.components.header = Some(Header::Text(Text::new("Parcel {{1}}")))),
                with(|draft| {
                    draft.components.header = Some(Header::Media { kind: HeaderMedia::Video, sample: None });
                }),
                with_buttons(vec![Button::Url {
                    label: "Look".into(),
                    url: "https://a.example/{{1}}".into(),
                    sample: None,
                }]),
                with_buttons(vec![Button::CopyCode { sample: None }]),
            ],
        ),
        ("footer_empty", vec![with(|draft| draft.components.footer = Some(String::new()))]),
        ("footer_too_long", vec![with(|draft| draft.components.footer = Some("f".repeat(61)))]),
        ("footer_variable", vec![with(|draft| draft.components.footer = Some("From {{1}}".into()))]),
        ("buttons_too_many", vec![with_buttons((0..11).map(|n| reply(&n.to_string())).collect())]),
        (
            "url_buttons_too_many",
            vec![with_buttons(vec![url("https://a.example"), url("https://b.example"), url("https://c.example")])],
        ),
        ("phone_buttons_too_many", vec![with_buttons(vec![phone("+12025550101"), phone("+12025550102")])]),
        (
            "copy_code_buttons_too_many",
            vec![with_buttons(vec![
                Button::CopyCode { sample: Some("A".into()) },
                Button::CopyCode { sample: Some("B".into()) },
            ])],
        ),
        (
            "quick_replies_not_grouped",
            vec![
                with_buttons(vec![reply("Yes"), url("https://a.example"), reply("No")]),
                with_buttons(vec![url("https://a.example"), reply("Yes"), phone("+12025550101")]),
            ],
        ),
        ("label_missing", vec![with_buttons(vec![reply(" ")])]),
        ("label_too_long", vec![with_buttons(vec![reply(&"l".repeat(26))])]),
        ("label_variable", vec![with_buttons(vec![reply("Hi {{1}}")])]),
        (
            "url_invalid",
            ["", "example.com", "ftp://a.example", "https://", "https://a b.example"]
                .map(|it| with_buttons(vec![url(it)]))
                .into(),
        ),
        ("url_too_long", vec![with_buttons(vec![url(&format!("https://a.example/{}", "u".repeat(2_000)))])]),
        (
            "url_variable",
            vec![
                with_buttons(vec![url("https://a.example/{{1}}/parcel")]),
                with_buttons(vec![url("https://a.example/{{1}}/{{1}}")]),
                with_buttons(vec![url("https://a.example/{{2}}")]),
            ],
        ),
        (
            "phone_number_invalid",
            ["", "call me", "123", "+1 202 555 0101", "+1202555010112025550101"]
                .map(|it| with_buttons(vec![phone(it)]))
                .into(),
        ),
        ("copy_code_too_long", vec![with_buttons(vec![Button::CopyCode { sample: Some("c".repeat(16)) }])]),
        ("button_unknown", vec![with_buttons(vec![Button::Other(other("flow"))])]),
        (
            "sensitive_data_requested",
            vec![
                with_body("Please send us your credit card number to go on."),
                with_body("Hello. To go on, reply with your password."),
                with(|draft| draft.components.footer = Some("Confirm with your PIN code".into())),
            ],
        ),
    ]
}

impl Draft {
    /// Keeps the second example, so that only the first is missing.
    fn without_second_sample(mut self) -> Self {
        self.components.body.samples.insert("2".into(), "Friday".into());
        self
    }
}

fn codes(draft: &Draft) -> Vec<&'static str> {
    draft.violations().into_iter().map(|violation| violation.code).collect()
}

#[test]
fn sound_drafts_break_no_rule() {
    let media =
        |kind| with(|draft| draft.components.header = Some(Header::Media { kind, sample: Some("4::aW".into()) }));
    for draft in [
        sound(),
        named(),
        media(HeaderMedia::Image),
        media(HeaderMedia::Video),
        media(HeaderMedia::Document),
        with(|draft| draft.components.header = Some(Header::Location)),
        with(|draft| {
            draft.components = Components { body: Text::new("Your parcel has arrived."), ..Components::default() }
        }),
        with(|draft| draft.components.header = Some(Header::Text(Text::new("h".repeat(60))))),
        with(|draft| draft.components.body = Text::new("é".repeat(1_024))),
        with(|draft| draft.components.footer = Some("f".repeat(60))),
        with(|draft| draft.name = "a".repeat(512)),
        with_buttons((0..10).map(|n| reply(&n.to_string())).collect()),
        with_buttons(vec![url("https://a.example"), url("https://b.example/{{1}}"), reply("Yes"), reply("No")]),
        with_body("Never send us your password. We do not need your credit card number."),
        with_body("Hello {{1}}, it leaves on {{2}} and arrives with {{1}} today, dear customer of ours."),
    ] {
        assert_eq!(codes(&draft), [""; 0], "{draft:?}");
    }
}

#[test]
fn each_rule_is_told_by_its_code_and_advice_and_no_other_is() {
    let mut known = BTreeSet::new();
    for (code, drafts) in cases() {
        assert!(known.insert(code), "{code} is listed twice");
        for draft in drafts {
            let violations = draft.violations();
            assert!(violations.iter().all(|it| it.code == code), "{code}: {violations:?}");
            assert!(!violations.is_empty(), "{code}: {draft:?}");
            for violation in violations {
                assert!(violation.advice.ends_with('.') && violation.advice.len() > 15, "{violation:?}");
                assert!(["name", "language", "category", "components"].iter().any(|at| violation.at.starts_with(at)));
            }
        }
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let draft = with(|draft| {
        draft.name = "No Name".into();
        draft.components.footer = Some("{{1}}".into());
        draft.components.buttons = vec![reply("")];
    });
    assert_eq!(codes(&draft), ["name_invalid", "footer_variable", "label_missing"]);
}

#[test]
fn a_body_and_footer_that_another_template_has_are_a_duplicate() {
    let mut other: Template = testing::template();
    other.components.value = Components { header: None, buttons: Vec::new(), ..sound().components };
    let draft = with(|draft| draft.name = "parcel_sent".into());
    assert!(draft.duplicates(&other));
    assert!(!with(|draft| draft.components.footer = None).duplicates(&other));
    assert!(!Draft { name: other.name.clone(), language: other.language.clone(), ..sound() }.duplicates(&other));
    other.standing.value = Standing::of(Status::Deleted);
    assert!(!draft.duplicates(&other));
    assert!(Draft::duplicate_of(&other).advice.contains("parcel_shipped (en)"));
}

proptest! {
    #[test]
    fn whatever_is_written_it_is_judged(name in any::<String>(), body in any::<String>(), label in any::<String>()) {
        let mut draft = with_body(&body);
        draft.components.buttons = vec![url(&label), phone(&name), reply(&label)];
        draft.name = name;
        prop_assert!(draft.violations().iter().all(|violation| !violation.code.is_empty()));
    }

    #[test]
    fn words_without_variables_break_no_rule_of_variables(body in "[a-z]{1,9}( [a-z]{1,9}){0,90}") {
        prop_assert!(!codes(&with_body(&body)).iter().any(|code| code.contains("variable")));
    }
}
