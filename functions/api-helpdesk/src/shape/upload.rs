//! A file to come, in JSON.

use std::collections::BTreeMap;

use domain::UploadId;
use jiff::Timestamp;
use serde::Serialize;
use storage::Invitation;
use utoipa::ToSchema;
use whatsapp::media::Class;

/// Where to put an announced file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Upload {
    #[schema(value_type = String, example = "upl_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: UploadId,
    /// What it will be in a conversation: `image`, `video`, `audio`, `document` or `sticker`.
    #[schema(example = "document")]
    kind: &'static str,
    /// For one `PUT`.
    url: String,
    /// To be sent with it as they are.
    headers: BTreeMap<String, String>,
    /// When the address stops to take the file.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl Upload {
    pub(crate) fn of(upload: &domain::Upload, class: Class, invitation: Invitation, expires_at: Timestamp) -> Self {
        let Invitation { url, headers } = invitation;
        Self { id: upload.id, kind: class.name(), url, headers, expires_at }
    }
}
