//! The tickets of two merged, or parted, contacts are brought in line, channel by channel.

use std::collections::BTreeSet;

use domain::contact::merge::{How, Merge, Moved, State};
use domain::ticket::{Joining, joining};
use domain::{ChannelId, Contact, ContactId, MergeId, Ticket, TicketId};
use storage::conversations::Conversation;
use storage::{CommitError, StorageError, Tenancy, Transaction};

use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// Does what is left to do of a merge or of its undoing. Doing it twice is as doing it once.
pub(super) async fn bring_in_line(tenancy: &Tenancy, id: MergeId) -> Result<(), Busy> {
    let Some(record) = tenancy.merge(id).await? else { return Ok(()) };
    for channel in tenancy.all_channels().await? {
        on_channel(tenancy, id, channel.id).await?;
    }
    finish(tenancy, id, matches!(record.state, State::Undoing { .. })).await
}

async fn on_channel(tenancy: &Tenancy, id: MergeId, channel: ChannelId) -> Result<(), Busy> {
    for attempt in 0..ATTEMPTS {
        let Some(record) = tenancy.merge(id).await? else { return Ok(()) };
        let done = record.tickets.iter().position(|moved| moved.channel_id == channel);
        let change = match (&record.state, done) {
            (State::Merging, None) => join(tenancy, record, channel).await?,
            (State::Undoing { .. }, Some(line)) if !record.tickets[line].returned => {
                Box::pin(part(tenancy, record, line)).await?
            }
            _ => None,
        };
        let Some(change) = change else { return Ok(()) };
        match change.commit().await {
            Ok(()) => return Ok(()),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS))
}

/// The merged contact's latest ticket on a channel becomes the survivor's; nothing if it has none.
async fn join(tenancy: &Tenancy, mut record: Merge, channel: ChannelId) -> Result<Option<Transaction>, StorageError> {
    let MergeId { survivor, merged } = record.id;
    let theirs = tenancy.conversation(channel, merged).await?;
    let ticket = found(tenancy, theirs.ticket_id).await?.filter(|ticket| ticket.contact_id == merged);
    let Some(mut ticket) = ticket else { return Ok(None) };
    let ours = tenancy.conversation(channel, survivor).await?;
    let mut latest = found(tenancy, ours.ticket_id).await?;
    let before = latest.iter().chain([&ticket]).map(Ticket::before).collect();
    let (how, next) = match (joining(latest.as_ref(), &ticket), &mut latest) {
        (Joining::Join, Some(latest)) => (How::Joined(Box::new(latest.join(&mut ticket, record.at))), latest.id),
        (Joining::Earlier, Some(latest)) => {
            latest.share_session(&mut ticket);
            (How::Earlier, latest.id)
        }
        (_, latest) => {
            if let Some(latest) = latest {
                latest.share_session(&mut ticket);
            }
            (How::Latest { after: ours.ticket_id }, ticket.id)
        }
    };
    ticket.contact_id = survivor;
    record.tickets.push(Moved::new(channel, ticket.id, how, before));
    let mut transaction = tenancy.transaction();
    transaction.save_merge(&mut record);
    transaction.save_ticket(&mut ticket);
    if let Some(latest) = &mut latest {
        transaction.save_ticket(latest);
    }
    let counted_until = ours.counted_until.max(theirs.counted_until);
    let waiting = waiting(merged, &theirs);
    let theirs = Conversation { counted_until, ..theirs };
    // What waited for the answer of one may find it with the other.
    let is_awaited = !ours.deferred.is_empty() || !theirs.deferred.is_empty();
    let look_at = is_awaited.then_some(record.at);
    transaction.join_conversation(channel, survivor, (ours.ticket_id, next), &waiting, &theirs, look_at);
    Ok(Some(transaction))
}

/// A ticket becomes the other contact's again.
async fn part(tenancy: &Tenancy, mut record: Merge, line: usize) -> Result<Option<Transaction>, StorageError> {
    let MergeId { survivor, merged } = record.id;
    let Some(survivor) = tenancy.contact(survivor).await? else { return Ok(None) };
    let Some(merged) = tenancy.contact(merged).await? else { return Ok(None) };
    let moved = record.tickets[line].clone();
    let before = moved.before();
    let Moved { channel_id, ticket_id, how, .. } = moved;
    let Some(mut ticket) = tenancy.ticket(ticket_id).await? else { return Ok(None) };
    let theirs = tenancy.conversation(channel_id, merged.id).await?;
    let ours = tenancy.conversation(channel_id, survivor.id).await?;
    let next = match how {
        How::Latest { after } if ours.ticket_id == Some(ticket_id) => {
            // It may have been given back to another meanwhile.
            let after = found(tenancy, after).await?;
            after.filter(|after| after.contact_id == survivor.id).map(|after| after.id)
        }
        _ => ours.ticket_id,
    };
    let mut transaction = tenancy.transaction();
    let mut others: BTreeSet<TicketId> = before.iter().map(|before| before.ticket_id).chain(next).collect();
    others.remove(&ticket_id);
    for other in others {
        let Some(mut other) = tenancy.ticket(other).await? else { continue };
        if let How::Joined(joined) = &how
            && joined.into == other.id
        {
            other.part(&mut ticket, joined);
        }
        if other.contact_id == survivor.id {
            other.return_to(&survivor, &before);
        }
        // Also if nothing changed: who takes the two for one still, and is about to write into it, has to look again.
        transaction.save_ticket(&mut other);
    }
    ticket.return_to(&merged, &before);
    record.tickets[line].returned = true;
    transaction.save_ticket(&mut ticket);
    transaction.save_merge(&mut record);
    if let Some(read) = ours.ticket_id {
        transaction.part_conversation(channel_id, survivor.id, read, next, &waiting(merged.id, &theirs));
    }
    Ok(Some(transaction))
}

/// All channels are in line. Who brought a merge in line does not finish its undoing, which may have begun since.
async fn finish(tenancy: &Tenancy, id: MergeId, undoing: bool) -> Result<(), Busy> {
    for attempt in 0..ATTEMPTS {
        // Before the record: while that is not finished, they wait for it.
        let contacts = [tenancy.contact(id.survivor).await?, tenancy.contact(id.merged).await?];
        let Some(mut record) = tenancy.merge(id).await? else { return Ok(()) };
        match &record.state {
            State::Merging if !undoing => record.state = State::Merged,
            State::Undoing { by, undone_at } if undoing => {
                record.state = State::Undone { by: by.clone(), undone_at: *undone_at };
            }
            _ => return Ok(()),
        }
        match store_finished(tenancy, record, contacts).await {
            Ok(()) => return Ok(()),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS))
}

async fn store_finished(
    tenancy: &Tenancy,
    mut record: Merge,
    contacts: [Option<Contact>; 2],
) -> Result<(), CommitError> {
    let id = record.id;
    let mut transaction = tenancy.transaction();
    transaction.save_merge(&mut record);
    for mut contact in contacts.into_iter().flatten() {
        if settled(&mut contact, id) {
            transaction.save_contact(&contact);
        }
    }
    transaction.commit().await
}

fn settled(contact: &mut Contact, id: MergeId) -> bool {
    let before = contact.unsettled.len();
    contact.unsettled.retain(|unsettled| *unsettled != id);
    contact.unsettled.len() < before
}

async fn found(tenancy: &Tenancy, id: Option<TicketId>) -> Result<Option<Ticket>, StorageError> {
    match id {
        Some(id) => tenancy.ticket(id).await,
        None => Ok(None),
    }
}

/// Whose outboxes go before the survivor's: what was accepted before the merge is sent before what comes after it.
fn waiting(merged: ContactId, theirs: &Conversation) -> BTreeSet<ContactId> {
    theirs.waits_for.iter().copied().chain([merged]).collect()
}
