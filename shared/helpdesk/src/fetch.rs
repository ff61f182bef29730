//! A customer's file comes from Meta into our bucket (F10).
//!
//! What waits is the message in the table: while its file is pending it is in the due index. A run ends with the file
//! stored, with the reason why it never will be, or with a later time to look again.
//! Nothing counts the runs: the older the message, the longer the wait, until Meta's seven days are over. What a person
//! sent before somebody blocked them (F41) is given up, too, if it is not here by then.

mod kind;
mod number;
mod transfer;

use domain::attachment::StoredFile;
use domain::channel::Remedy;
use domain::{Attachment, Channel, ChannelId, Message, Position, Sealed, ThreadId};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use storage::{Objects, StorageError, Tenancy};
use whatsapp::graph::errors::Class;
use whatsapp::graph::{AccountError, DownloadError, Downloads, Graph, GraphError, MediaFile};

use crate::deliver::Opening;
use crate::living::living_contact;
use crate::retry::Busy;
use crate::settle::{Change, change};
use number::Refusal;
use transfer::Expected;

/// What fetching needs beside the message.
#[derive(Clone, Copy)]
pub struct Fetching<'a> {
    pub tenancy: &'a Tenancy,
    pub objects: &'a Objects,
    pub graph: &'a Graph,
    pub downloads: &'a Downloads,
    /// Opens a channel's token.
    pub open: &'a (dyn Fn(ChannelId, Sealed) -> Opening<'a> + Sync),
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The message; nothing when there was nothing to do.
    pub message: Option<Message>,
    pub outcome: Outcome,
    /// The number that cannot be spoken for any more, where this run was the first to find out.
    pub new_trouble: Option<ChannelId>,
}

/// The outcome alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Another run was faster, or the message has no file at Meta.
    NothingToDo,
    /// It is in the bucket.
    Stored,
    /// It never will be.
    Unavailable(Reason),
    /// It is looked at again then.
    DueAt(Timestamp, Obstacle),
}

/// Why a file cannot be had. The words are stable; frontends show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Meta keeps a file for seven days, and in these it could not be fetched.
    Expired,
    /// Meta does not have it (any more).
    NotFound,
    /// What came was twice not what Meta said it would be.
    DigestMismatch,
    /// It has no bytes.
    Empty,
    /// It is larger than WhatsApp's 100 MB.
    TooLarge,
    /// Somebody has blocked whoever sent it.
    Blocked,
}

/// Why a file has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The channel has no token, or Meta does not accept it: an admin has to reconnect the number.
    ChannelNotConnected,
    /// It lies at a host that the deployment does not name: an operator has to look.
    OtherHost,
    /// Meta or the way to it fails for now.
    Meta,
}

impl Reason {
    /// The stable word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NotFound => "not_found",
            Self::DigestMismatch => "digest_mismatch",
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::Blocked => "blocked",
        }
    }
}

impl Obstacle {
    /// A stable word for logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::ChannelNotConnected => "channel_not_connected",
            Self::OtherHost => "other_host",
            Self::Meta => "meta",
        }
    }
}

/// Meta keeps what came by a webhook this long (Meta, "media").
const LIFE_AT_META: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Meta does not tell what it does not have from what it may not show: "does not exist, cannot be loaded due to missing
/// permissions" (error 100, subcode 33). Until a message is so old, somebody may give the permission.
const BELIEVED_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// The wait for Meta grows with the message's age, between these.
const SHORTEST_WAIT: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// What only a person can repair, who tells nobody, is looked at this often, so that it goes on soon after the repair.
const REPAIR_WAIT: SignedDuration = SignedDuration::from_mins(10);

/// Fetches the file of the message at a place in a thread, if it is still with Meta.
///
/// Two runs at once, or one after another died anywhere, end the same: the object's key follows from the message, and
/// only a message that is still pending takes the outcome.
///
/// # Errors
/// [`Busy`] when storage fails; the queue then brings the job again, and so does `due-work`.
pub async fn fetch(fetching: Fetching<'_>, thread: ThreadId, position: Position) -> Result<Fetched, Busy> {
    let nothing = Fetched { message: None, outcome: Outcome::NothingToDo, new_trouble: None };
    let Some(mut message) = fetching.tenancy.message_in(thread, position).await? else { return Ok(nothing) };
    let Some(attachment) = message.content.attachment().filter(|it| it.pending().is_some()).cloned() else {
        return Ok(nothing);
    };
    let expires_at = message.sent_at.saturating_add(LIFE_AT_META).unwrap_or(Timestamp::MAX);
    let begun_at = (fetching.now)();
    let found = match begun_at {
        now if now >= expires_at => Err(Miss::Never(Reason::Expired)),
        _ => fetching.bring(&message, &attachment).await,
    };
    let mut new_trouble = None;
    let outcome = match found {
        Ok(file) => {
            fetching.settle(&mut message, |attachment| attachment.store(file.clone())).await?;
            Outcome::Stored
        }
        Err(Miss::Hidden) if begun_at.duration_since(message.sent_at) < BELIEVED_AFTER => {
            fetching.postpone(&message, Obstacle::Meta, SignedDuration::ZERO, expires_at).await?
        }
        Err(Miss::Hidden) => fetching.give_up(&mut message, Reason::NotFound).await?,
        Err(Miss::Never(reason)) => fetching.give_up(&mut message, reason).await?,
        Err(Miss::Later(obstacle, asked)) => fetching.postpone(&message, obstacle, asked, expires_at).await?,
        Err(Miss::Number(refusal)) => {
            new_trouble = fetching.refused(&message, refusal).await?;
            Outcome::DueAt(fetching.hold(&message, expires_at).await?, Obstacle::ChannelNotConnected)
        }
        Err(Miss::Storage(error)) => return Err(error.into()),
    };
    Ok(Fetched { message: Some(message), outcome, new_trouble })
}

/// Why a file did not come.
enum Miss {
    /// It never will.
    Never(Reason),
    /// Meta says that there is none, or none for us.
    Hidden,
    /// It may later; Meta asks not to come before so long.
    Later(Obstacle, SignedDuration),
    /// The number has no token that is good for anything; for some this is how we learn it.
    Number(Option<Box<Refusal>>),
    Storage(StorageError),
}

/// Whether asking Meta once more may help at once.
enum Try {
    /// It may: with a new address, or by other bytes. If not, it ends like this.
    Another(Miss),
    /// It will not.
    Last(Miss),
}

impl From<StorageError> for Miss {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl Fetching<'_> {
    /// Looks the file up and brings it; once more, if what was said or sent was wrong.
    async fn bring(&self, message: &Message, attachment: &Attachment) -> Result<StoredFile, Miss> {
        let contact = living_contact(self.tenancy, message.contact_id).await?;
        if contact.is_some_and(|contact| contact.wishes.blocked.is_some()) {
            return Err(Miss::Never(Reason::Blocked));
        }
        let channel = self.tenancy.channel(message.channel_id).await?;
        let sealed = self.tenancy.sealed_token(message.channel_id).await?;
        let (Some(channel), Some(sealed)) = (channel.filter(Channel::can_ask_meta), sealed) else {
            return Err(Miss::Number(None));
        };
        let token = (self.open)(message.channel_id, sealed).await.map_err(|error| {
            tracing::error!(message.id = %message.id, error = domain::chain(&*error), "a channel's token does not open");
            Miss::Later(Obstacle::ChannelNotConnected, SignedDuration::ZERO)
        })?;
        let media_id = attachment.pending().unwrap_or_default();
        let once = async || self.bring_once(message, attachment, media_id, &channel, &token).await;
        match once().await {
            Ok(file) => Ok(file),
            Err(Try::Last(miss)) => Err(miss),
            Err(Try::Another(_)) => once().await.map_err(|(Try::Another(miss) | Try::Last(miss))| miss),
        }
    }

    async fn bring_once(
        &self,
        message: &Message,
        attachment: &Attachment,
        media_id: &str,
        channel: &Channel,
        token: &SecretString,
    ) -> Result<StoredFile, Try> {
        let file = self.graph.media(media_id, &channel.phone_number_id, token).await;
        let MediaFile { url, size, sha256 } = file.map_err(|error| not_found(message, channel, error))?;
        match size {
            Some(0) => return Err(Try::Last(Miss::Never(Reason::Empty))),
            Some(size) if size > transfer::LARGEST => return Err(Try::Last(Miss::Never(Reason::TooLarge))),
            _ => {}
        }
        let download = self.downloads.begin(&url, token).await.map_err(|error| not_sent(message, &error))?;
        let expected = Expected { size, sha256: sha256.or_else(|| digest_of(attachment)) };
        let key = key(self.tenancy, message);
        let stored = transfer::store(self.objects, &key, download, &expected, &attachment.mime_type).await;
        stored.map_err(|failed| match failed {
            transfer::Failed::Broken(error) => not_sent(message, &error),
            transfer::Failed::Empty => Try::Last(Miss::Never(Reason::Empty)),
            transfer::Failed::TooLarge => Try::Last(Miss::Never(Reason::TooLarge)),
            transfer::Failed::Another => Try::Another(Miss::Never(Reason::DigestMismatch)),
            transfer::Failed::Storage(error) => Try::Last(Miss::Storage(error)),
        })
    }

    async fn give_up(&self, message: &mut Message, reason: Reason) -> Result<Outcome, Busy> {
        self.settle(message, |attachment| attachment.give_up(reason.name())).await?;
        Ok(Outcome::Unavailable(reason))
    }

    async fn postpone(
        &self,
        message: &Message,
        obstacle: Obstacle,
        asked: SignedDuration,
        expires_at: Timestamp,
    ) -> Result<Outcome, Busy> {
        let now = (self.now)();
        let at = (now + wait(obstacle, now.duration_since(message.sent_at), asked)).min(expires_at);
        self.tenancy.look_for_file(message.thread_id, message.position, at).await?;
        Ok(Outcome::DueAt(at, obstacle))
    }

    /// Stores what became of the file. What ended meanwhile stays as it is.
    async fn settle(&self, message: &mut Message, end: impl Fn(&mut Attachment) -> bool) -> Result<(), Busy> {
        change(self.tenancy, message, |message| {
            if let Some(attachment) = message.content.attachment_mut() {
                end(attachment);
            }
            Change::Message
        })
        .await
    }
}

/// Short, and the same for the same message: a second run replaces what a first one left.
fn key(tenancy: &Tenancy, message: &Message) -> String {
    format!("media/{}/{}", tenancy.tenant_id(), message.id)
}

/// What the webhook said.
fn digest_of(attachment: &Attachment) -> Option<[u8; 32]> {
    hex::decode(attachment.sha256.as_deref()?).ok()?.try_into().ok()
}

/// What a look-up that failed means.
fn not_found(message: &Message, channel: &Channel, error: AccountError) -> Try {
    match error {
        AccountError::Refused(error) => {
            let (status, code) = (error.http_status, error.code);
            tracing::warn!(message.id = %message.id, http.status = status, graph.code = code, "a file is not looked up");
            refused(channel, &error)
        }
        AccountError::Unreachable(reason) => {
            tracing::warn!(message.id = %message.id, reason, "Graph was not reached");
            Try::Last(Miss::Later(Obstacle::Meta, SignedDuration::ZERO))
        }
    }
}

fn refused(channel: &Channel, error: &GraphError) -> Try {
    match (error.code, error.row.class) {
        // "Object with ID … does not exist", or is not ours to see.
        (Some(100), _) => Try::Another(Miss::Hidden),
        (None, _) if error.http_status == 404 => Try::Another(Miss::Hidden),
        // What a customer sent that Meta itself could not get.
        (Some(131_052), _) => Try::Another(Miss::Never(Reason::NotFound)),
        (_, Class::Retry(pace)) => {
            let wait = error.retry_after.into_iter().chain(pace.wait(0)).max().unwrap_or_default();
            Try::Last(Miss::Later(Obstacle::Meta, SignedDuration::try_from(wait).unwrap_or(LONGEST_WAIT)))
        }
        (_, Class::Account(Remedy::Reconnect)) => {
            let refusal = Refusal { channel: channel.clone(), failure: error.failure().clone() };
            Try::Last(Miss::Number(Some(Box::new(refusal))))
        }
        _ => Try::Last(Miss::Later(Obstacle::ChannelNotConnected, SignedDuration::ZERO)),
    }
}

/// What a download that failed means.
fn not_sent(message: &Message, error: &DownloadError) -> Try {
    tracing::warn!(message.id = %message.id, error = domain::chain(error), "a file does not come");
    let meta = Miss::Later(Obstacle::Meta, SignedDuration::ZERO);
    match error {
        DownloadError::Gone => Try::Another(Miss::Hidden),
        DownloadError::Broken(_) => Try::Another(meta),
        DownloadError::Refused(_) => Try::Last(meta),
        DownloadError::Denied(_) => Try::Last(Miss::Later(Obstacle::ChannelNotConnected, SignedDuration::ZERO)),
        DownloadError::OtherHost(_) => Try::Last(Miss::Later(Obstacle::OtherHost, SignedDuration::ZERO)),
    }
}

/// What Meta or the network has to repair is waited for as long as the message is old, so that the wait doubles each time.
fn wait(obstacle: Obstacle, age: SignedDuration, asked: SignedDuration) -> SignedDuration {
    match obstacle {
        Obstacle::Meta => age.clamp(SHORTEST_WAIT, LONGEST_WAIT).max(asked),
        Obstacle::ChannelNotConnected | Obstacle::OtherHost => REPAIR_WAIT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_for_meta_doubles_from_half_a_minute_to_an_hour_and_is_as_long_as_meta_asks() {
        let seconds = |age: i64| wait(Obstacle::Meta, SignedDuration::from_secs(age), SignedDuration::ZERO).as_secs();
        assert_eq!([-5, 0, 29, 60, 600, 90_000].map(seconds), [30, 30, 30, 60, 600, 3_600]);
        let asked = SignedDuration::from_mins(7);
        assert_eq!(wait(Obstacle::Meta, SignedDuration::ZERO, asked), asked);
    }

    #[test]
    fn what_a_person_has_to_repair_goes_on_soon_after_however_long_it_took() {
        for hours in [0, 1, 100] {
            let age = SignedDuration::from_hours(hours);
            assert_eq!(wait(Obstacle::ChannelNotConnected, age, SignedDuration::ZERO), REPAIR_WAIT);
        }
    }
}
