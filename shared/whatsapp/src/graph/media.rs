//! What the Graph API says of a file: where it is to be had for the next minutes, and what it should be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::Graph;
use super::account::{AccountError, ask};
use crate::webhook::json::{text, text_at};

/// A file at Meta.
#[derive(Clone, PartialEq, Eq)]
pub struct MediaFile {
    /// Where it is to be had, for five minutes and with the same token.
    pub url: String,
    /// Bytes.
    pub size: Option<u64>,
    pub sha256: Option<[u8; 32]>,
}

impl Graph {
    /// Looks up a file by its id. With the number that it came to, Meta refuses the file of another number.
    ///
    /// # Errors
    /// [`AccountError`]; an answer without an address counts as none.
    pub async fn media(
        &self,
        media_id: &str,
        phone_number_id: &str,
        token: &SecretString,
    ) -> Result<MediaFile, AccountError> {
        let mut url =
            reqwest::Url::parse(&self.base_url).map_err(|error| AccountError::Unreachable(error.to_string()))?;
        // As segments, so that an id leads nowhere else, whatever Meta wrote.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(&self.version).push(media_id);
        }
        let request = self.http.request(Method::GET, url).bearer_auth(token.expose_secret());
        let answer = ask(request.query(&[("phone_number_id", phone_number_id)])).await?;
        read(&answer).ok_or_else(|| AccountError::Unreachable("no address in the answer".to_owned()))
    }
}

fn read(answer: &Value) -> Option<MediaFile> {
    Some(MediaFile {
        url: text_at(answer, "/url")?.to_owned(),
        // Documented as text in one place and as a number in another.
        size: text(answer, "file_size").and_then(|size| size.parse().ok()),
        sha256: text_at(answer, "/sha256").and_then(digest),
    })
}

/// A SHA-256 as Meta writes it: in base64 in webhooks, in hexadecimal elsewhere.
fn digest(text: &str) -> Option<[u8; 32]> {
    let bytes = hex::decode(text).ok().or_else(|| STANDARD.decode(text).ok())?;
    bytes.try_into().ok()
}

/// The address is as good as the file, for somebody with the token.
impl std::fmt::Debug for MediaFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaFile").field("size", &self.size).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_size_is_text_or_a_number_and_a_digest_base64_or_hexadecimal() {
        let base64 = STANDARD.encode([7; 32]);
        let hexadecimal = hex::encode([7; 32]);
        for (size, sha256) in [(json!(3), base64), (json!("3"), hexadecimal)] {
            let file =
                read(&json!({"url": "https://m.example/1", "file_size": size, "sha256": sha256})).expect("a file");
            assert_eq!((file.size, file.sha256), (Some(3), Some([7; 32])));
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_there_and_without_an_address_there_is_no_file() {
        let file = read(&json!({"url": "u", "file_size": "many", "sha256": "short"})).expect("a file");
        assert_eq!((file.size, file.sha256), (None, None));
        assert_eq!(read(&json!({"id": "1"})), None);
    }
}
