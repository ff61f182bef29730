//! Who is let in, and to what.

use serde_json::json;

use crate::calls::{refused, request, token_of};
use crate::{code_of, operations};

#[tokio::test]
async fn nobody_is_let_in_without_a_token_that_names_tenant_user_and_role() {
    let partial = json!({"sub": "usr_ben", "role": "admin"});
    for (method, path) in operations() {
        let without_token = code_of(request(&method, &path, None, "not json")).await;
        assert_eq!(without_token, refused(401, "unauthenticated"), "{method} {path}");
        let without_tenant = code_of(request(&method, &path, Some(partial.clone()), "not json")).await;
        assert_eq!(without_tenant, refused(403, "claim_invalid"), "{method} {path}");
    }
}

#[tokio::test]
async fn settings_are_changed_by_admins_only_and_to_sensible_values() {
    let change = r#"{"reopen_within": "P2D"}"#;
    for role in ["supervisor", "agent", "operator"] {
        let answer = code_of(request("PATCH", "/v1/settings", token_of(role), change)).await;
        assert_eq!(answer, refused(403, "role_required"), "{role}");
    }
    for body in [
        r#"{"reopen_within": "soon"}"#,
        r#"{"reopen_within": 2}"#,
        r#"{"reopen_within": "-P1D"}"#,
        r#"{"moderation": {"detectors": ["payment_cards"]}}"#,
        r#"{"moderation": {"blocked_hosts": ["https://shop.example/"]}}"#,
        r#"{"moderation": {"blocked_words": ["!"]}}"#,
    ] {
        let answer = code_of(request("PATCH", "/v1/settings", token_of("admin"), body)).await;
        assert_eq!(answer, refused(422, "body_invalid"), "{body}");
    }
    let mut other_version = request("PATCH", "/v1/settings", token_of("admin"), change);
    other_version.headers_mut().insert("if-match", "\"7\"".parse().unwrap());
    assert_eq!(code_of(other_version).await, refused(412, "version_mismatch"));
}

#[tokio::test]
async fn what_admins_have_to_hear_is_for_admins() {
    for role in ["agent", "supervisor", "operator"] {
        assert_eq!(
            code_of(request("GET", "/v1/notices", token_of(role), "")).await,
            refused(403, "role_required"),
            "{role}"
        );
    }
    assert_eq!(code_of(request("GET", "/v1/notices", token_of("admin"), "")).await, refused(503, "busy"));
}

#[tokio::test]
async fn what_is_hidden_is_for_supervisors_and_admins() {
    let reveal = "/v1/messages/msg_00000000000000000000000000000007/reveal";
    let file =
        "/v1/messages/msg_00000000000000000000000000000007/attachments/att_00000000000000000000000000000007/reveal";
    for (method, path) in [("POST", reveal), ("POST", file), ("GET", "/v1/audit")] {
        for role in ["agent", "operator"] {
            let answer = code_of(request(method, path, token_of(role), "")).await;
            assert_eq!(answer, refused(403, "role_required"), "{method} {path} {role}");
        }
        for role in ["supervisor", "admin"] {
            assert_eq!(code_of(request(method, path, token_of(role), "")).await, refused(503, "busy"), "{path} {role}");
        }
    }
    for body in [r#"{"reason": " "}"#, r#"{"reason": 7}"#, &json!({"reason": "x".repeat(501)}).to_string()] {
        let answer = code_of(request("POST", reveal, token_of("supervisor"), body)).await;
        assert_eq!(answer, refused(422, "body_invalid"), "{body}");
    }
}
