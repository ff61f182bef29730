//! The simulator as its owner holds it.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use axum::Router;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::numbers::{self, Number};
use crate::store::{Change, Store};
use crate::templates::{self, Template};
use crate::webhooks::{self, FirstAnswer, Outbox, PendingWebhook};
use crate::{connection, control, graph, learning};

/// What a simulator is told at its start.
#[derive(Clone)]
pub struct Settings {
    /// The secret of the one app; webhooks are signed with it.
    pub app_secret: String,
    /// Where webhooks go; until it is set they wait.
    pub webhook_url: Option<String>,
}

/// Why a simulator could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    #[error("the simulator's data could not be opened")]
    Store(#[from] rusqlite::Error),
    #[error("the client for webhooks could not be made")]
    Client(#[from] reqwest::Error),
    #[error("a simulator needs a Tokio runtime around it")]
    NoRuntime(#[from] tokio::runtime::TryCurrentError),
}

/// What the simulator has to do, now and later.
#[derive(Clone, Debug, Serialize)]
pub struct IdleState {
    /// Graph requests that are not answered yet.
    pub requests_in_progress: usize,
    /// Webhooks whose time has come, those in flight among them.
    pub due: Vec<PendingWebhook>,
    /// Webhooks that wait for their next attempt.
    pub later: Vec<PendingWebhook>,
}

impl IdleState {
    /// Whether nothing happens unless time passes or somebody calls.
    pub fn is_idle(&self) -> bool {
        self.requests_in_progress == 0 && self.due.is_empty()
    }
}

/// Meta's side, on one machine. Clones are the same simulator; it sends its webhooks until the last one,
/// its routers included, is dropped.
#[derive(Clone)]
pub struct Simulator {
    shared: Arc<Shared>,
    _delivery: Arc<Delivery>,
}

impl Simulator {
    /// Opens the data at `data_path` (a SQLite file, made if there is none) and starts to send what was left undelivered.
    ///
    /// # Errors
    /// If the file cannot be opened, or no Tokio runtime is around.
    pub fn open(data_path: &Path, clock: Clock, settings: Settings) -> Result<Self, OpenError> {
        let runtime = Handle::try_current()?;
        let shared = Arc::new(Shared::open(data_path, clock, settings)?);
        let delivery = Delivery(runtime.spawn(webhooks::deliver_forever(Arc::clone(&shared))));
        Ok(Self { shared, _delivery: Arc::new(delivery) })
    }

    /// Everything as an axum router. Behind it, a fault that closes the connection is an answer 500; see [`Self::serve`].
    pub fn router(&self) -> Router {
        graph::router(self.clone()).nest("/_simulator", control::router(self.clone()))
    }

    /// Answers on `listener` until dropped; media URLs lead to it from then on.
    ///
    /// # Errors
    /// If the listener has no address.
    pub async fn serve(&self, listener: TcpListener) -> std::io::Result<()> {
        let address = listener.local_addr()?;
        *self.shared.public_url.write().unwrap_or_else(PoisonError::into_inner) = format!("http://{address}");
        connection::serve(listener, self.router()).await;
        Ok(())
    }

    /// Adds a business number, or replaces what was known of it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn register_number(&self, number: &Number) -> Result<(), OpenError> {
        Ok(numbers::register(&self.shared.store.lock(), number)?)
    }

    /// Adds a template, or replaces the one of its name and language. No webhook tells of it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn register_template(&self, template: &Template) -> Result<(), OpenError> {
        templates::register(&self.shared.store.lock(), template)?;
        Ok(())
    }

    /// Whether an account has a template of this name in this language.
    ///
    /// # Errors
    /// If the store fails.
    pub fn has_template(&self, waba_id: &str, name: &str, language: &str) -> Result<bool, OpenError> {
        Ok(templates::named(&self.shared.store.lock(), waba_id, name, language)?.is_some())
    }

    /// Sends webhooks there from now on, and at once those that wait.
    pub fn set_webhook_url(&self, url: impl Into<String>) {
        *self.shared.webhook_url.write().unwrap_or_else(PoisonError::into_inner) = Some(url.into());
        self.shared.outbox.retry_all(self.shared.now());
    }

    /// To be called after the clock was moved: what has become due is sent.
    pub fn clock_moved(&self) {
        self.shared.outbox.look_again();
    }

    /// The webhooks that are not delivered yet, oldest first, with the time each is tried next.
    pub fn pending(&self) -> Vec<PendingWebhook> {
        self.shared.outbox.pending()
    }

    /// What is to do, now and later.
    pub fn idle_state(&self) -> IdleState {
        let now = self.shared.now();
        let (due, later) = self.pending().into_iter().partition(|webhook| webhook.in_flight || webhook.due_at <= now);
        IdleState { requests_in_progress: self.shared.requests_in_progress.load(Ordering::Acquire), due, later }
    }

    /// Takes note of a webhook that somebody else sent in Meta's name: the customers' messages in it open windows
    /// and are shown on their phones, as if they had been written here. One made here changes nothing.
    ///
    /// # Errors
    /// If the store fails.
    pub fn learn(&self, webhook: &Value) -> Result<(), OpenError> {
        let (_, _) = self.shared.change(|change| learning::learn(change, webhook))?;
        Ok(())
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}

/// What requests and deliveries share.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) outbox: Outbox,
    pub(crate) client: reqwest::Client,
    pub(crate) app_secret: String,
    faults: Mutex<Faults>,
    clock: Clock,
    webhook_url: RwLock<Option<String>>,
    public_url: RwLock<String>,
    requests_in_progress: AtomicUsize,
}

impl Shared {
    fn open(data_path: &Path, clock: Clock, settings: Settings) -> Result<Self, OpenError> {
        // reqwest wants a TLS provider even for plain HTTP; another one may be installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let shared = Self {
            store: Store::open(data_path)?,
            outbox: Outbox::default(),
            client: reqwest::Client::builder().no_proxy().build()?,
            app_secret: settings.app_secret,
            faults: Mutex::default(),
            clock,
            webhook_url: RwLock::new(settings.webhook_url),
            public_url: RwLock::new("http://localhost".to_owned()),
            requests_in_progress: AtomicUsize::new(0),
        };
        shared.resume()?;
        Ok(shared)
    }

    /// Announces what was left undelivered; it is tried at once.
    fn resume(&self) -> rusqlite::Result<()> {
        let now = self.now();
        let db = self.store.lock();
        webhooks::give_up_before(&db, now - webhooks::PERSISTENCE)?;
        self.outbox.announce(webhooks::left_over(&db)?, now);
        Ok(())
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Changes the store in one transaction, and sends the webhooks that tell of it: one [`FirstAnswer`] each.
    pub(crate) fn change<T, E: From<rusqlite::Error>>(
        &self,
        make: impl FnOnce(&mut Change<'_>) -> Result<T, E>,
    ) -> Result<(T, Vec<FirstAnswer>), E> {
        let mut connection = self.store.lock();
        let mut change = Change { db: connection.transaction()?, now: self.now(), queued: Vec::new() };
        let made = make(&mut change)?;
        let Change { db, now, queued } = change;
        db.commit()?;
        // Still under the store's lock, so that webhooks are announced in the order they were queued.
        Ok((made, self.outbox.announce(queued, now)))
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn webhook_url(&self) -> Option<String> {
        self.webhook_url.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn public_url(&self) -> String {
        self.public_url.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts a request as in progress until the guard is dropped.
    pub(crate) fn request_in_progress(&self) -> InProgress<'_> {
        self.requests_in_progress.fetch_add(1, Ordering::AcqRel);
        InProgress(&self.requests_in_progress)
    }
}

pub(crate) struct InProgress<'a>(&'a AtomicUsize);

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The task that sends webhooks; it ends with its owner.
struct Delivery(JoinHandle<()>);

impl Drop for Delivery {
    fn drop(&mut self) {
        self.0.abort();
    }
}
