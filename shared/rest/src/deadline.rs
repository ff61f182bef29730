//! An answer before Lambda gives up: a client is told to come again, rather than nothing.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use crate::problem::Problem;

/// What stays of a function's time for answering.
const MARGIN: Duration = Duration::from_millis(500);

/// Something hung. What was done until then stays; the client may repeat the request.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the function's time was over before there was an answer")]
struct OutOfTime;

/// The answer, or `busy` when it takes longer than is left. Without a limit, as in tests, it may take any time.
pub async fn within(time_left: Option<Duration>, answer: impl Future<Output = Response>) -> Response {
    let Some(time_left) = time_left else { return answer.await };
    match timeout(time_left.saturating_sub(MARGIN), answer).await {
        Ok(answer) => answer,
        Err(_) => Problem::busy(OutOfTime).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::testing::json_of;

    #[tokio::test]
    async fn what_hangs_is_busy_in_time_and_what_answers_is_left_alone() {
        let hangs = within(Some(Duration::from_millis(501)), std::future::pending()).await;
        assert_eq!(hangs.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(json_of(hangs).await["code"], "busy");
        let answers = within(Some(Duration::from_secs(5)), async { StatusCode::OK.into_response() }).await;
        assert_eq!(answers.status(), StatusCode::OK);
    }
}
