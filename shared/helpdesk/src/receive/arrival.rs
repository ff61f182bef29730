//! One message on its way in.

use domain::contact::wishes::Stance;
use domain::content::Placeholder;
use domain::{Content, InboundMessage, MessageId, Wamid};
use jiff::Timestamp;
use storage::hidden::Original;

use super::beside::Beside;
use super::hiding::without_bad_names;
use super::{Receipt, ReceiveError, Receiving, Rules};
use crate::retry::Busy;

/// An item takes 400 KB; what a customer can type is far below this.
const LARGEST_IN_TABLE: usize = 250_000;

/// A message on its way in, with its place among the receipts.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) index: usize,
    pub(super) id: MessageId,
    pub(super) reply_to: Option<MessageId>,
    pub(super) inbound: InboundMessage,
    /// What it says, sealed, if that is hidden.
    pub(super) hidden: Option<Original>,
    /// What it says of marketing, if it says that and nothing else (F31).
    pub(super) stance: Option<Stance>,
}

impl Arrival {
    /// What became of it once it is stored.
    pub(super) fn receipt(&self) -> Receipt {
        match self.hidden {
            None => Receipt::Stored(self.id),
            Some(_) => Receipt::Hidden(self.id),
        }
    }
}

impl Receiving<'_> {
    /// Finds the messages that it speaks of, hides what should not be seen, and puts aside what is too large for an item.
    pub(super) async fn arrival(
        &self,
        index: usize,
        id: MessageId,
        mut inbound: InboundMessage,
        beside: &Beside,
        rules: &Rules,
    ) -> Result<Arrival, ReceiveError> {
        let reply_to = self.known(inbound.quotes.as_ref(), id, inbound.sent_at, beside).await?;
        let target = self.known(inbound.target.as_ref(), id, inbound.sent_at, beside).await?;
        if let Content::Placeholder(placeholder) = &mut inbound.content {
            placeholder.target = target;
        }
        let stance = rules.wish_words.stance_of(&inbound.content);
        without_bad_names(&mut inbound.sender, &rules.moderation);
        let hidden = self.hide(id, &mut inbound.content, &rules.moderation).await?;
        if let Some(smaller) = self.put_aside(id, &inbound.content).await? {
            inbound.content = smaller;
        }
        Ok(Arrival { index, id, reply_to, inbound, hidden, stance })
    }

    /// Our id of the message that Meta calls so and of which `by` speaks, if it is in a thread or enters one with it.
    async fn known(
        &self,
        wamid: Option<&Wamid>,
        by: MessageId,
        sent_at: Timestamp,
        beside: &Beside,
    ) -> Result<Option<MessageId>, Busy> {
        let Some(wamid) = wamid else { return Ok(None) };
        let named = MessageId::of_wamid(&self.channel().phone_number_id, wamid);
        if beside.has(named, by, sent_at) {
            return Ok(Some(named));
        }
        Ok(self.tenancy().whereabouts(named).await?.map(|place| place.message_id))
    }

    /// What stands for a message in the table whose words are in the bucket.
    async fn put_aside(&self, id: MessageId, content: &Content) -> Result<Option<Content>, Busy> {
        let (reason, large) = match content {
            Content::Text { text } => ("too_long", text.clone()),
            Content::Placeholder(placeholder) => (placeholder.reason.as_str(), placeholder.original.clone()),
            other => ("too_long", serde_json::to_string(other).unwrap_or_default()),
        };
        let beside = match content {
            Content::Placeholder(placeholder) => placeholder.text.as_ref().map_or(0, String::len),
            _ => 0,
        };
        if large.len() + beside <= LARGEST_IN_TABLE {
            return Ok(None);
        }
        let (kind, reason) = (content.kind().to_owned(), reason.to_owned());
        let key = format!("originals/{}/{id}", self.tenancy().tenant_id());
        self.objects.put(&key, large.into_bytes()).await?;
        let original = serde_json::json!({ "object": key }).to_string();
        Ok(Some(Content::Placeholder(Placeholder { kind, reason, text: None, emoji: None, target: None, original })))
    }
}
