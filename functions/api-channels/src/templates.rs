//! `/v1/templates`

pub(crate) mod preview;

use axum::extract::State;
use domain::template::{Category, ParameterFormat, Status};
use domain::{ChannelId, TemplateId};
use http::StatusCode;
use rest::{Caller, Id, IfMatch, Json, List, Paging, Query, Role, Versioned};
use serde::Deserialize;
use storage::TemplateCursor;
use storage::templates::TemplateFilter;
use utoipa::ToSchema;

use crate::Desk;
use crate::account::Account;
use crate::given::MetaId;
use crate::refusal::Refusal;
use crate::shape::{Components, Template};
use crate::submission::{self, Change, Deletion};

/// Which templates are wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Those of the account of this channel.
    #[param(value_type = Option<String>)]
    channel_id: Option<ChannelId>,
    /// Those of this WhatsApp Business account; without either, those of all accounts.
    #[param(value_type = Option<String>)]
    waba_id: Option<MetaId>,
    /// `approved`, `pending`, `rejected`, `paused`, `disabled`, `archived` … Without it all but `deleted`.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// `marketing`, `utility` or `authentication`.
    #[param(value_type = Option<String>)]
    category: Option<Category>,
    /// Such as `en` or `en_US`.
    language: Option<String>,
    /// Words, each of which has to be a part of the name.
    q: Option<String>,
}

/// Lists templates by account, name and language.
#[utoipa::path(
    get, path = "/v1/templates", operation_id = "list_templates", tag = "templates",
    params(Wanted, Paging<TemplateCursor>),
    responses(
        (status = 200, description = "A page of templates.", body = List<Template>),
        (status = 400, description = "`query_invalid` or `cursor_invalid`."),
        (status = 404, description = "There is no channel `channel_id`."),
    )
)]
pub(crate) async fn list(
    State(desk): State<Desk>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    page: Paging<TemplateCursor>,
) -> Result<Json<List<Template>>, Refusal> {
    let tenancy = desk.of(&caller);
    let accounts = wanted.accounts(&tenancy).await?;
    let found = tenancy.templates(&accounts, &wanted.filter(), page.limit, page.after.as_ref()).await?;
    Ok(Json(List::new(found.data.into_iter().map(Template::from), found.next)))
}

/// Shows a template.
#[utoipa::path(
    get, path = "/v1/templates/{id}", operation_id = "show_template", tag = "templates",
    params(("id" = String, Path, description = "The template.")),
    responses((status = 200, description = "The template.", body = Template, headers(("ETag" = String)))),
)]
pub(crate) async fn show(
    State(desk): State<Desk>,
    caller: Caller,
    Id(id): Id<TemplateId>,
) -> Result<Versioned<Template>, Refusal> {
    let template = desk.of(&caller).template(id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Template::versioned(template))
}

/// A template that is to be submitted.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct NewTemplate {
    /// A connected channel of the account that is to have it.
    #[schema(value_type = String, example = "chn_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    channel_id: ChannelId,
    /// 1 to 512 lower-case letters, digits and underscores.
    #[schema(example = "parcel_shipped")]
    name: String,
    #[schema(example = "en_US")]
    language: String,
    /// `marketing` or `utility`.
    #[schema(value_type = String, example = "utility")]
    category: Category,
    /// `positional` (the default): variables are `{{1}}`, `{{2}}` …; `named`: `{{order_number}}`.
    #[serde(default)]
    #[schema(value_type = Option<String>, required = false, default = "positional")]
    parameter_format: ParameterFormat,
    components: Components,
}

/// Makes a template and submits it for Meta's review. Needs the role `admin`.
///
/// Every rule of Meta's that can be checked beforehand is. The request may be repeated: if the account has this very
/// template already, that is the answer.
#[utoipa::path(
    post, path = "/v1/templates", operation_id = "create_template", tag = "templates",
    request_body = NewTemplate,
    responses(
        (status = 200, description = "The account has this very template already.", body = Template, headers(("ETag" = String))),
        (status = 201, description = "The submitted template.", body = Template, headers(("ETag" = String))),
        (status = 404, description = "There is no channel `channel_id`."),
        (status = 409, description = "`template_exists` (`template_id`): another one has this name and language; \
                                      `template_name_blocked`, for 30 days after an approved one of this name was deleted, \
                                      `until` then; `templates_too_many`: the account has as many as the `limit`; \
                                      `account_not_connected`."),
        (status = 422, description = "`template_invalid`, with each rule that it breaks in `violations` as `code`, `at` and \
                                      `advice`; `meta_refused`, with `meta_code`, `meta_subcode`, `meta_title` and \
                                      `meta_message` as Meta says; `token_refused`; `body_invalid`."),
        (status = 503, description = "`busy`: also when Meta does not answer. Repeat it after the seconds in `Retry-After`."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Desk>,
    caller: Caller,
    Json(new): Json<NewTemplate>,
) -> Result<(StatusCode, Versioned<Template>), Refusal> {
    caller.require(Role::Admin)?;
    let account = Account::of_channel(&desk, &caller, new.channel_id).await?;
    let made = submission::create(&account, new.into_draft()).await?;
    let status = if made.is_new { StatusCode::CREATED } else { StatusCode::OK };
    desk.tell("template_submitted", caller.user(), "template.id", made.template.id);
    Ok((status, Template::versioned(made.template)))
}

/// What is to be changed. A member that is not there stays.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct TemplateChange {
    /// Not of an approved template.
    #[schema(value_type = Option<String>, required = false, example = "utility")]
    category: Option<Category>,
    /// All parts anew: they are replaced whole. A header with a file needs the handle of an example again.
    #[schema(required = false)]
    components: Option<Components>,
}

/// Edits a template, which Meta then reviews again. Needs the role `admin`.
///
/// Meta takes edits of approved, rejected and paused templates only; of an approved one once a day and ten times in 30
/// days. The request may be repeated.
#[utoipa::path(
    patch, path = "/v1/templates/{id}", operation_id = "edit_template", tag = "templates",
    params(("id" = String, Path, description = "The template."), IfMatch),
    request_body = TemplateChange,
    responses(
        (status = 200, description = "The edited template.", body = Template, headers(("ETag" = String))),
        (status = 409, description = "`template_not_editable`, because of its `template_status`; `template_category_fixed`: an \
                                      approved one keeps its category; `template_edited_too_often`: an approved one is edited \
                                      once in 24 hours and ten times in 30 days, the next time at `again_at`; \
                                      `account_not_connected`."),
        (status = 412, description = "`version_mismatch`: it has changed since you saw it."),
        (status = 422, description = "`template_invalid` (`violations`), `meta_refused`, `token_refused` or `body_invalid`."),
        (status = 503, description = "`busy`: also when Meta does not answer."),
    )
)]
pub(crate) async fn update(
    State(desk): State<Desk>,
    caller: Caller,
    Id(id): Id<TemplateId>,
    IfMatch(seen): IfMatch,
    Json(change): Json<TemplateChange>,
) -> Result<Versioned<Template>, Refusal> {
    caller.require(Role::Admin)?;
    let template = seen_template(&desk, &caller, id, seen).await?;
    let account = Account::of_waba(&desk, &caller, &template.waba_id).await?;
    let TemplateChange { category, components } = change;
    let change = Change { category, components: components.map(Into::into) };
    let edited = submission::edit(&account, template, change).await?;
    desk.tell("template_edited", caller.user(), "template.id", id);
    Ok(Template::versioned(edited))
}

/// How much is to be deleted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Extent {
    /// `true`: the templates of this name in all languages.
    #[serde(default)]
    all_languages: bool,
}

/// Deletes a template at Meta. Needs the role `admin`.
///
/// Meta blocks the name of one that was approved for 30 days. The request may be repeated.
#[utoipa::path(
    delete, path = "/v1/templates/{id}", operation_id = "delete_template", tag = "templates",
    params(("id" = String, Path, description = "The template."), Extent, IfMatch),
    responses(
        (status = 200, description = "The deleted template.", body = Template, headers(("ETag" = String))),
        (status = 409, description = "`template_disabled`: Meta does not let go of it; `account_not_connected`."),
        (status = 412, description = "`version_mismatch`: it has changed since you saw it."),
        (status = 422, description = "`meta_refused` or `token_refused`."),
        (status = 503, description = "`busy`: also when Meta does not answer."),
    )
)]
pub(crate) async fn delete(
    State(desk): State<Desk>,
    caller: Caller,
    Id(id): Id<TemplateId>,
    Query(extent): Query<Extent>,
    IfMatch(seen): IfMatch,
) -> Result<Versioned<Template>, Refusal> {
    caller.require(Role::Admin)?;
    let template = seen_template(&desk, &caller, id, seen).await?;
    let account = Account::of_waba(&desk, &caller, &template.waba_id).await?;
    let what = if extent.all_languages { Deletion::AllLanguages } else { Deletion::ThisLanguage };
    let deleted = submission::delete(&account, template, what).await?;
    desk.tell("template_deleted", caller.user(), "template.id", id);
    Ok(Template::versioned(deleted))
}

/// The template, if it is as the caller saw it.
async fn seen_template(
    desk: &Desk,
    caller: &Caller,
    id: TemplateId,
    seen: Option<u64>,
) -> Result<domain::Template, Refusal> {
    let template = desk.of(caller).template(id).await?.ok_or_else(Refusal::not_found)?;
    if seen.is_some_and(|seen| seen != template.version) {
        return Err(Refusal::changed());
    }
    Ok(template)
}

impl Wanted {
    /// The accounts whose templates are looked at, in order.
    async fn accounts(&self, tenancy: &storage::Tenancy) -> Result<Vec<String>, Refusal> {
        if let Some(id) = self.channel_id {
            let channel = tenancy.channel(id).await?.ok_or_else(Refusal::not_found)?;
            return Ok(vec![channel.waba_id]);
        }
        match &self.waba_id {
            Some(waba_id) => Ok(vec![waba_id.clone().into()]),
            None => Ok(crate::account::waba_ids(tenancy).await?),
        }
    }

    fn filter(self) -> TemplateFilter {
        let words = self.q.unwrap_or_default().to_lowercase();
        TemplateFilter {
            status: self.status,
            category: self.category,
            language: self.language,
            words: words
                .split(|c: char| c.is_whitespace() || c == '_')
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }
}

impl NewTemplate {
    fn into_draft(self) -> domain::template::Draft {
        let Self { name, language, category, parameter_format: format, components, .. } = self;
        domain::template::Draft { name, language, category, format, components: components.into() }
    }
}
