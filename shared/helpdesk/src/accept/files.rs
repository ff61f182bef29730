//! What a reply brings along, looked at before anything is accepted.

use domain::attachment::State;
use domain::content::{Media, MediaKind, Reaction};
use domain::library::{KeptFile, LibraryBody};
use domain::{Attachment, Content, LibraryItemId, UploadId};
use futures::future::try_join_all;
use whatsapp::limits::{self, takes_caption};
use whatsapp::media::{self, NotAllowed};

use super::compose::{Piece, compose};
use super::reply::{NewAttachment, NewHeader, NewTemplate, Said, Saying, Source};
use super::thread::Thread;
use super::{AcceptError, Accepting};
use crate::inspect::{FileError, inspect};

/// What a reply says.
pub(super) struct Contents {
    pub(super) now: Vec<Content>,
    /// Once the customer has answered.
    pub(super) later: Vec<Content>,
}

impl Accepting<'_> {
    /// The contents of the messages that a reply becomes in this thread.
    pub(super) async fn contents(self, saying: &Saying, thread: &Thread) -> Result<Contents, AcceptError> {
        let later = match saying {
            Saying::Template(NewTemplate { then: Some(then), .. }) => self.said(&then.said).await?,
            _ => Vec::new(),
        };
        Ok(Contents { now: self.now_said(saying, thread).await?, later })
    }

    async fn now_said(self, saying: &Saying, thread: &Thread) -> Result<Vec<Content>, AcceptError> {
        match saying {
            Saying::Template(new) => Ok(vec![Content::Template(self.template(new, thread).await?)]),
            Saying::Reaction { target, emoji } => {
                // As phones write it; whoever takes it away has none.
                let emoji = limits::emoji(emoji).unwrap_or_default().to_owned();
                Ok(vec![Content::Reaction(Reaction { target: *target, emoji })])
            }
            Saying::Said(said) => self.said(said).await,
        }
    }

    /// The contents of the messages that words, files and more become.
    pub(crate) async fn said(self, said: &Said) -> Result<Vec<Content>, AcceptError> {
        let Said { text, attachments, location, cards } = said;
        let pieces = try_join_all(attachments.iter().map(|attachment| self.piece(attachment))).await?;
        Ok(compose(text.as_deref(), pieces, location.as_ref(), cards.as_deref()))
    }

    /// A file that stands alone, without a caption of its own.
    pub(super) async fn file(self, source: Source) -> Result<Media, AcceptError> {
        match self.piece(&NewAttachment { source, caption: None, as_voice: false }).await? {
            Piece::File(file) => Ok(file),
            Piece::Words(_) => Err(AcceptError::HeaderNotAFile),
        }
    }

    async fn piece(self, attachment: &NewAttachment) -> Result<Piece, AcceptError> {
        let file = match attachment.source {
            Source::Upload(id) => self.uploaded(id, attachment.as_voice).await?,
            Source::Library(id) => match self.kept(id, attachment).await? {
                LibraryBody::File(file) => file,
                LibraryBody::Text { text } => return Ok(Piece::Words(text)),
            },
        };
        if attachment.caption.is_some() && !takes_caption(file.kind) {
            return Err(AcceptError::CaptionNotTaken { kind: file.kind });
        }
        let caption = attachment.caption.clone();
        Ok(Piece::File(Media { kind: file.kind, caption, attachment: attached(file) }))
    }

    pub(crate) async fn uploaded(self, id: UploadId, as_voice: bool) -> Result<KeptFile, AcceptError> {
        let upload = self.tenancy.upload(id).await?.ok_or(AcceptError::NoSuchUpload(id))?;
        if self.now >= upload.expires_at() {
            return Err(AcceptError::UploadExpired(id));
        }
        inspect(self.objects, self.tenancy.tenant_id(), &upload, as_voice).await.map_err(|error| match error {
            FileError::Missing => AcceptError::UploadMissing(id),
            FileError::NotAllowed(refused) => AcceptError::MediaNotAllowed { file: id.to_string(), refused },
            FileError::Storage(error) => error.into(),
        })
    }

    async fn kept(self, id: LibraryItemId, attachment: &NewAttachment) -> Result<LibraryBody, AcceptError> {
        let item = self.tenancy.library_item(id).await?.ok_or(AcceptError::NoSuchLibraryItem(id))?;
        match item.body {
            LibraryBody::File(file) if attachment.as_voice => {
                let not_allowed = |refused: NotAllowed| AcceptError::MediaNotAllowed { file: id.to_string(), refused };
                media::voice(&file.mime_type).map_err(not_allowed)?;
                Ok(LibraryBody::File(KeptFile { kind: MediaKind::Voice, ..file }))
            }
            LibraryBody::Text { .. } if attachment.as_voice || attachment.caption.is_some() => {
                Err(AcceptError::NotAFile(id))
            }
            body => Ok(body),
        }
    }

    /// What is uploaded stays from now on. Should nothing be accepted in the end, it is a file too many, and no harm.
    pub(super) async fn keep(self, saying: &Saying) -> Result<(), AcceptError> {
        match saying {
            Saying::Said(said) => self.keep_files(said, None).await,
            Saying::Template(NewTemplate { header, then, .. }) => {
                let above = match header {
                    Some(NewHeader::File(source)) => Some(*source),
                    _ => None,
                };
                self.keep_files(then.as_ref().map_or(&Said::default(), |then| &then.said), above).await
            }
            Saying::Reaction { .. } => Ok(()),
        }
    }

    /// The same of what is said later.
    pub(crate) async fn keep_files(self, said: &Said, above: Option<Source>) -> Result<(), AcceptError> {
        let sources = said.attachments.iter().map(|attachment| attachment.source).chain(above);
        let uploads = sources.filter_map(|source| match source {
            Source::Upload(id) => Some(id),
            Source::Library(_) => None,
        });
        let keys: Vec<String> = uploads.map(|id| id.key(self.tenancy.tenant_id())).collect();
        try_join_all(keys.iter().map(|key| self.objects.keep(key))).await?;
        Ok(())
    }
}

/// A kept file as it stands above a template.
pub(super) fn above(file: KeptFile) -> Media {
    Media { kind: file.kind, caption: None, attachment: attached(file) }
}

fn attached(file: KeptFile) -> Attachment {
    Attachment {
        filename: Some(file.filename),
        mime_type: file.mime_type,
        size: Some(file.size),
        sha256: None,
        state: State::Stored { key: file.key },
    }
}
