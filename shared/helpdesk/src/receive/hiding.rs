//! What should not be seen is hidden before anything is stored (F13).

use domain::content::Hidden;
use domain::{Content, MessageId, Moderation, Sender};
use storage::hidden::Original;

use super::{ReceiveError, Receiving};

/// An item takes 400 KB, and a transaction of many messages 4 MB.
const LARGEST_IN_TABLE: usize = 75_000;

impl Receiving<'_> {
    /// Puts what is left to see of a content in its place, if anything is found in it. Gives its original, sealed, where it
    /// is to be kept: apart from the message, and nowhere else.
    pub(super) async fn hide(
        &self,
        id: MessageId,
        content: &mut Content,
        moderation: &Moderation,
    ) -> Result<Option<Original>, ReceiveError> {
        let found = moderation.findings_in(content);
        if found.is_empty() {
            return Ok(None);
        }
        let json = serde_json::to_string(content).map_err(|error| ReceiveError::NotSealed(error.into()))?;
        let sealed = (self.seal)(id, json.into()).await.map_err(ReceiveError::NotSealed)?;
        *content = Content::Hidden(Hidden::of(content, &found));
        if sealed.as_bytes().len() <= LARGEST_IN_TABLE {
            return Ok(Some(Original::Sealed(sealed)));
        }
        let key = self.tenancy().key_of_original(id);
        self.objects.put(&key, sealed.as_bytes().to_vec()).await?;
        Ok(Some(Original::Object(key)))
    }
}

/// A name is nothing that anybody needs to reveal: one in which something is found is not taken over.
pub(super) fn without_bad_names(sender: &mut Sender, moderation: &Moderation) {
    for name in [&mut sender.profile_name, &mut sender.username] {
        if !moderation.findings(name.as_deref()).is_empty() {
            *name = None;
        }
    }
}
