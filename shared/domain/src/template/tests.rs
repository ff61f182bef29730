use std::collections::BTreeMap;

use super::testing::{at, listed, template};
use super::*;

fn standing(status: &str) -> Update {
    Update::Standing { standing: Standing::of(status.into()), category: None }
}

#[test]
fn what_is_older_than_what_is_known_changes_nothing() {
    let mut heard = template();
    assert!(heard.hear(standing("PAUSED"), at(120)));
    assert!(!heard.hear(standing("APPROVED"), at(110)));
    assert_eq!((heard.status(), heard.may_be_sent()), (&Status::Paused, false));
    assert!(heard.hear(standing("APPROVED"), at(130)));
    assert!(heard.may_be_sent());
}

#[test]
fn parts_that_have_nothing_to_do_with_each_other_are_heard_in_any_order() {
    let mut heard = template();
    assert!(heard.hear(Update::Quality(Quality::Red), at(200)));
    assert!(heard.hear(standing("FLAGGED"), at(150)));
    assert_eq!((heard.quality.value.clone(), heard.status()), (Quality::Red, &Status::Flagged));
}

#[test]
fn what_comes_in_the_second_of_what_is_known_counts_as_later() {
    let mut heard = Template::listed(
        uuid::Uuid::from_u128(1).into(),
        "1",
        listed(),
        "1970-01-01T00:01:40.700Z".parse().expect("a time"),
    );
    assert!(heard.hear(standing("PAUSED"), at(100)));
    assert!(!heard.hear(standing("PAUSED"), at(99)));
}

#[test]
fn a_listing_brings_what_is_new_and_leaves_what_was_heard_later() {
    let mut known = template();
    known.hear(standing("PAUSED"), at(150));
    let earlier = Listed { quality: Quality::Red, ..listed() };
    assert!(known.learn(earlier.clone(), at(140)));
    assert_eq!((known.status(), &known.quality.value), (&Status::Paused, &Quality::Red));
    assert!(known.learn(earlier.clone(), at(160)));
    assert_eq!(known.status(), &Status::Approved);
    assert!(!known.learn(earlier, at(170)), "the same again is no news");
}

#[test]
fn a_reason_that_a_webhook_told_stays_while_the_status_does() {
    let reason = Some(Reason { code: "first_pause".into(), text: Some("For three hours.".into()) });
    let mut known = template();
    let standing = Standing { status: Status::Paused, reason: reason.clone() };
    known.hear(Update::Standing { standing, category: None }, at(150));
    known.learn(Listed { standing: Standing::of(Status::Paused), ..listed() }, at(160));
    assert_eq!(known.standing.value.reason, reason);
    known.learn(listed(), at(170));
    assert_eq!(known.standing.value.reason, None);
}

#[test]
fn a_category_is_announced_and_then_changes() {
    let mut known = template();
    let coming = Coming { category: Category::Marketing, at: at(90_000) };
    known.hear(Update::CategoryComing { now: Some(Category::Utility), coming: coming.clone() }, at(150));
    assert_eq!((known.category(), &known.classification.value.coming), (&Category::Utility, &Some(coming.clone())));
    assert!(!known.learn(listed(), at(160)), "a listing does not take an announcement back");

    known.hear(Update::Recategorised { category: Category::Marketing, previous: Some(Category::Utility) }, at(90_000));
    let changed = Classification { category: Category::Marketing, previous: Some(Category::Utility), coming: None };
    assert_eq!(known.classification.value, changed);
    known.hear(Update::CategoryComing { now: Some(Category::Utility), coming }, at(150));
    assert_eq!(known.classification.value, changed, "a late announcement of what has come is no news");
}

#[test]
fn an_announcement_is_heard_beside_a_later_listing_until_it_has_come_or_meta_said_something_else() {
    let mut known = template();
    known.learn(Listed { quality: Quality::Red, ..listed() }, at(200));
    let announced = |second| {
        let coming = Coming { category: Category::Marketing, at: at(second) };
        Update::CategoryComing { now: Some(Category::Authentication), coming }
    };

    assert!(!known.hear_beside_listing(announced(200), at(150)), "the listing shows what came of it");
    assert!(known.hear_beside_listing(announced(90_000), at(150)));
    let coming = known.classification.value.coming.as_ref().map(|coming| coming.at);
    assert_eq!(
        (known.category(), coming),
        (&Category::Utility, Some(at(90_000))),
        "the category is that of the listing"
    );
    assert!(!known.hear_beside_listing(announced(80_000), at(140)), "another day was announced since");

    known.hear(Update::Recategorised { category: Category::Authentication, previous: None }, at(300));
    assert!(!known.hear_beside_listing(announced(90_000), at(250)), "it has become another one since");
    assert_eq!(known.classification.value.coming, None);
}

#[test]
fn a_reason_is_heard_beside_a_later_listing_of_the_same_status() {
    let reason = |code: &str| Some(Reason { code: code.into(), text: None });
    let paused = |code| {
        let standing = Standing { status: Status::Paused, reason: reason(code) };
        Update::Standing { standing, category: None }
    };
    let mut known = template();
    assert!(!known.hear_beside_listing(paused("first_pause"), at(50)), "it is back");
    known.learn(Listed { standing: Standing::of(Status::Paused), ..listed() }, at(200));

    assert!(known.hear_beside_listing(paused("first_pause"), at(150)));
    assert!(!known.hear(paused("second_pause"), at(160)), "what is known is not replaced by what is older");
    assert_eq!(
        known.standing,
        Told { value: Standing { status: Status::Paused, reason: reason("first_pause") }, at: at(200) }
    );
}

#[test]
fn a_template_that_was_made_again_begins_anew() {
    let mut known = template();
    known.gone(at(150));
    known.version = 3;
    let again = Listed { meta_id: "2".into(), standing: Standing::of(Status::Pending), ..listed() };
    assert!(!known.clone().learn(Listed { standing: Standing::of(Status::Deleted), ..listed() }, at(160)));
    assert!(known.learn(again, at(160)));
    assert_eq!((known.meta_id.as_str(), known.status(), known.version), ("2", &Status::Pending, 3));
    assert_eq!(known.id, template().id);
}

#[test]
fn what_a_listing_misses_is_gone_unless_it_was_heard_of_later() {
    let mut known = template();
    known.hear(standing("APPROVED"), at(150));
    assert!(!known.gone(at(140)));
    assert!(known.gone(at(160)) && known.is_deleted());
    assert!(!known.gone(at(170)));
}

#[test]
fn an_edit_that_meta_tells_of_rewrites_the_words_and_keeps_what_it_does_not_name() {
    let reply = Button::QuickReply { label: "Thanks".into() };
    let link =
        Button::Url { label: "Track".into(), url: "https://a.example/{{1}}".into(), sample: Some("A-17".into()) };
    let components = Components {
        header: Some(Header::Media { kind: HeaderMedia::Image, sample: None }),
        body: Text {
            text: "Hello {{1}}, it arrives on {{2}} before noon.".into(),
            samples: BTreeMap::from([("1".into(), "Ada".into()), ("2".into(), "Friday".into())]),
        },
        footer: Some("Lovelace Books".into()),
        buttons: vec![reply.clone(), link.clone()],
        others: Vec::new(),
    };
    let mut known = Template { components: Told { value: components, at: at(100) }, ..template() };
    let words = |buttons| Rewritten { header: None, body: "Hello {{1}}, it is here.".into(), footer: None, buttons };

    let told = Button::Url { label: "Track".into(), url: "https://a.example/{{1}}".into(), sample: None };
    known.hear(Update::Rewritten(words(Some(vec![told]))), at(150));

    let parts = known.components().clone();
    assert_eq!(parts.header, Some(Header::Media { kind: HeaderMedia::Image, sample: None }));
    assert_eq!(parts.body.samples, BTreeMap::from([("1".into(), "Ada".into())]));
    assert_eq!((parts.footer, parts.buttons), (None, vec![link]));
    known.components.value.buttons.insert(0, reply.clone());
    known.hear(Update::Rewritten(words(None)), at(160));
    assert_eq!(known.components().buttons, [reply], "without a link or a number among them Meta names no buttons");
}

#[test]
fn only_approved_rejected_and_paused_templates_can_be_edited_and_an_approved_one_keeps_its_category() {
    let with = |status: &str| {
        let mut template = template();
        template.standing.value = Standing::of(status.into());
        template
    };
    for status in ["approved", "rejected", "paused", "flagged"] {
        assert_eq!(with(status).check_edit(&Category::Utility, at(200)), Ok(()), "{status}");
    }
    for status in ["pending", "disabled", "archived", "pending_deletion", "deleted", "in_appeal", "on_holiday"] {
        assert_eq!(
            with(status).check_edit(&Category::Utility, at(200)),
            Err(NotEditable::Status(status.into())),
            "{status}"
        );
    }
    assert_eq!(with("approved").check_edit(&Category::Marketing, at(200)), Err(NotEditable::CategoryFixed));
    assert_eq!(with("rejected").check_edit(&Category::Marketing, at(200)), Ok(()));
}

#[test]
fn an_edited_template_is_reviewed_again() {
    let mut edited = template();
    let components = Components { body: Text::new("Your parcel is here."), ..Components::default() };
    edited.edited(Category::Marketing, components.clone(), at(150));
    assert_eq!((edited.status(), edited.components()), (&Status::Pending, &components));
    assert_eq!(edited.classification.value.previous, None);
}

#[test]
fn a_template_is_filled_or_every_variable_without_a_value_is_named() {
    let mut filled = template();
    filled.components.value = Components {
        header: Some(Header::Text(Text::new("Parcel {{1}}"))),
        body: Text::new("Hello {{1}}, it arrives on {{2}}. Yours, {{1}}!"),
        footer: Some("Lovelace Books".into()),
        buttons: vec![
            Button::QuickReply { label: "Thanks".into() },
            Button::Url { label: "Track".into(), url: "https://a.example/{{1}}".into(), sample: None },
            Button::CopyCode { sample: Some("TENOFF".into()) },
        ],
        others: Vec::new(),
    };
    let values = |of: &[(&str, &str)]| of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let keys: Vec<String> = filled.variables().into_iter().map(|variable| variable.key).collect();
    assert_eq!(keys, ["header.1", "1", "2", "buttons.1", "buttons.2"]);

    let missing =
        filled.fill(&values(&[("1", "Ada"), ("2", " "), ("7", "nobody asked")])).expect_err("it is not filled");
    assert_eq!(missing.keys, ["header.1", "2", "buttons.1", "buttons.2"]);

    let all = [("header.1", "A-17"), ("1", "Ada"), ("2", "{{1}}"), ("buttons.1", "A-17"), ("buttons.2", "FIVE")];
    let shown = filled.fill(&values(&all)).expect("it is filled");
    assert_eq!(shown.text(), "Parcel A-17\n\nHello Ada, it arrives on {{1}}. Yours, Ada!\n\nLovelace Books");
    let urls: Vec<Option<&str>> = shown.buttons.iter().map(|button| button.url.as_deref()).collect();
    assert_eq!(urls, [None, Some("https://a.example/A-17"), None]);
    assert_eq!(shown.buttons[2].code.as_deref(), Some("FIVE"));
}

#[test]
fn a_name_means_the_same_in_header_and_body() {
    let mut named = template();
    named.format = ParameterFormat::Named;
    named.components.value = Components {
        header: Some(Header::Text(Text::new("For {{first_name}}"))),
        body: Text::new("Hello {{first_name}}, your parcel is here."),
        ..Components::default()
    };
    let values = BTreeMap::from([("first_name".to_owned(), "Ada".to_owned())]);
    assert_eq!(named.variables().len(), 1);
    assert_eq!(named.fill(&values).expect("it is filled").text(), "For Ada\n\nHello Ada, your parcel is here.");
}

#[test]
fn a_template_is_read_back_as_it_was_written() {
    let mut written = template();
    written.standing.value = Standing { status: "ON_HOLIDAY".into(), reason: None };
    written.components.value.others = vec![Other { kind: "carousel".into(), original: "{\"cards\":[]}".into() }];
    let text = serde_json::to_string(&written).expect("JSON");
    assert_eq!(serde_json::from_str::<Template>(&text).expect("a template"), written);
}

#[test]
fn an_approved_template_that_was_edited_waits_a_day_and_a_rejected_one_does_not() {
    let mut edited = template();
    let components = edited.components().clone();
    edited.edited(Category::Utility, components, at(150));
    edited.hear(standing("APPROVED"), at(160));
    let again_at = at(150 + 86_400);
    assert_eq!(edited.check_edit(&Category::Utility, at(170)), Err(NotEditable::TooOften { again_at }));
    assert_eq!(edited.check_edit(&Category::Utility, again_at), Ok(()));
    edited.hear(standing("REJECTED"), at(180));
    assert_eq!(edited.check_edit(&Category::Utility, at(190)), Ok(()));
}

#[test]
fn the_name_of_an_approved_template_is_blocked_however_its_end_was_heard_of() {
    let blocked = |ended: &dyn Fn(&mut Template) -> bool| {
        let mut template = template();
        assert!(ended(&mut template));
        template.history.name_blocked_until(at(200))
    };
    let until = Some(at(150) + History::NAME_BLOCKED);
    assert_eq!(blocked(&|template| template.gone(at(150))), until);
    assert_eq!(blocked(&|template| template.hear(standing("DELETED"), at(150))), until);
    assert_eq!(blocked(&|template| { template.hear(standing("REJECTED"), at(140)) && template.gone(at(150)) }), None);
}
