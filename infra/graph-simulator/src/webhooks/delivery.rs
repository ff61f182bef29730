//! Sends what is due, side by side, for as long as the simulator lives.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::task::JoinSet;

use super::outbox::Outcome;
use super::{WebhookId, attempt_succeeded, body_of, give_up, record_attempt, signed};
use crate::simulator::Shared;

/// How many attempts run at once.
const CONCURRENT: usize = 100;

/// How long a receiver may take to answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// For how long a webhook is sent again (Meta: "up to 7 days"), in simulated time.
pub(crate) const PERSISTENCE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The longest pause between two attempts.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(6);

pub(crate) async fn deliver_forever(shared: Arc<Shared>) {
    let mut in_flight = JoinSet::new();
    loop {
        for id in shared.outbox.take_due(shared.now(), CONCURRENT - in_flight.len()) {
            in_flight.spawn(attempt(Arc::clone(&shared), id));
        }
        let is_full = in_flight.len() == CONCURRENT;
        tokio::select! {
            Some(_) = in_flight.join_next() => {}
            () = shared.outbox.changed() => {}
            () = until_next_due(&shared), if !is_full => {}
        }
    }
}

/// Simulated time goes as fast as wall time between its moves, of which the outbox hears.
async fn until_next_due(shared: &Shared) {
    match shared.outbox.next_due() {
        // Never shorter than a millisecond, for a clock that stands still just before the due time.
        Some(due) => {
            let wait = Duration::try_from(due.duration_since(shared.now())).unwrap_or_default();
            tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
        }
        None => std::future::pending().await,
    }
}

async fn attempt(shared: Arc<Shared>, id: WebhookId) {
    let outcome = try_attempt(&shared, id).await.unwrap_or_else(|error| {
        tracing::error!(webhook.id = id, %error, "the store failed during a delivery");
        Outcome::Unanswered { retry_at: shared.now() + pause_after(1) }
    });
    shared.outbox.attempted(id, outcome, shared.now());
}

async fn try_attempt(shared: &Shared, id: WebhookId) -> rusqlite::Result<Outcome> {
    let found = body_of(&shared.store.lock(), id)?;
    // A change that was rolled back after all.
    let Some((body, created_at)) = found else { return Ok(Outcome::GivenUp) };
    let answer = post(shared, body).await;
    let now = shared.now();
    let db = shared.store.lock();
    let retry_at = now + pause_after(shared.outbox.attempts(id));
    let outcome = match answer {
        Ok(200) => {
            let change = db.unchecked_transaction()?;
            attempt_succeeded(&change, id, now)?;
            change.commit()?;
            return Ok(Outcome::Delivered);
        }
        Ok(status) => {
            record_attempt(&db, id, now, Some(status), None)?;
            Outcome::Refused { status, retry_at }
        }
        Err(error) => {
            record_attempt(&db, id, now, None, Some(&error))?;
            Outcome::Unanswered { retry_at }
        }
    };
    if retry_at.duration_since(created_at) < PERSISTENCE {
        return Ok(outcome);
    }
    give_up(&db, id)?;
    Ok(Outcome::GivenUp)
}

/// The HTTP status, or why there is none.
async fn post(shared: &Shared, body: Vec<u8>) -> Result<u16, String> {
    let url = shared.webhook_url().ok_or("no webhook address is set")?;
    let sent = shared
        .client
        .post(url)
        .timeout(TIMEOUT)
        .header("content-type", "application/json")
        .header("user-agent", "facebookexternalua")
        .header("x-hub-signature-256", signed(&shared.app_secret, &body))
        .body(body)
        .send()
        .await;
    sent.map(|answer| answer.status().as_u16()).map_err(|error| with_causes(&error))
}

/// Twice as long after each attempt since the start or since the address was set.
fn pause_after(attempts: u32) -> SignedDuration {
    SignedDuration::from_secs(1 << attempts.saturating_sub(1).min(15)).min(LONGEST_PAUSE)
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
