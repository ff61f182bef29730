//! Of replies that wait for an answer.

use domain::{DeferredReply, DeferredStatus};
use helpdesk::DeferredError;
use http::StatusCode;
use rest::Problem;

use super::{Refusal, unprocessable};

impl From<DeferredError> for Refusal {
    fn from(error: DeferredError) -> Self {
        match error {
            DeferredError::NoSuchReply => Self::not_found(),
            DeferredError::Changed => Self::changed(),
            DeferredError::NotWaiting(not_waiting) => Self(of_status(not_waiting.0)),
            DeferredError::NotAllowed(error) => error.into(),
            DeferredError::Busy(busy) => busy.into(),
        }
    }
}

fn of_status(status: DeferredStatus) -> Problem {
    let (word, what) = match status {
        DeferredStatus::Waiting => ("waiting", "It waits"),
        DeferredStatus::Released => ("released", "The customer has answered, and it has gone out"),
        DeferredStatus::Cancelled => ("cancelled", "It was cancelled"),
        DeferredStatus::Expired => ("expired", "The customer has not answered in time, so it is over"),
    };
    let detail = format!("{what}. Read it again; what is still to be said, write as a message.");
    Problem::new(StatusCode::CONFLICT, "not_waiting", "The reply does not wait", detail).with("reply_status", word)
}

pub(super) fn session_open() -> Problem {
    let detail = "The customer has written in the last 24 hours, so there is no answer to wait for. Send the reply itself; it \
                  needs no template.";
    Problem::new(StatusCode::CONFLICT, "session_open", "The session is open", detail)
}

pub(super) fn too_many_deferred() -> Problem {
    let most = DeferredReply::MOST;
    let detail = format!(
        "{most} replies wait for this customer's answer, and no more can. Change or cancel one of them, or send the template \
         alone."
    );
    Problem::new(StatusCode::CONFLICT, "too_many_deferred_replies", "Enough waits for the answer", detail)
        .with("limit", most)
}

pub(crate) fn then_without_template() -> Problem {
    let detail = "`then` is what follows the customer's answer to a `template`. Give one, or send the reply itself.";
    unprocessable("then_without_template", "Nothing that could be answered", detail.into())
}
