//! `stack.json`: what a running stack tells tools and tests.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Where everything is, and who may do what.
#[derive(Clone, Debug, Deserialize)]
pub struct StackFile {
    pub api: String,
    pub webhook: String,
    pub graph: String,
    pub aws: String,
    pub control: String,
    pub app_secret: String,
    pub verify_token: String,
    /// A token of somebody who may set tenants up.
    pub operator: String,
    pub tenants: Vec<Tenant>,
}

/// A seeded tenant.
#[derive(Clone, Debug, Deserialize)]
pub struct Tenant {
    pub id: String,
    pub time_zone: String,
    pub subscription_started_on: String,
    /// By `admin`, `supervisor`, `agent`, `agent2`.
    pub tokens: BTreeMap<String, String>,
    pub channels: Vec<Channel>,
    pub templates: Vec<Template>,
}

/// A seeded template.
#[derive(Clone, Debug, Deserialize)]
pub struct Template {
    pub id: String,
    pub name: String,
    pub language: String,
}

/// A seeded business number.
#[derive(Clone, Debug, Deserialize)]
pub struct Channel {
    pub id: String,
    pub waba_id: String,
    pub phone_number_id: String,
    pub display_phone_number: String,
}

impl Tenant {
    /// The seeded channel at `index`.
    pub fn channel(&self, index: usize) -> Channel {
        self.channels[index].clone()
    }
}
