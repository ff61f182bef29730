//! What S3 tells browsers: whether a page of one origin may read what the bucket answers. The stand-in behind does not.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::bucket;
use crate::template::CorsRule;

/// The bucket's rules.
#[derive(Clone, Debug)]
pub struct Cors(Vec<CorsRule>);

impl Cors {
    /// With the template's rules.
    pub fn new(rules: Vec<CorsRule>) -> Self {
        Self(rules)
    }

    /// A browser asks beforehand, unsigned, whether a page may do something. Anything else is no business of this.
    pub(super) fn preflight(&self, request: &Request) -> Option<Response> {
        let wanted = header(request.headers(), &ACCESS_CONTROL_REQUEST_METHOD)
            .filter(|_| request.method() == Method::OPTIONS)?;
        let origin = header(request.headers(), &ORIGIN).unwrap_or_default();
        let Some(rule) = self.rule(origin, wanted) else {
            let message = "CORSResponse: This CORS request is not allowed.";
            return Some(bucket::refusal(StatusCode::FORBIDDEN, "AccessForbidden", message));
        };
        let mut answer = StatusCode::OK.into_response();
        let headers = answer.headers_mut();
        told(headers, origin, rule);
        set(headers, ACCESS_CONTROL_ALLOW_METHODS, &rule.allowed_methods.join(", "));
        if let Some(asked) = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
        }
        set(headers, ACCESS_CONTROL_MAX_AGE, &rule.max_age.to_string());
        Some(answer)
    }

    /// Lets the page that asked see the answer, if it may.
    pub(super) fn tell(&self, origin: Option<&str>, method: &Method, answer: &mut Response) {
        if let Some(origin) = origin
            && let Some(rule) = self.rule(origin, method.as_str())
        {
            told(answer.headers_mut(), origin, rule);
        }
    }

    fn rule(&self, origin: &str, method: &str) -> Option<&CorsRule> {
        self.0.iter().find(|rule| {
            let mut origins = rule.allowed_origins.split(',').map(str::trim);
            origins.any(|allowed| allowed == origin || allowed == "*")
                && rule.allowed_methods.iter().any(|it| it == method)
        })
    }
}

/// The page that a request comes from.
pub(super) fn origin(request: &Request) -> Option<String> {
    header(request.headers(), &ORIGIN).map(str::to_owned)
}

fn told(headers: &mut HeaderMap, origin: &str, rule: &CorsRule) {
    set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    set(headers, ACCESS_CONTROL_EXPOSE_HEADERS, &rule.exposed_headers.join(", "));
    set(headers, VARY, "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn cors() -> Cors {
        Cors::new(vec![CorsRule {
            allowed_origins: "https://one.example, https://two.example".into(),
            allowed_methods: vec!["GET".into()],
            exposed_headers: vec!["etag".into()],
            max_age: 600,
        }])
    }

    fn asked(origin: &str, method: &str) -> Response {
        let request = Request::options("/b/k").header("origin", origin).header("access-control-request-method", method);
        cors().preflight(&request.body(Body::empty()).unwrap()).unwrap()
    }

    #[test]
    fn a_page_of_an_origin_that_is_named_may_do_what_is_named() {
        let answer = asked("https://two.example", "GET");
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["access-control-allow-origin"], "https://two.example");
        for (origin, method) in
            [("https://evil.example", "GET"), ("https://one.example.evil", "GET"), ("https://one.example", "PUT")]
        {
            let refused = asked(origin, method);
            assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{origin} {method}");
            assert!(!refused.headers().contains_key("access-control-allow-origin"));
        }
    }

    #[test]
    fn only_a_question_beforehand_is_answered_here() {
        let plain = Request::get("/b/k").header("origin", "https://one.example").body(Body::empty()).unwrap();
        assert!(cors().preflight(&plain).is_none());
    }
}
