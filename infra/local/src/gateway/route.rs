//! Which route a request takes.

use std::collections::BTreeMap;

use http::Method;

use crate::template::Route;

/// The routes, the most specific first, as API Gateway chooses.
pub(super) struct Routes(Vec<Pattern>);

struct Pattern {
    route: Route,
    method: Option<Method>,
    segments: Vec<Segment>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    One(String),
    Rest(String),
}

/// The route of a request and what its path gave.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) route: &'a Route,
    pub(super) path_parameters: BTreeMap<String, String>,
}

impl Routes {
    pub(super) fn new(routes: Vec<Route>) -> Self {
        let mut patterns: Vec<_> = routes.into_iter().map(Pattern::new).collect();
        patterns.sort_by(|a, b| (&a.segments, a.method.is_none()).cmp(&(&b.segments, b.method.is_none())));
        Self(patterns)
    }

    pub(super) fn find(&self, method: &Method, path: &str) -> Option<Found<'_>> {
        self.0.iter().filter(|pattern| pattern.method.as_ref().is_none_or(|of_route| of_route == method)).find_map(
            |pattern| {
                let path_parameters = pattern.matches(path)?;
                Some(Found { route: &pattern.route, path_parameters })
            },
        )
    }
}

impl Pattern {
    fn new(route: Route) -> Self {
        let (method, path) = route.key.split_once(' ').unwrap_or(("ANY", &route.key));
        let method = if method == "ANY" { None } else { method.parse().ok() };
        let segments = path.trim_start_matches('/').split('/').map(Segment::new).collect();
        Self { method, segments, route }
    }

    fn matches(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut parameters = BTreeMap::new();
        let mut rest = path.strip_prefix('/')?.split('/');
        for segment in &self.segments {
            match segment {
                Segment::Rest(name) => {
                    let tail = rest.by_ref().collect::<Vec<_>>().join("/");
                    if tail.is_empty() {
                        return None;
                    }
                    parameters.insert(name.clone(), tail);
                }
                Segment::One(name) => {
                    parameters.insert(name.clone(), rest.next().filter(|value| !value.is_empty())?.to_owned());
                }
                Segment::Literal(literal) => {
                    rest.next().filter(|value| value == literal)?;
                }
            }
        }
        rest.next().is_none().then_some(parameters)
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Self::Rest(name.to_owned()),
                None => Self::One(name.to_owned()),
            },
            None => Self::Literal(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(keys: &[&str]) -> Routes {
        let route = |key: &&str| Route { key: (*key).to_owned(), function: "f".into(), authorizer: None };
        Routes::new(keys.iter().map(route).collect())
    }

    fn key<'a>(routes: &'a Routes, method: &Method, path: &str) -> Option<&'a str> {
        routes.find(method, path).map(|found| found.route.key.as_str())
    }

    #[test]
    fn a_full_path_wins_over_a_parameter_and_that_over_a_greedy_one() {
        let routes = routes(&["ANY /v1/{proxy+}", "GET /v1/{id}", "ANY /v1/tickets", "GET /v1/tickets"]);

        assert_eq!(key(&routes, &Method::GET, "/v1/tickets"), Some("GET /v1/tickets"));
        assert_eq!(key(&routes, &Method::POST, "/v1/tickets"), Some("ANY /v1/tickets"));
        assert_eq!(key(&routes, &Method::GET, "/v1/users"), Some("GET /v1/{id}"));
        assert_eq!(key(&routes, &Method::POST, "/v1/users"), Some("ANY /v1/{proxy+}"));
        assert_eq!(key(&routes, &Method::GET, "/v2/users"), None);
    }

    #[test]
    fn a_greedy_parameter_holds_the_rest_of_the_path_and_wants_one() {
        let routes = routes(&["ANY /v1/tickets/{proxy+}"]);

        let found = routes.find(&Method::GET, "/v1/tickets/tkt_1/closure").unwrap();

        assert_eq!(found.path_parameters["proxy"], "tkt_1/closure");
        assert!(routes.find(&Method::GET, "/v1/tickets").is_none());
    }
}
