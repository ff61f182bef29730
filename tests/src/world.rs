//! A world: a stack, the people around it, and what connects them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::{Value, json};

use crate::agent::{Agent, Answer};
use crate::clock::Clock;
use crate::customer::{Customer, Phone};
use crate::secrets::Secrets;
use crate::stack::{Address, PATIENCE, Stack};
use crate::stack_file::{StackFile, Tenant};
use crate::wire::Calls;

/// A stack with its customers and agents. Clones are the same world; the stack is killed when the last one goes.
#[derive(Clone)]
pub struct World {
    stack: Arc<Stack>,
    http: reqwest::Client,
    customers: Arc<Mutex<HashMap<String, Identity>>>,
    /// Contacts by id, as the API shows them; who somebody is does not change under a test.
    contacts: Arc<Mutex<HashMap<String, String>>>,
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.stack.show_logs();
        }
    }
}

/// What is chosen when a customer is first named.
#[derive(Clone)]
struct Identity {
    number: String,
    user_id: Option<String>,
}

/// A client that waits as long as a test does.
pub(crate) fn http_client() -> reqwest::Client {
    // reqwest wants a TLS provider even for plain HTTP; another test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client")
}

/// Every customer of a test run has a number of their own, so that tests can share a stack. Fixtures have those below 2000.
static NUMBERS: AtomicU32 = AtomicU32::new(2_000);

/// The stack that tests share, while one of them runs.
static SHARED: tokio::sync::Mutex<Weak<Stack>> = tokio::sync::Mutex::const_new(Weak::new());

impl World {
    /// A world of one's own, with the stack that `binary` is.
    pub async fn start_with(binary: impl AsRef<Path>) -> Self {
        Self::around(Arc::new(Stack::start(binary.as_ref(), None, Calls::Disturbed).await))
    }

    /// The same for a test that counts calls, or chooses their faults itself: none meets any that the run is asked for.
    pub async fn start_counted_with(binary: impl AsRef<Path>) -> Self {
        Self::around(Arc::new(Stack::start(binary.as_ref(), None, Calls::Counted).await))
    }

    /// The same from another template than the project's own.
    pub async fn start_from(binary: impl AsRef<Path>, template: &str) -> Self {
        Self::around(Arc::new(Stack::start(binary.as_ref(), Some(template), Calls::Disturbed).await))
    }

    /// A world whose stack has this block of ports, and whose functions call AWS at this address.
    pub async fn start_behind(binary: impl AsRef<Path>, port: u16, proxy: &str) -> Self {
        let address = Address { port, through: Some(proxy.to_owned()) };
        Self::around(Arc::new(Stack::start_at(binary.as_ref(), address).await))
    }

    /// A world whose stack is shared by all who neither move its clock nor kill it.
    pub async fn share_with(binary: impl AsRef<Path>) -> Self {
        let mut shared = SHARED.lock().await;
        let stack = match shared.upgrade() {
            Some(stack) => stack,
            None => Arc::new(Stack::start_beside(binary.as_ref()).await),
        };
        *shared = Arc::downgrade(&stack);
        Self::around(stack)
    }

    fn around(stack: Arc<Stack>) -> Self {
        Self { stack, http: http_client(), customers: Arc::default(), contacts: Arc::default() }
    }

    /// A seeded tenant.
    pub fn tenant(&self, index: usize) -> Tenant {
        self.stack_file().tenants[index].clone()
    }

    /// A customer of that name who writes to the first number of the first tenant.
    pub fn customer(&self, name: &str) -> Customer {
        self.named(name, || None)
    }

    /// A customer who hides their number and is known by a BSUID only.
    pub fn customer_without_number(&self, name: &str) -> Customer {
        self.named(name, || Some(format!("US.{}", uuid::Uuid::new_v4().simple())))
    }

    fn named(&self, name: &str, user_id: impl FnOnce() -> Option<String>) -> Customer {
        let mut customers = self.customers.lock().unwrap_or_else(PoisonError::into_inner);
        let chosen = customers.entry(name.to_owned()).or_insert_with(|| Identity {
            number: format!("1555010{:04}", NUMBERS.fetch_add(1, Ordering::Relaxed)),
            user_id: user_id(),
        });
        let Identity { number, user_id } = chosen.clone();
        let channel = self.tenant(0).channel(0);
        Customer { world: self.clone(), name: name.to_owned(), number, user_id, channel, tenant: 0 }
    }

    /// What the customer of that name sees.
    pub fn phone_of(&self, name: &str) -> Phone {
        self.customer(name).phone()
    }

    /// An agent of the first tenant.
    pub fn agent(&self) -> Agent {
        self.caller(0, "agent")
    }

    /// An agent of a tenant.
    pub fn agent_of(&self, tenant: usize) -> Agent {
        self.caller(tenant, "agent")
    }

    /// Somebody with a role in a tenant.
    pub fn caller(&self, tenant: usize, role: &str) -> Agent {
        self.caller_with_token(&self.tenant(tenant).tokens[role])
    }

    /// Somebody with any token.
    pub fn caller_with_token(&self, token: &str) -> Agent {
        Agent { world: self.clone(), token: token.to_owned() }
    }

    pub fn clock(&self) -> Clock<'_> {
        Clock { world: self }
    }

    /// Returns when all that is due now is done, and says what waits for a later time.
    ///
    /// # Panics
    /// When something is still left after 100 seconds.
    pub async fn settles(&self) -> Value {
        let mut idle = self.control_post("idle", json!({ "timeout_ms": 50_000 })).await;
        if idle["idle"] == json!(false) {
            // A file may be on its way to Meta for 45 s.
            idle = self.control_post("idle", json!({ "timeout_ms": 50_000 })).await;
        }
        assert_ne!(idle["idle"], json!(false), "{idle}");
        idle
    }

    /// The same with much to do: as long as it takes, up to half an hour.
    ///
    /// # Panics
    /// When something is still left then.
    pub async fn settles_in_the_end(&self) {
        for _ in 0..36 {
            let idle = self.control_post("idle", json!({ "timeout_ms": 50_000 })).await;
            if idle["idle"] != json!(false) {
                return;
            }
        }
        panic!("there is no end of it");
    }

    /// The stack is killed with `kill -9`.
    pub fn kill_stack(&self) {
        self.stack.kill();
    }

    /// The stack starts on the data it has.
    pub async fn start_again(&self) {
        self.stack.start_again().await;
    }

    /// The stack is stopped as by Ctrl-C.
    pub async fn stop(&self) -> ExitStatus {
        self.stack.stop().await
    }

    /// A second stack is started on the same data; how it ended.
    pub fn start_rival(&self) -> ExitStatus {
        self.stack.start_rival()
    }

    /// The folder with the stack's data.
    pub fn data(&self) -> PathBuf {
        self.stack.data()
    }

    /// What the stack itself logged.
    pub fn stack_log(&self) -> String {
        self.stack.log()
    }

    /// What must be read nowhere. Every answer of the API is looked at as it comes, and all that a stack leaves as it ends.
    pub fn secrets(&self) -> &Secrets {
        self.stack.secrets()
    }

    pub fn stack_file(&self) -> StackFile {
        self.stack.file()
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(crate) async fn control_get(&self, path: &str) -> Value {
        self.ask(&format!("{}/{path}", self.stack_file().control)).await
    }

    /// Nothing when nobody is there.
    pub(crate) async fn try_control_get(&self, path: &str) -> Option<Value> {
        let url = format!("{}/{path}", self.stack_file().control);
        Answer::of(self.http.get(url)).await.ok().map(|answer| answer.body)
    }

    pub(crate) async fn control_post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/{path}", self.stack_file().control);
        self.tell(&url, &body).await.unwrap_or_else(|| panic!("nobody answers at {url}"))
    }

    pub(crate) async fn control_delete(&self, path: &str) {
        self.delete(&format!("{}/{path}", self.stack_file().control)).await;
    }

    pub(crate) async fn simulator_delete(&self, path: &str) {
        self.delete(&format!("{}/_simulator/{path}", self.stack_file().graph)).await;
    }

    async fn delete(&self, url: &str) {
        let answer = self.http.delete(url).send().await.unwrap_or_else(|error| panic!("{url}: {error}"));
        assert!(answer.status().is_success(), "{url} answered {}", answer.status());
    }

    pub(crate) async fn simulator_get(&self, path: &str) -> Value {
        self.ask(&format!("{}/_simulator/{path}", self.stack_file().graph)).await
    }

    pub(crate) async fn simulator_post(&self, path: &str, body: Value) -> Value {
        self.try_simulator_post(path, &body).await.unwrap_or_else(|| panic!("the simulator does not answer at {path}"))
    }

    pub(crate) async fn try_simulator_post(&self, path: &str, body: &Value) -> Option<Value> {
        self.tell(&format!("{}/_simulator/{path}", self.stack_file().graph), body).await
    }

    /// Nothing when nobody is there.
    pub(crate) async fn try_simulator_get(&self, path: &str) -> Option<Value> {
        let url = format!("{}/_simulator/{path}", self.stack_file().graph);
        Answer::of(self.http.get(url)).await.ok().map(|answer| answer.body)
    }

    async fn ask(&self, url: &str) -> Value {
        let answer = Answer::of(self.http.get(url)).await.unwrap_or_else(|error| panic!("{url}: {error}"));
        answer.expecting(200).body
    }

    /// Nothing when nobody is there.
    async fn tell(&self, url: &str, body: &Value) -> Option<Value> {
        let answer = Answer::of(self.http.post(url).json(body)).await.ok()?;
        assert!((200..300).contains(&answer.status), "{url} answered {}: {}", answer.status, answer.text);
        Some(answer.body)
    }

    /// A contact as text, to recognise a customer in it.
    pub(crate) async fn contact(&self, agent: &Agent, id: &str) -> String {
        let known = self.contacts.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(known) = known {
            return known;
        }
        let contact = agent.gets_in_the_end(&format!("/v1/contacts/{id}")).await.text;
        self.contacts.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), contact.clone());
        contact
    }
}
