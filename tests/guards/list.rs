//! What keeps the product exact. Conditions that only stand behind another one are taken away together with it. What
//! outbound-sender and media-download say of failed jobs is not here: the table remembers their work, and due-work wakes it.

/// Something without which a test fails.
pub(crate) struct Guard {
    pub(crate) name: &'static str,
    pub(crate) way: Way,
    /// Whether it is tried where there is little time.
    pub(crate) stands_for_its_kind: bool,
}

/// How it is taken away.
pub(crate) enum Way {
    /// From what functions ask of AWS: guards as the stack's `POST /guards` takes them, and the tests that must notice.
    AtTheWire { gone: &'static str, tests: &'static [&'static str] },
    /// From a file of the source, whose package's own tests must notice.
    InTheSource { file: &'static str, from: &'static str, to: &'static str, package: &'static str },
}

const fn at_the_wire(name: &'static str, gone: &'static str, tests: &'static [&'static str]) -> Guard {
    Guard { name, way: Way::AtTheWire { gone, tests }, stands_for_its_kind: false }
}

const fn in_the_source(name: &'static str, [package, file]: [&'static str; 2], [from, to]: [&'static str; 2]) -> Guard {
    Guard { name, way: Way::InTheSource { file, from, to, package }, stands_for_its_kind: false }
}

const fn one_of_a_kind(guard: Guard) -> Guard {
    Guard { stands_for_its_kind: true, ..guard }
}

const DELIVERY: [&str; 2] = ["domain", "shared/domain/src/delivery.rs"];
const CONSUME: [&str; 2] = ["queues", "shared/queues/src/consume.rs"];

pub(crate) const GUARDS: &[Guard] = &[
    one_of_a_kind(at_the_wire(
        "a message is only changed as it was read: statuses",
        r#"[{"condition": "Put THREAD MESSAGE if version = :read"}]"#,
        &["races::a_status_that_a_later_one_overtakes_takes_nothing_back"],
    )),
    at_the_wire(
        "a message is only changed as it was read: the claim",
        r#"[{"condition": "Put THREAD MESSAGE if version = :read"}]"#,
        &["races::two_senders_at_one_message_send_it_once"],
    ),
    at_the_wire(
        "a conversation is only left while nothing was accepted",
        r#"[{"condition": "Update CONVERSATION REMOVE due_pk, due_sk if accepted = :read"}]"#,
        &["races::a_reply_that_comes_while_a_sender_leaves_is_not_forgotten"],
    ),
    at_the_wire(
        "a place of a thread is taken once",
        r#"[{"condition": "Put TICKET if version = :read"}, {"condition": "Put THREAD MESSAGE if attribute_not_exists(pk)"}]"#,
        &["races::two_replies_at_once_each_have_a_place_of_their_own"],
    ),
    one_of_a_kind(at_the_wire(
        "what ticket-creation did not do comes again",
        r#"[{"partial_batch": "ticket-creation"}]"#,
        &["faults::what_each_function_of_a_queue_fails_at_once_is_done_later"],
    )),
    at_the_wire(
        "what status-updates did not do comes again",
        r#"[{"partial_batch": "status-updates"}]"#,
        &["statuses::a_status_that_cannot_be_stored_at_first_is_stored_later"],
    ),
    one_of_a_kind(in_the_source(
        "a status never goes back",
        DELIVERY,
        ["if status.rank() > self.status.rank() {", "if status.rank() != self.status.rank() {"],
    )),
    in_the_source(
        "a message under way is not claimed again",
        DELIVERY,
        [
            r#"self.leave(&[Status::Queued], Status::Sending, "claimed", now)?;"#,
            r#"self.leave(&[Status::Queued, Status::Sending], Status::Sending, "claimed", now)?;"#,
        ],
    ),
    in_the_source(
        "an unconfirmed message is not claimed again",
        DELIVERY,
        [
            r#"self.leave(&[Status::Queued], Status::Sending, "claimed", now)?;"#,
            r#"self.leave(&[Status::Queued, Status::Unconfirmed], Status::Sending, "claimed", now)?;"#,
        ],
    ),
    in_the_source(
        "a sender knows its own claim",
        DELIVERY,
        [
            "self.status == Status::Sending && self.claimed_by == Some(by)",
            "self.status == Status::Sending && self.claimed_by.is_some()",
        ],
    ),
    in_the_source(
        "a session ends",
        ["domain", "shared/domain/src/session.rs"],
        ["now < self.expires_at", "now <= self.expires_at"],
    ),
    one_of_a_kind(in_the_source(
        "a webhook is signed",
        ["whatsapp", "shared/whatsapp/src/webhook/signature.rs"],
        ["if genuine { Ok(()) }", "if genuine || !claimed.is_empty() { Ok(()) }"],
    )),
    one_of_a_kind(in_the_source(
        "a function answers before its deadline",
        CONSUME,
        ["match timeout_at(deadline, work).await {", "match Ok::<_, tokio::time::error::Elapsed>(work.await) {"],
    )),
    in_the_source(
        "nothing is begun when time is over",
        CONSUME,
        ["if Instant::now() >= deadline {", "if Instant::now() >= deadline && record.body.is_none() {"],
    ),
    in_the_source(
        "what comes after a failure in its group waits",
        CONSUME,
        ["return std::iter::once(record).chain(records).collect();", "return std::iter::once(record).collect();"],
    ),
    in_the_source(
        "the same messages of a webhook are queued once",
        ["queues", "shared/queues/src/packing.rs"],
        [
            "let dedup_id = dedup_id(origin.webhook_id, &group, &items);",
            "let dedup_id = dedup_id(WebhookId::from(uuid::Uuid::new_v4()), &group, &items);",
        ],
    ),
];
