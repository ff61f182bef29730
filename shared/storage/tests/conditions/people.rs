//! Who somebody is follows from what was read of them.

use domain::MatchingKey;
use domain::contact::wishes::{Stance, Word};
use jiff::SignedDuration;
use storage::Tenancy;
use storage::contacts::{Holders, Owner};
use storage::words::Name;

use crate::samples::*;
use crate::table::{now, table};

async fn tenancy() -> Tenancy {
    table().await.of(tenant_id(TENANT))
}

#[tokio::test]
async fn a_contact_is_made_once_and_changed_and_relied_on_as_it_was_read() {
    let tenancy = tenancy().await;
    once(&tenancy, |transaction| transaction.create_contact(&contact(7))).await;
    one_of_two(&contact(7), async |contact| tenancy.save_contact(contact).await).await;
    let read = tenancy.contact(contact_id(7)).await.unwrap().unwrap();
    one_of_two(&read, async |contact| write(&tenancy, |transaction| transaction.save_contact(contact)).await).await;
    assert!(is_conflict(&write(&tenancy, |transaction| transaction.check_contact(&read)).await));
    let now = tenancy.contact(contact_id(7)).await.unwrap().unwrap();
    write(&tenancy, |transaction| transaction.check_contact(&now)).await.unwrap();
}

#[tokio::test]
async fn an_identity_goes_to_another_only_from_whom_it_was_read() {
    let tenancy = tenancy().await;
    once(&tenancy, |transaction| transaction.add_identity(&phone(), contact_id(7), None)).await;
    let sevens = Owner { contact_id: contact_id(7), given_up_at: None };
    let give_up = || write(&tenancy, |transaction| transaction.retire_identity(&phone(), &sevens, now()));
    give_up().await.unwrap();
    assert!(is_conflict(&give_up().await));

    let given_up = Owner { given_up_at: Some(now()), ..sevens };
    let take = |contact| write(&tenancy, move |it| it.add_identity(&phone(), contact_id(contact), Some(&given_up)));
    take(8).await.unwrap();
    assert!(is_conflict(&take(9).await));
    assert_eq!(tenancy.owner_of(&phone()).await.unwrap().unwrap().contact_id, contact_id(8));
}

#[tokio::test]
async fn the_holders_of_a_number_are_changed_as_they_were_read() {
    let tenancy = tenancy().await;
    let key = MatchingKey::of_digits("15550100001");
    let mut holders = Holders::default();
    holders.add(contact_id(7));
    let save = async |holders: &Holders| write(&tenancy, |transaction| transaction.save_holders(&key, holders)).await;
    save(&holders).await.unwrap();
    assert!(is_conflict(&save(&holders).await));

    let mut read = tenancy.holders(&key).await.unwrap();
    read.add(contact_id(8));
    save(&read).await.unwrap();
    assert!(is_conflict(&save(&read).await));
}

#[tokio::test]
async fn a_word_is_kept_and_taken_as_it_was_read() {
    let tenancy = tenancy().await;
    let name = Name::from(&phone());
    let stop = Word { stance: Stance::OptedOut, at: now() };
    let later = Word { stance: Stance::Allowed, at: now() + SignedDuration::from_mins(1) };
    let take = |read: Option<Word>| {
        let name = name.clone();
        write(&tenancy, move |transaction| transaction.take_word(&name, read.as_ref()))
    };
    take(None).await.unwrap();
    tenancy.keep_word(&name, &stop, None).await.unwrap();
    assert!(is_conflict(&tenancy.keep_word(&name, &stop, None).await));
    assert!(is_conflict(&take(None).await), "it came meanwhile");
    tenancy.keep_word(&name, &later, Some(&stop)).await.unwrap();
    assert!(is_conflict(&tenancy.keep_word(&name, &later, Some(&stop)).await));
    assert!(is_conflict(&take(Some(stop)).await));
    assert_eq!(tenancy.word(&name).await.unwrap(), Some(later));
    take(Some(later)).await.unwrap();
    assert_eq!(tenancy.word(&name).await.unwrap(), None);
}
