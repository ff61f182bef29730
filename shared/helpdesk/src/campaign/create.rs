//! A campaign is made.

use std::collections::{BTreeMap, BTreeSet};

use domain::campaign::{Campaign, CampaignHeader, CampaignTemplate, Outcome, Recipient, Refused, Slice};
use domain::{ChannelId, ContactId, TraceId, UserId};
use storage::campaigns::AnsweredCampaign;
use storage::{StorageError, Tenancy};

use super::Campaigning;
use super::terms::{self, NotForMany};
use crate::accept::{AcceptError, Accepting, Funds, IdempotencyKey, NewHeader, NewTemplate, Source, Value};
use crate::fresh::fresh_id;
use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// A campaign as it is asked for.
#[derive(Clone)]
pub struct NewCampaign {
    pub channel_id: ChannelId,
    pub template: NewTemplate,
    /// In the order in which they are decided, each with variables of their own. Whoever is named twice gets it once.
    pub recipients: Vec<(ContactId, BTreeMap<String, Value>)>,
    pub author: UserId,
    pub idempotency: Option<IdempotencyKey>,
    /// The request that brought it.
    pub trace_id: Option<TraceId>,
}

/// Why a campaign was not made. Nobody gets anything.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    #[error("it goes to nobody")]
    NoRecipients,
    #[error("it goes to {count}")]
    TooManyRecipients { count: usize },
    #[error(transparent)]
    NotForMany(#[from] NotForMany),
    /// What a single message with this template would be refused for, whoever gets it.
    #[error(transparent)]
    NotAcceptable(#[from] AcceptError),
    #[error("the idempotency key was used for another request")]
    KeyUsedOtherwise,
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for CampaignError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

/// Makes a campaign, on which work may begin at once. The same key gives the same campaign.
///
/// # Errors
/// [`CampaignError`].
pub async fn create_campaign(with: Campaigning<'_>, new: NewCampaign) -> Result<Campaign, CampaignError> {
    let (tenancy, now) = (with.tenancy, (with.now)());
    let count = new.recipients.len();
    if count == 0 {
        return Err(CampaignError::NoRecipients);
    }
    if count > Campaign::MOST_RECIPIENTS {
        return Err(CampaignError::TooManyRecipients { count });
    }
    if let Some(earlier) = answered(tenancy, new.idempotency.as_ref()).await? {
        return Ok(earlier);
    }
    with.check(&new).await?;
    let header = with.header(new.template.header.as_ref()).await?;
    let file = match &header {
        Some(CampaignHeader::File(file)) => Some(file.key.clone()),
        _ => None,
    };
    let template: CampaignTemplate = terms::kept(new.template, header)?;
    let people = new.recipients.into_iter().map(|(contact, own)| terms::recipient(contact, own));
    let people = once_each(people.collect::<Result<_, _>>()?);
    let slices: Vec<Slice> = people.chunks(Campaign::SLICE).map(|people| Slice::of(people.to_vec())).collect();
    let recipients = u32::try_from(count).unwrap_or(u32::MAX);
    let mut campaign = Campaign::new(fresh_id(now), new.channel_id, template, recipients, new.author, now);
    campaign.trace_id = new.trace_id;
    // Nothing is refused from here on, so what is uploaded stays.
    if let Some(key) = file {
        with.objects.keep(&key).await?;
    }
    // First the people: slices that no campaign leads to go by themselves after a while.
    tenancy.write_slices(campaign.id, &slices, now).await?;
    for attempt in 0..ATTEMPTS {
        let mut transaction = tenancy.transaction();
        transaction.create_campaign(&campaign);
        if let Some(key) = &new.idempotency {
            let answered = AnsweredCampaign { fingerprint: key.fingerprint.clone(), campaign_id: campaign.id };
            transaction.remember_campaign(&key.hash, &answered, now + key.kept);
        }
        match transaction.commit().await {
            Ok(()) => return Ok(campaign),
            Err(error) => after_conflict(error, attempt).await?,
        }
        // The answer was lost, or the same request came twice at once.
        match (tenancy.campaign(campaign.id).await?, answered(tenancy, new.idempotency.as_ref()).await?) {
            (Some(stored), _) | (None, Some(stored)) => return Ok(stored),
            (None, None) => {}
        }
    }
    Err(Busy::Contended(ATTEMPTS).into())
}

impl Campaigning<'_> {
    /// What would be refused for everybody is refused at once.
    async fn check(self, new: &NewCampaign) -> Result<(), AcceptError> {
        let channel = self.tenancy.channel(new.channel_id).await?.ok_or(AcceptError::NoSuchChannel)?;
        if !channel.is_connected() {
            return Err(AcceptError::ChannelDisconnected);
        }
        self.accepting().sendable(&channel.waba_id, &new.template).await.map(|_| ())
    }

    /// The header as it is kept.
    async fn header(self, header: Option<&NewHeader>) -> Result<Option<CampaignHeader>, AcceptError> {
        Ok(match header {
            None => None,
            Some(NewHeader::File(Source::Library(id))) => Some(CampaignHeader::Library(*id)),
            Some(NewHeader::File(Source::Upload(id))) => {
                Some(CampaignHeader::File(self.accepting().uploaded(*id, false).await?))
            }
            Some(NewHeader::Kept(file)) => Some(CampaignHeader::File(file.clone())),
            Some(NewHeader::Place(place)) => Some(CampaignHeader::Place(place.clone())),
        })
    }

    fn accepting(&self) -> Accepting<'_> {
        let Self { tenancy, objects, outbound, now } = *self;
        Accepting { tenancy, objects, outbound, now: now(), funds: Funds::Allowance }
    }
}

async fn answered(tenancy: &Tenancy, key: Option<&IdempotencyKey>) -> Result<Option<Campaign>, CampaignError> {
    let Some(key) = key else { return Ok(None) };
    let Some(earlier) = tenancy.answered_campaign(&key.hash).await? else { return Ok(None) };
    if earlier.fingerprint != key.fingerprint {
        return Err(CampaignError::KeyUsedOtherwise);
    }
    Ok(tenancy.campaign(earlier.campaign_id).await?)
}

/// Whoever is named again is decided already: they get it by the first time.
fn once_each(mut recipients: Vec<Recipient>) -> Vec<Recipient> {
    let mut named = BTreeSet::new();
    for recipient in &mut recipients {
        if !named.insert(recipient.contact_id) {
            recipient.outcome = Some(Outcome::Refused(Refused::because("duplicate")));
        }
    }
    recipients
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;

    #[test]
    fn who_is_named_twice_is_decided_by_the_first_time() {
        let named =
            |n: u128| Recipient { contact_id: Uuid::from_u128(n).into(), variables: BTreeMap::new(), outcome: None };
        let decided: Vec<bool> = once_each([1, 2, 1, 3, 2, 1].map(named).to_vec())
            .iter()
            .map(|recipient| recipient.outcome.is_some())
            .collect();
        assert_eq!(decided, [false, false, true, false, true, true]);
    }
}
