//! Two tenants with two channels and three templates each, so that there is somebody to write to and something to begin with. They are made through the API, as an operator
//! would, and have the same ids in every data folder.

mod templates;

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use domain::{ChannelId, TemplateId, TenantId};
use graph_simulator::{Number, Simulator};
use http::Method;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::issuer::{ClaimNames, Issuer, Subject};

/// A tenant as `stack.json` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct SeededTenant {
    /// Its id.
    pub id: TenantId,
    /// The short name that its users' tokens are filed under.
    pub name: &'static str,
    /// Where its days begin.
    pub time_zone: &'static str,
    /// Its allowance begins anew on this day of the month.
    pub subscription_started_on: &'static str,
    /// A token for each of its users: `admin`, `supervisor`, `agent`, `agent2`.
    pub tokens: BTreeMap<&'static str, String>,
    /// Its numbers.
    pub channels: Vec<SeededChannel>,
    /// Its templates, approved.
    pub templates: Vec<SeededTemplate>,
}

/// A template as `stack.json` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct SeededTemplate {
    /// Its id.
    pub id: TemplateId,
    pub name: String,
    pub language: String,
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

/// Who issues the tokens, and how they are to be made.
#[derive(Clone, Copy)]
pub struct Issued<'a> {
    /// Signs them.
    pub issuer: &'a Issuer,
    /// The names of the claims.
    pub names: &'a ClaimNames,
    /// Whom they are for.
    pub audience: &'a str,
    /// When they are issued, by wall time.
    pub wall: Timestamp,
}

/// How long ago the seeded numbers were connected: what tests send from the past few weeks is not older.
pub const CONNECTED_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What the token of every seeded number begins with.
pub const ACCESS_TOKEN: &str = "local-access-token-of-";

/// The users of each tenant and their roles.
const USERS: [(&str, &str); 4] =
    [("admin", "admin"), ("supervisor", "supervisor"), ("agent", "agent"), ("agent2", "agent")];

struct Seed {
    id: u128,
    name: &'static str,
    display_name: &'static str,
    time_zone: &'static str,
    subscription_started_on: &'static str,
    reopen_within: Option<&'static str>,
    waba_id: &'static str,
    numbers: [(&'static str, &'static str); 2],
}

const SEEDS: [Seed; 2] = [
    Seed {
        id: 0x0192_a000_0000_7000_8000_0000_0000_0001,
        name: "acme",
        display_name: "Acme",
        time_zone: "America/New_York",
        subscription_started_on: "2026-01-31",
        reopen_within: None,
        waba_id: "102290129340398",
        numbers: [("106540352242922", "+1 202 555 0101"), ("106540352242923", "+1 202 555 0102")],
    },
    Seed {
        id: 0x0192_a000_0000_7000_8000_0000_0000_0002,
        name: "globex",
        display_name: "Globex",
        time_zone: "Europe/London",
        subscription_started_on: "2026-03-15",
        reopen_within: Some("P2D"),
        waba_id: "202290129340398",
        numbers: [("206540352242922", "+44 20 7946 0101"), ("206540352242923", "+44 20 7946 0102")],
    },
];

/// Makes the tenants and channels that are not there yet, through the API at `api`.
///
/// # Errors
/// When the API or the simulator does not take them.
pub async fn plant(
    api: &str,
    simulator: &Simulator,
    issued: &Issued<'_>,
    operator: &str,
) -> anyhow::Result<Vec<SeededTenant>> {
    let api = Api { url: api, client: reqwest::Client::builder().no_proxy().build()? };
    let mut tenants = Vec::new();
    for seed in &SEEDS {
        seed.register_at_meta(simulator)?;
        let (id, tokens) = (seed.tenant_id(), issued.users_of(seed)?);
        seed.plant_tenant(&api, operator).await?;
        templates::register_at_meta(simulator, seed.waba_id)?;
        let channels = seed.plant_channels(&api, operator, &tokens["admin"]).await?;
        let templates = seed.read_templates(&api, &tokens["admin"], &channels).await?;
        let Seed { name, time_zone, subscription_started_on, .. } = *seed;
        tenants.push(SeededTenant { id, name, time_zone, subscription_started_on, tokens, channels, templates });
    }
    Ok(tenants)
}

impl Issued<'_> {
    /// A token of somebody who may set tenants up, and belongs to none.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn operator(&self) -> anyhow::Result<String> {
        self.token("usr_operator", None, "operator")
    }

    fn users_of(&self, seed: &Seed) -> anyhow::Result<BTreeMap<&'static str, String>> {
        let tenant_id = seed.tenant_id().to_string();
        let token = |(user, role)| {
            let token = self.token(&format!("usr_{}_{user}", seed.name), Some(&tenant_id), role)?;
            Ok((user, token))
        };
        USERS.into_iter().map(token).collect()
    }

    fn token(&self, user: &str, tenant_id: Option<&str>, role: &str) -> anyhow::Result<String> {
        self.issuer.token(&Subject { user, tenant_id, role }, self.names, self.audience, self.wall)
    }
}

impl Seed {
    fn tenant_id(&self) -> TenantId {
        TenantId::from(Uuid::from_u128(self.id))
    }

    fn access_token(&self) -> String {
        format!("{ACCESS_TOKEN}{}", self.name)
    }

    fn register_at_meta(&self, simulator: &Simulator) -> anyhow::Result<()> {
        for (phone_number_id, display_phone_number) in self.numbers {
            simulator.register_number(&Number {
                waba_id: self.waba_id.to_owned(),
                phone_number_id: phone_number_id.to_owned(),
                display_phone_number: display_phone_number.to_owned(),
                access_token: self.access_token(),
                verified_name: self.display_name.to_owned(),
            })?;
        }
        Ok(())
    }

    /// A tenant that is there already may have been changed since, and stays.
    async fn plant_tenant(&self, api: &Api<'_>, operator: &str) -> anyhow::Result<()> {
        let path = format!("/v1/tenants/{}", self.tenant_id());
        if api.ask(Method::GET, &path, operator, None).await?.0 == 404 {
            let tenant = json!({
                "name": self.display_name,
                "time_zone": self.time_zone,
                "subscription_started_on": self.subscription_started_on,
                "reopen_within": self.reopen_within,
            });
            api.tell(Method::PUT, &path, operator, Some(tenant)).await?;
        }
        Ok(())
    }

    /// A number that was connected once stays as it is, even if it was disconnected since.
    async fn plant_channels(&self, api: &Api<'_>, operator: &str, admin: &str) -> anyhow::Result<Vec<SeededChannel>> {
        let there = api.tell(Method::GET, "/v1/channels?limit=100", admin, None).await?;
        let there = there["data"].as_array().cloned().unwrap_or_default();
        let mut channels = Vec::new();
        for (phone_number_id, display_phone_number) in self.numbers {
            let channel = match there.iter().find(|channel| channel["phone_number_id"] == phone_number_id) {
                Some(channel) => channel.clone(),
                None => {
                    let new = json!({
                        "tenant_id": self.tenant_id(),
                        "waba_id": self.waba_id,
                        "phone_number_id": phone_number_id,
                        "access_token": self.access_token(),
                    });
                    api.tell(Method::POST, "/v1/channels", operator, Some(new)).await?
                }
            };
            let id = channel["id"].as_str().and_then(|id| id.parse().ok()).context("a channel without an id")?;
            channels.push(SeededChannel { id, waba_id: self.waba_id, phone_number_id, display_phone_number });
        }
        Ok(channels)
    }
}

impl Seed {
    /// The templates came with the first number that was connected; in data of an earlier version they are still missing.
    async fn read_templates(
        &self,
        api: &Api<'_>,
        admin: &str,
        channels: &[SeededChannel],
    ) -> anyhow::Result<Vec<SeededTemplate>> {
        const LIST: &str = "/v1/templates?limit=100&status=approved";
        let mut listed = api.tell(Method::GET, LIST, admin, None).await?;
        if let (Some([]), Some(channel)) = (listed["data"].as_array().map(Vec::as_slice), channels.first()) {
            let path = format!("/v1/channels/{}/template-sync", channel.id);
            // A number that was disconnected since leaves the tenant without templates.
            if api.ask(Method::POST, &path, admin, None).await?.0 == 200 {
                listed = api.tell(Method::GET, LIST, admin, None).await?;
            }
        }
        let text = |template: &Value, member: &str| template[member].as_str().map(str::to_owned);
        let read = |template: &Value| {
            let id = text(template, "id")?.parse().ok()?;
            Some(SeededTemplate { id, name: text(template, "name")?, language: text(template, "language")? })
        };
        let templates = listed["data"].as_array().into_iter().flatten().map(read);
        templates.collect::<Option<Vec<_>>>().context("a template without an id, a name or a language")
    }
}

/// The HTTP API, as an operator's own tool would use it.
struct Api<'a> {
    url: &'a str,
    client: reqwest::Client,
}

impl Api<'_> {
    async fn ask(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> anyhow::Result<(u16, Value)> {
        let mut request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.json().await.unwrap_or_default()))
    }

    async fn tell(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let (status, answer) = self.ask(method.clone(), path, token, body).await?;
        let hint = "data of an earlier version? --fresh begins anew";
        ensure!((200..300).contains(&status), "{method} {path} was answered {status}, {answer} ({hint})");
        Ok(answer)
    }
}
