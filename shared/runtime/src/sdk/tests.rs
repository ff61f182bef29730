use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// An endpoint that answers everything with an error, and counts who connects.
async fn endpoint() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(answer_all(stream));
        }
    });
    (url, connections)
}

async fn answer_all(mut stream: TcpStream) {
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
            let answer = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}";
            if stream.write_all(answer).await.is_err() {
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
    let (url, connections) = endpoint().await;
    let sdk = sdk(Some(&url));

    sdk.visit(&url).await.expect("an answer, whatever it says");
    let refused = aws_sdk_secretsmanager::Client::new(&sdk.config).get_secret_value().secret_id("s").send().await;

    assert!(refused.is_err());
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_stand_in_is_not_visited() {
    let (url, connections) = endpoint().await;
    sdk(Some(&url)).connect("sqs").await.expect("nothing to do");
    assert_eq!(connections.load(Ordering::SeqCst), 0);
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
