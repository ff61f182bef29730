#![doc = include_str!("../README.md")]

mod audit;
mod business_number;
mod contacts;
mod conversations;
mod gaps;
mod library;
mod messages;
mod month;
mod notices;
mod refusal;
mod router;
mod settings;
mod shape;
mod telling;
mod template_sends;
mod threads;
mod tickets;
mod uploads;
mod usage;

use axum::extract::FromRef;
use jiff::Timestamp;
use queues::Queue;
use rest::{Caller, ClaimNames};
use runtime::{Clock, Runtime, Seal};
use storage::{Objects, Table, Tenancy};

pub use router::{openapi, router};

/// What the handlers work with.
#[derive(Clone, Debug)]
pub struct Helpdesk {
    table: Table,
    objects: Objects,
    outbound: Queue,
    /// Tells whoever works on templates to many.
    knocks: Queue,
    seal: Seal,
    clock: Clock,
    /// By which links to files expire.
    wall: Clock,
    claims: ClaimNames,
}

impl Helpdesk {
    /// `objects` holds the files, `outbound` and `knocks` are the queues that tell the sender of work: of conversations, and of templates to many; `seal` opens what hidden messages say; `claims` name where in
    /// a token tenant and role are.
    pub fn new(
        table: Table,
        objects: Objects,
        outbound: Queue,
        knocks: Queue,
        seal: Seal,
        clock: Clock,
        claims: ClaimNames,
    ) -> Self {
        Self { table, objects, outbound, knocks, seal, clock, wall: Clock::system(), claims }
    }

    fn from_runtime(runtime: &Runtime) -> anyhow::Result<Self> {
        let config = runtime.sdk_config();
        let claims = ClaimNames {
            tenant: runtime.variable("TENANT_CLAIM")?.into(),
            role: runtime.variable("ROLE_CLAIM")?.into(),
        };
        Ok(Self::new(
            Table::new(config, runtime.variable("TABLE_NAME")?),
            Objects::new(config, runtime.variable("BUCKET_NAME")?),
            Queue::new(config, runtime.variable("OUTBOUND_QUEUE_URL")?),
            Queue::new(config, runtime.variable("KNOCKS_QUEUE_URL")?),
            runtime.seal()?,
            runtime.clock().clone(),
            claims,
        ))
    }

    /// All of the table that this caller may touch.
    fn of(&self, caller: &Caller) -> Tenancy {
        self.table.of(caller.tenant())
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl FromRef<Helpdesk> for ClaimNames {
    fn from_ref(helpdesk: &Helpdesk) -> Self {
        helpdesk.claims.clone()
    }
}

/// Answers the gateway's requests until Lambda ends the process.
///
/// # Errors
/// When the environment lacks a variable, or Lambda's runtime cannot be reached.
pub async fn run(runtime: Runtime) -> anyhow::Result<()> {
    let helpdesk = Helpdesk::from_runtime(&runtime)?;
    runtime.connect("dynamodb").await;
    lambda_http::run(router(helpdesk)).await.map_err(anyhow::Error::from_boxed)
}
