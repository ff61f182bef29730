//! A contact in JSON.

use std::collections::BTreeMap;

use domain::{ContactId, Phone};
use jiff::Timestamp;
use rest::Versioned;
use serde::Serialize;
use utoipa::ToSchema;

use super::wishes::{Block, Consent, Marketing};

/// One person who writes, or may.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Contact {
    #[schema(value_type = String, example = "con_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: ContactId,
    /// As somebody wrote it, or WhatsApp's profile name when they first wrote.
    #[schema(required = true)]
    name: Option<String>,
    /// For display only: people change it.
    #[schema(required = true)]
    username: Option<String>,
    /// As somebody wrote it, with `+`, or the first number that WhatsApp showed.
    #[schema(required = true, example = "+15550100001")]
    phone: Option<String>,
    #[schema(required = true)]
    mobile_phone: Option<String>,
    /// What the tenant keeps of the person.
    properties: BTreeMap<String, String>,
    marketing: Marketing,
    consent: Consent,
    /// `null` unless somebody has blocked them.
    #[schema(required = true)]
    blocked: Option<Block>,
    /// Every identity under which WhatsApp knows them, in the order in which we learned them; none before they first write.
    /// An answer goes to the one they last wrote from.
    identities: Vec<Identity>,
    /// Those they gave up, says WhatsApp. What comes from one later is somebody else's.
    former_identities: Vec<FormerIdentity>,
    /// The other contacts that have one of the numbers, the oldest first: a message from it goes to the oldest of all. Not
    /// in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<String>, required = false)]
    also_matches: Option<Vec<ContactId>>,
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

/// A name under which WhatsApp reached a person.
#[derive(Debug, Serialize, ToSchema)]
struct FormerIdentity {
    kind: IdentityKind,
    value: String,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// A number, or WhatsApp's business-scoped user id.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum IdentityKind {
    Phone,
    Bsuid,
}

impl Contact {
    /// The contact with its version, and the others that have one of its numbers.
    pub(crate) fn versioned(contact: domain::Contact, also_matches: Option<Vec<ContactId>>) -> Versioned<Self> {
        let version = contact.version;
        Versioned { version, body: Self { also_matches, ..contact.into() } }
    }
}

impl From<domain::Contact> for Contact {
    fn from(contact: domain::Contact) -> Self {
        Self {
            id: contact.id,
            name: contact.name,
            username: contact.username,
            phone: contact.phone.as_ref().map(Phone::display),
            mobile_phone: contact.mobile_phone.as_ref().map(Phone::display),
            properties: contact.properties.into(),
            marketing: Marketing::from(&contact.wishes),
            consent: Consent::from(&contact.wishes),
            blocked: contact.wishes.blocked.map(Block::from),
            identities: contact.identities.into_iter().map(Identity::from).collect(),
            former_identities: contact.former_identities.into_iter().map(FormerIdentity::from).collect(),
            also_matches: None,
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

impl From<domain::contact::FormerIdentity> for FormerIdentity {
    fn from(former: domain::contact::FormerIdentity) -> Self {
        let Identity { kind, value } = former.identity.into();
        Self { kind, value, until: former.until }
    }
}

#[cfg(test)]
mod tests {
    use domain::contact::FormerIdentity;
    use domain::contact::wishes::{Source, Stance, Wishes};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_contact_shows_its_numbers_as_people_write_them_and_its_identities_as_whatsapp_does() {
        let mut wishes = Wishes::default();
        wishes.marketing.hear(Stance::OptedOut, Timestamp::UNIX_EPOCH, Source::Whatsapp);
        let contact = domain::Contact {
            wishes,
            name: Some("Ada".into()),
            phone: Phone::try_from("15550100001".to_owned()).ok(),
            properties: BTreeMap::from([("tier".to_owned(), "gold".to_owned())]).try_into().expect("properties"),
            identities: vec![domain::Identity::Phone("15550100001".into()), domain::Identity::Bsuid("US.1349".into())],
            former_identities: vec![FormerIdentity {
                identity: domain::Identity::Phone("15550100002".into()),
                until: Timestamp::UNIX_EPOCH,
            }],
            ..domain::Contact::new(Uuid::from_u128(4).into(), Timestamp::UNIX_EPOCH)
        };
        let others = Some(vec![Uuid::from_u128(5).into()]);
        insta::assert_json_snapshot!(Contact::versioned(contact, others).body, @r#"
        {
          "id": "con_00000000000000000000000000000004",
          "name": "Ada",
          "username": null,
          "phone": "+15550100001",
          "mobile_phone": null,
          "properties": {
            "tier": "gold"
          },
          "marketing": {
            "status": "opted_out",
            "since": "1970-01-01T00:00:00Z",
            "source": "whatsapp",
            "user_id": null,
            "history": [
              {
                "status": "opted_out",
                "at": "1970-01-01T00:00:00Z",
                "source": "whatsapp",
                "user_id": null
              }
            ]
          },
          "consent": {
            "status": "unknown",
            "since": null,
            "source": null,
            "user_id": null,
            "history": []
          },
          "blocked": null,
          "identities": [
            {
              "kind": "phone",
              "value": "15550100001"
            },
            {
              "kind": "bsuid",
              "value": "US.1349"
            }
          ],
          "former_identities": [
            {
              "kind": "phone",
              "value": "15550100002",
              "until": "1970-01-01T00:00:00Z"
            }
          ],
          "also_matches": [
            "con_00000000000000000000000000000005"
          ],
          "created_at": "1970-01-01T00:00:00Z"
        }
        "#);
    }
}
