//! Files for Meta, against a server that takes them and one that does not.

use std::time::Duration;

use axum::extract::Multipart;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use futures::stream;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use whatsapp::graph::{Graph, OutgoingFile, UploadResult};

async fn serving(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// Gives a file of six bytes in two pieces, if both come.
async fn uploads(base_url: &str, pieces: [Result<Bytes, std::io::Error>; 2]) -> UploadResult {
    uploads_within(Duration::from_secs(5), base_url, pieces).await
}

async fn uploads_within(timeout: Duration, base_url: &str, pieces: [Result<Bytes, std::io::Error>; 2]) -> UploadResult {
    let file = OutgoingFile {
        filename: "Ärger \"1\".pdf".to_owned(),
        mime_type: "application/pdf".to_owned(),
        size: 6,
        bytes: stream::iter(pieces),
    };
    let graph = Graph::new(base_url, "v24.0", Duration::from_secs(5)).expect("a client");
    graph.upload_media("P1", &SecretString::from("token"), file, timeout).await
}

fn pieces() -> [Result<Bytes, std::io::Error>; 2] {
    [Ok(Bytes::from_static(b"abc")), Ok(Bytes::from_static(b"def"))]
}

#[tokio::test]
async fn a_file_goes_as_a_form_with_its_name_type_and_length() {
    let (seen, mut requests) = mpsc::unbounded_channel();
    let app = Router::new().route(
        "/v24.0/P1/media",
        post(async move |headers: HeaderMap, mut form: Multipart| {
            let mut fields = Vec::new();
            while let Some(field) = form.next_field().await.expect("a field") {
                let name = field.name().unwrap_or_default().to_owned();
                let about = (field.file_name().map(str::to_owned), field.content_type().map(str::to_owned));
                fields.push((name, about, field.text().await.expect("text")));
            }
            seen.send((headers, fields)).expect("a listener");
            Json(json!({"id": "4711"}))
        }),
    );

    let result = uploads(&serving(app).await, pieces()).await;

    assert_eq!(result, UploadResult::Uploaded("4711".to_owned()));
    let (headers, fields) = requests.recv().await.expect("a request");
    assert!(headers.contains_key("content-length"), "Meta takes no upload without its length: {headers:?}");
    let texts: Vec<_> = fields.iter().map(|(name, _, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(texts, [("messaging_product", "whatsapp"), ("type", "application/pdf"), ("file", "abcdef")]);
    assert_eq!(fields[2].1, (Some("Ärger \"1\".pdf".to_owned()), Some("application/pdf".to_owned())));
}

#[tokio::test]
async fn a_refusal_is_one_and_anything_else_may_be_tried_again() {
    let answering = async |status: u16, body: Value| {
        let status = StatusCode::from_u16(status).expect("a status");
        let url = serving(Router::new().fallback(async move |_: Bytes| (status, body.to_string()))).await;
        uploads(&url, pieces()).await
    };
    let refused = answering(400, json!({"error": {"code": 100, "message": "(#100) no"}})).await;
    assert!(matches!(&refused, UploadResult::Refused(error) if error.code == Some(100)), "{refused:?}");
    assert!(matches!(answering(200, json!({})).await, UploadResult::NotDone(_)));
    assert!(matches!(uploads("http://127.0.0.1:1", pieces()).await, UploadResult::NotDone(_)));
}

#[tokio::test]
async fn a_file_of_which_nobody_says_whether_it_came_is_not_waited_for() {
    let silent = serving(Router::new().fallback(std::future::pending::<String>)).await;
    let result = uploads_within(Duration::from_millis(200), &silent, pieces()).await;
    assert!(matches!(result, UploadResult::NotDone(_)), "{result:?}");
}

#[tokio::test]
async fn a_file_that_breaks_off_is_not_given() {
    let url = serving(Router::new().fallback(async |_: Bytes| Json(json!({"id": "half"})))).await;
    let broken = [Ok(Bytes::from_static(b"abc")), Err(std::io::Error::other("gone"))];
    let result = uploads(&url, broken).await;
    assert!(matches!(result, UploadResult::NotDone(_)), "{result:?}");
}
