//! What the Graph API says of a WhatsApp Business account: its numbers, and who hears of them.

use domain::BusinessNumber;
use domain::portfolio::Said;
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::answer::{self, GraphError};
use super::{Graph, describe};
use crate::portfolio;
use crate::webhook::json::{text, text_at};

/// A number in the list of its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedNumber {
    pub number: BusinessNumber,
    /// It is also used with the WhatsApp Business app on a phone.
    pub is_on_phone: bool,
}

/// Why Graph did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// It answered that it doesn't.
    #[error("Graph refused with HTTP {} and code {:?}", .0.http_status, .0.code)]
    Refused(GraphError),
    /// It was not reached, or its answer was lost. Asking again does no harm.
    #[error("Graph was not reached: {0}")]
    Unreachable(String),
}

/// How many numbers are asked for at once.
const PAGE: &str = "100";
/// A list that never ends is not followed for ever.
const PAGES: usize = 50;

impl Graph {
    /// A number of an account; nothing if the account does not have it.
    ///
    /// # Errors
    /// [`AccountError`], also when the token does not reach the account.
    pub async fn number_of(
        &self,
        waba_id: &str,
        phone_number_id: &str,
        token: &SecretString,
    ) -> Result<Option<ListedNumber>, AccountError> {
        let mut after = String::new();
        for _ in 0..PAGES {
            let query =
                [("fields", "id,display_phone_number,is_on_biz_app"), ("limit", PAGE), ("after", after.as_str())];
            // Meta takes an empty `after` for a wrong one.
            let query = &query[..if after.is_empty() { 2 } else { 3 }];
            let page = ask(self.account(Method::GET, waba_id, "phone_numbers", token).query(query)).await?;
            let numbers = page["data"].as_array().into_iter().flatten();
            let mut listed = numbers.filter(|number| text(number, "id").as_deref() == Some(phone_number_id));
            if let Some(found) = listed.next() {
                return Ok(Some(read(waba_id, phone_number_id, found)));
            }
            match (page["paging"].get("next"), text_at(&page, "/paging/cursors/after")) {
                (Some(_), Some(next)) => after = next.to_owned(),
                _ => break,
            }
        }
        Ok(None)
    }

    /// Lets our app hear of the account by webhooks. Doing it twice is as doing it once.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn subscribe_app(&self, waba_id: &str, token: &SecretString) -> Result<(), AccountError> {
        ask(self.account(Method::POST, waba_id, "subscribed_apps", token)).await.map(drop)
    }

    /// What Meta says of the business behind an account and one of its numbers.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn portfolio_of(
        &self,
        waba_id: &str,
        phone_number_id: &str,
        token: &SecretString,
    ) -> Result<Vec<Said>, AccountError> {
        let ask_for =
            async |id: &str, fields| ask(self.node(Method::GET, id, token).query(&[("fields", fields)])).await;
        let account = ask_for(waba_id, "business_verification_status,timezone_id").await?;
        let number = ask_for(phone_number_id, "whatsapp_business_manager_messaging_limit").await?;
        let said = [portfolio::verified(&account), portfolio::time_zone(&account), portfolio::reported(&number)];
        Ok(said.into_iter().flatten().collect())
    }

    pub(super) fn account(&self, method: Method, waba_id: &str, edge: &str, token: &SecretString) -> RequestBuilder {
        let url = format!("{}/{}/{waba_id}/{edge}", self.base_url, self.version);
        self.http.request(method, url).bearer_auth(token.expose_secret())
    }
}

pub(super) async fn ask(request: RequestBuilder) -> Result<Value, AccountError> {
    let unreachable = |error| AccountError::Unreachable(describe(error));
    let response = request.send().await.map_err(unreachable)?;
    answer::read_json(response).await.map_err(unreachable)?.map_err(AccountError::Refused)
}

fn read(waba_id: &str, phone_number_id: &str, listed: &Value) -> ListedNumber {
    ListedNumber {
        number: BusinessNumber {
            waba_id: waba_id.to_owned(),
            phone_number_id: phone_number_id.to_owned(),
            display_phone_number: text(listed, "display_phone_number").unwrap_or_default(),
        },
        is_on_phone: listed["is_on_biz_app"].as_bool().unwrap_or(false),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use axum::extract::RawQuery;
    use axum::http::StatusCode;
    use axum::routing::{get, post};
    use serde_json::json;
    use tokio::net::TcpListener;

    use super::*;

    async fn graph(router: Router) -> Graph {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Graph::new(&url, "v24.0", Duration::from_secs(5)).unwrap()
    }

    /// An account whose second number is on the second page.
    async fn two_pages(RawQuery(query): RawQuery) -> String {
        let page = match query.unwrap_or_default().contains("after=A") {
            false => json!({
                "data": [{"id": "1", "display_phone_number": "+1 555 0101", "is_on_biz_app": true}],
                "paging": {"cursors": {"after": "A"}, "next": "https://graph.facebook.com/…"},
            }),
            true => json!({"data": [{"id": 2}], "paging": {"cursors": {"after": "B"}}}),
        };
        page.to_string()
    }

    #[tokio::test]
    async fn a_number_is_found_on_whichever_page_it_is() {
        let graph = graph(Router::new().route("/v24.0/9/phone_numbers", get(two_pages))).await;
        let token = SecretString::from("EAAG-a-secret-token");
        let found = async |id: &str| graph.number_of("9", id, &token).await.unwrap();
        let first = found("1").await.unwrap();
        assert_eq!((first.number.display_phone_number.as_str(), first.is_on_phone), ("+1 555 0101", true));
        let second = found("2").await.unwrap();
        assert_eq!((second.number.waba_id.as_str(), second.is_on_phone), ("9", false));
        assert_eq!(found("3").await, None);
    }

    #[tokio::test]
    async fn a_refusal_and_silence_are_told_apart_and_neither_shows_the_token() {
        let error =
            json!({"error": {"code": 190, "message": "Malformed access token EAAG-a-secret-token"}}).to_string();
        let refusing = async move || (StatusCode::UNAUTHORIZED, error.clone());
        let graph = graph(Router::new().route("/v24.0/9/subscribed_apps", post(refusing))).await;
        let nobody = Graph::new("http://127.0.0.1:9", "v24.0", Duration::from_secs(1)).unwrap();
        let token = SecretString::from("EAAG-a-secret-token");

        let refused = graph.subscribe_app("9", &token).await.unwrap_err();
        let silent = nobody.subscribe_app("9", &token).await.unwrap_err();

        assert!(matches!(&refused, AccountError::Refused(error) if error.code == Some(190)), "{refused:?}");
        assert!(matches!(silent, AccountError::Unreachable(_)), "{silent:?}");
        let printed = format!("{refused:?} {refused} {silent:?} {silent}");
        assert!(!printed.contains("EAAG"), "{printed}");
    }
}
