//! A message that is due: its file is still with Meta, or it is to be sent again by itself.

use domain::{Attachment, Delivery, Position, ThreadId};
use jiff::{SignedDuration, Timestamp};
use queues::jobs::MediaJob;
use storage::directory::Due;

use super::{WakeError, Waking, Woken};
use crate::unconfirmed::resend_by_rule;

/// A file may take as long as the function that fetches it; then it is looked at again, and the later the older its message is:
/// jobs that come to no end live for hours, and must not become many.
const FILE_AGAIN_AFTER: SignedDuration = storage::messages::FIRST_LOOK;
const FILE_AGAIN_WITHIN: SignedDuration = SignedDuration::from_hours(1);

impl Waking<'_> {
    /// Says when to look again; nothing when that is over, or stored with what was done.
    pub(super) async fn look_at_message(
        &self,
        due: &Due,
        thread_id: ThreadId,
        position: Position,
        now: Timestamp,
        woken: &mut Woken,
    ) -> Result<Option<Timestamp>, WakeError> {
        let tenancy = self.directory.tenancy(due);
        let Some(message) = tenancy.message_in(thread_id, position).await? else { return Ok(None) };
        if message.delivery().and_then(Delivery::resends_at).is_some_and(|at| now >= at) {
            woken.resent += u64::from(resend_by_rule(&tenancy, self.outbound, message.id, now).await?);
            return Ok(None);
        }
        // The index may be a little behind.
        if message.content.attachment().and_then(Attachment::pending).is_none() {
            return Ok(None);
        }
        self.media.tell_of_files(&[MediaJob { tenant_id: due.tenant_id, thread_id, position }]).await?;
        woken.files += 1;
        Ok(Some(now + wait(now.duration_since(message.sent_at))))
    }
}

fn wait(age: SignedDuration) -> SignedDuration {
    age.clamp(FILE_AGAIN_AFTER, FILE_AGAIN_WITHIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_does_not_come_brings_no_more_than_a_job_an_hour() {
        assert_eq!(
            [-1, 0, 6, 20, 60, 9_000].map(|age| wait(SignedDuration::from_mins(age)).as_mins()),
            [6, 6, 6, 20, 60, 60]
        );
    }
}
