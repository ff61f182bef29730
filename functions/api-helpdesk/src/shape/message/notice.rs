//! A notice of WhatsApp's in JSON.

use domain::Identity;
use serde::Serialize;
use utoipa::ToSchema;

/// What WhatsApp tells of the customer, who stays the same contact. The message is from what they are called now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Notice {
    about: NoticeKind,
    /// What they were called before, where WhatsApp says it: a number with `+`, or a WhatsApp user id.
    previous: Vec<String>,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::enum_variant_names, reason = "these are the API's words")]
enum NoticeKind {
    ChangedNumber,
    ChangedUserId,
    ChangedDevice,
}

impl From<domain::content::Notice> for Notice {
    fn from(notice: domain::content::Notice) -> Self {
        let about = match notice.about {
            domain::content::NoticeKind::ChangedNumber => NoticeKind::ChangedNumber,
            domain::content::NoticeKind::ChangedUserId => NoticeKind::ChangedUserId,
            domain::content::NoticeKind::ChangedDevice => NoticeKind::ChangedDevice,
        };
        Self { about, previous: notice.previous.iter().map(Identity::display).collect() }
    }
}
