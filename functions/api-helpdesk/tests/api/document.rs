//! What the API promises.

use crate::operations;

#[test]
fn the_document_that_is_checked_in_is_the_apis() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/openapi.json");
    let checked_in = std::fs::read_to_string(file).unwrap_or_default();
    let again = "cargo run -p api-helpdesk --example openapi > infra/openapi.json";
    assert!(checked_in == api_helpdesk::openapi(), "infra/openapi.json is not what the code says: {again}");
}

#[test]
fn the_api_has_the_routes_it_promises() {
    let listed: Vec<_> = operations().iter().map(|(method, path)| format!("{method} {path}")).collect();
    insta::assert_snapshot!(listed.join("\n"), @r"
    GET /v1/audit
    GET /v1/contacts
    POST /v1/contacts
    GET /v1/contacts/{id}
    PATCH /v1/contacts/{id}
    DELETE /v1/contacts/{id}/block
    POST /v1/contacts/{id}/block
    GET /v1/contacts/{id}/merges
    DELETE /v1/contacts/{id}/merges/{merged_id}
    POST /v1/conversations
    GET /v1/gaps
    GET /v1/library
    POST /v1/library
    DELETE /v1/library/{id}
    GET /v1/library/{id}
    GET /v1/messages/{id}
    GET /v1/messages/{id}/attachments/{attachment_id}
    POST /v1/messages/{id}/attachments/{attachment_id}/reveal
    DELETE /v1/messages/{id}/deferred-reply
    GET /v1/messages/{id}/deferred-reply
    PATCH /v1/messages/{id}/deferred-reply
    POST /v1/messages/{id}/discard
    POST /v1/messages/{id}/resend
    POST /v1/messages/{id}/reveal
    GET /v1/notices
    GET /v1/settings
    PATCH /v1/settings
    POST /v1/template-sends
    GET /v1/template-sends/{id}
    POST /v1/template-sends/{id}/cancel
    GET /v1/template-sends/{id}/results
    GET /v1/threads/{id}
    GET /v1/threads/{id}/deferred-replies
    GET /v1/threads/{id}/messages
    POST /v1/threads/{id}/messages
    GET /v1/tickets
    GET /v1/tickets/{id}
    DELETE /v1/tickets/{id}/closure
    POST /v1/tickets/{id}/closure
    PUT /v1/tickets/{id}/owner
    POST /v1/uploads
    GET /v1/usage
    GET /v1/usage/ledger
    ");
}
