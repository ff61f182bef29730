//! Why nothing became of a template.

use domain::TemplateId;
use domain::template::{Missing, NotEditable, Status, Violation};
use jiff::Timestamp;
use rest::Problem;
use serde_json::json;
use whatsapp::graph::AccountError;
use whatsapp::graph::errors::Class;

use super::{Refusal, conflict, meta_refused, unprocessable};
use crate::keeping::KeepError;
use crate::submission::SubmissionError;
use crate::sync::SyncError;

impl From<KeepError> for Refusal {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Contended => Self(Problem::busy(error)),
            KeepError::Storage(error) => error.into(),
        }
    }
}

impl From<SyncError> for Refusal {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Graph(error) => Self(of_templates(error)),
            SyncError::Keep(error) => error.into(),
            SyncError::Storage(error) => error.into(),
        }
    }
}

impl From<SubmissionError> for Refusal {
    fn from(error: SubmissionError) -> Self {
        Self(match error {
            SubmissionError::Invalid(violations) => template_invalid(&violations),
            SubmissionError::Exists(id) => template_exists(id),
            SubmissionError::NotEditable(NotEditable::Status(status)) => template_not_editable(&status),
            SubmissionError::NotEditable(NotEditable::CategoryFixed) => template_category_fixed(),
            SubmissionError::NotEditable(NotEditable::TooOften { again_at }) => template_edited_too_often(again_at),
            SubmissionError::NameBlocked { until } => template_name_blocked(until),
            SubmissionError::TooMany { limit } => templates_too_many(limit),
            SubmissionError::Disabled => template_disabled(),
            SubmissionError::Graph(error) => of_templates(error),
            SubmissionError::Keep(error) => return error.into(),
            SubmissionError::Storage(error) => return error.into(),
        })
    }
}

impl From<Missing> for Refusal {
    fn from(missing: Missing) -> Self {
        let detail = "Every variable needs a value that is not only white space. Give those in missing, too.";
        let problem = unprocessable("variables_missing", "Variables have no value", detail.into());
        Self(problem.with("missing", missing.keys))
    }
}

/// What Meta says to a template is shown as it is.
fn of_templates(error: AccountError) -> Problem {
    match error {
        AccountError::Refused(refused) if matches!(refused.code, Some(0 | 190)) || refused.http_status == 401 => {
            token_expired().with("meta_code", refused.code)
        }
        AccountError::Refused(refused) if !matches!(refused.row.class, Class::Retry(_)) => meta_refused(&refused)
            .with("meta_code", refused.code)
            .with("meta_subcode", refused.more.subcode)
            .with("meta_title", refused.more.title)
            .with("meta_message", refused.more.message),
        error => Problem::busy(error),
    }
}

fn token_expired() -> Problem {
    let detail = "Meta does not accept the number's token any more: it has expired or was revoked. Ask the operator to connect \
                  the number again with a new one.";
    unprocessable("token_refused", "Meta does not accept the token", detail.into())
}

fn template_invalid(violations: &[Violation]) -> Problem {
    let detail = "Meta would not take the template. violations lists every rule that it breaks, and what to change.";
    let told =
        |violation: &Violation| json!({ "code": violation.code, "at": violation.at, "advice": violation.advice });
    unprocessable("template_invalid", "The template breaks rules of Meta's", detail.into())
        .with("violations", violations.iter().map(told).collect::<Vec<_>>())
}

fn template_exists(id: TemplateId) -> Problem {
    let detail = "The account has another template of this name and language. Choose another name, or edit the one in \
                  template_id.";
    conflict("template_exists", "The name is taken", detail.into()).with("template_id", id.to_string())
}

fn template_not_editable(status: &Status) -> Problem {
    let detail = format!(
        "The template's status is {status}, and Meta takes edits of approved, rejected and paused ones only. Wait until it \
         changes, or make another template."
    );
    conflict("template_not_editable", "The template cannot be edited now", detail)
        .with("template_status", status.as_str())
}

fn template_category_fixed() -> Problem {
    let detail = "Meta keeps the category of an approved template. Leave category out, or make another template.";
    conflict("template_category_fixed", "The category cannot be changed", detail.into())
}

fn template_edited_too_often(again_at: Timestamp) -> Problem {
    let detail = format!(
        "Meta takes one edit of an approved template in 24 hours and ten in 30 days. Wait until {again_at}, or make another \
         template."
    );
    conflict("template_edited_too_often", "The template was edited lately", detail)
        .with("again_at", again_at.to_string())
}

fn template_name_blocked(until: Timestamp) -> Problem {
    let detail = format!(
        "An approved template of this name was deleted, and Meta blocks the name for 30 days, until {until}. Choose another."
    );
    conflict("template_name_blocked", "The name is blocked", detail).with("until", until.to_string())
}

fn templates_too_many(limit: usize) -> Problem {
    let detail = format!(
        "The account has the {limit} templates that Meta allows. Delete one; a business that Meta has verified may have \
         more."
    );
    conflict("templates_too_many", "No room for another template", detail).with("limit", limit)
}

fn template_disabled() -> Problem {
    let detail =
        "Meta has disabled the template and does not let it be deleted. It cannot be sent; make another template.";
    conflict("template_disabled", "The template cannot be deleted", detail.into())
}
