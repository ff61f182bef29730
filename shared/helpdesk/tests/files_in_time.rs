//! A file goes to Meta only while there is time enough for it and for its message.

#![expect(clippy::unwrap_used, reason = "this is all tests")]

#[path = "../../storage/tests/table/account.rs"]
mod account;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use account::{TABLE, account};
use domain::attachment::State;
use domain::content::{Media, MediaKind};
use domain::message::Direction;
use domain::{
    Attachment, BusinessNumber, Channel, Content, Delivery, Identity, Message, Position, Sealed, Status, ThreadId,
    TicketId, UserId,
};
use helpdesk::{Delivered, Opening, Post};
use jiff::Timestamp;
use queues::Queue;
use secrecy::SecretString;
use storage::{Objects, Table};
use uuid::Uuid;
use whatsapp::graph::Graph;

const NOBODY: &str = "http://127.0.0.1:1";

#[tokio::test]
async fn a_file_for_which_there_is_no_time_waits_with_its_message() {
    let config = account().await;
    let tenancy = &Table::new(&config, TABLE.into()).of(Uuid::from_u128(1).into());
    let now = "2026-11-10T12:00:00Z".parse().unwrap();
    let mut channel = connected(tenancy.tenant_id(), now);
    tenancy.connect(&mut channel, &Sealed::from(vec![1]), None).await.unwrap();
    let message = picture(&channel, now);
    let mut transaction = tenancy.transaction();
    transaction.create_message(&message);
    transaction.enter_outbox(std::slice::from_ref(&message), now);
    transaction.commit().await.unwrap();

    let calls = Mutex::new(Vec::new());
    let delivered = helpdesk::deliver(Post {
        tenancy,
        channel_id: channel.id,
        contact_id: message.contact_id,
        objects: &Objects::new(&config, "bucket".into()),
        graph: &Graph::new(NOBODY, "v25.0", Duration::from_secs(1)).unwrap(),
        open: &|_| -> Opening<'_> { Box::pin(async { Ok(SecretString::from("token")) }) },
        knocks: &Queue::new(&config, NOBODY),
        fresh: None,
        now: &|| now,
        until: Instant::now() + Duration::from_secs(60),
        files_until: Instant::now(),
        told: &|call| calls.lock().unwrap().push(call),
    })
    .await
    .unwrap();

    assert_eq!(delivered, Delivered::DueAt(now));
    assert_eq!(calls.into_inner().unwrap(), []);
    let read = tenancy.message(message.id).await.unwrap().unwrap();
    assert_eq!(read.delivery().map(Delivery::status), Some(Status::Queued));
}

fn connected(tenant: domain::TenantId, now: Timestamp) -> Channel {
    let number = BusinessNumber {
        waba_id: "W".into(),
        phone_number_id: "N".into(),
        display_phone_number: "+1 202 555 0101".into(),
    };
    Channel::connect(tenant, number, now)
}

/// One of ours whose bytes are known already.
fn picture(channel: &Channel, now: Timestamp) -> Message {
    let attachment = Attachment {
        filename: None,
        mime_type: "image/png".into(),
        size: Some(7),
        sha256: Some("0".repeat(64)),
        state: State::Stored { key: "uploads/1".into() },
    };
    let to = Identity::Phone("12025550142".into());
    let author = UserId::try_from("usr_ben".to_owned()).unwrap();
    Message {
        id: Uuid::from_u128(1).into(),
        thread_id: ThreadId::of(TicketId::from(Uuid::from_u128(1))),
        channel_id: channel.id,
        contact_id: Uuid::from_u128(7).into(),
        position: Position::new(now, 1),
        sent_at: now,
        content: Content::Media(Media { kind: MediaKind::Image, caption: None, attachment }),
        reply_to: None,
        wamid: None,
        trace_id: None,
        direction: Direction::Outgoing { to, author, delivery: Delivery::queued(now) },
        version: 0,
    }
}
