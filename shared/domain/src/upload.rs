//! Files on their way from an agent's machine into a message or the library (F25, F26).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::{TenantId, UploadId};

/// A file that was announced. Whether it came, and what it is, its content tells.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    pub id: UploadId,
    /// As its owner calls it.
    pub filename: String,
    pub mime_type: String,
    /// Bytes; no other number of them is taken.
    pub size: u64,
    pub created_at: Timestamp,
}

impl Upload {
    /// How long it may be put into a message or the library. What is there by then stays with it.
    pub const LIFE: SignedDuration = SignedDuration::from_hours(24);

    /// The first moment at which it can no longer be used.
    pub fn expires_at(&self) -> Timestamp {
        self.created_at.saturating_add(Self::LIFE).unwrap_or(Timestamp::MAX)
    }

    /// Where its bytes are.
    pub fn key(&self, tenant: TenantId) -> String {
        self.id.key(tenant)
    }
}

impl UploadId {
    /// The key in the bucket: ours, whatever the file is called.
    pub fn key(self, tenant: TenantId) -> String {
        format!("uploads/{tenant}/{self}")
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_files_name_is_no_part_of_its_key() {
        let upload = Upload {
            id: Uuid::from_u128(1).into(),
            filename: "../../secret.pdf".into(),
            mime_type: "application/pdf".into(),
            size: 1,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let key = upload.key(Uuid::from_u128(2).into());
        assert_eq!(key, "uploads/ten_00000000000000000000000000000002/upl_00000000000000000000000000000001");
    }
}
