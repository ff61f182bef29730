//! Why a request is not fulfilled: errors become problems here, and nowhere else.

mod templates;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use rest::Problem;
use runtime::SealError;
use storage::{CommitError, StorageError};
use whatsapp::graph::errors::Class;
use whatsapp::graph::{AccountError, GraphError};

use crate::account::AccountUnknown;
use crate::connect::{ConnectError, PortfolioError};

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

impl From<PortfolioError> for Refusal {
    fn from(error: PortfolioError) -> Self {
        match error {
            PortfolioError::Graph(AccountError::Refused(refused)) => Self(of_graph(refused)),
            PortfolioError::Graph(AccountError::Unreachable(_)) => Self(Problem::busy(error)),
            PortfolioError::Commit(CommitError::Conflict) => Self::contended(),
            PortfolioError::Commit(CommitError::Storage(error)) => error.into(),
        }
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

fn of_seal(error: SealError) -> Problem {
    match error {
        SealError::Kms { .. } => Problem::busy(error),
        SealError::Unreadable => Problem::internal(error),
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

fn account_not_connected() -> Problem {
    let detail = "No number of this WhatsApp Business account is connected, so Meta cannot be asked. Ask the operator to connect \
                  one.";
    conflict("account_not_connected", "The account is not connected", detail.into())
}

fn conflict(code: &'static str, title: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, title, detail)
}

fn unprocessable(code: &'static str, title: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail)
}
