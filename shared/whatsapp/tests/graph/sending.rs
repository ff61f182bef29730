//! The Graph client against a server that answers in every way Meta or a broken network may.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use domain::channel::Remedy;
use domain::{Identity, Wamid};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use whatsapp::graph::errors::{Class, Pace, Until};
use whatsapp::graph::{Graph, GraphError, OutgoingContent, OutgoingMessage, SendResult};

const TOKEN: &str = "EAAG-a-secret-token";

fn graph(base_url: &str, timeout: Duration) -> Graph {
    Graph::new(base_url, "v24.0", timeout).expect("a client")
}

async fn send_to(base_url: &str, timeout: Duration) -> SendResult {
    let to = Identity::Phone("15550100001".into());
    let quoted = Wamid::try_from("wamid.Q".to_owned()).expect("a wamid");
    let message =
        OutgoingMessage { to: &to, content: OutgoingContent::Text("hello"), reply_to: Some(&quoted), opaque: "msg_1" };
    graph(base_url, timeout).send_message("P1", &SecretString::from(TOKEN), &message).await
}

/// A server that gives one answer to everything.
async fn answering(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> String {
    serving(Router::new().fallback(move || std::future::ready(answer.clone()))).await
}

async fn serving(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn answer(status: u16, body: Value) -> SendResult {
    let status = StatusCode::from_u16(status).expect("a status");
    send_to(&answering((status, body.to_string())).await, Duration::from_secs(5)).await
}

async fn refusal(status: u16, body: Value) -> GraphError {
    match answer(status, body).await {
        SendResult::Refused(error) => error,
        other => panic!("not refused: {other:?}"),
    }
}

fn error(code: i64) -> Value {
    json!({"error": {"message": format!("(#{code}) x"), "type": "OAuthException", "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": "why"}, "fbtrace_id": "Az"}})
}

#[tokio::test]
async fn one_request_carries_the_message_and_its_answer_the_id() {
    let (seen, mut requests) = mpsc::unbounded_channel();
    let taken = json!({"messaging_product": "whatsapp", "contacts": [{"input": "+15550100001", "wa_id": "15550100001"}],
        "messages": [{"id": "wamid.A"}]});
    let app = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: String| {
        seen.send((uri, headers, body)).expect("a listener");
        std::future::ready(taken.to_string())
    });

    let result = send_to(&serving(app).await, Duration::from_secs(5)).await;

    let (uri, headers, body) = requests.recv().await.expect("a request");
    assert_eq!(uri.path(), "/v24.0/P1/messages");
    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}").as_str());
    assert_eq!(
        serde_json::from_str::<Value>(&body).expect("JSON"),
        json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+15550100001", "type": "text",
            "text": {"body": "hello"}, "context": {"message_id": "wamid.Q"}, "biz_opaque_callback_data": "msg_1"})
    );
    let recipient = Some(Identity::Phone("15550100001".into()));
    assert_eq!(result, SendResult::Sent { wamid: Wamid::try_from("wamid.A".to_owned()).expect("a wamid"), recipient });
    assert!(requests.try_recv().is_err(), "a second request");
}

#[tokio::test]
async fn a_refusal_is_judged_by_its_code_whatever_the_http_status() {
    let refused = refusal(400, error(131_056)).await;
    assert_eq!((refused.code, refused.row.class), (Some(131_056), Class::Retry(Pace::Pair)));
    assert_eq!(refused.trace_id.as_deref(), Some("Az"));
    assert!(refused.failure().reason.ends_with("why"));
    assert_eq!(refusal(500, error(131_047)).await.row.class, Class::Wait(Until::CustomerWrites));
    assert_eq!(refusal(200, error(190)).await.row.class, Class::Account(Remedy::Reconnect));
}

#[tokio::test]
async fn a_refusal_without_a_reason_is_judged_by_its_http_status() {
    assert_eq!(refusal(429, json!("slow down")).await.row.class, Class::Retry(Pace::Number));
    assert_eq!(refusal(404, json!({})).await.row.class, Class::Fix);
}

#[tokio::test]
async fn retry_after_is_told_and_never_more_than_a_day() {
    let a_day = Some(Duration::from_hours(24));
    for (asked, told) in [
        ("7", Some(Duration::from_secs(7))),
        ("86400", a_day),
        ("86401", a_day),
        ("18446744073709551615", a_day),
        ("18446744073709551616", None),
        ("-1", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ] {
        let url = answering((StatusCode::TOO_MANY_REQUESTS, [("retry-after", asked)], error(4).to_string())).await;
        match send_to(&url, Duration::from_secs(5)).await {
            SendResult::Refused(error) => assert_eq!(error.retry_after, told, "{asked}"),
            other => panic!("not refused: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_answer_that_says_nothing_leaves_it_unknown() {
    for (status, body) in
        [(200, json!({})), (200, json!("<html>")), (500, json!("oops")), (502, json!({})), (408, json!({}))]
    {
        assert!(matches!(answer(status, body).await, SendResult::Unknown(_)), "HTTP {status}");
    }
}

#[tokio::test]
async fn a_refused_connection_and_an_unknown_name_never_sent_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let closed = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    for base_url in [closed.as_str(), "http://graph.invalid"] {
        let result = send_to(base_url, Duration::from_secs(5)).await;
        assert!(matches!(result, SendResult::NotSent(_)), "{base_url}: {result:?}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_never_got_it() {
    let url = answering("").await.replace("http://", "https://");
    let result = send_to(&url, Duration::from_secs(5)).await;
    assert!(matches!(result, SendResult::NotSent(_)), "{result:?}");
}

#[tokio::test]
async fn a_timeout_leaves_it_unknown() {
    let silent = serving(Router::new().fallback(std::future::pending::<String>)).await;
    let result = send_to(&silent, Duration::from_millis(200)).await;
    assert!(matches!(result, SendResult::Unknown(_)), "{result:?}");
}

#[tokio::test]
async fn a_connection_lost_after_the_request_or_within_the_answer_leaves_it_unknown() {
    for begun in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.expect("a connection");
            let read = connection.read(&mut [0; 4_096]).await.expect("a request");
            assert!(read > 0);
            connection.write_all(begun).await.expect("an answer begun");
        });
        let result = send_to(&url, Duration::from_secs(5)).await;
        assert!(matches!(result, SendResult::Unknown(_)), "{result:?}");
    }
}

#[tokio::test]
async fn the_token_shows_nowhere() {
    let results = [
        send_to("http://127.0.0.1:1", Duration::from_secs(5)).await,
        answer(500, json!("oops")).await,
        answer(400, error(100)).await,
    ];
    let to = Identity::Phone("15550100001".into());
    let message = OutgoingMessage { to: &to, content: OutgoingContent::Text("hello"), reply_to: None, opaque: "msg_1" };
    let unsendable = SecretString::from(format!("{TOKEN}\n"));
    let client = graph("http://127.0.0.1:1", Duration::from_secs(5));
    let refused = client.send_message("P1", &unsendable, &message).await;
    let printed = format!("{results:?} {client:?} {refused:?}");
    assert!(matches!(refused, SendResult::NotSent(_)), "{refused:?}");
    assert!(!printed.contains("EAAG"), "{printed}");
}
