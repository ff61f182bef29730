//! The templates of a WhatsApp Business account.

use domain::template::{Category, Components, Draft, Listed, ParameterFormat, Status};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::Graph;
use super::account::{AccountError, ask};
use crate::template::{read, write};
use crate::webhook::json::{text, text_at};

/// What is asked of a template.
const FIELDS: &str =
    "id,name,language,status,category,previous_category,quality_score,rejected_reason,parameter_format,components";
/// How many are asked for at once. Meta may give fewer.
const PAGE: &str = "250";
const EDGE: &str = "message_templates";
/// So many templates can have one name: Meta knows fewer languages.
const LANGUAGES: &str = "100";

/// A part of an account's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplatePage {
    pub listed: Vec<Listed>,
    /// Where the list goes on; nothing at its end.
    pub next: Option<String>,
}

/// What Meta answers when it takes a new template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedTemplate {
    pub meta_id: String,
    pub status: Status,
    /// Meta may see another category in it.
    pub category: Option<Category>,
}

impl Graph {
    /// A part of an account's templates, from where `after` leads.
    ///
    /// # Errors
    /// [`AccountError`], also when the cursor is too old.
    pub async fn templates(
        &self,
        waba_id: &str,
        token: &SecretString,
        after: Option<&str>,
    ) -> Result<TemplatePage, AccountError> {
        let mut query = vec![("fields", FIELDS), ("limit", PAGE)];
        query.extend(after.map(|after| ("after", after)));
        let page = ask(self.account(Method::GET, waba_id, EDGE, token).query(&query)).await?;
        let next = text_at(&page, "/paging/cursors/after").filter(|_| page["paging"].get("next").is_some());
        Ok(TemplatePage { listed: listed(&page), next: next.map(str::to_owned) })
    }

    /// The template of an account with this name in this language, if it has one.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn template_named(
        &self,
        waba_id: &str,
        token: &SecretString,
        name: &str,
        language: &str,
    ) -> Result<Option<Listed>, AccountError> {
        let query = [("fields", FIELDS), ("name", name), ("limit", LANGUAGES)];
        let page = ask(self.account(Method::GET, waba_id, EDGE, token).query(&query)).await?;
        // Meta also gives templates whose names only begin so.
        Ok(listed(&page).into_iter().find(|listed| listed.name == name && listed.language == language))
    }

    /// A template by Meta's id.
    ///
    /// # Errors
    /// [`AccountError`], also when there is none.
    pub async fn template(&self, meta_id: &str, token: &SecretString) -> Result<Option<Listed>, AccountError> {
        let found = ask(self.node(Method::GET, meta_id, token).query(&[("fields", FIELDS)])).await?;
        Ok(read::listed(&found))
    }

    /// Submits a new template for review. Done twice, the second is refused: there is one of this name.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn create_template(
        &self,
        waba_id: &str,
        token: &SecretString,
        draft: &Draft,
    ) -> Result<CreatedTemplate, AccountError> {
        let answer = ask(self.account(Method::POST, waba_id, EDGE, token).json(&write::draft(draft))).await?;
        Ok(CreatedTemplate {
            meta_id: text(&answer, "id").unwrap_or_default(),
            status: text_at(&answer, "/status").map_or(Status::Pending, Status::from),
            category: text_at(&answer, "/category").map(Category::from),
        })
    }

    /// Replaces the category of a template, or all of its parts. Meta reviews it again.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn edit_template(
        &self,
        meta_id: &str,
        token: &SecretString,
        category: Option<&Category>,
        components: Option<(&Components, ParameterFormat)>,
    ) -> Result<(), AccountError> {
        let mut edit = json!({});
        if let Some((components, format)) = components {
            edit["components"] = write::components(components, format);
        }
        if let Some(category) = category {
            edit["category"] = json!(write::category(category));
        }
        ask(self.node(Method::POST, meta_id, token).json(&edit)).await.map(drop)
    }

    /// Deletes a template: the one with this id of Meta's, or without one the name in all languages.
    ///
    /// # Errors
    /// [`AccountError`], also when there is none.
    pub async fn delete_template(
        &self,
        waba_id: &str,
        token: &SecretString,
        name: &str,
        meta_id: Option<&str>,
    ) -> Result<(), AccountError> {
        let mut query = vec![("name", name)];
        query.extend(meta_id.map(|id| ("hsm_id", id)));
        ask(self.account(Method::DELETE, waba_id, EDGE, token).query(&query)).await.map(drop)
    }

    pub(super) fn node(&self, method: Method, id: &str, token: &SecretString) -> RequestBuilder {
        let url = format!("{}/{}/{id}", self.base_url, self.version);
        self.http.request(method, url).bearer_auth(token.expose_secret())
    }
}

/// What cannot be a template is passed over.
fn listed(page: &Value) -> Vec<Listed> {
    page["data"].as_array().into_iter().flatten().filter_map(read::listed).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use axum::extract::RawQuery;
    use axum::http::StatusCode;
    use axum::routing::get;
    use tokio::net::TcpListener;

    use super::*;

    async fn graph(router: Router) -> Graph {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Graph::new(&url, "v24.0", Duration::from_secs(5)).unwrap()
    }

    fn token() -> SecretString {
        SecretString::from("EAAG-a-secret-token")
    }

    fn element(id: u64, name: &str) -> Value {
        json!({"id": id, "name": name, "language": "en", "status": "APPROVED", "category": "UTILITY"})
    }

    async fn two_pages(RawQuery(query): RawQuery) -> String {
        let page = match query.unwrap_or_default().contains("after=A") {
            false => json!({
                "data": [element(1, "one"), null],
                "paging": {"cursors": {"after": "A"}, "next": "https://graph.facebook.com/…"},
            }),
            true => json!({"data": [element(2, "two"), element(3, "two_more")], "paging": {"cursors": {"after": "B"}}}),
        };
        page.to_string()
    }

    #[tokio::test]
    async fn a_list_goes_on_until_its_end_and_what_is_no_template_is_passed_over() {
        let graph = graph(Router::new().route("/v24.0/9/message_templates", get(two_pages))).await;
        let names = |page: &TemplatePage| page.listed.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
        let first = graph.templates("9", &token(), None).await.unwrap();
        assert_eq!((names(&first), first.next.as_deref()), (vec!["one".to_owned()], Some("A")));
        let second = graph.templates("9", &token(), Some("A")).await.unwrap();
        assert_eq!((names(&second).len(), second.next), (2, None));
    }

    #[tokio::test]
    async fn a_name_means_itself_and_not_what_begins_so() {
        let longer = async || json!({"data": [element(3, "two_more"), element(2, "two")]}).to_string();
        let graph = graph(Router::new().route("/v24.0/9/message_templates", get(longer))).await;
        let found = async |name: &str, language: &str| {
            graph.template_named("9", &token(), name, language).await.unwrap().map(|listed| listed.meta_id)
        };
        assert_eq!(found("two", "en").await.as_deref(), Some("2"));
        assert_eq!((found("tw", "en").await, found("two", "de").await), (None, None));
    }

    #[tokio::test]
    async fn a_refusal_is_judged_by_its_subcode_and_keeps_metas_words() {
        let error = json!({"error": {
            "message": "Invalid parameter", "type": "OAuthException", "code": 100, "error_subcode": 2388024,
            "error_user_title": "Content in this language already exists", "error_user_msg": "Choose another name.",
        }});
        let refusing = async move || (StatusCode::BAD_REQUEST, error.to_string());
        let graph = graph(Router::new().route("/v24.0/1", get(refusing))).await;
        let Err(AccountError::Refused(refused)) = graph.template("1", &token()).await else { panic!("not refused") };
        assert_eq!((refused.code, refused.more.subcode, refused.row.codes.0), (Some(100), Some(2_388_024), 2_388_024));
        assert_eq!(refused.more.title.as_deref(), Some("Content in this language already exists"));
        assert_eq!(refused.more.message.as_deref(), Some("Choose another name."));
        assert!(refused.failure().reason.ends_with("Choose another name."), "{:?}", refused.failure());
    }
}
