//! Campaigns, and the people of each, a slice an item.

use std::fmt;
use std::str::FromStr;

use domain::CampaignId;
use domain::campaign::{Campaign, Recipient, Slice};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory;
use crate::error::{CommitError, StorageError};
use crate::item::{self, Attributes, text};
use crate::key::Keys;
use crate::page::{self, InvalidCursor, Page};
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// Whoever works on it is told by a job; `due-work` looks whether that was lost.
const LOST_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// So many slices are written at once.
const AT_ONCE: usize = 10;

/// The campaign that was made for an earlier request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweredCampaign {
    pub fingerprint: String,
    pub campaign_id: CampaignId,
}

/// The recipient after whom a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecipientCursor(u32);

impl RecipientCursor {
    const KIND: &str = "r1";
}

impl fmt::Display for RecipientCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&page::encode(Self::KIND, &self.0.to_string()))
    }
}

impl FromStr for RecipientCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let cursor = Self(page::decode(Self::KIND, text)?.parse().map_err(|_| InvalidCursor)?);
        // `+7` and the like are numbers, too.
        if cursor.to_string() == text { Ok(cursor) } else { Err(InvalidCursor) }
    }
}

impl Tenancy {
    /// The campaign with this id.
    pub async fn campaign(&self, id: CampaignId) -> Result<Option<Campaign>, StorageError> {
        self.table.get("campaign", self.keys.campaign(id)).await
    }

    /// Replaces the campaign that was read.
    pub async fn save_campaign(&self, campaign: &mut Campaign) -> Result<(), CommitError> {
        let read = campaign.version;
        campaign.version += 1;
        self.table.replace(write(self.keys, campaign)?, read).await
    }

    /// One of its slices.
    pub async fn slice(&self, id: CampaignId, number: u32) -> Result<Option<Slice>, StorageError> {
        self.table.get("slice of a campaign", self.keys.slice(id, number)).await
    }

    /// Writes the slices of a campaign that is about to be made: nobody reads them before it is.
    pub async fn write_slices(&self, id: CampaignId, slices: &[Slice], at: Timestamp) -> Result<(), StorageError> {
        let items = (0..).zip(slices).map(|(number, slice)| write_slice(self.keys, id, number, slice, at));
        let items = items.collect::<Result<Vec<_>, _>>()?;
        stream::iter(items).map(|item| self.table.put(item)).buffer_unordered(AT_ONCE).try_collect::<()>().await
    }

    /// The people of a campaign, in the order in which they were named.
    pub async fn recipients(
        &self,
        campaign: &Campaign,
        limit: u16,
        after: Option<&RecipientCursor>,
    ) -> Result<Page<Recipient, RecipientCursor>, StorageError> {
        let first = after.map_or(0, |RecipientCursor(index)| index.saturating_add(1));
        let end = first.saturating_add(limit.into()).min(campaign.recipients);
        let slice_size = Campaign::SLICE as u32;
        let mut data = Vec::with_capacity(limit.into());
        for number in first / slice_size..end.div_ceil(slice_size) {
            let slice = self.slice(campaign.id, number).await?;
            let mut people: Vec<Recipient> = slice.iter().flat_map(Slice::recipients).cloned().collect();
            if !campaign.has_decided(number) {
                // Whoever is named twice is marked from the start, and counted with their slice.
                people.iter_mut().for_each(|person| person.outcome = None);
            }
            let indexed = (number * slice_size..).zip(people);
            data.extend(indexed.filter(|(index, _)| (first..end).contains(index)).map(|(_, person)| person));
        }
        let next = (end < campaign.recipients && end > first).then(|| RecipientCursor(end - 1));
        Ok(Page { data, next })
    }

    /// The campaign that was made for a key; `hash` is of the user and the key.
    pub async fn answered_campaign(&self, hash: &str) -> Result<Option<AnsweredCampaign>, StorageError> {
        self.table.get("idempotency", self.keys.idempotency(&of_campaigns(hash))).await
    }
}

impl Transaction {
    /// A new campaign, whose slices are there already.
    pub fn create_campaign(&mut self, campaign: &Campaign) {
        let item = write(self.tenancy.keys, campaign);
        self.create(item);
    }

    /// A campaign that must still be as it was read.
    pub fn save_campaign(&mut self, campaign: &mut Campaign) {
        let read = campaign.version;
        campaign.version += 1;
        let item = write(self.tenancy.keys, campaign);
        self.replace(item, read);
    }

    /// A slice that must still be as it was read.
    pub fn save_slice(&mut self, campaign: &Campaign, number: u32, slice: &mut Slice) {
        let read = slice.version;
        slice.version += 1;
        let item = write_slice(self.tenancy.keys, campaign.id, number, slice, campaign.created_at);
        self.replace(item, read);
    }

    /// Remembers the campaign that was made for a key that was not used before.
    pub fn remember_campaign(&mut self, hash: &str, answered: &AnsweredCampaign, until: Timestamp) {
        let key = self.tenancy.keys.idempotency(&of_campaigns(hash));
        let item = item::write(&key, "idempotency", answered).map(|mut item| {
            item::expire(&mut item, until);
            item
        });
        self.create(item);
    }
}

fn write(keys: Keys, campaign: &Campaign) -> Result<Attributes, StorageError> {
    let mut item = item::write(&keys.campaign(campaign.id), "campaign", campaign)?;
    item::expire(&mut item, campaign.created_at + Campaign::KEPT);
    if let Some(at) = campaign.look_at() {
        let (shard, time) = directory::due(campaign.id, at + LOST_AFTER);
        item.insert("due_pk".to_owned(), text(shard));
        item.insert("due_sk".to_owned(), text(time));
    }
    Ok(item)
}

fn write_slice(
    keys: Keys,
    id: CampaignId,
    number: u32,
    slice: &Slice,
    created_at: Timestamp,
) -> Result<Attributes, StorageError> {
    let mut item = item::write(&keys.slice(id, number), "slice of a campaign", slice)?;
    item::expire(&mut item, created_at + Campaign::KEPT);
    Ok(item)
}

/// Two routes may be asked with the same key.
fn of_campaigns(hash: &str) -> String {
    format!("template-sends.{hash}")
}
