//! The 24 hours in which a business may write freely.

use jiff::SignedDuration;

use crate::fresh_world;

#[tokio::test]
async fn a_reply_in_the_last_second_of_a_session_goes_out() {
    let world = fresh_world().await;
    for attempt in 0..5 {
        let name = format!("Ada {attempt}");
        let thread = world.customer(&name).writes("hello").await;
        let end = thread.session_expires_at();
        world.clock().set_to_the_last_second_before(end).await;

        let reply = world.agent().replies_to(&thread, "here we are").await;

        if reply.status != 202 && world.clock().now().await >= end {
            // The machine took more than the second: nothing was shown, so once more.
            continue;
        }
        assert_eq!(reply.status, 202, "{reply:?}");
        world.settles().await;
        assert_eq!(world.phone_of(&name).shows().await, ["hello", "here we are"]);
        return;
    }
    panic!("five times in a row a reply took longer than a second");
}

#[tokio::test]
async fn a_reply_after_24_hours_is_refused_and_nothing_reaches_graph() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.clock().set(thread.session_expires_at()).await;

    let reply = world.agent().replies_to(&thread, "too late").await;
    world.settles().await;

    assert_eq!((reply.status, reply.code()), (409, "session_closed"), "{reply:?}");
    assert!(world.graph_requests_to("Ada").await.is_empty());
    assert_eq!(world.agent().reads(&thread).await, ["hello"]);
}

#[tokio::test]
async fn the_session_ends_24_hours_after_the_customers_timestamp() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let sent_at = world.clock().now().await - SignedDuration::from_secs(90);

    let thread = ada.wrote("hello", sent_at).await;

    assert_eq!(thread.session_expires_at().as_second(), sent_at.as_second() + 24 * 3600);
}

#[tokio::test]
async fn a_webhook_that_comes_five_hours_late_counts_from_its_timestamp() {
    let world = fresh_world().await;
    let sent_at = world.clock().now().await;
    world.clock().advance("PT5H").await;
    let thread = world.customer("Ada").wrote("hello", sent_at).await;
    world.agent().replies_to(&thread, "in time").await.expecting(202);

    world.clock().advance("PT19H").await;
    let late = world.agent().replies_to(&thread, "too late").await;

    assert_eq!((late.status, late.code()), (409, "session_closed"));
    assert_eq!(thread.session_expires_at().as_second(), sent_at.as_second() + 24 * 3600);
}

#[tokio::test]
async fn a_webhook_that_comes_a_day_late_opens_no_session_and_shortens_none() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let yesterday = world.clock().now().await;
    world.clock().advance("PT25H").await;

    let thread = ada.wrote("from yesterday", yesterday).await;
    let refused = world.agent().replies_to(&thread, "too late").await;
    let fresh = ada.writes("from today").await;
    let unchanged = ada.wrote("also from yesterday", yesterday).await;

    assert_eq!((refused.status, refused.code()), (409, "session_closed"));
    assert_eq!(unchanged.session_expires_at(), fresh.session_expires_at());
    world.agent().replies_to(&thread, "now it can").await.expecting(202);
}

#[tokio::test]
async fn the_customers_next_message_opens_the_session_again() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.clock().advance("P2D").await;
    let refused = world.agent().replies_to(&thread, "too late").await;

    ada.writes("still there?").await;
    let taken = world.agent().replies_to(&thread, "yes").await;
    world.settles().await;

    assert_eq!((refused.status, taken.status), (409, 202));
    assert_eq!(ada.phone().shows().await, ["hello", "still there?", "yes"]);
}
