//! A message of ours in Graph's terms.

use domain::content::{MediaKind, MessageHeader};
use domain::message::Direction;
use domain::{Content, Message, Wamid};
use whatsapp::graph::{OutgoingContent, OutgoingMessage};

use super::file::FileAtMeta;

/// What a message refers to, as Meta knows it.
pub(super) struct Needs {
    pub(super) quoted: Option<Wamid>,
    /// Of a reaction.
    pub(super) target: Option<Wamid>,
    pub(super) file: Option<FileAtMeta>,
}

/// Nothing for what is never sent, or lacks what it refers to.
pub(super) fn outgoing<'a>(message: &'a Message, needs: &'a Needs, opaque: &'a str) -> Option<OutgoingMessage<'a>> {
    let Direction::Outgoing { to, .. } = &message.direction else { return None };
    let content = match &message.content {
        Content::Text { text } => OutgoingContent::Text(text),
        Content::Media(media) => OutgoingContent::Media {
            kind: media.kind,
            media_id: &needs.file.as_ref()?.media_id,
            caption: media.caption.as_deref(),
            filename: media.attachment.filename.as_deref().filter(|_| media.kind == MediaKind::Document),
        },
        Content::Location(location) => OutgoingContent::Location(location),
        Content::Contacts { contacts } => OutgoingContent::Contacts(contacts),
        Content::Template(template) => {
            let media_id = needs.file.as_ref().map(|file| file.media_id.as_str());
            if matches!(template.header, Some(MessageHeader::Media(_))) && media_id.is_none() {
                return None;
            }
            OutgoingContent::Template { template, media_id }
        }
        Content::Reaction(reaction) => {
            OutgoingContent::Reaction { target: needs.target.as_ref()?, emoji: &reaction.emoji }
        }
        Content::Choice(_)
        | Content::Form(_)
        | Content::Order(_)
        | Content::Notice(_)
        | Content::Hidden(_)
        | Content::Placeholder(_) => return None,
    };
    Some(OutgoingMessage { to, content, reply_to: needs.quoted.as_ref(), opaque })
}
