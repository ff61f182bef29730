//! Who runs the whole deployment.

use axum::extract::{FromRef, FromRequestParts};
use domain::UserId;
use http::request::Parts;

use crate::caller::{self, ClaimNames, Role};
use crate::problem::Problem;

/// Somebody with the role `operator`, who sets tenants up and belongs to none: their token needs no tenant.
///
/// Everybody else is refused with 403 `role_required`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    user: UserId,
}

impl Operator {
    pub fn user(&self) -> &UserId {
        &self.user
    }
}

impl<S> FromRequestParts<S> for Operator
where
    ClaimNames: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let claims = caller::claims(parts)?;
        let role = caller::role(claims, &ClaimNames::from_ref(state))?;
        caller::require(role, Role::Operator)?;
        Ok(Self { user: caller::user(claims)? })
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use http::StatusCode;
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{ask, json_of, request, request_with_claims};

    fn router() -> Router {
        let names = ClaimNames { tenant: "tenant_id".into(), role: "role".into() };
        let who = async |operator: Operator| format!("\"{}\"", operator.user());
        Router::new().route("/", get(who)).with_state(names)
    }

    async fn answer_to(claims: Value) -> (StatusCode, Value) {
        let response = ask(router(), request_with_claims("GET", "/", &claims)).await;
        (response.status(), json_of(response).await)
    }

    #[tokio::test]
    async fn an_operator_needs_no_tenant() {
        let (status, who) = answer_to(json!({"sub": "usr_olga", "role": "operator"})).await;
        assert_eq!((status, who), (StatusCode::OK, json!("usr_olga")));
    }

    #[tokio::test]
    async fn nobody_else_is_let_in() {
        let tenant = "ten_00000000000000000000000000000001";
        for role in ["admin", "supervisor", "agent"] {
            let (status, problem) = answer_to(json!({"sub": "usr_ben", "tenant_id": tenant, "role": role})).await;
            assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("role_required")), "{role}");
        }
        let (status, problem) = answer_to(json!({"sub": "usr_ben"})).await;
        assert_eq!((status, &problem["claim"]), (StatusCode::FORBIDDEN, &json!("role")));
        assert_eq!(ask(router(), request("GET", "/")).await.status(), StatusCode::UNAUTHORIZED);
    }
}
