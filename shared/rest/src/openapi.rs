//! What all operations of an API have in common, in its OpenAPI document.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, ContentBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Required, Response};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::ProblemDocument;

const BEARER: &str = "bearer";

/// Adds to every operation the token it needs, the problems that any of them may answer with, and the `Request-Id` of
/// each answer. A response of 400 or more is a problem.
pub fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    components.schemas.insert(ProblemDocument::name().into_owned(), ProblemDocument::schema());
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    let scheme = scheme.description(Some("Tenant, user and role are taken from the token's claims.")).build();
    components.add_security_scheme(BEARER, SecurityScheme::Http(scheme));
    document.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>(BEARER, [])]);
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            add_problems(operation, path.contains('{'));
            operation.responses.responses.iter_mut().for_each(|(status, response)| describe(status, response));
        }
    }
}

/// An optional header of a request.
pub(crate) fn header(name: &str, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(text()))
        .build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

fn add_problems(operation: &mut Operation, has_id: bool) {
    let not_found = has_id.then_some(("404", "Nothing has this id, or it is another tenant's."));
    let common = [
        ("401", "There is no valid token."),
        ("403", "The token does not say enough, or the role does not allow it."),
        ("default", "Any other problem; `code` tells them apart. After a 503, repeat the request."),
    ];
    for (status, description) in common.into_iter().chain(not_found) {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(Response::new(description)));
    }
}

fn describe(status: &str, response: &mut RefOr<Response>) {
    let RefOr::T(response) = response else { return };
    let description = Some("Names the request to us.");
    let request_id = HeaderBuilder::new().schema(Some(text())).description(description).build();
    response.headers.insert("Request-Id".to_owned(), RefOr::T(request_id));
    if !status.starts_with('2') && response.content.is_empty() {
        let problem = Ref::from_schema_name(ProblemDocument::name());
        let content = ContentBuilder::new().schema(Some(problem)).build();
        response.content.insert("application/problem+json".to_owned(), RefOr::T(content));
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use utoipa::openapi::path::{HttpMethod, OperationBuilder};
    use utoipa::openapi::{OpenApiBuilder, PathsBuilder, ResponseBuilder};

    use super::*;

    #[test]
    fn every_operation_needs_a_token_and_tells_its_problems() {
        let operation = OperationBuilder::new()
            .response("200", ResponseBuilder::new().description("It."))
            .response("409", ResponseBuilder::new().description("Not now."));
        let paths = PathsBuilder::new().path("/v1/things/{id}", PathItem::new(HttpMethod::Get, operation)).build();
        let mut document = OpenApiBuilder::new().paths(paths).build();
        complete(&mut document);
        let document = serde_json::to_value(&document).unwrap();

        assert_eq!(document["security"], json!([{"bearer": []}]));
        let responses = &document["paths"]["/v1/things/{id}"]["get"]["responses"];
        for status in ["401", "403", "404", "409", "default"] {
            let schema = &responses[status]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{status}");
        }
        assert_eq!(responses["200"]["headers"]["Request-Id"]["schema"]["type"], "string");
        assert_eq!(responses["200"].get("content"), None);
    }
}
