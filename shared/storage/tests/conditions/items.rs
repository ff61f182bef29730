//! An item is made once, and replaced only as it was read.

use domain::audit::Month;
use domain::contact::merge::{Cause, State, Taken};
use domain::notice::About;
use domain::portfolio::{DailyLimit, Said};
use domain::template::{Category, Components, Listed, ParameterFormat, Quality, Standing, Status, Text};
use domain::{DeferredReply, Merge, MergeId, Message, Notice, Sealed, Template};
use futures::future::join_all;
use jiff::SignedDuration;
use storage::campaigns::AnsweredCampaign;
use storage::hidden::Original;
use storage::idempotency::{Answered, AnsweredContact};
use storage::{DeferredPlace, Directory, Tenancy};
use uuid::Uuid;

use crate::samples::*;
use crate::table::{now, table};

async fn tenancy() -> Tenancy {
    table().await.of(tenant_id(TENANT))
}

#[tokio::test]
async fn a_message_is_made_once_and_changed_as_it_was_read() {
    let tenancy = tenancy().await;
    once(&tenancy, |transaction| transaction.create_message(&message(1))).await;
    let elsewhere = Message { position: message(2).position, ..message(1) };
    assert!(is_conflict(&write(&tenancy, |transaction| transaction.create_message(&elsewhere)).await));
    let same_place = Message { id: message(2).id, ..message(1) };
    assert!(is_conflict(&write(&tenancy, |transaction| transaction.create_message(&same_place)).await));

    one_of_two(&message(1), async |message| tenancy.save_message(message).await).await;
    let read = tenancy.message(message(1).id).await.unwrap().unwrap();
    one_of_two(&read, async |message| write(&tenancy, |transaction| transaction.save_message(message)).await).await;
}

#[tokio::test]
async fn a_ticket_is_made_once_and_changed_and_relied_on_as_it_was_read() {
    let tenancy = tenancy().await;
    once(&tenancy, |transaction| transaction.create_ticket(&ticket(1))).await;
    one_of_two(&ticket(1), async |ticket| tenancy.save_ticket(ticket).await).await;
    let read = tenancy.ticket(ticket(1).id).await.unwrap().unwrap();
    one_of_two(&read, async |ticket| write(&tenancy, |transaction| transaction.save_ticket(ticket)).await).await;
    let rely_on = |version| write(&tenancy, move |transaction| transaction.check_ticket(ticket_id(1), version));
    assert!(is_conflict(&rely_on(1).await));
    rely_on(2).await.unwrap();
}

#[tokio::test]
async fn a_channel_is_connected_once_and_changed_as_it_was_read() {
    let tenancy = tenancy().await;
    let token = Sealed::from(vec![1]);
    let connect = async |read: Option<&domain::Channel>| tenancy.connect(&mut channel(TENANT), &token, read).await;
    connect(None).await.unwrap();
    assert!(is_conflict(&connect(None).await));

    one_of_two(&channel(TENANT), async |channel| tenancy.save_channel(channel, None).await).await;
    assert!(is_conflict(&connect(Some(&channel(TENANT))).await));
    assert!(is_conflict(&tenancy.disconnect(&mut channel(TENANT)).await));
    let mut read = tenancy.channel(channel_id()).await.unwrap().unwrap();
    read.disconnect(now());
    tenancy.disconnect(&mut read).await.unwrap();
    connect(Some(&read)).await.unwrap();
}

#[tokio::test]
async fn of_several_who_tell_the_admins_of_a_channel_one_does() {
    let tenancy = tenancy().await;
    tenancy.connect(&mut channel(TENANT), &Sealed::from(vec![1]), None).await.unwrap();
    let tell = async |later: i64| {
        let about = About::NumberRepaired { channel_id: channel_id() };
        let notice = Notice { at: now() + SignedDuration::from_secs(later), about };
        tenancy.save_channel(&mut channel(TENANT), Some(&notice)).await
    };

    tell(0).await.unwrap();
    assert!(is_conflict(&tell(1).await));

    assert_eq!(tenancy.notices(Month::of(now()), 10, None).await.unwrap().data.len(), 1);
}

#[tokio::test]
async fn a_number_and_its_account_are_one_tenants() {
    let table = table().await;
    let token = Sealed::from(vec![1]);
    table.of(tenant_id(1)).connect(&mut channel(1), &token, None).await.unwrap();
    let same_number = table.of(tenant_id(2)).connect(&mut channel(2), &token, None).await;
    let mut same_account = channel(2);
    same_account.phone_number_id = "106540352242923".into();
    let same_account = table.of(tenant_id(2)).connect(&mut same_account, &token, None).await;
    assert!(is_conflict(&same_number) && is_conflict(&same_account));
    let mut other_account = channel(2);
    other_account.waba_id = "700000000000002".into();
    assert!(is_conflict(&table.of(tenant_id(2)).connect(&mut other_account, &token, None).await));
}

#[tokio::test]
async fn a_number_that_was_let_go_is_anybodys_and_leads_back_until_somebody_has_it() {
    let table = table().await;
    let (directory, token) = (Directory::new(table.clone()), Sealed::from(vec![1]));
    let (one, other) = (table.of(tenant_id(1)), table.of(tenant_id(2)));
    one.connect(&mut channel(1), &token, None).await.unwrap();
    let mut gone = channel(1);
    gone.disconnect(now());
    one.disconnect(&mut gone).await.unwrap();

    assert!(directory.route(&gone.phone_number_id).await.unwrap().is_none());
    let last = directory.last_route(&gone.phone_number_id).await.unwrap().unwrap();
    assert_eq!((last.tenancy.tenant_id(), last.channel), (tenant_id(1), gone.clone()));

    other.connect(&mut channel(2), &token, None).await.unwrap();
    for found in [directory.route(&gone.phone_number_id).await, directory.last_route(&gone.phone_number_id).await] {
        assert_eq!(found.unwrap().unwrap().tenancy.tenant_id(), tenant_id(2));
    }
    let mut back = gone.clone();
    back.waba_id = "700000000000002".into();
    assert!(is_conflict(&one.connect(&mut back, &token, Some(&gone)).await));
}

#[tokio::test]
async fn a_campaign_and_its_slices_are_changed_as_they_were_read() {
    let tenancy = tenancy().await;
    once(&tenancy, |transaction| transaction.create_campaign(&campaign())).await;
    tenancy.write_slices(campaign().id, &[slice()], now()).await.unwrap();
    one_of_two(&campaign(), async |campaign| tenancy.save_campaign(campaign).await).await;
    let read = tenancy.campaign(campaign().id).await.unwrap().unwrap();
    one_of_two(&read, async |campaign| write(&tenancy, |transaction| transaction.save_campaign(campaign)).await).await;
    let save = async |slice: &mut _| {
        let campaign = campaign();
        write(&tenancy, |transaction| transaction.save_slice(&campaign, 0, slice)).await
    };
    one_of_two(&slice(), save).await;
}

#[tokio::test]
async fn a_template_is_kept_once_and_changed_as_it_was_read() {
    let tenancy = tenancy().await;
    let listed = Listed {
        meta_id: "300000000000001".into(),
        name: "parcel_shipped".into(),
        language: "en".into(),
        format: ParameterFormat::Positional,
        standing: Standing::of(Status::Approved),
        category: Category::Utility,
        previous_category: None,
        quality: Quality::Green,
        components: Components { body: Text::new("Hello"), ..Components::default() },
    };
    let template = Template::listed(tenant_id(TENANT), WABA, listed, now());
    tenancy.create_template(&template).await.unwrap();
    assert!(is_conflict(&tenancy.create_template(&template).await));
    one_of_two(&template, async |template| tenancy.save_template(template).await).await;
}

#[tokio::test]
async fn a_tenant_is_set_up_once_and_changed_as_it_was_read() {
    let tenancy = tenancy().await;
    assert!(tenancy.create_tenant(&tenant(), &period(now())).await.unwrap());
    assert!(!tenancy.create_tenant(&tenant(), &period(now())).await.unwrap());
    one_of_two(&tenant(), async |tenant| tenancy.save_tenant(tenant).await).await;
    let read = tenancy.tenant().await.unwrap().unwrap();
    one_of_two(&read, async |tenant| tenancy.replace_tenant(tenant, &read, &period(now())).await).await;
}

#[tokio::test]
async fn a_merge_is_recorded_once_and_changed_as_it_was_read() {
    let tenancy = tenancy().await;
    let merge = Merge {
        id: MergeId { survivor: contact_id(7), merged: contact_id(8) },
        at: now(),
        cause: Cause::SameSender,
        trace_id: None,
        taken: Taken::default(),
        state: State::Merging,
        tickets: Vec::new(),
        version: 0,
    };
    once(&tenancy, |transaction| transaction.create_merge(&merge)).await;
    one_of_two(&merge, async |merge| write(&tenancy, |transaction| transaction.save_merge(merge)).await).await;
}

#[tokio::test]
async fn a_deferred_reply_is_made_once_and_changed_as_it_was_read() {
    let tenancy = tenancy().await;
    let (id, thread) = (message(1).id, message(1).thread_id);
    let reply = DeferredReply::new(id, thread, ben(), Vec::new(), None, now());
    once(&tenancy, |transaction| transaction.create_deferred_reply(&reply)).await;
    one_of_two(&reply, async |reply| tenancy.save_deferred_reply(reply).await).await;
    let read = tenancy.deferred_reply(DeferredPlace { message_id: id, thread_id: thread }).await.unwrap().unwrap();
    let save = async |reply: &mut _| write(&tenancy, |transaction| transaction.save_deferred_reply(reply)).await;
    one_of_two(&read, save).await;
}

#[tokio::test]
async fn what_is_hidden_is_kept_once() {
    let tenancy = tenancy().await;
    let original = Original::Object("hidden/1".into());
    once(&tenancy, |transaction| transaction.create_original(message(1).id, &original)).await;
}

#[tokio::test]
async fn a_key_is_good_for_one_answer_of_each_route() {
    let tenancy = tenancy().await;
    let messages = Answered { fingerprint: "f".into(), message_ids: Vec::new() };
    let contact = AnsweredContact { fingerprint: "f".into(), contact_id: contact_id(7) };
    let campaign = AnsweredCampaign { fingerprint: "f".into(), campaign_id: Uuid::from_u128(9).into() };
    once(&tenancy, |transaction| transaction.remember("hash", &messages, now())).await;
    once(&tenancy, |transaction| transaction.remember_contact("hash", &contact, now())).await;
    once(&tenancy, |transaction| transaction.remember_campaign("hash", &campaign, now())).await;
}

#[tokio::test]
async fn what_meta_says_of_a_business_at_once_is_all_kept() {
    let tenancy = tenancy().await;
    let all = [Said::Verified(true), Said::Limit(DailyLimit::Conversations(250)), Said::TimeZone("Europe/Berlin")];
    for round in 0..4 {
        let waba = format!("{WABA}{round}");
        let heard = all.iter().map(|said| tenancy.hear_of_portfolio(&waba, std::slice::from_ref(said), now()));
        for heard in join_all(heard).await {
            assert!(heard.unwrap());
        }
        let first = tenancy.portfolio(&waba).await.unwrap();
        assert!(first.is_verified().is_some() && first.reported().is_some() && first.time_zone().is_some());
        let again = [Said::Verified(false), Said::Limit(DailyLimit::Unlimited), Said::TimeZone("Asia/Tokyo")];
        join_all(again.iter().map(|said| tenancy.hear_of_portfolio(&waba, std::slice::from_ref(said), now()))).await;
        let then = tenancy.portfolio(&waba).await.unwrap();
        let known = (then.is_verified(), then.reported(), then.time_zone());
        assert_eq!(known, (Some(false), Some(DailyLimit::Unlimited), Some("Asia/Tokyo")));
    }
}
