//! The Graph API: one file per path.

mod access;
mod attachments;
mod codes;
mod damage;
mod envelope;
mod error;
mod fields;
mod media;
mod message_templates;
mod messages;
mod nodes;
mod phone_numbers;
mod receive;
mod recipients;
mod subscribed_apps;
mod types;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};

pub(crate) use self::error::MetaError;
use crate::simulator::Simulator;

pub(crate) fn router(simulator: Simulator) -> Router {
    Router::new()
        .route("/{version}/{id}", get(nodes::show).post(message_templates::edit).delete(media::delete))
        .route("/{version}/{id}/media", post(media::create).layer(DefaultBodyLimit::disable()))
        .route(
            "/{version}/{id}/message_templates",
            get(message_templates::list).post(message_templates::create).delete(message_templates::delete),
        )
        .route("/{version}/{id}/messages", post(messages::create))
        .route("/{version}/{id}/phone_numbers", get(phone_numbers::list))
        .route("/{version}/{id}/subscribed_apps", get(subscribed_apps::list).post(subscribed_apps::create))
        .route("/whatsapp_business/attachments/", get(attachments::download))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_path)
        .layer(middleware::from_fn_with_state(simulator.clone(), receive::receive))
        .with_state(simulator)
}

async fn unknown_path(uri: axum::http::Uri) -> MetaError {
    MetaError::unknown_path(uri.path())
}
