//! The people of a slice are decided, each for themselves.

use std::collections::BTreeSet;

use domain::campaign::{Attempt, Campaign, Left, Outcome, Recipient, Refused, Slice};
use domain::contact::wishes::{Approach, ConsentRule, NotWanted};
use domain::template::{Category, Unfillable};
use domain::{BlockId, CampaignId, Contact, ContactId, Tenant};
use futures::stream::{self, StreamExt, TryStreamExt};
use storage::{CommitError, StorageError};

use super::{Campaigning, terms};
use crate::accept::{AcceptError, Accepting, Destination, Funds, IdempotencyKey, NewReply, Saying, Whom, accept};
use crate::allowance::{Allowance, AllowanceError, Block, Patience, give_back, set_aside};
use crate::living::{MOST_STEPS, living_contact};
use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// What holds for all people of a slice.
struct Terms<'a> {
    campaign: &'a Campaign,
    consent: ConsentRule,
    /// Of the template as it is now; nothing if it is not there any more, which accepting a message with it will say.
    category: Option<Category>,
    /// What is set aside for those who have no session; nothing if nothing is left.
    block: Option<Block>,
    /// Whether somebody was at this slice before, and may have accepted some of its people.
    is_again: bool,
}

/// What a slice may take.
enum Share {
    Block(Block),
    /// Nobody is left to be decided, or nothing to be taken.
    Nothing,
    /// Others have set aside what it lacks, and may give it back.
    Held,
}

/// So often a slice waits for what others hold, each time for [`Campaign::LEASE`]: an hour, and slices are decided in a
/// minute. What nobody gives back does not keep it for ever.
const WAITS: u32 = 40;
/// So many people are decided at once: enough to be quick, and few enough to leave the table to others.
const AT_ONCE: usize = 4;

impl Campaigning<'_> {
    /// Decides a slice and keeps what became of its people.
    pub(super) async fn decide(self, mut campaign: Campaign, number: u32) -> Result<(), Busy> {
        let (attempt, earlier) = campaign.begin(number, (self.now)());
        match self.tenancy.save_campaign(&mut campaign).await {
            Ok(()) => {}
            // Somebody else is at it.
            Err(CommitError::Conflict) => return Ok(()),
            Err(CommitError::Storage(error)) => return Err(error.into()),
        }
        let tenant = self.tenancy.tenant().await?;
        if let Some(tenant) = &tenant {
            for block in earlier.iter().flat_map(|attempt| blocks_of(&campaign, tenant, *attempt)) {
                self.give_back(block).await?;
            }
            if !earlier.is_empty() {
                self.forget(&mut campaign, &earlier).await?;
            }
        }
        let Some(mut slice) = self.tenancy.slice(campaign.id, number).await? else { return Ok(()) };
        if campaign.cancelled().is_some() {
            self.take_over(&campaign, &mut slice).await?;
            return self.keep(campaign.id, attempt, &slice).await;
        }
        let undecided = slice.recipients().iter().filter(|recipient| recipient.outcome.is_none()).count() as u64;
        let block = match self.set_aside(&campaign, attempt, undecided).await? {
            Share::Block(block) => Some(block),
            Share::Nothing => None,
            // Nobody is decided; it is begun anew when this attempt's time is over.
            Share::Held => return Ok(()),
        };
        let consent = tenant.map(|tenant| tenant.consent_rule).unwrap_or_default();
        let category = self.category(&campaign).await?;
        let terms = Terms { campaign: &campaign, consent, category, block, is_again: !earlier.is_empty() };
        let outcomes = stream::iter(slice.recipients()).map(|recipient| self.outcome(recipient, &terms));
        // Where it does not reach for all, those who come first get it.
        let at_once = if block.is_some_and(|block| block.count < undecided) { 1 } else { AT_ONCE };
        let outcomes: Vec<Outcome> = outcomes.buffered(at_once).try_collect().await?;
        for (recipient, outcome) in slice.recipients_mut().iter_mut().zip(outcomes) {
            recipient.outcome = Some(outcome);
        }
        if let Some(block) = block {
            self.give_back(block).await?;
        }
        self.keep(campaign.id, attempt, &slice).await
    }

    /// Earlier attempts have nothing set aside any more. If somebody has changed the campaign meanwhile, the next attempt
    /// forgets them.
    async fn forget(self, campaign: &mut Campaign, earlier: &[Attempt]) -> Result<(), Busy> {
        campaign.gave_back(earlier);
        match self.tenancy.save_campaign(campaign).await {
            Ok(()) | Err(CommitError::Conflict) => Ok(()),
            Err(CommitError::Storage(error)) => Err(error.into()),
        }
    }

    /// Of a slice that somebody had begun when the campaign was cancelled: who was accepted by then gets it, and nobody else.
    async fn take_over(self, campaign: &Campaign, slice: &mut Slice) -> Result<(), Busy> {
        for recipient in slice.recipients_mut().iter_mut().filter(|recipient| recipient.outcome.is_none()) {
            let accepted = self.accepted(campaign, recipient).await;
            recipient.outcome = accepted.or_else(|error| unreadable(error, recipient).map(Some))?;
        }
        Ok(())
    }

    /// What an earlier attempt accepted for somebody, whoever they have turned out to be since.
    async fn accepted(self, campaign: &Campaign, recipient: &Recipient) -> Result<Option<Outcome>, Busy> {
        let mut next = Some(recipient.contact_id);
        for _ in 0..MOST_STEPS {
            let Some(id) = next else { break };
            let key = key_of(campaign, id, recipient);
            let answered = self.tenancy.answered(&key.hash).await?;
            if let Some(theirs) = answered.filter(|answered| answered.fingerprint == key.fingerprint) {
                let first = theirs.message_ids.first().copied();
                return Ok(first.map(|message_id| Outcome::Accepted { message_id, left: Left::NotYet }));
            }
            next = self.tenancy.contact(id).await?.and_then(|contact| contact.merged_into);
        }
        Ok(None)
    }

    async fn category(self, campaign: &Campaign) -> Result<Option<Category>, Busy> {
        let Some(channel) = self.tenancy.channel(campaign.channel_id).await? else { return Ok(None) };
        let (name, language) = (&campaign.template.name, &campaign.template.language);
        let template = self.tenancy.template_named(&channel.waba_id, name, language).await?;
        Ok(template.map(|template| template.category().clone()))
    }

    async fn set_aside(self, campaign: &Campaign, attempt: Attempt, wanted: u64) -> Result<Share, Busy> {
        if wanted == 0 {
            return Ok(Share::Nothing);
        }
        let patience = if attempt.number <= WAITS { Patience::Waits } else { Patience::TakesWhatThereIs };
        let id = BlockId::of_attempt(campaign.id, attempt.slice, attempt.number);
        match set_aside(self.tenancy, id, wanted, patience, (self.now)()).await {
            Ok(block) => Ok(Share::Block(block)),
            Err(AllowanceError::Exhausted { .. } | AllowanceError::NoSuchTenant) => Ok(Share::Nothing),
            Err(AllowanceError::HeldByOthers) => Ok(Share::Held),
            Err(AllowanceError::Busy(busy)) => Err(busy),
        }
    }

    async fn give_back(self, block: Block) -> Result<(), Busy> {
        give_back(self.tenancy, block, (self.now)()).await.map(|_| ())
    }

    async fn outcome(self, recipient: &Recipient, terms: &Terms<'_>) -> Result<Outcome, Busy> {
        if let Some(decided) = &recipient.outcome {
            return Ok(decided.clone());
        }
        self.offer(recipient, terms).await.or_else(|error| unreadable(error, recipient))
    }

    async fn offer(self, recipient: &Recipient, terms: &Terms<'_>) -> Result<Outcome, Busy> {
        // Who has got it has got it, whatever they have wished since.
        if terms.is_again
            && let Some(accepted) = self.accepted(terms.campaign, recipient).await?
        {
            return Ok(accepted);
        }
        for _ in 0..ATTEMPTS {
            let Some(contact) = living_contact(self.tenancy, recipient.contact_id).await? else {
                return Ok(Outcome::Refused(Refused::because("no_such_contact")));
            };
            if let Some(outcome) = self.offer_to(&contact, recipient, terms).await? {
                return Ok(outcome);
            }
        }
        Err(Busy::Contended(ATTEMPTS))
    }

    /// Nothing, if they are not as they were read any more: they may have turned out to be somebody who has got it.
    async fn offer_to(
        self,
        contact: &Contact,
        recipient: &Recipient,
        terms: &Terms<'_>,
    ) -> Result<Option<Outcome>, Busy> {
        let allowed = terms
            .category
            .as_ref()
            .map_or(Ok(()), |category| contact.wishes.allow(Approach::Campaign(category, terms.consent)));
        if let Err(why) = allowed {
            return Ok(Some(Outcome::Refused(Refused::because(word_of(why)))));
        }
        let Terms { campaign, block, .. } = terms;
        if self.is_answered_by_another(campaign, contact).await? {
            return Ok(Some(Outcome::Refused(Refused::because("duplicate"))));
        }
        let reply = NewReply {
            destination: Destination::Conversation {
                channel_id: campaign.channel_id,
                with: Whom::AsRead { id: contact.id, version: contact.version },
            },
            author: campaign.author.clone(),
            saying: Saying::Template(terms::template_for(&campaign.template, recipient)),
            reply_to: None,
            idempotency: Some(key_of(campaign, contact.id, recipient)),
            trace_id: campaign.trace_id,
        };
        let Self { tenancy, objects, outbound, now } = self;
        let with = Accepting { tenancy, objects, outbound, now: now(), funds: Funds::SetAside(*block) };
        match Box::pin(accept(with, reply)).await {
            Ok(messages) => Ok(Some(match messages.first() {
                Some(first) => Outcome::Accepted { message_id: first.id, left: Left::NotYet },
                None => Outcome::Refused(Refused::because("erased")),
            })),
            Err(AcceptError::NoSuchContact) => Ok(None),
            Err(error) => refused(error).map(|refused| Some(Outcome::Refused(refused))),
        }
    }

    /// Whether the message went to the same person already, as a contact that has become this one since.
    async fn is_answered_by_another(self, campaign: &Campaign, contact: &Contact) -> Result<bool, Busy> {
        let mut survivors: Vec<ContactId> = (contact.merges > 0).then_some(contact.id).into_iter().collect();
        while let Some(survivor) = survivors.pop() {
            let merges = self.tenancy.merges(survivor).await?;
            for merge in merges.iter().filter(|merge| !merge.is_undone()) {
                if self.tenancy.answered(&hash_of(campaign, merge.id.merged)).await?.is_some() {
                    return Ok(true);
                }
                survivors.push(merge.id.merged);
            }
        }
        Ok(false)
    }

    /// Writes the slice with its campaign, as it is now: it may have been cancelled meanwhile, which what was accepted does
    /// not change.
    async fn keep(self, id: CampaignId, attempt: Attempt, slice: &Slice) -> Result<(), Busy> {
        for tries in 0..ATTEMPTS {
            let Some(mut campaign) = self.tenancy.campaign(id).await? else { return Ok(()) };
            if !campaign.decide(attempt, slice, (self.now)()) {
                return Ok(());
            }
            let mut transaction = self.tenancy.transaction();
            transaction.save_slice(&campaign, attempt.slice, &mut slice.clone());
            transaction.save_campaign(&mut campaign);
            match transaction.commit().await {
                Ok(()) => return Ok(()),
                Err(error) => after_conflict(error, tries).await?,
            }
        }
        Err(Busy::Contended(ATTEMPTS))
    }
}

/// What an earlier attempt has set aside: in the period in which it began, or in the next if the month turned meanwhile.
fn blocks_of(campaign: &Campaign, tenant: &Tenant, attempt: Attempt) -> impl Iterator<Item = Block> + use<> {
    let id = BlockId::of_attempt(campaign.id, attempt.slice, attempt.number);
    let ended = attempt.begun_at.saturating_add(Campaign::LEASE).unwrap_or(attempt.begun_at);
    let periods = [attempt.begun_at, ended].map(|at| Allowance::of(tenant, at).period.id);
    BTreeSet::from(periods).into_iter().map(move |period| Block { id, period, count: 0 })
}

/// What a message of a campaign is accepted under: once for each contact. Who turned out to be somebody who is named, too,
/// has another fingerprint, and gets nothing more.
fn key_of(campaign: &Campaign, contact: ContactId, recipient: &Recipient) -> IdempotencyKey {
    let fingerprint = recipient.contact_id.to_string();
    // A slice may be decided again as long as there is a campaign.
    IdempotencyKey { hash: hash_of(campaign, contact), fingerprint, kept: Campaign::KEPT }
}

fn hash_of(campaign: &Campaign, contact: ContactId) -> String {
    format!("{}.{contact}", campaign.id)
}

/// Somebody of whom something cannot be read gets nothing, and keeps nobody else from getting it.
fn unreadable(error: Busy, recipient: &Recipient) -> Result<Outcome, Busy> {
    if !matches!(error, Busy::Storage(StorageError::Unreadable { .. })) {
        return Err(error);
    }
    let detail = Some(error.to_string());
    let error = domain::chain(&error);
    tracing::error!(contact.id = %recipient.contact_id, error, "a recipient of a campaign cannot be read");
    Ok(Outcome::Refused(Refused { reason: "contact_unreadable".to_owned(), detail }))
}

/// The code of the problem with which a single message would have been refused.
fn refused(error: AcceptError) -> Result<Refused, Busy> {
    let word = match error {
        AcceptError::Busy(busy) => return Err(busy),
        AcceptError::KeyUsedOtherwise => "duplicate",
        AcceptError::NotWanted(why) => word_of(why),
        AcceptError::AllowanceExhausted { .. } => "allowance_exhausted",
        AcceptError::TooManyBegun { .. } => "messaging_limit_reached",
        AcceptError::NoSuchContact => "no_such_contact",
        AcceptError::NoAddress => "contact_without_number",
        AcceptError::NumberNeeded => "template_needs_number",
        AcceptError::NoSuchChannel | AcceptError::ChannelDisconnected => "channel_disconnected",
        AcceptError::NoSuchTemplate { .. } => "no_such_template",
        AcceptError::TemplateNotSendable { .. } => "template_not_sendable",
        AcceptError::NoSuchLibraryItem(_) => "no_such_library_item",
        AcceptError::TemplateUnfillable(Unfillable::Missing(missing)) => {
            return Ok(Refused { reason: "variables_missing".to_owned(), detail: Some(missing.keys.join(", ")) });
        }
        other => return Ok(Refused { reason: "not_accepted".to_owned(), detail: Some(other.to_string()) }),
    };
    Ok(Refused::because(word))
}

fn word_of(why: NotWanted) -> &'static str {
    match why {
        NotWanted::Blocked { .. } => "contact_blocked",
        NotWanted::OptedOut { .. } => "contact_opted_out",
        NotWanted::ConsentWithdrawn { .. } => "consent_withdrawn",
        NotWanted::NoConsent => "consent_missing",
    }
}
