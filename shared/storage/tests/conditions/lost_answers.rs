//! The SDK repeats a write whose answer was lost, and the repetition finds the item as the first has left it.

use std::fmt;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use domain::portfolio::Said;
use futures::future::BoxFuture;
use storage::Table;

use crate::samples::*;
use crate::table::{now, tables};

/// What becomes of the next write of one item.
enum Next {
    /// It is made, and nobody hears of it.
    AnswerLost,
    /// It is not made. Meanwhile somebody else makes theirs.
    Overtaken(BoxFuture<'static, ()>),
}

/// Leads to a table; what becomes of a write may be chosen.
#[derive(Clone)]
struct Way {
    client: SharedHttpClient,
    connector: Option<SharedHttpConnector>,
    next: Arc<Mutex<Option<Next>>>,
}

impl Way {
    fn honest() -> Self {
        let client = aws_smithy_http_client::Builder::new().build_http();
        Self { client, connector: None, next: Arc::default() }
    }

    fn meets(&self, next: Next) {
        *self.next.lock().unwrap() = Some(next);
    }

    /// Whether a write met what was chosen.
    fn is_honest(&self) -> bool {
        self.next.lock().unwrap().is_none()
    }
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Way")
    }
}

impl HttpClient for Way {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let connector = Some(self.client.http_connector(settings, components));
        SharedHttpConnector::new(Self { connector, ..self.clone() })
    }
}

impl HttpConnector for Way {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_write = request.headers().get("x-amz-target").is_some_and(|target| target.ends_with("PutItem"));
        let next = self.next.lock().unwrap().take_if(|_| is_write);
        let connector = self.connector.clone().unwrap();
        HttpConnectorFuture::new(async move {
            match next {
                None => return connector.call(request).await,
                Some(Next::AnswerLost) => drop(connector.call(request).await?),
                Some(Next::Overtaken(by)) => by.await,
            }
            Ok(HttpResponse::new(500.try_into().unwrap(), SdkBody::from("{}")))
        })
    }
}

/// A table, and a way to it of somebody else's that is always honest.
async fn two_ways() -> (Table, Way, Table) {
    let (tables, way) = (tables().await, Way::honest());
    (tables(SharedHttpClient::new(way.clone())), way, tables(SharedHttpClient::new(Way::honest())))
}

#[tokio::test]
async fn what_is_replaced_is_replaced_once_though_the_answer_is_lost() {
    let (table, way, _) = two_ways().await;
    let tenancy = table.of(tenant_id(TENANT));
    once(&tenancy, |transaction| transaction.create_ticket(&ticket(1))).await;

    way.meets(Next::AnswerLost);
    let mut closed = ticket(1);
    closed.close(now());
    tenancy.save_ticket(&mut closed).await.unwrap();

    assert!(way.is_honest());
    assert_eq!((closed.version, tenancy.ticket(closed.id).await.unwrap()), (1, Some(closed)));
}

#[tokio::test]
async fn what_is_made_is_made_once_though_the_answer_is_lost() {
    let (table, way, _) = two_ways().await;
    let tenancy = table.of(tenant_id(TENANT));

    way.meets(Next::AnswerLost);
    let is_news = tenancy.hear_of_portfolio(WABA, &[Said::Verified(true)], now()).await.unwrap();

    assert!(way.is_honest() && is_news);
    assert_eq!(tenancy.portfolio(WABA).await.unwrap().version, 1);
}

#[tokio::test]
async fn whoever_writes_the_same_as_somebody_else_at_the_same_moment_meets_a_conflict() {
    let (table, way, theirs) = two_ways().await;
    let (tenancy, theirs) = (table.of(tenant_id(TENANT)), theirs.of(tenant_id(TENANT)));
    once(&tenancy, |transaction| transaction.create_campaign(&campaign())).await;

    let mut begun = campaign();
    begun.begin(0, now());
    let same = begun.clone();
    way.meets(Next::Overtaken(Box::pin(async move { theirs.save_campaign(&mut same.clone()).await.unwrap() })));
    let written = tenancy.save_campaign(&mut begun).await;

    assert!(way.is_honest() && is_conflict(&written), "{written:?}");
}
