//! The function: a request in, an answer out.

use std::time::Duration;

use domain::{MessageId, WebhookId};
use futures::future::try_join_all;
use helpdesk::fresh_id;
use jiff::Timestamp;
use queues::packing::{self, Origin, Packed, Spill};
use queues::{Entry, Queue, SendError, Trace};
use runtime::Invocation;
use storage::{Objects, StorageError};
use tokio::time::timeout;
use whatsapp::webhook::split::UNREADABLE;
use whatsapp::webhook::subscription::Question;
use whatsapp::webhook::{Item, signature, split};

use crate::gateway::{Request, Response};
use crate::secrets::LiveSecrets;
use crate::sorting::{Sorted, sort};

/// Meta documents 3 MB as the most it sends.
const LARGEST_BODY: usize = 3 * 1024 * 1024;

/// What stays of the function's time for answering.
const ANSWERING: Duration = Duration::from_millis(500);

/// The function's name in metrics.
const FUNCTION: &str = "webhook-intake";

/// Takes Meta's webhooks.
pub struct WebhookIntake {
    secrets: LiveSecrets,
    destinations: Destinations,
}

/// Where items become durable.
#[derive(Clone, Debug)]
pub struct Destinations {
    pub inbound: Queue,
    pub statuses: Queue,
    pub account_events: Queue,
    /// For a job larger than SQS takes.
    pub spill: Objects,
}

/// Why not every item is known to be durable. Meta will send all of them again.
#[derive(Debug, thiserror::Error)]
enum NotDurable {
    #[error("a job is not known to be in its queue")]
    Queue(#[from] SendError),
    #[error("a large job is not known to be in the bucket")]
    Bucket(#[from] StorageError),
    #[error("the function's time was over")]
    OutOfTime,
}

impl WebhookIntake {
    pub fn new(secrets: LiveSecrets, destinations: Destinations) -> Self {
        Self { secrets, destinations }
    }

    /// Answers a request of API Gateway's before its time is over.
    pub async fn handle(&self, request: Request, time_left: Duration, now: Timestamp) -> Response {
        match request.method() {
            "GET" => self.answer_question(&request, now).await,
            "POST" => self.take(&request, time_left.saturating_sub(ANSWERING), now).await,
            _ => Response::text(405, "only GET and POST"),
        }
    }

    async fn answer_question(&self, request: &Request, now: Timestamp) -> Response {
        let question = Question {
            mode: request.parameter("hub.mode"),
            verify_token: request.parameter("hub.verify_token"),
            challenge: request.parameter("hub.challenge"),
        };
        if self.secrets.fit(now, |secrets| question.answer(&secrets.verify_tokens).is_ok()).await {
            Response::text(200, question.challenge)
        } else {
            Response::text(403, "not our verify token")
        }
    }

    async fn take(&self, request: &Request, time_left: Duration, now: Timestamp) -> Response {
        let invocation = Invocation::of(FUNCTION);
        let origin = Origin { webhook_id: fresh_id(now), received_at: now };
        invocation.concerns("trace.id", Trace::current_id());
        let answered = timeout(time_left, self.answer_webhook(request, origin, &invocation)).await;
        let response = answered.unwrap_or_else(|_| not_taken(origin, &NotDurable::OutOfTime, &invocation));
        invocation.tell(now);
        response
    }

    async fn answer_webhook(&self, request: &Request, origin: Origin, invocation: &Invocation) -> Response {
        let now = origin.received_at;
        let Some(body) = request.bytes() else { return Response::text(400, "not base64") };
        if body.len() > LARGEST_BODY {
            return Response::text(413, "more than 3 MB");
        }
        if !self.is_genuine(request, &body, now).await {
            invocation.count("SignatureFailures");
            return Response::text(401, "not signed with our app secret");
        }
        invocation.concerns("webhook.id", [origin.webhook_id]);
        match self.store(origin, &body, invocation).await {
            Ok(()) => Response::text(200, ""),
            Err(error) => not_taken(origin, &error, invocation),
        }
    }

    async fn is_genuine(&self, request: &Request, body: &[u8], now: Timestamp) -> bool {
        let Some(header) = request.header(signature::HEADER) else { return false };
        self.secrets.fit(now, |secrets| signature::verify(&secrets.app_secrets, header, body).is_ok()).await
    }

    /// Puts every item of a body into its queue.
    async fn store(&self, origin: Origin, body: &[u8], invocation: &Invocation) -> Result<(), NotDurable> {
        let split = split(body);
        let addresses: Vec<Address> = split.items.iter().map(Address::of).collect();
        let Sorted { messages, statuses, events } = sort(split);
        let Destinations { inbound, statuses: status_queue, account_events, .. } = &self.destinations;
        futures::try_join!(
            self.send(inbound, packing::inbound(origin, messages)),
            self.send(status_queue, packing::statuses(origin, statuses)),
            self.send(account_events, packing::events(origin, events)),
        )?;
        for address in &addresses {
            address.tell(origin, invocation);
        }
        Ok(())
    }

    async fn send(&self, queue: &Queue, jobs: Vec<Packed>) -> Result<(), NotDurable> {
        // What a queue's job names must be there before the job is.
        let entries = try_join_all(jobs.into_iter().map(|job| self.spilled(job))).await?;
        Ok(queue.send_all(entries).await?)
    }

    async fn spilled(&self, job: Packed) -> Result<Entry, NotDurable> {
        match job {
            Packed::Fits(entry) => Ok(entry),
            Packed::Oversized(Spill { key, body, entry }) => {
                self.destinations.spill.put(&key, body).await?;
                Ok(entry)
            }
        }
    }
}

fn not_taken(origin: Origin, error: &NotDurable, invocation: &Invocation) -> Response {
    invocation.count("not_taken");
    let webhook = origin.webhook_id.to_string();
    tracing::error!(webhook.id = webhook, error = domain::chain(error), "not taken: Meta sends it again");
    Response::text(500, "not taken")
}

/// What an item is called once it is on its way.
struct Address {
    at: String,
    field: String,
    message_id: Option<MessageId>,
}

impl Address {
    fn of(item: &Item) -> Self {
        let field = match item {
            Item::Message(_) | Item::Status(_) => "messages",
            Item::Other(other) => &other.field,
        };
        Self { at: item.at().to_owned(), field: field.to_owned(), message_id: item.message_id() }
    }

    /// Tells that the item was accepted, and raises the alarm for one that nobody can read.
    fn tell(&self, origin: Origin, invocation: &Invocation) {
        let webhook = WebhookId::to_string(&origin.webhook_id);
        invocation.count("accepted");
        invocation.concerns("message.id", self.message_id);
        if self.field == UNREADABLE {
            tracing::error!(webhook.id = webhook, "a genuine webhook is not JSON; it is parked");
            invocation.count("UnreadableWebhooks");
        }
        let item = runtime::Item { webhook: &webhook, at: &self.at, field: &self.field };
        runtime::outcome(item, "accepted", "", "");
    }
}
