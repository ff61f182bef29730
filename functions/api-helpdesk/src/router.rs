//! The API's table of contents.

use axum::{Router, middleware};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::telling::traced;
use crate::{
    Helpdesk, audit, contacts, conversations, gaps, library, messages, notices, settings, template_sends, threads,
    tickets, uploads, usage,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "WhatsApp Helpdesk", version = "1", description = include_str!("openapi.md")),
    servers((url = "/")),
    tags(
        (name = "tickets", description = "Work: one conversation from its first message until it is closed."),
        (name = "conversations", description = "One contact on one number of ours, taken up or begun."),
        (name = "threads", description = "The messages of one ticket."),
        (name = "messages", description = "One message, in either direction."),
        (name = "uploads", description = "Files on their way into messages and the library."),
        (name = "library", description = "What is kept to be put into replies."),
        (name = "contacts", description = "Who writes, or may."),
        (name = "usage", description = "What is used of the monthly allowance."),
        (name = "template-sends", description = "Templates that go to many."),
        (name = "settings", description = "What the tenant chose."),
        (name = "audit", description = "What users did that they may be asked about."),
        (name = "gaps", description = "What should have happened and has not."),
        (name = "notices", description = "What admins have to hear of, once."),
    )
)]
struct Document;

fn routes() -> OpenApiRouter<Helpdesk> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(tickets::list))
        .routes(routes!(tickets::show))
        .routes(routes!(tickets::closure::create, tickets::closure::delete))
        .routes(routes!(tickets::owner::replace))
        .routes(routes!(conversations::create))
        .routes(routes!(threads::show))
        .routes(routes!(threads::deferred_replies::list))
        .routes(routes!(threads::messages::list, threads::messages::create))
        .routes(routes!(messages::show))
        .routes(routes!(messages::attachments::show))
        .routes(routes!(messages::attachments::reveal::create))
        .routes(routes!(
            messages::deferred_reply::show,
            messages::deferred_reply::update,
            messages::deferred_reply::delete
        ))
        .routes(routes!(messages::resend::create))
        .routes(routes!(messages::discard::create))
        .routes(routes!(messages::reveal::create))
        .routes(routes!(uploads::create))
        .routes(routes!(library::list, library::create))
        .routes(routes!(library::show, library::delete))
        .routes(routes!(contacts::list, contacts::create))
        .routes(routes!(contacts::show, contacts::update))
        .routes(routes!(contacts::block::create, contacts::block::delete))
        .routes(routes!(contacts::merges::list))
        .routes(routes!(contacts::merges::delete))
        .routes(routes!(usage::show))
        .routes(routes!(usage::ledger::list))
        .routes(routes!(template_sends::create))
        .routes(routes!(template_sends::show))
        .routes(routes!(template_sends::results::list))
        .routes(routes!(template_sends::cancel::create))
        .routes(routes!(settings::show, settings::update))
        .routes(routes!(audit::list))
        .routes(routes!(gaps::list))
        .routes(routes!(notices::list))
}

/// The API over what the handlers work with. A request carries the gateway's context as an extension, as `lambda_http`
/// puts it there.
pub fn router(helpdesk: Helpdesk) -> Router {
    let (routes, _) = routes().split_for_parts();
    let traced = middleware::from_fn_with_state(helpdesk.clone(), traced);
    rest::complete(routes.with_state(helpdesk).layer(traced))
}

/// The API's OpenAPI document, in JSON with a line end: what `infra/openapi.json` has to be.
pub fn openapi() -> String {
    let mut document = routes().into_openapi();
    rest::openapi::complete(&mut document);
    let json = document.to_pretty_json().expect("the document is made of strings and numbers");
    json + "\n"
}
