//! JSON bodies.

use axum::body::Bytes;
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// A JSON body, in either direction. A request's is read as JSON whatever its `Content-Type` says, and members that
/// nobody knows are passed over.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// A request's body in JSON that may be large: a list of thousands. Lambda takes 6 MB.
#[derive(Clone, Copy, Debug)]
pub struct LargeJson<T>(pub T);

/// What a request's body may have, in bytes: many times the longest message.
const LONGEST: usize = 256 * 1024;
const LONGEST_LARGE: usize = 5 * 1024 * 1024;

impl<T, S> FromRequest<S> for LargeJson<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(&bytes_of(request, LONGEST_LARGE).await?).map(|Json(value)| Self(value))
    }
}

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(&bytes_of(request, LONGEST).await?)
    }
}

/// A body that may be left out.
impl<T, S> OptionalFromRequest<S> for Json<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Option<Self>, Problem> {
        let bytes = bytes_of(request, LONGEST).await?;
        if bytes.is_empty() { Ok(None) } else { read(&bytes).map(Some) }
    }
}

async fn bytes_of(request: Request, longest: usize) -> Result<Bytes, Problem> {
    // Lambda has the whole body in memory: its length is all that can be wrong with it.
    axum::body::to_bytes(request.into_body(), longest).await.map_err(|_| too_large(longest))
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<Json<T>, Problem> {
    axum::Json::from_bytes(bytes).map(|axum::Json(value)| Json(value)).map_err(|refused| {
        let reason = std::error::Error::source(&refused).map_or_else(|| refused.body_text(), ToString::to_string);
        if refused.status() == StatusCode::UNPROCESSABLE_ENTITY { invalid(reason) } else { not_json(&reason) }
    })
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn too_large(longest: usize) -> Problem {
    let detail = format!("A body has at most {longest} bytes. Send less.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large", detail)
        .with("limit", longest)
}

fn not_json(reason: &str) -> Problem {
    let detail = format!("The body is not JSON: {reason}.");
    Problem::new(StatusCode::BAD_REQUEST, "body_not_json", "The body is not JSON", detail)
}

/// `reason` begins with the member's name.
fn invalid(reason: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "body_invalid", "The body does not say what is needed", reason)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::post;
    use serde::Deserialize;
    use serde_json::Value;

    use super::*;
    use crate::testing::{ask, json_of, request};

    #[derive(Deserialize, Serialize)]
    struct Wish {
        text: String,
    }

    async fn answer_to(body: impl Into<Body>) -> (StatusCode, Value) {
        let router = Router::new().route("/", post(async |Json(wish): Json<Wish>| Json(wish)));
        let mut request = request("POST", "/");
        *request.body_mut() = body.into();
        let response = ask(router, request).await;
        (response.status(), json_of(response).await)
    }

    #[tokio::test]
    async fn a_body_is_read_without_a_content_type_and_with_members_nobody_knows() {
        let (status, wish) = answer_to(r#"{"text": "hello", "colour": "blue"}"#).await;
        assert_eq!((status, wish["text"].as_str()), (StatusCode::OK, Some("hello")));
    }

    #[tokio::test]
    async fn a_member_of_the_wrong_type_is_named() {
        let (status, problem) = answer_to(r#"{"text": 1}"#).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["code"], "body_invalid");
        assert!(problem["detail"].as_str().unwrap().starts_with("text: invalid type: integer `1`"), "{problem}");

        let (status, problem) = answer_to("{}").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(problem["detail"].as_str().unwrap().starts_with("missing field `text`"), "{problem}");
    }

    #[tokio::test]
    async fn what_is_not_json_is_a_bad_request() {
        for body in ["", "{", "text=hello", r#"{"text":"\ud800"}"#, r#"{"text":"a"} {"#] {
            let (status, problem) = answer_to(body).await;
            assert_eq!((status, problem["code"].as_str()), (StatusCode::BAD_REQUEST, Some("body_not_json")), "{body}");
        }
    }

    #[tokio::test]
    async fn a_body_that_may_be_left_out_is_read_when_it_is_there() {
        let read = async |wish: Option<Json<Wish>>| wish.map_or("nothing".to_owned(), |Json(wish)| wish.text);
        let router = Router::new().route("/", post(async move |wish| Json(read(wish).await)));
        for (body, wish) in [("", "nothing"), (r#"{"text": "hello"}"#, "hello")] {
            let mut request = request("POST", "/");
            *request.body_mut() = body.into();
            assert_eq!(json_of(ask(router.clone(), request).await).await, wish);
        }
        let mut request = request("POST", "/");
        *request.body_mut() = "{".into();
        assert_eq!(ask(router, request).await.status(), StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_too_large() {
        let (status, _) = answer_to(format!(r#"{{"text":"{}"}}"#, "a".repeat(LONGEST - 11))).await;
        assert_eq!(status, StatusCode::OK);
        let (status, problem) = answer_to(format!(r#"{{"text":"{}"}}"#, "a".repeat(LONGEST - 10))).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::PAYLOAD_TOO_LARGE, Some("body_too_large")));
    }
}
