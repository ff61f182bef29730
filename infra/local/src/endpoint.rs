//! The one address at which the account answers: table, queues, bucket, secrets and keys, with the roles of the template in front.

mod bucket;
mod capacity;
mod cors;
mod keys;
mod request;
mod secrets;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Limited};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::calls::Calls;
use crate::faults::Faults;
use crate::function::Credentials;
use crate::guards::Guards;
use crate::metering::{Metering, Operation, Size};
use crate::sites::{Site, Sites};
use crate::template::{Function, Place};
pub use bucket::Bucket;
pub use cors::Cors;
pub use keys::Keys;
use request::Action;
pub use secrets::Secrets;
pub use table::Table;

/// The key pair of the account's owner: tools may use it, and may do everything.
pub const OWNER: &str = "local";

/// Whoever has a link that a function signed, as metering names them.
const LINKS: &str = "links";

/// What every function's secret key begins with, so that it is recognised where it must not be.
pub const SECRET_KEY: &str = "local-secret-key-";

/// DynamoDB takes 16 MB, the most of all of them.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// The account's services.
pub struct Endpoint {
    /// Where the account stands.
    pub place: Place,
    /// DynamoDB.
    pub table: Table,
    /// SQS.
    pub queues: Router,
    /// S3.
    pub bucket: Bucket,
    /// What it tells browsers.
    pub cors: Cors,
    /// Secrets Manager.
    pub secrets: Secrets,
    /// KMS.
    pub keys: Keys,
    /// Who signs with which key: access key ids and the functions they belong to.
    pub callers: BTreeMap<String, Function>,
    /// Keeps what the functions ask for.
    pub calls: Calls,
    /// Counts what is used.
    pub metering: Metering,
    /// Counts where from it is called.
    pub sites: Sites,
    /// What keeps its users exact.
    pub guards: Guards,
    /// What calls meet instead of an honest answer.
    pub faults: Faults,
}

/// Who called.
enum Caller<'a> {
    Owner,
    Function(&'a Function),
}

/// Why a request is refused before it reaches its service.
struct Refusal {
    code: &'static str,
    message: String,
}

impl Endpoint {
    /// Every request comes in here, as with one endpoint URL for the whole SDK.
    pub fn router(self) -> Router {
        Router::new().fallback(answer).with_state(Arc::new(self))
    }

    async fn json(&self, target: &str, request: Request) -> Result<Response, Refusal> {
        let caller = self.caller(&request)?;
        let (parts, body) = request.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await;
        let body = body.map_err(|_| Refusal::new("RequestEntityTooLargeException", "The request is too large"))?;
        let body = body.to_bytes();
        self.authorize(&caller, &request::actions_of_json(&self.place, target, &body))?;
        let metered = request::operation_of_json(caller.name(), target);
        let request_bytes = body.len().try_into().unwrap_or(u64::MAX);
        let asked = serde_json::from_slice(&body).unwrap_or_default();
        let body = self.guarded(&caller, &metered, &asked).map_or(body, Bytes::from);
        let honest = async { self.serve(target, parts, body).await.unwrap_or_else(Refusal::into_json) };
        let site = Site::of_json(&metered, &asked);
        self.sites.count(&site);
        let answer = self.faults.around(&site, &asked, honest).await;
        self.metering.count(metered, size(request_bytes, &answer));
        Ok(answer)
    }

    /// What a function asks for without the guards that are taken away; nothing if it is the same.
    fn guarded(&self, caller: &Caller<'_>, call: &Operation, asked: &Value) -> Option<String> {
        let Caller::Function(_) = caller else { return None };
        self.guards.strip(&call.service, &call.operation, asked).map(|stripped| stripped.to_string())
    }

    async fn serve(&self, target: &str, parts: Parts, body: Bytes) -> Result<Response, Refusal> {
        match target.split_once('.') {
            Some((service, operation)) if service.starts_with("DynamoDB") => {
                Ok(capacity::forward(&self.table, operation, &parts, body).await)
            }
            Some(("AmazonSQS", _)) => {
                let request = Request::from_parts(parts, Body::from(body));
                self.queues.clone().oneshot(request).await.map_err(|never| match never {})
            }
            Some(("secretsmanager", "GetSecretValue")) => self.secret(&body),
            Some(("TrentService", operation)) => self.key(operation, &body),
            _ => Err(Refusal::new("UnknownOperationException", format!("{target} is not stood in for"))),
        }
    }

    fn secret(&self, body: &Bytes) -> Result<Response, Refusal> {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let found = self.secrets.get(request["SecretId"].as_str().unwrap_or(""));
        let missing = "Secrets Manager can't find the specified secret.";
        found
            .map(|answer| axum::Json(answer).into_response())
            .ok_or_else(|| Refusal::new("ResourceNotFoundException", missing))
    }

    fn key(&self, operation: &str, body: &Bytes) -> Result<Response, Refusal> {
        let answer = self.keys.answer(operation, &serde_json::from_slice(body).unwrap_or_default());
        let message = "KMS does not take this";
        answer.map(|answer| axum::Json(answer).into_response()).map_err(|code| Refusal::new(code, message))
    }

    async fn object(&self, request: Request) -> Result<Response, Refusal> {
        if let Some(answer) = self.cors.preflight(&request) {
            return Ok(answer);
        }
        if !bucket::is_sound(request.uri().path()) {
            return Err(Refusal::new("InvalidURI", "A key of ours never climbs"));
        }
        let caller = self.caller(&request)?;
        let (actions, by_link) = (request::actions_of_object(&request), request::is_presigned(&request));
        // Who has a link calls with the rights of the function that signed it, but it is not the function that calls: what
        // they try beyond those rights is no want of the function's.
        if by_link && caller.refused(&actions).is_some() {
            return Err(Refusal::new("AccessDeniedException", "The link is good for something else"));
        }
        self.authorize(&caller, &actions)?;
        let calls = if by_link { LINKS } else { caller.name() };
        let metered = request::operation_of_object(calls, &request);
        let request_bytes = length(request.headers()).unwrap_or_default();
        let (origin, method) = (cors::origin(&request), request.method().clone());
        let site = Site::of_object(&metered, &request);
        self.sites.count(&site);
        let object = Value::from(request.uri().path());
        let mut answer = self.faults.around(&site, &object, self.bucket.answer(request)).await;
        self.cors.tell(origin.as_deref(), &method, &mut answer);
        self.metering.count(metered, size(request_bytes, &answer));
        Ok(answer)
    }

    fn caller(&self, request: &Request) -> Result<Caller<'_>, Refusal> {
        let caller = match request::access_key_id(request) {
            Some(OWNER) => Some(Caller::Owner),
            Some(key) => self.callers.get(key).map(Caller::Function),
            None => None,
        };
        let unknown = "The security token included in the request is invalid.";
        caller.ok_or_else(|| Refusal::new("UnrecognizedClientException", unknown))
    }

    fn authorize(&self, caller: &Caller<'_>, actions: &[Action]) -> Result<(), Refusal> {
        let Caller::Function(function) = caller else { return Ok(()) };
        actions.iter().for_each(|it| self.calls.record(&function.name, &it.action, &it.resource));
        match caller.refused(actions) {
            None => Ok(()),
            Some(Action { action, resource }) => {
                tracing::error!(function = function.name, action, resource, "the template's role does not allow this");
                let message =
                    format!("{} is not authorized to perform: {action} on resource: {resource}", function.name);
                Err(Refusal::new("AccessDeniedException", message))
            }
        }
    }
}

impl Caller<'_> {
    /// The first of these that the caller's role does not allow.
    fn refused<'a>(&self, actions: &'a [Action]) -> Option<&'a Action> {
        let Self::Function(function) = self else { return None };
        actions.iter().find(|action| !function.allows(&action.action, &action.resource))
    }

    fn name(&self) -> &str {
        match self {
            Self::Owner => "owner",
            Self::Function(function) => &function.name,
        }
    }
}

/// What a call came to, once it is answered.
fn size(request_bytes: u64, answer: &Response) -> Size {
    Size {
        request_bytes,
        response_bytes: length(answer.headers()).or(answer.body().size_hint().exact()).unwrap_or_default(),
        units: answer.extensions().get().copied().unwrap_or_default(),
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A key pair for each function, new at each start.
pub fn credentials(functions: &[Function]) -> BTreeMap<String, Credentials> {
    let pair = |function: &Function| Credentials {
        access_key_id: format!("LOCAL{}", function.name.to_ascii_uppercase().replace('-', "")),
        secret_access_key: format!("{SECRET_KEY}{}", uuid::Uuid::new_v4().simple()),
    };
    functions.iter().map(|function| (function.name.clone(), pair(function))).collect()
}

async fn answer(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok()).map(str::to_owned);
    match target {
        Some(target) => endpoint.json(&target, request).await.unwrap_or_else(Refusal::into_json),
        None => endpoint.object(request).await.unwrap_or_else(Refusal::into_xml),
    }
}

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// As DynamoDB, SQS, Secrets Manager and KMS write it.
    fn into_json(self) -> Response {
        let body = json!({"__type": self.code, "message": self.message, "Message": self.message});
        (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
    }

    /// As S3 writes it.
    fn into_xml(self) -> Response {
        match self.code {
            "InvalidURI" => bucket::refusal(StatusCode::BAD_REQUEST, self.code, &self.message),
            _ => bucket::refusal(StatusCode::FORBIDDEN, "AccessDenied", &self.message),
        }
    }
}
