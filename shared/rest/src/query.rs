//! Queries.

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The parameters of a query. Those that nobody knows are passed over.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::try_from_uri(&parts.uri);
        read.map(|axum::extract::Query(parameters)| Self(parameters)).map_err(|refused| {
            let reason = std::error::Error::source(&refused).map_or_else(|| refused.body_text(), ToString::to_string);
            invalid(reason)
        })
    }
}

/// `reason` begins with the parameter's name.
pub(crate) fn invalid(reason: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "query_invalid", "A query parameter is not understood", reason)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use serde::Deserialize;

    use super::*;
    use crate::testing::{ask, json_of, request};

    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum View {
        AllOpen,
    }

    #[derive(Deserialize)]
    struct Parameters {
        #[expect(dead_code, reason = "only read")]
        view: Option<View>,
    }

    #[tokio::test]
    async fn a_parameter_that_is_not_understood_is_named() {
        let router = Router::new().route("/", get(async |Query(_): Query<Parameters>| "ok"));
        for path in ["/", "/?view=all_open", "/?colour=blue"] {
            assert_eq!(ask(router.clone(), request("GET", path)).await.status(), StatusCode::OK, "{path}");
        }
        let response = ask(router, request("GET", "/?view=mine")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let detail = json_of(response).await["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("view: unknown variant `mine`, expected `all_open`"), "{detail}");
    }
}
