//! Ids in paths.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;

use crate::problem::Problem;

/// The two ids in a route's path, in their order. They are answered for as one is.
#[derive(Clone, Copy, Debug)]
pub struct Ids<A, B>(pub A, pub B);

impl<A, B, S> FromRequestParts<S> for Ids<A, B>
where
    A: FromStr,
    B: FromStr,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let ids = path.ok().and_then(|Path((a, b))| Some(Self(a.parse().ok()?, b.parse().ok()?)));
        ids.ok_or_else(Problem::not_found)
    }
}

/// The one id in a route's path.
///
/// A text that is no id of this kind is answered as an id that nobody has: so nothing can be learned about other
/// tenants' ids.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

impl<T, S> FromRequestParts<S> for Id<T>
where
    T: FromStr,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let id = path.ok().and_then(|Path(text)| text.parse().ok());
        id.map(Self).ok_or_else(Problem::not_found)
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use domain::{AttachmentId, MessageId, TicketId};
    use http::StatusCode;

    use super::*;
    use crate::testing::{ask, json_of, request};

    #[tokio::test]
    async fn what_is_no_id_is_not_found() {
        let router = Router::new().route("/tickets/{id}", get(async |Id(id): Id<TicketId>| id.to_string()));
        let known = ask(router.clone(), request("GET", "/tickets/tkt_00000000000000000000000000000007")).await;
        assert_eq!(known.status(), StatusCode::OK);
        for text in ["7", "thr_00000000000000000000000000000007", "%FF", "tkt_%2E%2E"] {
            let response = ask(router.clone(), request("GET", &format!("/tickets/{text}"))).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{text}");
            assert_eq!(json_of(response).await["code"], "not_found", "{text}");
        }
    }

    #[tokio::test]
    async fn of_two_ids_each_has_its_kind() {
        let both = async |Ids(a, b): Ids<MessageId, AttachmentId>| format!("{a} {b}");
        let router = Router::new().route("/{a}/{b}", get(both));
        let digits = "00000000000000000000000000000007";
        for (path, status) in [
            (format!("/msg_{digits}/att_{digits}"), StatusCode::OK),
            (format!("/att_{digits}/msg_{digits}"), StatusCode::NOT_FOUND),
            (format!("/msg_{digits}/7"), StatusCode::NOT_FOUND),
        ] {
            assert_eq!(ask(router.clone(), request("GET", &path)).await.status(), status, "{path}");
        }
    }
}
