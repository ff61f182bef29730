//! What was there is there after a restart.

use crate::fresh_world;

#[tokio::test]
async fn everything_is_still_there_after_a_clean_stop() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.clock().advance("PT1H").await;
    let (now, before) = (world.clock().now().await, world.agent().messages(&thread).await);
    let ids: Vec<String> = world.stack_file().tenants.into_iter().map(|tenant| tenant.id).collect();

    let ended = world.stop().await;
    world.start_again().await;

    assert!(ended.success(), "{ended}");
    assert_eq!(world.agent().messages(&thread).await, before);
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "read");
    assert_eq!(world.phone_of("Ada").shows().await, ["hello", "here we are"]);
    assert!(world.clock().now().await >= now);
    assert_eq!(world.stack_file().tenants.into_iter().map(|tenant| tenant.id).collect::<Vec<_>>(), ids);
    world.agent().replies_to(&thread, "and again").await.expecting(202);
    world.settles().await;
    assert_eq!(world.phone_of("Ada").shows().await, ["hello", "here we are", "and again"]);
}

#[tokio::test]
async fn the_description_of_a_stack_goes_when_it_stops() {
    let world = fresh_world().await;
    let file = world.data().join("stack.json");
    assert!(file.exists());

    world.stop().await;

    assert!(!file.exists());
}

#[tokio::test]
async fn a_second_stack_on_the_same_data_is_refused_and_does_no_harm() {
    let world = fresh_world().await;

    let ended = world.start_rival();

    assert!(!ended.success());
    let thread = world.customer("Ada").writes("hello").await;
    assert_eq!(world.agent().reads(&thread).await, ["hello"]);
    assert!(world.data().join("stack.json").exists());
}
