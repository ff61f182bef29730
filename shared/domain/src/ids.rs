//! The registry of id kinds. An id is a prefix that names its kind, and a UUID: `tkt_0192…`.
//!
//! Ids are made at the edge (version 7, so they sort by age) and only parsed or derived here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::message::Wamid;

/// Why a text is not an id of the kind that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the form {prefix}_<32 hexadecimal digits>")]
pub struct InvalidId {
    prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// What stands before the `_`.
            pub const PREFIX: &'static str = $prefix;
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let invalid = InvalidId { prefix: $prefix };
                let digits = text.strip_prefix(concat!($prefix, "_")).ok_or(invalid.clone())?;
                // One spelling per id: no dashes, no capitals.
                if digits.len() != 32 || !digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                    return Err(invalid);
                }
                Uuid::try_parse(digits).map(Self).map_err(|_| invalid)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }
    };
}

id!(
    /// One company.
    TenantId, "ten"
);
id!(
    /// One connected WhatsApp Business number.
    ChannelId, "chn"
);
id!(
    /// One person who writes to a tenant.
    ContactId, "con"
);
id!(
    /// One piece of work for the helpdesk.
    TicketId, "tkt"
);
id!(
    /// The messages of one ticket.
    ThreadId, "thr"
);
id!(
    /// One message, in either direction.
    MessageId, "msg"
);
id!(
    /// The file of one message.
    AttachmentId, "att"
);
id!(
    /// What a campaign has set aside of the allowance.
    BlockId, "blk"
);
id!(
    /// One file that an agent announced.
    UploadId, "upl"
);
id!(
    /// One thing kept in a tenant's library.
    LibraryItemId, "lib"
);
id!(
    /// One line of a tenant's audit.
    AuditId, "aud"
);
id!(
    /// One template in one language.
    TemplateId, "tpl"
);
id!(
    /// One template on its way to many people.
    CampaignId, "cmp"
);
id!(
    /// One POST of Meta's.
    WebhookId, "whk"
);

impl ThreadId {
    /// A thread is born with its ticket and shares its UUID, so that one leads to the other without a look-up.
    pub fn of(ticket: TicketId) -> Self {
        Self(ticket.0)
    }

    /// The ticket this thread was born with.
    pub fn ticket(self) -> TicketId {
        TicketId(self.0)
    }
}

impl AttachmentId {
    /// A message has one file at most, which shares its UUID.
    pub fn of(message: MessageId) -> Self {
        Self(message.0)
    }

    /// The message that this file goes with.
    pub fn message(self) -> MessageId {
        MessageId(self.0)
    }
}

impl ChannelId {
    /// The id of a tenant's channel with this number. It is the same whenever the tenant connects the number, so that
    /// disconnecting and connecting it again keeps its history (F6); another tenant's channel with it is another one.
    pub fn of_number(tenant: TenantId, phone_number_id: &str) -> Self {
        Self(derived([tenant.to_string().as_str(), phone_number_id]))
    }
}

impl MessageId {
    /// The id under which a message is found by Meta's id. For an inbound message it is *the* id: however often Meta
    /// delivers it, and however late, it can only be stored once.
    ///
    /// `phone_number_id` is the business number that the message came to or went out from.
    pub fn of_wamid(phone_number_id: &str, wamid: &Wamid) -> Self {
        Self(derived([phone_number_id, wamid.as_str()]))
    }
}

impl TemplateId {
    /// The id of a template. The same name and language is the same template, however often it is deleted and made again.
    pub fn of(tenant: TenantId, waba_id: &str, name: &str, language: &str) -> Self {
        Self(derived([tenant.to_string().as_str(), waba_id, name, language]))
    }
}

impl BlockId {
    /// The id of what one attempt at a slice of a campaign sets aside, so that whoever comes after it finds it.
    pub fn of_attempt(campaign: CampaignId, slice: u32, attempt: u32) -> Self {
        Self(derived([campaign.to_string().as_str(), &slice.to_string(), &attempt.to_string()]))
    }
}

/// A UUID (version 8) that is always the same for the same texts.
fn derived<const N: usize>(texts: [&str; N]) -> Uuid {
    let mut digest = Sha256::new();
    for (index, text) in texts.iter().enumerate() {
        // With its length, so that where one text ends cannot be mistaken; the last ends where all do.
        if index + 1 < N {
            digest.update((text.len() as u64).to_be_bytes());
        }
        digest.update(text);
    }
    let digest = digest.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A person who works in the helpdesk: the `sub` of their token, as the tenant's identity provider wrote it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct UserId(String);

/// Why a text is not a user id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user id has 1 to {} characters, none of them a control character", UserId::MAX_CHARS)]
pub struct InvalidUserId;

impl UserId {
    /// OpenID Connect allows 255 ASCII characters for a `sub`.
    pub const MAX_CHARS: usize = 255;

    /// The id as the identity provider wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UserId {
    type Error = InvalidUserId;

    fn try_from(text: String) -> Result<Self, InvalidUserId> {
        let fits = (1..=Self::MAX_CHARS).contains(&text.chars().count());
        if fits && !text.chars().any(char::is_control) { Ok(Self(text)) } else { Err(InvalidUserId) }
    }
}

impl From<UserId> for String {
    fn from(id: UserId) -> String {
        id.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_as_it_was_written() {
        let id = TicketId::from(Uuid::from_u128(7));
        assert_eq!(id.to_string(), "tkt_00000000000000000000000000000007");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_of_another_kind_or_spelling_is_refused() {
        let digits = "0123456789abcdef0123456789abcdef";
        for text in
            [format!("thr_{digits}"), digits.to_owned(), format!("tkt_{}", digits.to_uppercase()), "tkt_".into()]
        {
            assert!(text.parse::<TicketId>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_same_wamid_on_another_number_is_another_message() {
        let wamid = Wamid::try_from("wamid.A".to_owned()).expect("a wamid");
        assert_eq!(MessageId::of_wamid("1", &wamid), MessageId::of_wamid("1", &wamid));
        assert_ne!(MessageId::of_wamid("1", &wamid), MessageId::of_wamid("2", &wamid));
    }

    #[test]
    fn a_template_is_the_same_by_tenant_account_name_and_language() {
        let tenant = TenantId::from(Uuid::from_u128(1));
        let id = TemplateId::of(tenant, "1", "parcel_shipped", "en");
        assert_eq!(id, TemplateId::of(tenant, "1", "parcel_shipped", "en"));
        assert_ne!(id, TemplateId::of(tenant, "1", "parcel_shippe", "den"));
        assert_ne!(id, TemplateId::of(tenant, "2", "parcel_shipped", "en"));
    }

    #[test]
    fn a_number_that_moves_to_another_tenant_is_another_channel() {
        let (acme, globex) = (TenantId::from(Uuid::from_u128(1)), TenantId::from(Uuid::from_u128(2)));
        assert_eq!(ChannelId::of_number(acme, "1"), ChannelId::of_number(acme, "1"));
        assert_ne!(ChannelId::of_number(acme, "1"), ChannelId::of_number(globex, "1"));
        assert_ne!(ChannelId::of_number(acme, "1"), ChannelId::of_number(acme, "2"));
    }
}
