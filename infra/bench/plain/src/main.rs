//! `webhook-intake` as one would write it first: lambda_http, aws-config and aws-sdk-sqs as they come. It does the same
//! job, verify, parse, send, 200, without what makes the real one keep its promises.

use aws_sdk_sqs::Client;
use hmac::{Hmac, KeyInit, Mac};
use lambda_http::{Body, Error, Request, Response, run, service_fn};
use serde_json::Value;
use sha2::Sha256;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = &Client::new(&aws_config::load_from_env().await);
    let queue = &std::env::var("INBOUND_QUEUE_URL")?;
    let secret = &std::env::var("APP_SECRET")?;
    run(service_fn(async |request: Request| take(client, queue, secret, &request).await)).await
}

async fn take(client: &Client, queue: &str, secret: &str, request: &Request) -> Result<Response<Body>, Error> {
    let body = request.body().as_ref();
    let signature = request.headers().get("x-hub-signature-256").and_then(|header| header.to_str().ok());
    let digits = signature.and_then(|header| header.strip_prefix("sha256=")).unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())?;
    mac.update(body);
    if mac.verify_slice(&hex::decode(digits)?).is_err() {
        return Ok(Response::builder().status(401).body(Body::Empty)?);
    }
    let webhook: Value = serde_json::from_slice(body)?;
    let message = &webhook["entry"][0]["changes"][0]["value"]["messages"][0];
    client
        .send_message()
        .queue_url(queue)
        .message_body(message.to_string())
        .message_group_id(message["from"].as_str().unwrap_or_default())
        .message_deduplication_id(message["id"].as_str().unwrap_or_default())
        .send()
        .await?;
    Ok(Response::builder().status(200).body(Body::Empty)?)
}
