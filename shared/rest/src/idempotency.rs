//! What makes a repeated POST the same POST.

use axum::extract::OptionalFromRequestParts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::UserId;
use http::request::Parts;
use http::{HeaderName, StatusCode};
use sha2::{Digest, Sha256};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::openapi;
use crate::problem::Problem;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST: usize = 255;

/// The header `Idempotency-Key`: 1 to 255 visible ASCII characters of the client's choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A hash of the key and its user: two users may choose the same key.
    pub fn hash(&self, user: &UserId) -> String {
        fingerprint([user.as_str(), &self.0])
    }
}

/// A hash of what a request asks for, to tell a repetition from another request with the same key.
pub fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        // With its length, so that where one part ends cannot be mistaken.
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        let Some(value) = parts.headers.get(HEADER) else { return Ok(None) };
        let sound = (1..=LONGEST).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic);
        let text = value.to_str().ok().filter(|_| sound).ok_or_else(key_invalid)?;
        Ok(Some(Self(text.to_owned())))
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = "Makes repeating the request safe: with the same key it is done once, for 48 hours, and answered with \
                    what was made then. 1 to 255 visible ASCII characters.";
        vec![openapi::header("Idempotency-Key", text)]
    }
}

fn key_invalid() -> Problem {
    let detail = format!("An Idempotency-Key has 1 to {LONGEST} visible ASCII characters. A UUID will do.");
    Problem::new(StatusCode::BAD_REQUEST, "idempotency_key_invalid", "Not an Idempotency-Key", detail)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::post;
    use http::HeaderValue;

    use super::*;
    use crate::testing::{ask, request};

    async fn status_for(key: Option<&[u8]>) -> StatusCode {
        let router = Router::new().route("/", post(async |_: Option<IdempotencyKey>| "ok"));
        let mut request = request("POST", "/");
        if let Some(key) = key {
            request.headers_mut().insert(HEADER, HeaderValue::from_bytes(key).unwrap());
        }
        ask(router, request).await.status()
    }

    #[tokio::test]
    async fn a_key_has_1_to_255_visible_characters_and_may_be_missing() {
        let longest = [b'k'; LONGEST];
        for key in [None, Some(&b"!"[..]), Some(&longest[..])] {
            assert_eq!(status_for(key).await, StatusCode::OK, "{key:?}");
        }
        let too_long = [b'k'; LONGEST + 1];
        for key in [&b""[..], b"a b", b"\xe9", &too_long] {
            assert_eq!(status_for(Some(key)).await, StatusCode::BAD_REQUEST, "{key:?}");
        }
    }

    #[test]
    fn the_same_key_of_another_user_is_another_key() {
        let user = |name: &str| UserId::try_from(name.to_owned()).unwrap();
        let key = IdempotencyKey("k-1".to_owned());
        assert_eq!(key.hash(&user("usr_ben")), key.hash(&user("usr_ben")));
        assert_ne!(key.hash(&user("usr_ben")), key.hash(&user("usr_cleo")));
        assert_ne!(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]));
    }
}
