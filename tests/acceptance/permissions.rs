//! What a role does not allow does not work here either.

use acceptance::roles::template_with;

use crate::world_from;

#[tokio::test]
async fn an_action_that_a_role_lacks_is_refused_and_named() {
    let world = world_from(&template_with("ApiHelpdeskRole", "dynamodb:GetItem", "")).await;

    let settings = world.agent().get("/v1/settings").await;

    assert!(settings.status >= 500, "{settings:?}");
    let log = world.stack_log();
    let named = ["the template's role does not allow this", "api-helpdesk", "dynamodb:GetItem", "table/local-helpdesk"];
    assert!(log.lines().any(|line| named.iter().all(|word| line.contains(word))), "{log}");
}
