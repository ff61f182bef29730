//! What surrounds the product's decisions: queues, Meta's signature, callers, cursors, seals, keys.

use super::{edit, guard};
use crate::list::{ACCEPTANCE, Guard, LIB};

const CONSUME: &str = "shared/queues/src/consume.rs";
const QUEUE: &str = "shared/queues/src/queue.rs";
const BATCHES: &str = "shared/queues/src/queue/batches.rs";
const PACKING: &str = "shared/queues/src/packing.rs";
const SIGNATURE: &str = "shared/whatsapp/src/webhook/signature.rs";
const CONTACTS: &str = "shared/whatsapp/src/webhook/split/contacts.rs";
const NOTICE: &str = "shared/whatsapp/src/webhook/content/notice.rs";
const SUBSCRIPTION: &str = "shared/whatsapp/src/webhook/subscription.rs";
const GRAPH: &str = "shared/whatsapp/src/graph.rs";
const UPLOAD: &str = "shared/whatsapp/src/graph/upload.rs";
const DOWNLOAD: &str = "shared/whatsapp/src/graph/download.rs";
const DEADLINE: &str = "shared/rest/src/deadline.rs";
const CALLER: &str = "shared/rest/src/caller.rs";
const IDEMPOTENCY: &str = "shared/rest/src/idempotency.rs";
const VERSION: &str = "shared/rest/src/version.rs";
const PAGE: &str = "shared/storage/src/page.rs";
const KEY: &str = "shared/storage/src/key.rs";
const ENVELOPE: &str = "shared/runtime/src/seal/envelope.rs";
const INTAKE: &str = "functions/webhook-intake/src/intake.rs";

pub(super) fn guards() -> Vec<Guard> {
    [of_queues(), of_meta(), of_callers()].concat()
}

fn of_queues() -> Vec<Guard> {
    vec![
        guard(
            "a function answers before its deadline",
            [edit(
                CONSUME,
                "match «timeout_at(deadline, work).await» {",
                "Ok::<_, tokio::time::error::Elapsed>(work.await)",
            )],
            ("queues", LIB),
            &["consume::tests::what_is_not_finished_in_time_is_reported_failed"],
        )
        .a_deadline()
        .of_the_few(),
        guard(
            "nothing is begun when time is over",
            [edit(CONSUME, "Instant::now() >= deadline", "false")],
            ("queues", LIB),
            &["consume::tests::without_time_nothing_is_begun"],
        ),
        guard(
            "what comes after a failure in its group waits",
            [edit(
                CONSUME,
                "all.extend(«records».map(|record| Failed { record, reason: None }));",
                "Vec::new().into_iter()",
            )],
            ("queues", LIB),
            &["consume::tests::after_a_failure_the_rest_of_its_group_is_not_run_and_other_groups_are"],
        ),
        guard(
            "what is behind a record that is about to be buried is not buried with it",
            [edit(CONSUME, "receives < BURIED_SOON", "true")],
            ("queues", LIB),
            &["consume::tests::behind_what_is_about_to_be_buried_the_group_goes_on"],
        ),
        guard(
            "records of a group go one after the other",
            [edit(CONSUME, r#"record.attributes.get("MessageGroupId")"#, "None::<&String>")],
            ("queues", LIB),
            &["consume::tests::a_group_is_run_in_order_while_another_waits"],
        ),
        guard(
            "records of a standard queue do not wait for each other, whoever's they are",
            [edit(CONSUME, "arn.ends_with(«\".fifo\"»)", "\"\"")],
            ("queues", LIB),
            &["consume::tests::records_of_a_standard_queue_are_run_at_once_and_fail_alone_whoever_they_are_of"],
        ),
        guard(
            "nobody stands behind all that another tenant has waiting",
            [edit(QUEUE, "«entry.tenant».map(|tenant| tenant.to_string())", "None::<domain::TenantId>")],
            ("queues", "sending"),
            &["whoever_waits_in_a_standard_queue_takes_a_share_of_their_tenants"],
        ),
        guard(
            "a poisonous record fails alone",
            [edit(CONSUME, "Err(reason) => «Disposition::Retry(reason)»,", "{ drop(reason); Disposition::Done }")],
            ("queues", LIB),
            &["consume::tests::jobs_are_read_from_the_record_or_from_the_bucket_and_poison_fails_alone"],
        ),
        guard(
            "the same messages of a webhook are queued once",
            [edit(
                PACKING,
                "let dedup_id = «dedup_id(origin.webhook_id, &group, &items)»;",
                "dedup_id(WebhookId::from(uuid::Uuid::new_v4()), &group, &items)",
            )],
            ("queues", LIB),
            &["packing::tests::only_the_same_messages_of_the_same_webhook_have_the_same_dedup_id"],
        ),
        guard(
            "each conversation is a group of its own",
            [edit(
                PACKING,
                "digest([phone_number_id.as_bytes(), customer.as_bytes()])",
                "digest([phone_number_id.as_bytes()])",
            )],
            ("queues", LIB),
            &["packing::tests::the_messages_of_one_conversation_travel_together_and_in_order"],
        ),
        guard(
            "what SQS did not confirm by name is sent again",
            [edit(QUEUE, "!confirmed.contains(&(index - 1).to_string().as_str())", "false")],
            ("queues", "sending"),
            &["only_what_sqs_refused_for_the_moment_is_sent_again"],
        )
        .of_the_few(),
        guard(
            "calls of one group go one after the other",
            [edit(
                BATCHES,
                "let continues = «last.and_then(|batch| batch.last()).is_some_and(|before| same_group(before, &entry))»;",
                "{ let _ = &last; false }",
            )],
            ("queues", LIB),
            &["queue::batches::tests::a_group_is_once_in_each_of_its_calls_and_keeps_them_in_one_lane"],
        ),
        guard(
            "no two of a group go in one call",
            [edit(BATCHES, "&& «!batch.last().is_some_and(|before| same_group(before, &entry))»", "true")],
            ("queues", LIB),
            &["queue::batches::tests::a_group_is_once_in_each_of_its_calls_and_keeps_them_in_one_lane"],
        ),
        guard(
            "Meta hears 200 only when everything is in a queue",
            [edit(
                INTAKE,
                "match «self.store(origin, &body, invocation).await» {",
                "{ let _ = self.store(origin, &body, invocation).await; Ok::<(), NotDurable>(()) }",
            )],
            ("webhook-intake", "intake"),
            &["what_cannot_be_made_durable_is_left_to_meta"],
        )
        .of_the_few(),
    ]
}

fn of_meta() -> Vec<Guard> {
    vec![
        guard(
            "a webhook is signed",
            [edit(SIGNATURE, "if «genuine» { Ok(()) }", "genuine || !claimed.is_empty()")],
            ("whatsapp", LIB),
            &["webhook::signature::tests::a_changed_byte_does_not_verify"],
        )
        .of_the_few(),
        guard(
            "Meta's question is answered with our verify token",
            [edit(SUBSCRIPTION, "if «self.mode == \"subscribe\" && ours» {", "self.mode == \"subscribe\"")],
            ("whatsapp", LIB),
            &["webhook::subscription::tests::another_token_another_mode_or_no_token_at_all_is_refused"],
        ),
        guard(
            "nobody is answered without being asked for the verify token",
            [edit(
                INTAKE,
                "self.secrets.fit(now, |secrets| question.answer(&secrets.verify_tokens).is_ok()).await",
                "true",
            )],
            (ACCEPTANCE, ACCEPTANCE),
            &["intake::a_question_with_a_wrong_token_is_refused"],
        ),
        guard(
            "nothing is taken without its signature being looked at",
            [edit(INTAKE, "!self.is_genuine(request, &body, now).await", "false")],
            ("webhook-intake", "intake"),
            &["a_wrong_or_missing_signature_is_refused_and_nothing_is_queued"],
        ),
        guard(
            "a notice that is from nobody is of whom it names",
            [edit(CONTACTS, "of_notice(message)", "None")],
            (ACCEPTANCE, ACCEPTANCE),
            &["contacts::a_changed_id_is_known_from_a_notice_that_is_from_nobody"],
        ),
        guard(
            "a notice names each previous name once",
            [edit(NOTICE, "known.insert(identity.clone())", "true")],
            ("whatsapp", LIB),
            &["webhook::message::tests::\
               a_notice_is_from_what_the_customer_is_called_now_and_names_what_they_were_called"],
        ),
        guard(
            "nobody waits for Graph's answer longer than they have time",
            [edit(GRAPH, ".timeout(«timeout»)\n", "Duration::from_secs(86_400)")],
            ("whatsapp", "graph"),
            &["sending::a_timeout_leaves_it_unknown"],
        )
        .a_deadline(),
        guard(
            "nobody waits for a file to be taken longer than they have time",
            [edit(UPLOAD, ".multipart(form).timeout(«timeout»)", "Duration::from_secs(86_400)")],
            ("whatsapp", "graph"),
            &["uploading::a_file_of_which_nobody_says_whether_it_came_is_not_waited_for"],
        )
        .a_deadline(),
        guard(
            "a token goes to no host that was not named",
            [edit(DOWNLOAD, "if «!self.hosts.hold(&url)» {", "false")],
            ("whatsapp", "graph"),
            &["downloading::a_host_that_was_not_named_hears_nothing"],
        ),
        guard(
            "a redirect leads to no host that was not named",
            [edit(
                DOWNLOAD,
                "attempt.previous().len() <= REDIRECTS && allowed.hold(attempt.url())",
                "attempt.previous().len() <= REDIRECTS",
            )],
            ("whatsapp", "graph"),
            &["downloading::a_redirect_is_followed_among_the_named_hosts_without_the_token_and_to_no_other"],
        ),
    ]
}

fn of_callers() -> Vec<Guard> {
    vec![
        guard(
            "a caller's tenant is what their token says",
            [edit(
                CALLER,
                "«claim(claims, &names.tenant, |text| text.parse().ok())?»;",
                r#"claims.values().find_map(|text| text.parse().ok()).ok_or_else(|| claim_invalid("sub"))?"#,
            )],
            ("rest", LIB),
            &["caller::tests::a_claim_that_is_missing_or_unknown_is_forbidden_and_named"],
        ),
        guard(
            "a role does what it may",
            [edit(CALLER, "has == needs", "true")],
            ("rest", LIB),
            &["caller::tests::only_the_role_that_is_required_will_do"],
        )
        .of_the_few(),
        guard(
            "a caller hears something before a function's time is over",
            [edit(
                DEADLINE,
                "match «timeout(time_left.saturating_sub(MARGIN), answer).await» {",
                "Ok::<_, tokio::time::error::Elapsed>({ let _ = time_left; answer.await })",
            )],
            ("rest", LIB),
            &["deadline::tests::what_hangs_is_busy_in_time_and_what_answers_is_left_alone"],
        )
        .a_deadline(),
        guard(
            "what hangs is left to the next look at what is due",
            [edit(
                "functions/due-work/src/lib.rs",
                "match «timeout(hung, helpdesk::wake(waking, now, until)).await» {",
                "Ok::<_, tokio::time::error::Elapsed>({ let _ = hung; helpdesk::wake(waking, now, until).await })",
            )],
            ("due-work", LIB),
            &["tests::what_hangs_is_left_to_the_next_run"],
        )
        .a_deadline(),
        guard(
            "the keys of two users are two",
            [edit(IDEMPOTENCY, "fingerprint([user.as_str(), &self.0])", "{ let _ = user; fingerprint([&*self.0]) }")],
            ("rest", LIB),
            &["idempotency::tests::the_same_key_of_another_user_is_another_key"],
        ),
        guard(
            "a tag that is not ours matches nothing",
            [edit(VERSION, "(tag(version) == text).then_some(version)", "Some(version)")],
            ("rest", LIB),
            &["version::tests::a_tag_that_is_not_ours_matches_nothing"],
        ),
        guard(
            "a cursor leads on in its own list only",
            [edit(
                PAGE,
                "text.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.'))",
                "{ let _ = kind; text.split_once('.').map(|(_, rest)| rest) }",
            )],
            ("storage", LIB),
            &["page::tests::a_list_takes_its_own_cursors_and_no_others"],
        )
        .of_the_few(),
        guard(
            "a secret opens for what it was sealed for",
            [
                edit(ENVELOPE, "let aad = «Aad::from(purpose)»;", "Aad::from(&purpose[..0])"),
                edit(
                    ENVELOPE,
                    "open_in_place(nonce, «Aad::from(purpose)», &mut self.secret)",
                    "Aad::from(&purpose[..0])",
                ),
            ],
            ("runtime", LIB),
            &["seal::envelope::tests::a_secret_comes_back_with_its_key_for_its_purpose_and_not_otherwise"],
        )
        .of_the_few(),
        guard(
            "every key begins with its tenant",
            [edit(
                KEY,
                r#"format!("T#{}{partition}", self.0)"#,
                r#"format!("T#{}{partition}", TenantId::from(Uuid::nil()))"#,
            )],
            (ACCEPTANCE, ACCEPTANCE),
            &["tenants::the_ids_of_another_tenant_are_unknown_everywhere"],
        ),
    ]
}
