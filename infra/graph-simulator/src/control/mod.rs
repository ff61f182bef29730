//! `/_simulator`: what Meta has no API for, but people and tests need. One file per path.

mod accounts;
mod faults;
mod given;
mod messages;
mod numbers;
mod phones;
mod refusal;
mod requests;
mod statuses;
mod templates;
mod webhooks;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use self::given::Given;
use self::refusal::Refusal;
use crate::simulator::Simulator;
use crate::webhooks::FirstAnswer;

/// A customer's file of 100 MB in base64, and some room.
const LARGEST_BODY: usize = 160 << 20;

pub(crate) fn router(simulator: Simulator) -> Router {
    Router::new()
        .route("/accounts/{waba_id}", post(accounts::update))
        .route("/faults", post(faults::create).delete(faults::delete))
        .route("/messages", post(messages::create))
        .route("/numbers", post(numbers::create))
        .route("/phones/{number}", get(phones::show))
        .route("/requests", get(requests::list).delete(requests::delete))
        .route("/statuses", post(statuses::create))
        .route("/templates", post(templates::create))
        .route("/templates/{id}", post(templates::update).delete(templates::delete))
        .route("/webhooks", get(webhooks::list).post(webhooks::create))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(simulator)
}

/// How long a caller waits for the first attempts of the webhooks it caused.
const PATIENCE: Duration = Duration::from_secs(25);

/// The HTTP status that a webhook's first attempt was answered with, if it was.
async fn first_answer(answer: FirstAnswer) -> Option<u16> {
    tokio::time::timeout(PATIENCE, answer).await.ok()?.ok()
}
