//! The template's HTTP API.

use anyhow::{Context, anyhow};
use serde::Deserialize;

use super::Template;

/// A route of the HTTP API.
#[derive(Clone, Debug)]
pub struct Route {
    /// As API Gateway writes it: `ANY /v1/tickets/{proxy+}`.
    pub key: String,
    /// The crate of the function it leads to.
    pub function: String,
    /// Who looks at the caller's token first.
    pub authorizer: Option<Authorizer>,
}

/// A JWT authorizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorizer {
    /// The `iss` that a token must have.
    pub issuer: String,
    /// The `aud`s of which it must have one.
    pub audience: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RouteProperties {
    route_key: String,
    target: String,
    authorizer_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IntegrationProperties {
    integration_uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AuthorizerProperties {
    jwt_configuration: JwtConfiguration,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct JwtConfiguration {
    issuer: String,
    audience: Vec<String>,
}

impl Template {
    /// The routes of the HTTP API.
    ///
    /// # Errors
    /// When a route leads nowhere.
    pub fn routes(&self) -> anyhow::Result<Vec<Route>> {
        self.all::<RouteProperties>("AWS::ApiGatewayV2::Route")?
            .into_iter()
            .map(|(logical_id, route)| self.route(route).with_context(|| logical_id.to_owned()))
            .collect()
    }

    fn route(&self, route: RouteProperties) -> anyhow::Result<Route> {
        let integration = route.target.strip_prefix("integrations/").context("the target is no integration")?;
        let uri = self.one::<IntegrationProperties>("AWS::ApiGatewayV2::Integration", integration)?.integration_uri;
        let authorizer = match route.authorizer_id {
            Some(id) => {
                let jwt = self.one::<AuthorizerProperties>("AWS::ApiGatewayV2::Authorizer", &id)?.jwt_configuration;
                Some(Authorizer { issuer: jwt.issuer, audience: jwt.audience })
            }
            None => None,
        };
        Ok(Route { key: route.route_key, function: self.function_by_arn(&uri)?, authorizer })
    }

    fn one<T: serde::de::DeserializeOwned>(&self, kind: &str, logical_id: &str) -> anyhow::Result<T> {
        let found = self.all::<T>(kind)?.into_iter().find(|(name, _)| *name == logical_id);
        found.map(|(_, properties)| properties).ok_or_else(|| anyhow!("there is no {kind} {logical_id}"))
    }
}
