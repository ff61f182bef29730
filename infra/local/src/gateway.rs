//! The HTTP API: the template's routes in front of the functions, with API Gateway's events, answers and limits.

mod answer;
mod event;
mod route;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use bytes::Bytes;
use graph_simulator::Simulator;
use http::StatusCode;
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Map, Value};

use crate::clock::StackClock;
use crate::function::{Functions, InvocationError};
use crate::issuer::Issuer;
use crate::template::{Authorizer, Place, Template};
use event::Received;
use route::Routes;

/// The most that API Gateway takes in one request.
const PAYLOAD_LIMIT: usize = 10 * 1024 * 1024;
/// The most that Lambda takes in one event.
const EVENT_LIMIT: usize = 6 * 1024 * 1024;
/// The longest that an HTTP API waits for its integration.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);
/// Where Meta's webhooks come in.
const WEBHOOK: &str = "POST /webhooks/whatsapp";

/// The gateway, ready to serve.
pub struct Gateway {
    routes: Routes,
    place: Place,
    functions: Functions,
    issuer: Issuer,
    clock: StackClock,
    simulator: Simulator,
}

impl Gateway {
    /// The gateway of a template. The simulator hears of webhooks that others send in Meta's name.
    ///
    /// # Errors
    /// When a route leads nowhere.
    pub fn new(
        template: &Template,
        functions: Functions,
        issuer: Issuer,
        clock: StackClock,
        simulator: Simulator,
    ) -> anyhow::Result<Self> {
        let routes = Routes::new(template.routes()?);
        Ok(Self { routes, place: template.place().clone(), functions, issuer, clock, simulator })
    }

    /// Every path is looked up in the template's routes.
    pub fn router(self) -> Router {
        Router::new().fallback(answer_request).with_state(Arc::new(self))
    }

    async fn answer(&self, source: SocketAddr, parts: &Parts, body: Body) -> Result<Response, StatusCode> {
        let found = self.routes.find(&parts.method, parts.uri.path()).ok_or(StatusCode::NOT_FOUND)?;
        let claims = match &found.route.authorizer {
            Some(authorizer) => Some(self.claims(parts, authorizer).ok_or(StatusCode::UNAUTHORIZED)?),
            None => None,
        };
        let body = read(body).await?;
        let received =
            Received { place: &self.place, found: &found, claims, parts, source, body: &body, now: self.clock.now() };
        let event = Bytes::from(received.into_event().to_string());
        if event.len() > EVENT_LIMIT {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let invocation = self.functions.invoke(&found.route.function, event);
        match tokio::time::timeout(INTEGRATION_TIMEOUT, invocation).await {
            Ok(Ok(answer)) => {
                let response = answer::from_function(&answer).ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
                if found.route.key == WEBHOOK && response.status() == StatusCode::OK {
                    self.tell_simulator(&body);
                }
                Ok(response)
            }
            Ok(Err(InvocationError::Failed)) => Err(StatusCode::INTERNAL_SERVER_ERROR),
            Ok(Err(InvocationError::TimedOut | InvocationError::Exited)) | Err(_) => {
                Err(StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }

    /// A customer who wrote through a webhook that the simulator did not send has an open window all the same.
    fn tell_simulator(&self, body: &[u8]) {
        let Ok(webhook) = serde_json::from_slice(body) else { return };
        if let Err(error) = self.simulator.learn(&webhook) {
            tracing::warn!(%error, "the simulator does not know of a webhook");
        }
    }

    fn claims(&self, parts: &Parts, authorizer: &Authorizer) -> Option<Map<String, Value>> {
        let header = parts.headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
        let token = header.strip_prefix("Bearer ").unwrap_or(header);
        self.issuer.claims(token.trim(), authorizer)
    }
}

async fn answer_request(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    gateway.answer(source, &parts, body).await.unwrap_or_else(answer::refusal)
}

async fn read(body: Body) -> Result<Bytes, StatusCode> {
    match Limited::new(body, PAYLOAD_LIMIT).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::BAD_REQUEST),
    }
}
