//! The API's table of contents.

use axum::{Router, middleware};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::telling::traced;
use crate::{Desk, channels, template_sync, templates, tenants};

#[derive(OpenApi)]
#[openapi(
    info(title = "WhatsApp Helpdesk: tenants, channels and templates", version = "1", description = include_str!("openapi.md")),
    servers((url = "/")),
    tags(
        (name = "tenants", description = "Companies. For operators."),
        (name = "channels", description = "Connected business numbers."),
        (name = "templates", description = "Messages that Meta approves beforehand."),
    )
)]
struct Document;

fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(tenants::show, tenants::replace))
        .routes(routes!(channels::list, channels::create))
        .routes(routes!(channels::show, channels::delete))
        .routes(routes!(template_sync::create))
        .routes(routes!(templates::list, templates::create))
        .routes(routes!(templates::show, templates::update, templates::delete))
        .routes(routes!(templates::preview::create))
}

/// The API over what the handlers work with. A request carries the gateway's context as an extension, as `lambda_http`
/// puts it there.
pub fn router(desk: Desk) -> Router {
    let (routes, _) = routes().split_for_parts();
    let traced = middleware::from_fn_with_state(desk.clone(), traced);
    rest::complete(routes.with_state(desk).layer(traced))
}

/// The API's OpenAPI document, in JSON with a line end: what `infra/openapi-channels.json` has to be.
pub fn openapi() -> String {
    let mut document = routes().into_openapi();
    rest::openapi::complete(&mut document);
    let json = document.to_pretty_json().expect("the document is made of strings and numbers");
    json + "\n"
}
