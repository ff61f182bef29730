//! Meta's rules for templates, each with one that breaks it and is otherwise sound.

use serde_json::{Value, json};

/// A rule in Meta's words, more or less; its code; and what is changed of a sound template to break it, by JSON pointers.
pub(super) type Case = (&'static str, &'static str, Vec<(&'static str, Value)>);

fn body(text: &str, variables: &[&str]) -> Value {
    let samples: serde_json::Map<String, Value> =
        variables.iter().map(|name| ((*name).to_owned(), json!("Ada"))).collect();
    json!({ "text": text, "samples": samples })
}

fn replies(count: usize) -> Value {
    (0..count).map(|n| json!({ "type": "quick_reply", "label": format!("Reply {n}") })).collect()
}

fn url(url: &str) -> Value {
    json!({ "type": "url", "label": "Track it", "url": url, "sample": "A-17" })
}

fn phone() -> Value {
    json!({ "type": "phone", "label": "Call us", "number": "+12025550101" })
}

fn code(sample: &str) -> Value {
    json!({ "type": "copy_code", "sample": sample })
}

pub(super) fn cases() -> Vec<Case> {
    const BODY: &str = "/components/body";
    const HEADER: &str = "/components/header";
    const FOOTER: &str = "/components/footer";
    const BUTTONS: &str = "/components/buttons";
    let long = |chars: usize| json!("a".repeat(chars));
    let header = |text: &str, variables: &[&str]| {
        let mut header = body(text, variables);
        header["type"] = json!("text");
        header
    };
    vec![
        ("a name has a-z, 0-9 and _", "name_invalid", vec![("/name", json!("Parcel Shipped"))]),
        ("a name has at most 512 characters", "name_invalid", vec![("/name", long(513))]),
        ("a language is one of Meta's", "language_invalid", vec![("/language", json!("english"))]),
        ("there are three categories", "category_unknown", vec![("/category", json!("transactional"))]),
        ("a header has at most 60 characters", "header_too_long", vec![(HEADER, header(&"a".repeat(61), &[]))]),
        (
            "a header has at most one variable",
            "header_variables",
            vec![(HEADER, header("{{1}} and {{2}}", &["1", "2"]))],
        ),
        (
            "a file's example is a handle",
            "sample_not_a_handle",
            vec![(HEADER, json!({ "type": "image", "sample": "https://a.example/b.png" }))],
        ),
        ("a file needs an example", "sample_missing", vec![(HEADER, json!({ "type": "video" }))]),
        ("a body is required", "body_missing", vec![(BODY, body(" ", &[]))]),
        ("a body has at most 1,024 characters", "body_too_long", vec![(BODY, body(&"a".repeat(1_025), &[]))]),
        (
            "no variable at the start (2388299)",
            "variable_at_edge",
            vec![(BODY, body("{{1}}, your parcel is on its way to you.", &["1"]))],
        ),
        (
            "no variable at the end (2388299)",
            "variable_at_edge",
            vec![(BODY, body("Your parcel is on its way to the house of {{1}}", &["1"]))],
        ),
        (
            "no variable beside another",
            "variables_adjacent",
            vec![(BODY, body("Hello {{1}} {{2}}, your parcel is on its way to your house.", &["1", "2"]))],
        ),
        (
            "not too many variables for the length (2388293)",
            "too_many_variables",
            vec![(BODY, body("Hello {{1}} here.", &["1"]))],
        ),
        (
            "no gaps in the numbers",
            "variable_gap",
            vec![(BODY, body("Hello {{1}}, your parcel is on its way to {{3}} now.", &["1", "3"]))],
        ),
        (
            "no # $ % in a variable",
            "variable_characters",
            vec![(BODY, body("Hello {{#1}}, your parcel is on its way.", &["#1"]))],
        ),
        (
            "positional variables are numbers",
            "variable_not_numbered",
            vec![(BODY, body("Hello {{name}}, your parcel is on its way.", &["name"]))],
        ),
        (
            "named variables have a-z and _",
            "variable_not_named",
            vec![
                ("/parameter_format", json!("named")),
                (HEADER, Value::Null),
                (BODY, body("Hello {{firstName}}, your parcel is on its way.", &["firstName"])),
            ],
        ),
        (
            "every variable needs an example",
            "sample_missing",
            vec![(BODY, body("Hello {{1}}, your parcel is on its way.", &[]))],
        ),
        ("a footer has at most 60 characters", "footer_too_long", vec![(FOOTER, long(61))]),
        ("a footer has no variables", "footer_variable", vec![(FOOTER, json!("From {{1}}"))]),
        ("at most ten buttons", "buttons_too_many", vec![(BUTTONS, replies(11))]),
        (
            "at most two addresses",
            "url_buttons_too_many",
            vec![(BUTTONS, json!([url("https://a.example"), url("https://b.example"), url("https://c.example")]))],
        ),
        ("at most one number", "phone_buttons_too_many", vec![(BUTTONS, json!([phone(), phone()]))]),
        ("at most one code", "copy_code_buttons_too_many", vec![(BUTTONS, json!([code("A"), code("B")]))]),
        ("a code has at most 15 characters", "copy_code_too_long", vec![(BUTTONS, json!([code(&"c".repeat(16))]))]),
        (
            "quick replies stand together",
            "quick_replies_not_grouped",
            vec![(BUTTONS, json!([replies(1)[0], phone(), replies(1)[0]]))],
        ),
        ("a label has at most 25 characters", "label_too_long", vec![("/components/buttons/0/label", long(26))]),
        (
            "an address has at most 2,000 characters",
            "url_too_long",
            vec![(BUTTONS, json!([url(&format!("https://a.example/{}", "u".repeat(2_000)))]))],
        ),
        (
            "an address has one variable, at its end",
            "url_variable",
            vec![(BUTTONS, json!([url("https://a.example/{{1}}/parcel")]))],
        ),
        (
            "no sensitive data is asked for",
            "sensitive_data_requested",
            vec![(BODY, body("Please send us your credit card number to go on.", &[]))],
        ),
    ]
}
