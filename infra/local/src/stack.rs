//! The whole stack: what is started in which order, and how it ends.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use graph_simulator::{Settings, Simulator};
use local_sqs::Queues;
use runtime::Clock;
use serde_json::json;
use storage::Directory;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::calls::{self, Calls};
use crate::clock::StackClock;
use crate::command::Options;
use crate::control::Control;
use crate::data::DataFolder;
use crate::endpoint::{self, Bucket, Cors, Endpoint, Keys, Secrets, Table};
use crate::event_source::EventSources;
use crate::faults::{self, Faults};
use crate::function::{Functions, Surroundings};
use crate::gateway::Gateway;
use crate::guards::Guards;
use crate::idle::Watch;
use crate::issuer::{ClaimNames, Issuer};
use crate::metering::Metering;
use crate::outcomes::Outcomes;
use crate::schedule::Schedules;
use crate::sites::{self, Sites};
use crate::stack_file::{StackFile, Written};
use crate::template::{Place, Template};
use crate::{account, on_behalf, seed, tour, without_delay};

const APP_SECRET: &str = "local-app-secret";
const VERIFY_TOKEN: &str = "local-verify-token";
const AUDIENCE: &str = "helpdesk";
/// The functions log as on AWS, and what became of webhooks' items besides.
const LOG_LEVEL: &str = "info,outcome=debug";
/// DynamoDB deletes what has expired within days; here it is gone within the hour.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);

/// A running stack.
pub struct Stack {
    functions: Functions,
    file: Written,
    greeting: String,
    // Released last.
    _data: DataFolder,
}

/// The addresses, taken before anything is made that names them.
struct Addresses {
    api: TcpListener,
    graph: TcpListener,
    aws: TcpListener,
    control: TcpListener,
}

/// What keeps the stack's state.
struct Stores {
    table: Table,
    queues: Queues,
    simulator: Simulator,
    issuer: Issuer,
}

impl Stack {
    /// Starts everything and writes `stack.json`.
    ///
    /// # Errors
    /// When the data folder is another stack's, or something does not start.
    pub async fn start(options: &Options) -> anyhow::Result<Self> {
        let data = DataFolder::open(&options.data, options.start)?;
        let clock = StackClock::open(&data.path("clock"), seed::CONNECTED_BEFORE)?;
        let addresses = Addresses::bind(options.port).await?;
        let (api, graph, aws, control) = addresses.urls()?;
        let issuer_url = format!("{control}/issuer");
        let template = template(options, account::place(&aws, &api), &parameters(&issuer_url, &graph))?;
        on_behalf::check(&template)?;
        let stores = Stores::open(&data, &template, &clock, &issuer_url).await?;

        let credentials = endpoint::credentials(&template.functions()?);
        let guards = Guards::default();
        let endpoint = endpoint(&guards, &data, &template, &stores, &credentials)?;
        let (metering, sites, faults) = (endpoint.metering.clone(), endpoint.sites.clone(), endpoint.faults.clone());
        serve(addresses.aws, endpoint.router());
        tokio::spawn(serve_simulator(stores.simulator.clone(), addresses.graph));
        let sdk_config = account::sdk_config(template.place());
        let table = storage::Table::new(&sdk_config, template.table()?.name);

        let outcomes = Outcomes::open(&data.path("outcomes.jsonl"))?;
        let surroundings = Surroundings {
            clock: data.path("clock"),
            logs: data.path("logs"),
            outcomes: outcomes.clone(),
            credentials,
            aws_url: options.through.clone().unwrap_or_else(|| template.place().aws_url.clone()),
        };
        let functions = Functions::start(&template, surroundings).await?;
        faults.know(functions.clone());
        let Stores { table: stored, queues, simulator, issuer } = stores;
        let gateway = Gateway::new(&template, functions.clone(), issuer.clone(), clock.clone(), simulator.clone())?;
        serve(addresses.api, gateway.router());
        let names = ClaimNames { tenant: "tenant_id".into(), role: "role".into() };
        let issued = seed::Issued { issuer: &issuer, names: &names, audience: AUDIENCE, wall: Clock::system().now() };
        let operator = issued.operator()?;
        let tenants = seed::plant(&api, &simulator, &issued, &operator).await.context("the seeded tenants")?;
        // The seed's time is over; from now on the clock is the tests' and tools'.
        if clock.catch_up()? {
            queues.clock_moved();
            simulator.clock_moved();
        }

        let event_sources = EventSources::default();
        event_sources.start(&template, &queues, &functions, &guards, &data.path("leases")).await?;
        let schedules = Schedules::start(&template, functions.clone(), &clock)?;
        tokio::spawn(sweep(stored.clone(), clock.clone()));

        let (dead_letter_queues, sources) = template.queues()?.into_iter().partition(|it| it.is_dead_letter_queue());
        let watch = Watch {
            simulator: simulator.clone(),
            queues,
            sources,
            functions: functions.clone(),
            event_sources,
            schedules,
            directory: Directory::new(table),
            clock: clock.clone(),
        };
        let controls =
            Control { clock, watch, outcomes, metering, sites, guards, faults, table: stored, dead_letter_queues };
        serve(addresses.control, controls.router().nest("/issuer", issuer.router()));
        let webhook = format!("{api}/webhooks/whatsapp");
        simulator.set_webhook_url(&webhook);

        let (app_secret, verify_token) = (APP_SECRET, VERIFY_TOKEN);
        let file = StackFile { api, webhook, graph, aws, control, app_secret, verify_token, operator, tenants };
        let greeting = tour::text(&file, &options.data);
        Ok(Self { functions, file: file.write(&data)?, greeting, _data: data })
    }

    /// What to tell who started it.
    pub fn greeting(&self) -> &str {
        &self.greeting
    }

    /// Ends every function and removes `stack.json`. What is kept is on disk already.
    pub async fn stop(self) {
        drop(self.file);
        self.functions.stop().await;
    }
}

/// Returns when somebody asks the stack to end.
///
/// # Errors
/// When signals cannot be heard.
pub async fn asked_to_stop() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        ended = tokio::signal::ctrl_c() => ended,
        _ = terminate.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
    }
}

impl Addresses {
    async fn bind(port: u16) -> anyhow::Result<Self> {
        Ok(Self {
            api: bind(port, 0).await?,
            graph: bind(port, 1).await?,
            aws: bind(port, 2).await?,
            control: bind(port, 3).await?,
        })
    }

    fn urls(&self) -> io::Result<(String, String, String, String)> {
        let url = |listener: &TcpListener| Ok::<_, io::Error>(format!("http://{}", listener.local_addr()?));
        Ok((url(&self.api)?, url(&self.graph)?, url(&self.aws)?, url(&self.control)?))
    }
}

/// The port of the block, or a free one where that is taken.
async fn bind(block: u16, offset: u16) -> anyhow::Result<TcpListener> {
    let port = if block == 0 { 0 } else { block + offset };
    match TcpListener::bind(("127.0.0.1", port)).await {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            TcpListener::bind(("127.0.0.1", 0)).await.context("there is no free port")
        }
        bound => bound.with_context(|| format!("cannot listen on port {port}")),
    }
}

fn template(options: &Options, place: Place, parameters: &BTreeMap<String, String>) -> anyhow::Result<Template> {
    let Some(file) = &options.template else { return Template::read(place, parameters) };
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Template::parse(&text, place, parameters).with_context(|| file.display().to_string())
}

/// The parameters under which the template is read.
pub(crate) fn parameters(issuer_url: &str, graph: &str) -> BTreeMap<String, String> {
    [
        ("Stage", "local"),
        ("JwtIssuer", issuer_url),
        ("JwtAudience", AUDIENCE),
        ("GraphBaseUrl", graph),
        ("LogLevel", LOG_LEVEL),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

impl Stores {
    async fn open(
        data: &DataFolder,
        template: &Template,
        clock: &StackClock,
        issuer_url: &str,
    ) -> anyhow::Result<Self> {
        let (url, key) = (issuer_url.to_owned(), data.path("issuer.pem"));
        // The first run makes a key, which takes a moment.
        let issuer = tokio::task::spawn_blocking(move || Issuer::open(&url, &key));
        let table = Table::open(&data.database("table"), &template.table()?).await?;
        let queues = Queues::open(&data.database("queues"), clock.as_fn())?;
        account::create_queues(template, &queues).await?;
        let settings = Settings { app_secret: APP_SECRET.to_owned(), webhook_url: None };
        let simulator = Simulator::open(&data.database("graph"), clock.as_fn(), settings)?;
        Ok(Self { table, queues, simulator, issuer: issuer.await?? })
    }
}

fn endpoint(
    guards: &Guards,
    data: &DataFolder,
    template: &Template,
    stores: &Stores,
    credentials: &BTreeMap<String, crate::function::Credentials>,
) -> anyhow::Result<Endpoint> {
    let callers = template.functions()?.into_iter().filter_map(|function| {
        let pair = credentials.get(&function.name)?;
        Some((pair.access_key_id.clone(), function))
    });
    Ok(Endpoint {
        place: template.place().clone(),
        table: stores.table.clone(),
        queues: local_sqs::router(stores.queues.clone()),
        bucket: Bucket::open(&data.path("bucket"), &template.bucket()?, credentials)?,
        cors: Cors::new(template.bucket_cors()?),
        secrets: Secrets {
            arn: template.name_of("MetaAppSecret")?,
            value: json!({"app_secrets": [APP_SECRET], "verify_tokens": [VERIFY_TOKEN]}),
        },
        keys: Keys::open([
            (data.path("kms-key"), template.arn_of("TokenKey")?),
            (data.path("kms-content-key"), template.arn_of("ContentKey")?),
        ])?,
        callers: callers.collect(),
        calls: Calls::open(&data.path(calls::FILE), template.arns())?,
        metering: Metering::default(),
        sites: Sites::open(&data.path(sites::FILE))?,
        guards: guards.clone(),
        faults: Faults::open(&data.path(faults::FILE))?,
    })
}

fn serve(listener: TcpListener, router: Router) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move {
        if let Err(error) = axum::serve(without_delay(listener), service).await {
            tracing::error!(%error, "an address is not served any more");
        }
    });
}

async fn serve_simulator(simulator: Simulator, listener: TcpListener) {
    if let Err(error) = simulator.serve(listener).await {
        tracing::error!(%error, "the Graph simulator is not served any more");
    }
}

async fn sweep(table: Table, clock: StackClock) {
    loop {
        if let Err(error) = table.sweep(&clock).await {
            tracing::error!(%error, "what has expired is not deleted");
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}
