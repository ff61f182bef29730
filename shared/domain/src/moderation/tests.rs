use std::sync::mpsc;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn names(texts: &[&str]) -> Vec<&'static str> {
    Moderation::default().findings(texts.iter().copied()).into_iter().map(Detector::name).collect()
}

#[test]
fn nothing_is_found_in_what_customers_write_every_day() {
    let lines = include_str!("ordinary_sentences.txt").lines();
    let sentences: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("# ")).collect();
    assert!(sentences.len() >= 200, "only {} sentences", sentences.len());
    let found: Vec<_> =
        sentences.into_iter().map(|line| (line, names(&[line]))).filter(|(_, found)| !found.is_empty()).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn each_detector_finds_its_own_and_nothing_else() {
    for (text, detector) in [
        ("my card is 4111 1111 1111 1111", "payment_card"),
        ("pay to DE89 3704 0044 0532 0130 00", "bank_account"),
        ("meu CPF é 529.982.247-25", "national_id"),
        ("log in at https://pаypal.example", "lookalike_link"),
        ("open http://203.0.113.9/bank", "ip_link"),
        ("open https://paypal.com@evil.example", "credential_link"),
    ] {
        assert_eq!(names(&[text]), [detector], "{text}");
    }
}

#[test]
fn every_text_of_a_message_is_looked_at_and_each_finding_named_once() {
    let texts = ["a photo", "4111111111111111.pdf", "4242 4242 4242 4242", "http://203.0.113.9"];
    assert_eq!(names(&texts), ["payment_card", "ip_link"]);
    assert!(names(&[]).is_empty());
}

#[test]
fn what_is_off_is_not_looked_for_and_what_is_blocked_is() {
    let mut moderation = Moderation::default();
    assert!(moderation.is_usual());
    moderation.set_detectors(&[Detector::IpLink, Detector::BlockedWord].into());
    moderation.blocked.set_words(vec!["lottery".to_owned().try_into().unwrap()]).unwrap();
    moderation.blocked.set_hosts(vec!["evil.example".to_owned().try_into().unwrap()]).unwrap();
    let text = "card 4111111111111111, http://203.0.113.9, https://evil.example, win the lottery";
    assert_eq!(moderation.findings([text]), [Detector::IpLink, Detector::BlockedWord]);
    moderation.set_detectors(&Detector::ALL.into());
    assert_eq!(
        moderation.findings([text]),
        [Detector::PaymentCard, Detector::IpLink, Detector::BlockedHost, Detector::BlockedWord]
    );
}

#[test]
fn a_choice_is_kept_by_names_and_a_tenant_without_one_has_every_detector() {
    let read = |json: &str| serde_json::from_str::<Moderation>(json).unwrap();
    assert_eq!(read("{}"), Moderation::default());
    let mut moderation = Moderation::default();
    moderation.set_detectors(&[Detector::PaymentCard].into());
    let json = serde_json::to_string(&moderation).unwrap();
    assert!(json.contains(r#""off":["bank_account","national_id""#), "{json}");
    assert_eq!(read(&json), moderation);
    for detector in Detector::ALL {
        assert_eq!(serde_json::to_value(detector).unwrap(), detector.name());
    }
}

/// Pieces that make each detector begin again and again. What took the square of the length would take minutes.
#[test]
fn a_long_text_takes_no_time_to_speak_of() {
    for piece in [
        "4111 ",
        "4111-",
        "1",
        "de89",
        "de89 ",
        "a.b.",
        "http://",
        "http://a@",
        "@",
        "x@y.",
        "www.",
        "xn--",
        "é",
        "1.1.1.1 ",
        "дa.com ",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let (done, waits) = mpsc::channel();
        std::thread::spawn(move || {
            names(&[&text]);
            let _ = done.send(());
        });
        assert!(waits.recv_timeout(Duration::from_secs(10)).is_ok(), "{piece:?} takes more than 10 s");
    }
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,200}", bits in proptest::collection::vec(
        proptest::sample::select(vec!["4111 1111", "de89", "http://", "xn--", "@", ".com", "1", "\u{200b}", "é", "-", " ", "٤", "123-45-6789", "ssn"]), 0..30,
    )) {
        let moderation = Moderation::default();
        moderation.findings([text.as_str()]);
        moderation.findings([bits.concat().as_str(), bits.join(" ").as_str()]);
    }
}
