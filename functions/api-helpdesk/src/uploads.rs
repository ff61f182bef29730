//! `/v1/uploads`

use std::time::Duration;

use axum::extract::State;
use domain::Upload;
use helpdesk::fresh_id;
use http::StatusCode;
use rest::{Caller, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Helpdesk;
use crate::refusal::{self, Refusal};
use crate::shape;

/// How long the address takes the file.
const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// Longer names do not fit a phone's screen, nor all file systems.
const NAME_CHARS: usize = 240;

/// A file to come.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewUpload {
    /// 1 to 240 characters, without `/`, `\` and control characters. Of a document the customer sees it.
    #[schema(example = "price-list.pdf")]
    filename: String,
    /// One of the types that WhatsApp takes.
    #[schema(example = "application/pdf")]
    mime_type: String,
    /// Bytes, exactly.
    #[schema(minimum = 1, example = 48_213)]
    size: u64,
}

/// Announces a file, and gives the address to put it at.
///
/// `PUT` the bytes there within 15 minutes, with all `headers` as they are (a browser adds `Content-Length` itself); it
/// takes exactly what was announced, once. Then the `id` goes into a message or into the library within 24 hours, which
/// looks at the file's content before it takes it.
#[utoipa::path(
    post, path = "/v1/uploads", operation_id = "create_upload", tag = "uploads",
    request_body = NewUpload,
    responses(
        (status = 201, description = "Where to put the file.", body = shape::Upload),
        (status = 422, description = "`media_not_allowed` (with `rule`, `found`, `allowed` and `advice`): WhatsApp does not \
                                      take such a file. `filename_invalid` or `body_invalid`."),
        (status = 503, description = "`busy`."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Json(asked): Json<NewUpload>,
) -> Result<(StatusCode, Json<shape::Upload>), Refusal> {
    if !is_name(&asked.filename) {
        return Err(refusal::filename_invalid(NAME_CHARS).into());
    }
    let media_type = whatsapp::media::announced(&asked.mime_type, asked.size)
        .map_err(|refused| refusal::media_not_allowed(&asked.filename, &refused))?;
    let now = desk.now();
    let NewUpload { filename, size, .. } = asked;
    let mime_type = media_type.mime.to_owned();
    let upload = Upload { id: fresh_id(now), filename, mime_type, size, created_at: now };
    let tenancy = desk.of(&caller);
    let key = upload.key(tenancy.tenant_id());
    let invitation = desk.objects.invite(&key, &upload.mime_type, size, LIFETIME).await?;
    tenancy.create_upload(&upload).await?;
    let shown = shape::Upload::of(&upload, media_type.class, invitation, now + LIFETIME);
    Ok((StatusCode::CREATED, Json(shown)))
}

fn is_name(name: &str) -> bool {
    let fits = (1..=NAME_CHARS).contains(&name.chars().count()) && !name.trim().is_empty();
    fits && !name.chars().any(|char| char.is_control() || matches!(char, '/' | '\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_and_no_path() {
        for name in ["a.pdf", "Ärger mit Ω.pdf", "..", &"x".repeat(240)] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", " ", "a/b", "a\\b", "a\nb", &"x".repeat(241)] {
            assert!(!is_name(name), "{name}");
        }
    }
}
