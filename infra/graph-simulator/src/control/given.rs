//! A JSON body as people send it: `curl -d` without a content type will do.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::Refusal;

pub(super) struct Given<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Given<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|error| Refusal::bad_request(error.body_text()))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Refusal::bad_request(error.to_string()))
    }
}
