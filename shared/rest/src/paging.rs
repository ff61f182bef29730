//! Lists, a page at a time.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;
use crate::query::{self, Query};

/// Which part of a list is asked for. `C` is the list's own cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging<C> {
    /// At most this many, 1 to 100.
    pub limit: u16,
    /// Where the page before ended; nothing for the first.
    pub after: Option<C>,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct List<T> {
    pub data: Vec<T>,
    /// Give it as `cursor` to get the next page; `null` at the end. A page may be short, or even empty, before the end.
    #[schema(required = true)]
    pub next_cursor: Option<String>,
}

#[derive(Deserialize, IntoParams)]
struct Parameters {
    /// How many at most.
    #[param(value_type = u16, required = false, minimum = 1, maximum = 100, default = 50)]
    limit: Option<u16>,
    /// The `next_cursor` of the page before.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
}

const DEFAULT: u16 = 50;
const MOST: u16 = 100;

impl<T> List<T> {
    /// A page and the cursor of the next one.
    pub fn new(data: impl IntoIterator<Item = T>, next: Option<impl Display>) -> Self {
        Self { data: data.into_iter().collect(), next_cursor: next.map(|cursor| cursor.to_string()) }
    }
}

impl<C, S> FromRequestParts<S> for Paging<C>
where
    C: FromStr,
    C::Err: Display,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(asked) = Query::<Parameters>::from_request_parts(parts, state).await?;
        let limit = asked.limit.unwrap_or(DEFAULT);
        if !(1..=MOST).contains(&limit) {
            return Err(query::invalid(format!("limit: a page has 1 to {MOST} entries")));
        }
        let after = asked.cursor.map(|text| text.parse::<C>()).transpose();
        Ok(Self { limit, after: after.map_err(|error| cursor_invalid(&error))? })
    }
}

impl<C> IntoParams for Paging<C> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        Parameters::into_params(|| Some(ParameterIn::Query))
    }
}

/// The cursor is none of the list that was asked for.
pub fn cursor_invalid(error: &impl Display) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "cursor_invalid", "Not a cursor of this list", error.to_string())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;

    use super::*;
    use crate::body::Json;
    use crate::testing::{ask, json_of, request};

    #[tokio::test]
    async fn a_page_has_fifty_entries_unless_1_to_100_are_asked_for() {
        let router = Router::new().route(
            "/",
            get(async |page: Paging<u8>| Json(List::new([u64::from(page.limit)], page.after.map(|after| after + 1)))),
        );
        for (query, limit, next) in [("", 50, None), ("?limit=1", 1, None), ("?limit=100&cursor=7", 100, Some("8"))] {
            let list = json_of(ask(router.clone(), request("GET", &format!("/{query}"))).await).await;
            assert_eq!((list["data"][0].as_u64(), list["next_cursor"].as_str()), (Some(limit), next), "{query}");
        }
        for (query, code) in [
            ("limit=0", "query_invalid"),
            ("limit=101", "query_invalid"),
            ("limit=-1", "query_invalid"),
            ("limit=many", "query_invalid"),
            ("limit=1&limit=2", "query_invalid"),
            ("cursor=there", "cursor_invalid"),
            ("cursor=", "cursor_invalid"),
        ] {
            let response = ask(router.clone(), request("GET", &format!("/?{query}"))).await;
            assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{query}");
            assert_eq!(json_of(response).await["code"], code, "{query}");
        }
    }
}
