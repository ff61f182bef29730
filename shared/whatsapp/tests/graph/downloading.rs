//! Files from a server that gives them, keeps them, or leads elsewhere.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::SecretString;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use whatsapp::graph::{AccountError, DownloadError, Downloads, Graph};

const TOKEN: &str = "EAAG-a-secret-token";

/// A server that answers everything as `answer` says and keeps what it was asked.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<(Uri, HeaderMap)>>>);

impl Asked {
    fn all(&self) -> Vec<(Uri, HeaderMap)> {
        self.0.lock().unwrap().clone()
    }
}

async fn serving(answer: impl Fn(&Uri) -> Response + Clone + Send + Sync + 'static) -> (String, Asked) {
    let asked = Asked::default();
    let kept = asked.clone();
    let app = Router::new().fallback(move |uri: Uri, headers: HeaderMap| {
        let response = answer(&uri);
        kept.0.lock().unwrap().push((uri, headers));
        std::future::ready(response)
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, asked)
}

async fn download(base_url: &str, hosts: &str, url: &str) -> Result<Vec<u8>, DownloadError> {
    let mut download = Downloads::new(base_url, hosts).unwrap().begin(url, &SecretString::from(TOKEN)).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = download.piece().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

#[tokio::test]
async fn a_file_is_asked_for_with_the_token_and_a_name() {
    let (url, asked) = serving(|_| "bytes".into_response()).await;

    assert_eq!(download(&url, "", &format!("{url}/f?mid=1")).await.unwrap(), b"bytes");

    let (uri, headers) = asked.all().pop().unwrap();
    assert_eq!(uri, "/f?mid=1");
    assert_eq!(headers[header::AUTHORIZATION], format!("Bearer {TOKEN}").as_str());
    assert!(headers[header::USER_AGENT].to_str().unwrap().starts_with("whatsapp-helpdesk/"));
}

#[tokio::test]
async fn a_host_that_was_not_named_hears_nothing() {
    let (graph, _) = serving(|_| StatusCode::OK.into_response()).await;
    let (other, asked) = serving(|_| "bytes".into_response()).await;

    let refused = download(&graph, "lookaside.fbsbx.com", &format!("{other}/f")).await;

    assert!(matches!(refused, Err(DownloadError::OtherHost(_))), "{refused:?}");
    assert!(asked.all().is_empty());
}

#[tokio::test]
async fn a_redirect_is_followed_among_the_named_hosts_without_the_token_and_to_no_other() {
    let (other, asked) = serving(|_| "bytes".into_response()).await;
    let there = format!("{other}/f");
    let (graph, _) = serving(move |_| Redirect::temporary(&there).into_response()).await;
    let named = other.trim_start_matches("http://");

    let refused = download(&graph, "", &format!("{graph}/f")).await;
    assert!(matches!(refused, Err(DownloadError::OtherHost(_))), "{refused:?}");
    assert!(asked.all().is_empty());

    assert_eq!(download(&graph, named, &format!("{graph}/f")).await.unwrap(), b"bytes");
    let [(_, headers)] = &asked.all()[..] else { panic!("asked more than once") };
    assert!(!headers.contains_key(header::AUTHORIZATION), "{headers:?}");
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let (graph, asked) = serving(|_| Redirect::temporary("/again").into_response()).await;

    let refused = download(&graph, "", &format!("{graph}/f")).await;

    assert!(matches!(refused, Err(DownloadError::OtherHost(_))), "{refused:?}");
    assert!(asked.all().len() < 10);
}

#[tokio::test]
async fn each_refusal_says_what_can_be_done_about_it() {
    for (status, expected) in [
        (404, "Gone"),
        (410, "Gone"),
        (401, "Denied(401)"),
        (403, "Denied(403)"),
        (429, "Refused(429)"),
        (500, "Refused(500)"),
    ] {
        let (url, _) = serving(move |_| StatusCode::from_u16(status).unwrap().into_response()).await;
        let refused = download(&url, "", &url).await.unwrap_err();
        assert_eq!(format!("{refused:?}"), expected);
    }
}

#[tokio::test]
async fn a_file_that_ends_too_early_is_none() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        assert!(connection.read(&mut [0; 4_096]).await.unwrap() > 0);
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf").await.unwrap();
    });

    let broken = download(&url, "", &url).await;

    assert!(matches!(broken, Err(DownloadError::Broken(_))), "{broken:?}");
}

#[tokio::test]
async fn a_look_up_names_the_number_and_an_id_that_climbs_stays_where_it_is() {
    let file = json!({"messaging_product": "whatsapp", "url": "https://m.example/1", "file_size": "5", "id": "1"});
    let (url, asked) = serving(move |_| file.to_string().into_response()).await;
    let graph = Graph::new(&url, "v24.0", std::time::Duration::from_secs(5)).unwrap();
    let token = SecretString::from(TOKEN);

    let found = graph.media("12", "34", &token).await.unwrap();
    graph.media("../me?x=", "34", &token).await.unwrap();

    assert_eq!((found.url.as_str(), found.size), ("https://m.example/1", Some(5)));
    assert!(!format!("{found:?}").contains("m.example"), "{found:?}");
    let uris: Vec<String> = asked.all().into_iter().map(|(uri, _)| uri.to_string()).collect();
    assert_eq!(uris, ["/v24.0/12?phone_number_id=34", "/v24.0/..%2Fme%3Fx=?phone_number_id=34"]);
}

#[tokio::test]
async fn a_file_that_meta_does_not_know_is_refused_with_its_code() {
    let error = json!({"error": {"code": 100, "message": "Object with ID '12' does not exist"}});
    let (url, _) = serving(move |_| (StatusCode::BAD_REQUEST, Body::from(error.to_string())).into_response()).await;
    let graph = Graph::new(&url, "v24.0", std::time::Duration::from_secs(5)).unwrap();

    let refused = graph.media("12", "34", &SecretString::from(TOKEN)).await;

    assert!(matches!(refused, Err(AccountError::Refused(error)) if error.code == Some(100)));
}
