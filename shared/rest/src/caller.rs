//! Who calls.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use domain::{TenantId, UserId};
use http::StatusCode;
use http::request::Parts;
use lambda_http::request::RequestContext;
use serde::Serialize;

use crate::problem::Problem;

/// The claims of a token in which tenant and role are; the user is always `sub`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    pub tenant: Arc<str>,
    pub role: Arc<str>,
}

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Admin,
    Supervisor,
    Agent,
    Operator,
}

/// The user in whose name a request is made, as their token says.
///
/// API Gateway's JWT authorizer checked signature, issuer, audience and expiry before the function ran; what it read is in
/// the request's context and cannot come from a header, a query or a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    tenant: TenantId,
    user: UserId,
    role: Role,
}

impl Caller {
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub fn user(&self) -> &UserId {
        &self.user
    }

    pub fn role(&self) -> Role {
        self.role
    }

    /// # Errors
    /// A 403 when the caller has another role.
    pub fn require(&self, role: Role) -> Result<(), Problem> {
        require(self.role, role)
    }

    /// # Errors
    /// A 403 when the caller is neither supervisor nor admin.
    pub fn require_supervisor(&self) -> Result<(), Problem> {
        if self.role == Role::Admin { Ok(()) } else { self.require(Role::Supervisor) }
    }

    fn read(claims: &Claims, names: &ClaimNames) -> Result<Self, Problem> {
        let tenant = claim(claims, &names.tenant, |text| text.parse().ok())?;
        Ok(Self { tenant, user: user(claims)?, role: role(claims, names)? })
    }
}

impl<S> FromRequestParts<S> for Caller
where
    ClaimNames: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Self::read(claims(parts)?, &ClaimNames::from_ref(state))
    }
}

/// A token's claims, as the authorizer read them.
type Claims = HashMap<String, String>;

pub(crate) fn claims(parts: &Parts) -> Result<&Claims, Problem> {
    let Some(RequestContext::ApiGatewayV2(context)) = parts.extensions.get() else { return Err(no_token()) };
    let jwt = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
    Ok(&jwt.ok_or_else(no_token)?.claims)
}

pub(crate) fn user(claims: &Claims) -> Result<UserId, Problem> {
    claim(claims, "sub", |text| UserId::try_from(text.to_owned()).ok())
}

pub(crate) fn role(claims: &Claims, names: &ClaimNames) -> Result<Role, Problem> {
    claim(claims, &names.role, |text| text.parse().ok())
}

pub(crate) fn require(has: Role, needs: Role) -> Result<(), Problem> {
    if has == needs { Ok(()) } else { Err(role_required(needs)) }
}

/// A text that names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a role")]
pub struct InvalidRole;

impl FromStr for Role {
    type Err = InvalidRole;

    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        match text {
            "admin" => Ok(Self::Admin),
            "supervisor" => Ok(Self::Supervisor),
            "agent" => Ok(Self::Agent),
            "operator" => Ok(Self::Operator),
            _ => Err(InvalidRole),
        }
    }
}

fn claim<T>(claims: &Claims, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, Problem> {
    claims.get(name).and_then(|text| read(text)).ok_or_else(|| claim_invalid(name))
}

fn no_token() -> Problem {
    let detail = "Send a bearer token in the header Authorization.";
    Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", "No token", detail)
}

fn claim_invalid(name: &str) -> Problem {
    let detail =
        format!("The token's claim `{name}` is missing or unknown here. Ask who issues your tokens to add it.");
    Problem::new(StatusCode::FORBIDDEN, "claim_invalid", "The token does not say enough", detail).with("claim", name)
}

fn role_required(role: Role) -> Problem {
    let name = serde_json::to_value(role).unwrap_or_default();
    let detail = "Your role does not allow this. Ask somebody whose role is in required_role.";
    Problem::new(StatusCode::FORBIDDEN, "role_required", "Another role is required", detail).with("required_role", name)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{ask, json_of, request, request_with_claims};

    const TENANT: &str = "ten_00000000000000000000000000000001";

    fn router() -> Router {
        let names = ClaimNames { tenant: "custom:tenant_id".into(), role: "role".into() };
        let who = async |caller: Caller| format!("\"{} {} {:?}\"", caller.tenant(), caller.user(), caller.role());
        Router::new().route("/", get(who)).with_state(names)
    }

    async fn answer_to(claims: Value) -> (StatusCode, Value) {
        let response = ask(router(), request_with_claims("GET", "/", &claims)).await;
        (response.status(), json_of(response).await)
    }

    #[tokio::test]
    async fn tenant_user_and_role_are_what_the_token_says() {
        let (status, who) =
            answer_to(json!({"sub": "usr_ben", "custom:tenant_id": TENANT, "role": "supervisor"})).await;
        assert_eq!((status, who), (StatusCode::OK, json!(format!("{TENANT} usr_ben Supervisor"))));
    }

    #[tokio::test]
    async fn a_claim_that_is_missing_or_unknown_is_forbidden_and_named() {
        let whole = json!({"sub": "usr_ben", "custom:tenant_id": TENANT, "role": "agent"});
        for (name, value) in [
            ("sub", None),
            ("sub", Some("")),
            ("custom:tenant_id", None),
            ("custom:tenant_id", Some("1")),
            ("role", None),
            ("role", Some("Admin")),
            ("role", Some("[admin]")),
        ] {
            let mut claims = whole.clone();
            match value {
                Some(value) => claims[name] = json!(value),
                None => drop(claims.as_object_mut().unwrap().remove(name)),
            }
            let (status, problem) = answer_to(claims).await;
            assert_eq!((status, &problem["claim"]), (StatusCode::FORBIDDEN, &json!(name)), "{value:?}");
        }
    }

    #[tokio::test]
    async fn headers_and_queries_name_nobody() {
        let mut request = request("GET", &format!("/?custom:tenant_id={TENANT}&sub=usr_ben&role=admin"));
        for (name, value) in [("custom-tenant_id", TENANT), ("role", "admin"), ("authorizer", "{}")] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        assert_eq!(ask(router(), request).await.status(), StatusCode::UNAUTHORIZED);
    }

    #[test]
    fn a_supervisor_and_an_admin_may_do_what_a_supervisor_may() {
        let caller = |role| {
            let tenant = TENANT.parse().unwrap();
            Caller { tenant, user: UserId::try_from("usr_ben".to_owned()).unwrap(), role }
        };
        for role in [Role::Supervisor, Role::Admin] {
            assert!(caller(role).require_supervisor().is_ok(), "{role:?}");
        }
        for role in [Role::Agent, Role::Operator] {
            assert!(caller(role).require_supervisor().is_err(), "{role:?}");
        }
    }

    #[test]
    fn only_the_role_that_is_required_will_do() {
        let user = UserId::try_from("usr_ben".to_owned()).unwrap();
        let caller = Caller { tenant: TENANT.parse().unwrap(), user, role: Role::Operator };
        assert_eq!(caller.require(Role::Admin).unwrap_err().code(), "role_required");
        assert!(caller.require(Role::Operator).is_ok());
    }
}
