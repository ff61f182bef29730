//! Buttons.

use super::{Findings, chars};
use crate::template::Button;
use crate::template::placeholders::{Piece, pieces};

/// How many there may be, in all and of a kind (Meta, "template components").
const BUTTONS: usize = 10;
const URLS: usize = 2;
const PHONES: usize = 1;
const CODES: usize = 1;
/// Characters of a label, an address, a number and a code.
const LABEL: usize = 25;
const URL: usize = 2_000;
const NUMBER: usize = 20;
const CODE: usize = 15;

const AT: &str = "components.buttons";

pub(in crate::template) fn check(buttons: &[Button], found: &mut Findings) {
    found.unless(buttons.len() <= BUTTONS, "buttons_too_many", AT, || {
        format!("There are {} buttons and Meta takes {BUTTONS}. Take some away.", buttons.len())
    });
    let count = |kind: fn(&Button) -> bool| buttons.iter().filter(|button| kind(button)).count();
    let kinds = [
        (count(|button| matches!(button, Button::Url { .. })), URLS, "url_buttons_too_many", "url"),
        (count(|button| matches!(button, Button::Phone { .. })), PHONES, "phone_buttons_too_many", "phone"),
        (count(|button| matches!(button, Button::CopyCode { .. })), CODES, "copy_code_buttons_too_many", "copy_code"),
    ];
    for (count, most, code, kind) in kinds {
        found.unless(count <= most, code, AT, || {
            format!("There are {count} buttons of the type {kind} and Meta takes {most}. Take some away.")
        });
    }
    found.unless(are_grouped(buttons), "quick_replies_not_grouped", AT, || {
        "Quick replies stand together, before or after all other buttons. Reorder them.".into()
    });
    for (index, button) in buttons.iter().enumerate() {
        check_one(button, &format!("{AT}.{index}"), found);
    }
}

/// From quick replies to others, or back, it changes once at most.
fn are_grouped(buttons: &[Button]) -> bool {
    let is_reply = |button: &Button| matches!(button, Button::QuickReply { .. });
    buttons.windows(2).filter(|pair| is_reply(&pair[0]) != is_reply(&pair[1])).count() <= 1
}

fn check_one(button: &Button, at: &str, found: &mut Findings) {
    match button {
        Button::QuickReply { label } => check_label(label, at, found),
        Button::Url { label, url, sample } => {
            check_label(label, at, found);
            check_url(url, sample.as_deref(), at, found);
        }
        Button::Phone { label, number } => {
            check_label(label, at, found);
            check_number(number, at, found);
        }
        Button::CopyCode { sample } => check_code(sample.as_deref(), at, found),
        Button::Other(_) => found.add(
            "button_unknown",
            at,
            "Only buttons of the types quick_reply, url, phone and copy_code can be made here. Make the template in WhatsApp \
             Manager.",
        ),
    }
}

fn check_label(label: &str, at: &str, found: &mut Findings) {
    let (at, length) = (format!("{at}.label"), chars(label));
    found.unless(!label.trim().is_empty(), "label_missing", &at, || "A button needs a label. Give it one.".into());
    found.unless(length <= LABEL, "label_too_long", &at, || {
        format!("The label has {length} characters and Meta takes {LABEL}. Shorten it.")
    });
    found.unless(!label.contains("{{"), "label_variable", &at, || "A label takes no variables. Write it out.".into());
}

fn check_url(url: &str, sample: Option<&str>, at: &str, found: &mut Findings) {
    let (at_url, length) = (format!("{at}.url"), chars(url));
    let is_web = ["https://", "http://"].iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
    found.unless(is_web && !url.contains(char::is_whitespace), "url_invalid", &at_url, || {
        "An address begins with https:// and has no spaces. Correct it.".into()
    });
    found.unless(length <= URL, "url_too_long", &at_url, || {
        format!("The address has {length} characters and Meta takes {URL}. Shorten it.")
    });
    let pieces = pieces(url);
    let count = pieces.iter().filter(|piece| matches!(piece, Piece::Variable(_))).count();
    let is_at_end = matches!(pieces.last(), Some(Piece::Variable("1")));
    found.unless(count == 0 || (count == 1 && is_at_end), "url_variable", &at_url, || {
        "An address takes one variable, {{1}}, at its end. Move or remove the others.".into()
    });
    let has_sample = sample.is_some_and(|sample| !sample.trim().is_empty());
    found.unless(count == 0 || has_sample, "sample_missing", &format!("{at}.sample"), || {
        "Give an example of what the variable stands for: Meta reviews the template with it.".into()
    });
}

fn check_number(number: &str, at: &str, found: &mut Findings) {
    let digits = number.strip_prefix('+').unwrap_or(number);
    let fits = chars(number) <= NUMBER && digits.len() >= 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
    found.unless(fits, "phone_number_invalid", &format!("{at}.number"), || {
        format!("A number has at most {NUMBER} characters: a plus sign, the country code and digits. Correct it.")
    });
}

fn check_code(sample: Option<&str>, at: &str, found: &mut Findings) {
    let at = format!("{at}.sample");
    match sample.map(str::trim).filter(|sample| !sample.is_empty()) {
        None => found.add("sample_missing", at, "Give an example of a code: Meta reviews the template with it."),
        Some(sample) => found.unless(chars(sample) <= CODE, "copy_code_too_long", &at, || {
            format!("The example has {} characters and Meta takes {CODE}. Shorten it.", chars(sample))
        }),
    }
}
