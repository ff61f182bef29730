#![doc = include_str!("../README.md")]

mod account;
mod channels;
mod connect;
mod given;
mod keeping;
mod refusal;
mod router;
mod shape;
mod submission;
mod sync;
mod telling;
mod template_sync;
mod templates;
mod tenants;

use std::time::Duration;

use anyhow::Context;
use axum::extract::FromRef;
use jiff::Timestamp;
use rest::{Caller, ClaimNames};
use runtime::{Clock, Runtime, Seal};
use storage::{Directory, Table, Tenancy};
use whatsapp::graph::Graph;

pub use router::{openapi, router};

/// One call to Graph may take this long; connecting a number makes four, and then reads templates.
const GRAPH_TIMEOUT: Duration = Duration::from_secs(5);

/// What the handlers work with.
#[derive(Clone, Debug)]
pub struct Desk {
    table: Table,
    graph: Graph,
    seal: Seal,
    clock: Clock,
    claims: ClaimNames,
}

impl Desk {
    /// `claims` name where in a token tenant and role are.
    pub fn new(table: Table, graph: Graph, seal: Seal, clock: Clock, claims: ClaimNames) -> Self {
        Self { table, graph, seal, clock, claims }
    }

    fn from_runtime(runtime: &Runtime) -> anyhow::Result<Self> {
        let (base_url, version) = (runtime.variable("GRAPH_BASE_URL")?, runtime.variable("GRAPH_API_VERSION")?);
        let claims = ClaimNames {
            tenant: runtime.variable("TENANT_CLAIM")?.into(),
            role: runtime.variable("ROLE_CLAIM")?.into(),
        };
        Ok(Self::new(
            Table::new(runtime.sdk_config(), runtime.variable("TABLE_NAME")?),
            Graph::new(&base_url, &version, GRAPH_TIMEOUT).context("no client for the Graph API")?,
            runtime.seal()?,
            runtime.clock().clone(),
            claims,
        ))
    }

    /// All of the table that this caller may touch.
    fn of(&self, caller: &Caller) -> Tenancy {
        self.table.of(caller.tenant())
    }

    fn directory(&self) -> Directory {
        Directory::new(self.table.clone())
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl FromRef<Desk> for ClaimNames {
    fn from_ref(desk: &Desk) -> Self {
        desk.claims.clone()
    }
}

/// Answers the gateway's requests until Lambda ends the process.
///
/// # Errors
/// When the environment lacks a variable, TLS cannot be set up, or Lambda's runtime cannot be reached.
pub async fn run(runtime: Runtime) -> anyhow::Result<()> {
    let desk = Desk::from_runtime(&runtime)?;
    runtime.connect("dynamodb").await;
    lambda_http::run(router(desk)).await.map_err(anyhow::Error::from_boxed)
}
