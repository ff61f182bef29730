//! A file on its way to Meta, which gives it an id to send it by.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use secrecy::{ExposeSecret, SecretString};

use super::{Graph, GraphError, answer, describe};
use crate::webhook::json::text;

/// A file for Meta, read while it is sent.
pub struct OutgoingFile<S> {
    pub filename: String,
    pub mime_type: String,
    /// Bytes, exactly so many.
    pub size: u64,
    pub bytes: S,
}

/// How an upload ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadResult {
    /// Meta has it under this id, for 30 days and for this number only.
    Uploaded(String),
    /// Meta answered that it does not take it.
    Refused(GraphError),
    /// It did not come through, or the answer was lost. Nobody sees an upload, so it may be tried again.
    NotDone(String),
}

impl Graph {
    /// Gives a file to Meta, by one request that takes at most `timeout`.
    pub async fn upload_media<S, E>(
        &self,
        phone_number_id: &str,
        token: &SecretString,
        file: OutgoingFile<S>,
        timeout: Duration,
    ) -> UploadResult
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        let url = format!("{}/{}/{phone_number_id}/media", self.base_url, self.version);
        let part = Part::stream_with_length(Body::wrap_stream(file.bytes), file.size).file_name(file.filename);
        let part = match part.mime_str(&file.mime_type) {
            Ok(part) => part,
            Err(error) => return UploadResult::NotDone(describe(error)),
        };
        let form = Form::new().text("messaging_product", "whatsapp").text("type", file.mime_type).part("file", part);
        let request = self.http.post(url).bearer_auth(token.expose_secret()).multipart(form).timeout(timeout);
        let answer = match request.send().await {
            Ok(response) => answer::read_json(response).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(Ok(body)) => match text(&body, "id") {
                Some(id) => UploadResult::Uploaded(id),
                None => UploadResult::NotDone("an answer without an id".to_owned()),
            },
            Ok(Err(refused)) => UploadResult::Refused(refused),
            Err(error) => UploadResult::NotDone(describe(error)),
        }
    }
}
