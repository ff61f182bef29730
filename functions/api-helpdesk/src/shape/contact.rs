//! A contact in JSON.

use domain::ContactId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// One person who writes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Contact {
    #[schema(value_type = String, example = "con_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: ContactId,
    /// WhatsApp's profile name when they first wrote.
    #[schema(required = true)]
    name: Option<String>,
    /// For display only: people change it.
    #[schema(required = true)]
    username: Option<String>,
    /// Their latest number known, with `+`; `null` if they hide it.
    #[schema(required = true, example = "+15550100001")]
    phone: Option<String>,
    /// Every identity under which WhatsApp knows them, in the order in which we learned them.
    identities: Vec<Identity>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// One name under which WhatsApp reaches a person.
#[derive(Debug, Serialize, ToSchema)]
struct Identity {
    kind: IdentityKind,
    /// Digits with country code but without `+`, or an id such as `US.13491208655302741918`.
    value: String,
}

/// A number, or WhatsApp's business-scoped user id.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum IdentityKind {
    Phone,
    Bsuid,
}

impl From<domain::Contact> for Contact {
    fn from(contact: domain::Contact) -> Self {
        let latest_phone = contact.identities.iter().rev().find(|known| matches!(known, domain::Identity::Phone(_)));
        Self {
            id: contact.id,
            phone: latest_phone.map(domain::Identity::display),
            name: contact.name,
            username: contact.username,
            identities: contact.identities.into_iter().map(Identity::from).collect(),
            created_at: contact.created_at,
        }
    }
}

impl From<domain::Identity> for Identity {
    fn from(identity: domain::Identity) -> Self {
        let (kind, value) = match identity {
            domain::Identity::Phone(value) => (IdentityKind::Phone, value),
            domain::Identity::Bsuid(value) => (IdentityKind::Bsuid, value),
        };
        Self { kind, value }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_contact_shows_the_number_learned_last() {
        let contact = domain::Contact {
            id: Uuid::from_u128(4).into(),
            name: Some("Ada".into()),
            username: None,
            identities: vec![
                domain::Identity::Phone("15550100001".into()),
                domain::Identity::Phone("15550100002".into()),
                domain::Identity::Bsuid("US.1349".into()),
            ],
            created_at: Timestamp::UNIX_EPOCH,
            version: 0,
        };
        insta::assert_json_snapshot!(Contact::from(contact), @r#"
        {
          "id": "con_00000000000000000000000000000004",
          "name": "Ada",
          "username": null,
          "phone": "+15550100002",
          "identities": [
            {
              "kind": "phone",
              "value": "15550100001"
            },
            {
              "kind": "phone",
              "value": "15550100002"
            },
            {
              "kind": "bsuid",
              "value": "US.1349"
            }
          ],
          "created_at": "1970-01-01T00:00:00Z"
        }
        "#);
    }
}
