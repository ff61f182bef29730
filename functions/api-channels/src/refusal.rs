//! Why a request is not fulfilled: errors become problems here, and nowhere else.

use axum::response::{IntoResponse, Response};
use domain::TemplateId;
use domain::template::{Missing, NotEditable, Status, Violation};
use http::StatusCode;
use jiff::Timestamp;
use rest::Problem;
use runtime::SealError;
use serde_json::json;
use storage::StorageError;
use whatsapp::graph::errors::Class;
use whatsapp::graph::{AccountError, GraphError};

use crate::account::AccountUnknown;
use crate::connect::ConnectError;
use crate::keeping::KeepError;
use crate::submission::SubmissionError;
use crate::sync::SyncError;

/// What every handler fails with: a problem, made of whatever error it met.
#[derive(Debug)]
pub(crate) struct Refusal(Problem);

/// Too many others wrote the same at the same time; nothing was changed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("lost the race for the same item several times in a row")]
struct Contended;

impl Refusal {
    /// Nothing has this id, or it is another tenant's.
    pub(crate) fn not_found() -> Self {
        Self(Problem::not_found())
    }

    /// Nothing says when the tenant's subscription started.
    pub(crate) fn no_qualifying_purchase() -> Self {
        let detail = "None of the purchases is of a subscription that qualifies, so nothing says on which day the allowance \
                      begins anew. Give a purchase that qualifies, or subscription_started_on.";
        Self(unprocessable("no_qualifying_purchase", "No purchase qualifies", detail.into()))
    }

    /// It is not the version the caller saw.
    pub(crate) fn changed() -> Self {
        let detail = "It has changed since you read it, and nothing was done. Read it again and decide again.";
        Self(Problem::new(StatusCode::PRECONDITION_FAILED, "version_mismatch", "Changed meanwhile", detail))
    }

    /// Others were always faster.
    pub(crate) fn contended() -> Self {
        Self(Problem::busy(Contended))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        Self(match error {
            StorageError::Unavailable { .. } => Problem::busy(error),
            StorageError::Unreadable { .. } => Problem::internal(error),
        })
    }
}

impl From<ConnectError> for Refusal {
    fn from(error: ConnectError) -> Self {
        Self(match error {
            ConnectError::NoSuchTenant => no_such_tenant(),
            ConnectError::NumberConnected => number_connected(),
            ConnectError::AccountConnected => account_connected(),
            ConnectError::NumberNotInAccount => number_not_in_account(),
            ConnectError::NumberOnPhone => number_on_phone(),
            ConnectError::Graph(AccountError::Refused(refused)) => of_graph(refused),
            ConnectError::Graph(AccountError::Unreachable(_)) | ConnectError::Contended => Problem::busy(error),
            ConnectError::Seal(error) => of_seal(error),
            ConnectError::Storage(error) => return error.into(),
        })
    }
}

impl From<AccountUnknown> for Refusal {
    fn from(error: AccountUnknown) -> Self {
        match error {
            AccountUnknown::NoSuchChannel => Self::not_found(),
            AccountUnknown::NotConnected => Self(account_not_connected()),
            AccountUnknown::Seal(error) => Self(of_seal(error)),
            AccountUnknown::Storage(error) => error.into(),
        }
    }
}

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

fn of_seal(error: SealError) -> Problem {
    match error {
        SealError::Kms { .. } => Problem::busy(error),
        SealError::Unreadable => Problem::internal(error),
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

/// Meta's own words may repeat a token that it refuses, so they are only shown where the code says that it is about
/// something else.
fn of_graph(refused: GraphError) -> Problem {
    let code = refused.code;
    let problem = match (code, refused.http_status) {
        _ if matches!(refused.row.class, Class::Retry(_)) => Problem::busy(AccountError::Refused(refused)),
        (Some(0 | 190), _) | (None, 401) => token_refused(),
        (Some(3 | 10 | 33 | 100 | 200..=299 | 131_005), _) | (None, 403 | 404) => account_not_reached(),
        _ => meta_refused(&refused),
    };
    problem.with("meta_code", code)
}

fn no_such_tenant() -> Problem {
    let detail = "tenant_id names no tenant. Set it up first, with PUT /v1/tenants/{id}.";
    unprocessable("no_such_tenant", "No such tenant", detail.into())
}

fn number_connected() -> Problem {
    let detail = "The number is connected to another tenant. An admin of that tenant has to disconnect it first.";
    Problem::new(StatusCode::CONFLICT, "number_connected", "The number is connected already", detail)
}

fn account_connected() -> Problem {
    let detail = "Another number of this WhatsApp Business account is connected to another tenant, and what Meta says of the \
                  account can only go to one. An admin of that tenant has to disconnect its numbers first.";
    Problem::new(StatusCode::CONFLICT, "account_connected", "The account is another tenant's", detail)
}

fn number_not_in_account() -> Problem {
    let detail = "The WhatsApp Business account has no number with this phone_number_id. WhatsApp Manager lists the account's \
                  numbers with their ids; the id is not the number itself.";
    unprocessable("number_not_in_account", "The account does not have the number", detail.into())
}

fn number_on_phone() -> Problem {
    let detail = "The number is in use with the WhatsApp Business app on a phone, and what is written there would be missing \
                  here. Remove it from the app, then connect it again.";
    unprocessable("number_on_phone", "The number is in use on a phone", detail.into())
}

fn token_refused() -> Problem {
    let detail = "Meta does not accept the token: it is mistyped, has expired or was revoked. Make a new one for a system \
                  user in Meta's Business settings and send the request with it.";
    unprocessable("token_refused", "Meta does not accept the token", detail.into())
}

fn account_not_reached() -> Problem {
    let detail = "With this token Meta shows no WhatsApp Business account with this waba_id. Check the id in WhatsApp Manager; \
                  give the token's system user the account, and the token the permissions whatsapp_business_management and \
                  whatsapp_business_messaging.";
    unprocessable("account_not_reached", "The token does not reach the account", detail.into())
}

fn meta_refused(refused: &GraphError) -> Problem {
    let reason = &refused.failure().reason;
    let detail =
        format!("Meta refused: {reason}. Look at the account in WhatsApp Manager, do what it asks, and try again.");
    let problem = unprocessable("meta_refused", "Meta refused", detail);
    match &refused.trace_id {
        Some(trace_id) => problem.with("meta_trace_id", trace_id.as_str()),
        None => problem,
    }
}

fn token_expired() -> Problem {
    let detail = "Meta does not accept the number's token any more: it has expired or was revoked. Ask the operator to connect \
                  the number again with a new one.";
    unprocessable("token_refused", "Meta does not accept the token", detail.into())
}

fn account_not_connected() -> Problem {
    let detail = "No number of this WhatsApp Business account is connected, so Meta cannot be asked. Ask the operator to connect \
                  one.";
    conflict("account_not_connected", "The account is not connected", detail.into())
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

fn conflict(code: &'static str, title: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, title, detail)
}

fn unprocessable(code: &'static str, title: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail)
}
