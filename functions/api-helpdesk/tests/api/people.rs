//! What can never be known of a contact, or become of a ticket.

use serde_json::{Value, json};

use crate::calls::{refused, request, token_of};
use crate::{code_of, problem_of};

#[tokio::test]
async fn a_number_that_nobody_can_match_is_refused_and_its_member_named() {
    for (body, code, member) in [
        (r#"{"phone": "11 91234-5678"}"#, "phone_invalid", "phone"),
        (r#"{"mobile_phone": "+1 202 555 0142 ext. 7"}"#, "phone_invalid", "mobile_phone"),
        (r#"{"phone": "+999 1"}"#, "phone_invalid", "phone"),
        (r#"{"phone": "(11) 91234-5678", "country": "ZZ"}"#, "country_invalid", "country"),
    ] {
        for (method, path) in [("POST", "/v1/contacts"), ("PATCH", "/v1/contacts/con_00000000000000000000000000000007")]
        {
            let problem = problem_of(request(method, path, token_of("agent"), body)).await;
            assert_eq!(problem["status"], 422, "{method} {body}");
            assert_eq!((&problem["code"], &problem["member"]), (&json!(code), &json!(member)), "{method} {body}");
        }
    }
    let national = code_of(request("GET", "/v1/contacts?phone=1191234", token_of("agent"), "")).await;
    assert_eq!(national, refused(422, "phone_invalid"));
}

#[tokio::test]
async fn a_contact_has_a_name_of_some_length_and_few_properties() {
    let many: serde_json::Map<String, Value> = (0..51).map(|n| (n.to_string(), json!(""))).collect();
    for (body, code) in [
        (json!({"name": ""}), "body_invalid"),
        (json!({"name": "a".repeat(257)}), "body_invalid"),
        (json!({"name": "a\u{0}"}), "body_invalid"),
        (json!({"properties": {"tier": 1}}), "body_invalid"),
        (json!({"properties": null}), "body_invalid"),
        (json!({"properties": {"tier": "x".repeat(1_001)}}), "properties_invalid"),
        (json!({"properties": many}), "properties_invalid"),
    ] {
        let answer = code_of(request("POST", "/v1/contacts", token_of("agent"), &body.to_string())).await;
        assert_eq!(answer, refused(422, code), "{body}");
    }
}

#[tokio::test]
async fn a_ticket_is_not_taken_from_its_owner_by_leaving_the_owner_out() {
    let path = "/v1/tickets/tkt_00000000000000000000000000000007/owner";
    for body in ["{}", r#"{"owner_id": 7}"#, r#"{"owner_id": ""}"#] {
        let answer = code_of(request("PUT", path, token_of("agent"), body)).await;
        assert_eq!(answer, refused(422, "body_invalid"), "{body}");
    }
}
