//! Nobody overwrites what they have not seen.

use reqwest::Method;
use serde_json::json;

use crate::{counted_world, fresh_world};

#[tokio::test]
async fn what_has_changed_since_somebody_saw_it_stays_as_it_is() {
    let world = fresh_world().await;
    let (agent, admin) = (world.agent(), world.caller(0, "admin"));
    let thread = world.customer("Ada").writes("hello").await;
    let channel = format!("/v1/channels/{}", world.customer("Ada").channel.id);
    let ticket = format!("/v1/tickets/{}", thread.ticket_id());
    let contact = format!("/v1/contacts/{}", thread.contact_id());
    let changes = [
        (&agent, Method::POST, format!("{ticket}/closure"), None),
        (&agent, Method::PUT, format!("{ticket}/owner"), Some(json!({ "owner_id": "usr_eve" }))),
        (&agent, Method::PATCH, contact.clone(), Some(json!({ "name": "Eve" }))),
        (&agent, Method::POST, format!("{contact}/block"), None),
        (&admin, Method::PATCH, "/v1/settings".to_owned(), Some(json!({ "reopen_within": "P2D" }))),
        (&admin, Method::DELETE, channel.clone(), None),
    ];
    let seen = async || {
        let mut seen = Vec::new();
        for path in [&ticket, &contact, "/v1/settings", &channel] {
            seen.push(admin.get(path).await.expecting(200).body);
        }
        seen
    };
    let before = seen().await;

    for (caller, method, path, change) in changes {
        let late = caller.tries(method, &path, change, &[("if-match", "\"v7\"")]).await.unwrap();
        assert_eq!((late.status, late.code()), (412, "version_mismatch"), "{path}");
    }

    assert_eq!(seen().await, before);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_nobodys_change() {
    let world = counted_world().await;
    let admin = world.caller(0, "admin");
    admin.get("/v1/settings").await.expecting(200);
    world.arms_all("api-helpdesk", "PutItem", 1, "lost").await;

    let change = json!({ "campaign_consent": "given" });
    let changed = admin.calls(Method::PATCH, "/v1/settings", Some(change)).await.expecting(200).body;

    assert_eq!(world.disarms().await, 0);
    assert_eq!((&changed["campaign_consent"], &changed), (&json!("given"), &admin.get("/v1/settings").await.body));
}
