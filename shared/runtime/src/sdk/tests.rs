use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// An endpoint that gives these answers in turn, and the last one from then on; and counts who connects and who asks.
async fn endpoint(answers: &[&str]) -> (String, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let seen = Arc::new(Seen::default());
    let (count, answers) = (Arc::clone(&seen), answers.iter().map(|answer| (*answer).to_owned()).collect::<Vec<_>>());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(answer_all(stream, Arc::clone(&count), answers.clone()));
        }
    });
    (url, seen)
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: AtomicUsize,
}

async fn answer_all(mut stream: TcpStream, seen: Arc<Seen>, answers: Vec<String>) {
    let mut read = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.unwrap_or(0);
        if count == 0 {
            return;
        }
        read.extend_from_slice(&part[..count]);
        if read.windows(4).any(|end| end == b"\r\n\r\n") {
            read.clear();
            let turn = seen.requests.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            let answer = format!("HTTP/1.1 {}\r\ncontent-length: 2\r\n\r\n{{}}", answers[turn]);
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

fn sdk(endpoint: Option<&str>) -> Sdk {
    let credentials =
        Credentials { access_key_id: "id".to_owned(), secret_access_key: "key".to_owned(), session_token: None };
    Sdk::new(credentials, "us-east-1".to_owned(), endpoint.map(str::to_owned))
}

#[tokio::test]
async fn a_connection_opened_at_the_start_is_the_one_of_the_first_call() {
    let (url, seen) = endpoint(&["400 Bad Request"]).await;
    let sdk = sdk(Some(&url));

    sdk.visit(&url).await.expect("an answer, whatever it says");
    let refused = aws_sdk_kms::Client::new(&sdk.config).list_keys().send().await;

    assert!(refused.is_err());
    assert_eq!(seen.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_stand_in_is_not_visited() {
    let (url, seen) = endpoint(&["200 OK"]).await;
    sdk(Some(&url)).connect("sqs").await.expect("nothing to do");
    assert_eq!(seen.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_the_service_could_not_answer_is_asked_again_and_what_it_refused_is_not() {
    let call = Call { service: "secretsmanager", target: "secretsmanager.GetSecretValue", body: "{}" };
    for (answers, asked, succeeds) in [
        (&["503 Slow Down", "429 Too Many Requests", "200 OK"][..], 3, true),
        (&["500 Internal Server Error"], 4, false),
        (&["400 Bad Request"], 1, false),
    ] {
        let (url, seen) = endpoint(answers).await;

        let answer = sdk(Some(&url)).ask(call).await;

        assert_eq!((answer.is_ok(), seen.requests.load(Ordering::SeqCst)), (succeeds, asked), "{answers:?}");
    }
}

#[tokio::test]
async fn a_service_that_never_answers_is_not_waited_for_beyond_the_limit() {
    let call = Call { service: "secretsmanager", target: "secretsmanager.GetSecretValue", body: "{}" };
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let began = Instant::now();

    let answer = sdk(Some(&url)).ask_within(Duration::from_millis(200), call).await;

    assert!(answer.is_err());
    assert!(began.elapsed() < ATTEMPT_TIMEOUT, "{:?}", began.elapsed());
}

#[test]
fn every_built_in_root_is_one_that_mozilla_trusts() {
    let ours: Vec<_> =
        CertificateDer::pem_slice_iter(TRUST_ANCHORS.as_bytes()).map(|root| root.expect("PEM")).collect();
    assert_eq!(ours.len(), 5);
    for root in ours {
        assert!(webpki_root_certs::TLS_SERVER_ROOT_CERTS.contains(&root), "a root was distrusted, or is mistyped");
    }
}
