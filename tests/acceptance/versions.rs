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
    let (agent, admin) = (world.agent(), world.caller(0, "admin"));
    let thread = world.customer("Ada").writes("hello").await;
    world.settles().await;
    let ticket = format!("/v1/tickets/{}", thread.ticket_id());
    let contact = format!("/v1/contacts/{}", thread.contact_id());
    let settings = "/v1/settings".to_owned();
    let (owner, name) = (json!({ "owner_id": "usr_eve" }), json!({ "name": "Eve" }));
    let strict = json!({ "campaign_consent": "given" });
    for (caller, seen, method, path, change, write) in [
        (&agent, &ticket, Method::PUT, format!("{ticket}/owner"), Some(owner), "PutItem"),
        (&agent, &ticket, Method::POST, format!("{ticket}/closure"), None, "PutItem"),
        (&agent, &contact, Method::PATCH, contact.clone(), Some(name), "TransactWriteItems"),
        (&agent, &contact, Method::POST, format!("{contact}/block"), None, "TransactWriteItems"),
        (&admin, &settings, Method::PATCH, settings.clone(), Some(strict), "PutItem"),
    ] {
        let version = caller.get(seen).await.expecting(200).etag.unwrap();
        world.arms_all("api-helpdesk", write, 1, "lost").await;

        let changed = caller.tries(method, &path, change, &[("if-match", &version)]).await.unwrap().expecting(200);

        assert_eq!(world.disarms().await, 0, "{path}");
        let there = caller.get(seen).await;
        assert_eq!((&changed.body, &changed.etag), (&there.body, &there.etag), "{path}");
        assert_ne!(there.etag, Some(version), "{path}");
    }
}
