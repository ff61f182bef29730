//! Of templates.

use domain::template::{Missing, Standing, Status, Unfillable, Unsendable};
use helpdesk::Alternative;
use http::StatusCode;
use rest::Problem;
use serde_json::{Value, json};

use super::unprocessable;

/// The account has none, or has it no more.
pub(super) fn no_such_template(alternatives: &[Alternative]) -> Problem {
    let detail = "The account of this number has no template of this name in this language. GET /v1/templates lists those it \
                  has; `alternatives` are the languages that it has this one in.";
    unprocessable("no_such_template", "No such template", detail.into()).with("alternatives", list(alternatives))
}

pub(super) fn template_not_sendable(why: Unsendable, alternatives: &[Alternative]) -> Problem {
    match why {
        Unsendable::Standing(standing) => of_standing(standing),
        Unsendable::Recategorised { category, previous } => {
            let detail = format!(
                "This is a {category} template by now, which may cost otherwise and reaches nobody who opted out of such. To \
                 send it all the same, give its `category` with it; or send one of `alternatives`."
            );
            let title = "The template has another category";
            Problem::new(StatusCode::CONFLICT, "template_recategorised", title, detail)
                .with("category", category.as_str())
                .with("previous_category", previous.as_ref().map(|category| category.as_str()))
        }
    }
    .with("alternatives", list(alternatives))
}

fn of_standing(Standing { status, reason }: Standing) -> Problem {
    let what_to_do = match status {
        Status::Pending | Status::InAppeal => "Meta reviews it. Wait until it is approved",
        Status::Rejected => "Meta has rejected it. Edit it, and Meta reviews it again",
        Status::Paused => {
            "Meta has paused it because recipients did not like it. Wait until Meta takes it again, or edit it"
        }
        Status::Disabled => "Meta has disabled it for good, because recipients did not like it. Make another one",
        Status::Archived => "It was not used for a year, and Meta has archived it. Unarchive it in WhatsApp Manager",
        _ => "Meta sends approved templates only. WhatsApp Manager tells more",
    };
    let detail = format!("The template is {status}. {what_to_do}; or send one of `alternatives`.");
    let reason = reason.map(|reason| json!({ "code": reason.code, "text": reason.text }));
    Problem::new(StatusCode::CONFLICT, "template_not_sendable", "The template cannot be sent now", detail)
        .with("template_status", status.as_str())
        .with("reason", reason)
}

pub(super) fn template_unfillable(why: Unfillable) -> Problem {
    match why {
        Unfillable::Missing(Missing { keys }) => {
            let detail = "Every variable needs a value that is not only white space, and neither the request nor the contact \
                          has one for those in `missing`. Give them, or a `fallback`. `header` is a file or place above the \
                          body.";
            unprocessable("variables_missing", "Variables have no value", detail.into()).with("missing", keys)
        }
        Unfillable::Values { keys } => {
            let detail = "WhatsApp takes no line breaks, tabs, more than four spaces in a row or more than 1,024 characters \
                          in a variable. Change those in `invalid`.";
            unprocessable("variables_invalid", "Values that no variable can have", detail.into()).with("invalid", keys)
        }
        Unfillable::Header { wanted, given } => {
            let detail = format!("Above its body this template has {wanted}, and {given} was given. Give what it has.");
            unprocessable("header_not_allowed", "Not the template's header", detail)
                .with("wanted", wanted)
                .with("given", given)
        }
        Unfillable::Parts { kinds } => {
            let detail = format!(
                "The template has parts that cannot be filled here: {}. Send another one, or make one without them.",
                kinds.join(", ")
            );
            unprocessable("template_not_supported", "Such templates are not sent here", detail).with("parts", kinds)
        }
    }
}

pub(super) fn template_needs_number() -> Problem {
    let detail = "WhatsApp sends authentication templates to phone numbers only, and this contact hides theirs. Send a \
                  utility template, or ask for the number.";
    Problem::new(StatusCode::CONFLICT, "template_needs_number", "The template goes to numbers only", detail)
}

pub(crate) fn template_not_alone() -> Problem {
    let detail = "A template goes alone: it has no text, attachments, location, contacts, reaction or reply_to beside it. \
                  Send them in a message of their own.";
    unprocessable("template_not_alone", "A template goes alone", detail.into())
}

pub(crate) fn header_invalid() -> Problem {
    let detail = "A header is a file, named by its upload_id or library_id, or a location. Give one of them.";
    unprocessable("header_invalid", "Not a header", detail.into())
}

pub(super) fn header_not_a_file() -> Problem {
    let detail = "That is a text of the library, and a header is a file. Name a file's library_id or upload_id.";
    unprocessable("header_invalid", "Not a header", detail.into())
}

fn list(alternatives: &[Alternative]) -> Value {
    let shown = |Alternative { name, language, category }: &Alternative| json!({ "name": name, "language": language, "category": category });
    alternatives.iter().map(shown).collect()
}
