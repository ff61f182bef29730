//! `/v1/templates/{id}/preview`

use std::collections::BTreeMap;

use axum::extract::State;
use domain::TemplateId;
use rest::{Caller, Id, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Desk;
use crate::refusal::Refusal;
use crate::shape::FilledTemplate;

/// What the variables stand for.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Values {
    /// By the `key` of each of the template's `variables`.
    #[schema(example = json!({"1": "Ada", "buttons.0": "A-17"}))]
    variables: BTreeMap<String, String>,
}

/// Shows a template as the customer would see it.
#[utoipa::path(
    post, path = "/v1/templates/{id}/preview", operation_id = "preview_template", tag = "templates",
    params(("id" = String, Path, description = "The template.")),
    request_body = Values,
    responses(
        (status = 200, description = "The template with its variables filled.", body = FilledTemplate),
        (status = 422, description = "`variables_missing`, with each one that has no value in `missing`; `body_invalid`."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Desk>,
    caller: Caller,
    Id(id): Id<TemplateId>,
    Json(values): Json<Values>,
) -> Result<Json<FilledTemplate>, Refusal> {
    let template = desk.of(&caller).template(id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(template.fill(&values.variables)?.into()))
}
