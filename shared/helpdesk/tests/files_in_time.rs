//! A file goes to Meta only while there is time enough for it and for its message.

#![expect(clippy::unwrap_used, reason = "this is all tests")]

#[path = "../../storage/tests/table/account.rs"]
mod account;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use account::{TABLE, account};
use aws_types::SdkConfig;
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
use sha2::{Digest, Sha256};
use storage::{Objects, Table};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;
use whatsapp::graph::Graph;

const NOBODY: &str = "http://127.0.0.1:1";

#[tokio::test]
async fn a_file_for_which_there_is_no_time_waits_with_its_message() {
    let known = waits(Some("0".repeat(64))).await;
    assert_eq!(known.delivery().map(Delivery::status), Some(Status::Queued));
}

#[tokio::test]
async fn a_digest_that_took_too_long_is_not_reckoned_again() {
    let reckoned = waits(None).await;
    let digest = reckoned.content.attachment().and_then(|attachment| attachment.sha256.clone());
    assert_eq!(digest, Some(hex::encode(Sha256::digest(PICTURE))));
    assert_eq!(reckoned.delivery().map(Delivery::status), Some(Status::Queued));
}

/// A message whose picture comes too late to be given to Meta.
async fn waits(sha256: Option<String>) -> Message {
    let config = account().await;
    let tenancy = &Table::new(&config, TABLE.into()).of(Uuid::from_u128(1).into());
    let now = "2026-11-10T12:00:00Z".parse().unwrap();
    let mut channel = connected(tenancy.tenant_id(), now);
    tenancy.connect(&mut channel, &Sealed::from(vec![1]), None).await.unwrap();
    let message = picture(&channel, sha256, now);
    let mut transaction = tenancy.transaction();
    transaction.create_message(&message);
    transaction.enter_outbox(std::slice::from_ref(&message), now);
    transaction.commit().await.unwrap();

    let calls = Mutex::new(Vec::new());
    let delivered = helpdesk::deliver(Post {
        tenancy,
        channel_id: channel.id,
        contact_id: message.contact_id,
        objects: &bucket(&config).await,
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
    tenancy.message(message.id).await.unwrap().unwrap()
}

const PICTURE: &str = "picture";

/// A bucket in which every file is the picture.
async fn bucket(config: &SdkConfig) -> Objects {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{PICTURE}", PICTURE.len());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 8_192]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Objects::new(&config.clone().into_builder().endpoint_url(url).build(), "bucket".into())
}

fn connected(tenant: domain::TenantId, now: Timestamp) -> Channel {
    let number = BusinessNumber {
        waba_id: "W".into(),
        phone_number_id: "N".into(),
        display_phone_number: "+1 202 555 0101".into(),
    };
    Channel::connect(tenant, number, now)
}

/// One of ours.
fn picture(channel: &Channel, sha256: Option<String>, now: Timestamp) -> Message {
    let attachment = Attachment {
        filename: None,
        mime_type: "image/png".into(),
        size: Some(7),
        sha256,
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
