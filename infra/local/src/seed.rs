//! Two tenants with two channels each, so that there is somebody to write to. They are the same in every data folder.

use std::collections::BTreeMap;

use anyhow::Context;
use domain::{Channel, ChannelId, Tenant, TenantId};
use graph_simulator::{Number, Simulator};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::Serialize;
use storage::{CommitError, Table};
use uuid::Uuid;

use crate::issuer::{ClaimNames, Issuer, Subject};

/// A tenant as `stack.json` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct SeededTenant {
    /// Its id.
    pub id: TenantId,
    /// The short name that its users' tokens are filed under.
    pub name: &'static str,
    /// A token for each of its users: `admin`, `supervisor`, `agent`, `agent2`.
    pub tokens: BTreeMap<&'static str, String>,
    /// Its numbers.
    pub channels: Vec<SeededChannel>,
}

/// A channel as `stack.json` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct SeededChannel {
    /// Its id.
    pub id: ChannelId,
    /// The WhatsApp Business Account.
    pub waba_id: &'static str,
    /// Meta's id of the number.
    pub phone_number_id: &'static str,
    /// The number for people.
    pub display_phone_number: &'static str,
}

/// The users of each tenant and their roles.
const USERS: [(&str, &str); 4] =
    [("admin", "admin"), ("supervisor", "supervisor"), ("agent", "agent"), ("agent2", "agent")];

/// The numbers were connected long enough ago that what tests send from the past few weeks is not older.
const CONNECTED_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

struct Seed {
    id: u128,
    name: &'static str,
    display_name: &'static str,
    reopen_within: Option<SignedDuration>,
    waba_id: &'static str,
    numbers: [(u128, &'static str, &'static str); 2],
}

const SEEDS: [Seed; 2] = [
    Seed {
        id: 0x0192_a000_0000_7000_8000_0000_0000_0001,
        name: "acme",
        display_name: "Acme",
        reopen_within: None,
        waba_id: "102290129340398",
        numbers: [
            (0x0192_a000_0000_7000_8000_0000_0000_0011, "106540352242922", "+1 202 555 0101"),
            (0x0192_a000_0000_7000_8000_0000_0000_0012, "106540352242923", "+1 202 555 0102"),
        ],
    },
    Seed {
        id: 0x0192_a000_0000_7000_8000_0000_0000_0002,
        name: "globex",
        display_name: "Globex",
        reopen_within: Some(SignedDuration::from_hours(48)),
        waba_id: "202290129340398",
        numbers: [
            (0x0192_a000_0000_7000_8000_0000_0000_0021, "206540352242922", "+44 20 7946 0101"),
            (0x0192_a000_0000_7000_8000_0000_0000_0022, "206540352242923", "+44 20 7946 0102"),
        ],
    },
];

/// Makes the tenants that are not there yet.
///
/// # Errors
/// When the table does not take them.
pub async fn plant(table: &Table, simulator: &Simulator, now: Timestamp) -> anyhow::Result<()> {
    for seed in &SEEDS {
        let tenancy = table.of(seed.tenant_id());
        tenancy.create_tenant(&seed.tenant()).await?;
        for channel in seed.channels() {
            let token = format!("local-access-token-of-{}", seed.name);
            simulator.register_number(&Number {
                waba_id: channel.waba_id.to_owned(),
                phone_number_id: channel.phone_number_id.to_owned(),
                display_phone_number: channel.display_phone_number.to_owned(),
                access_token: token.clone(),
                verified_name: seed.display_name.to_owned(),
            })?;
            match tenancy.connect(&channel.connected(now), &SecretString::from(token)).await {
                // A conflict says that an earlier run connected it.
                Ok(()) | Err(CommitError::Conflict) => {}
                Err(CommitError::Storage(error)) => return Err(error).context("a channel is not connected"),
            }
        }
    }
    Ok(())
}

/// The tenants with tokens for their users.
///
/// # Errors
/// When a token cannot be signed.
pub fn tenants(
    issuer: &Issuer,
    names: &ClaimNames,
    audience: &str,
    wall: Timestamp,
) -> anyhow::Result<Vec<SeededTenant>> {
    let tenant = |seed: &Seed| {
        let id = seed.tenant_id();
        let token = |(user, role): (&'static str, &str)| {
            let subject = Subject { user: &format!("usr_{}_{user}", seed.name), tenant_id: &id.to_string(), role };
            Ok((user, issuer.token(&subject, names, audience, wall)?))
        };
        let tokens = USERS.into_iter().map(token).collect::<anyhow::Result<_>>()?;
        Ok(SeededTenant { id, name: seed.name, tokens, channels: seed.channels().to_vec() })
    };
    SEEDS.iter().map(tenant).collect()
}

impl Seed {
    fn tenant_id(&self) -> TenantId {
        TenantId::from(Uuid::from_u128(self.id))
    }

    fn tenant(&self) -> Tenant {
        Tenant {
            id: self.tenant_id(),
            name: self.display_name.to_owned(),
            reopen_within: self.reopen_within,
            version: 0,
        }
    }

    fn channels(&self) -> [SeededChannel; 2] {
        self.numbers.map(|(id, phone_number_id, display_phone_number)| SeededChannel {
            id: ChannelId::from(Uuid::from_u128(id)),
            waba_id: self.waba_id,
            phone_number_id,
            display_phone_number,
        })
    }
}

impl SeededChannel {
    fn connected(&self, now: Timestamp) -> Channel {
        Channel {
            id: self.id,
            waba_id: self.waba_id.to_owned(),
            phone_number_id: self.phone_number_id.to_owned(),
            display_phone_number: self.display_phone_number.to_owned(),
            connected_at: now - CONNECTED_BEFORE,
        }
    }
}
