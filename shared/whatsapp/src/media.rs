//! What WhatsApp takes as a file, and whether a file is that (Meta, "media": supported types and sizes).
//!
//! [`announced`] judges what is said of a file before it is there, [`check`] its content. Of the content only the few
//! bytes that tell are looked at: what a check needs and does not have it asks for ([`Unsettled::Missing`]).
//!
//! Not checked, since it would need a decoder: that the frames of a file can be decoded at all, whether the sound of an
//! `mp4a` stream is AAC and how many channels it has, and whether H.264 of the High profile has B-frames, which Meta warns
//! of for Android.

mod audio;
mod document;
mod glimpse;
mod image;
mod iso;
mod sticker;
mod types;
mod video;

use domain::content::MediaKind;

pub use glimpse::{Glimpse, Unsettled};
pub use types::{Class, MediaType};

/// Why WhatsApp would not take a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found}. WhatsApp takes {allowed}. {advice}")]
pub struct NotAllowed {
    /// A stable word for the rule that is broken.
    pub rule: &'static str,
    pub found: String,
    pub allowed: String,
    /// What would work.
    pub advice: String,
}

/// The type that a file is said to have, if WhatsApp takes such a file of that many bytes.
///
/// # Errors
/// [`NotAllowed`] when it cannot be sent, whatever its content.
pub fn announced(mime_type: &str, size: u64) -> Result<MediaType, NotAllowed> {
    let media_type = types::find(mime_type).ok_or_else(|| unknown_type(mime_type))?;
    within(size, media_type.most(), media_type)?;
    Ok(media_type)
}

/// How WhatsApp shows a file of this content; as a voice note, if that is wanted.
///
/// # Errors
/// [`Unsettled`] when more has to be seen, or when it cannot be sent.
pub fn check(media_type: MediaType, as_voice: bool, file: &Glimpse) -> Result<MediaKind, Unsettled> {
    within(file.size(), media_type.most(), media_type)?;
    if as_voice {
        voice(media_type.mime)?;
    }
    match media_type.class {
        Class::Image => image::check(media_type, file).map(|()| MediaKind::Image),
        Class::Video => video::check(media_type, file).map(|()| MediaKind::Video),
        Class::Audio => {
            audio::check(media_type, file).map(|()| if as_voice { MediaKind::Voice } else { MediaKind::Audio })
        }
        Class::Document => document::check(media_type, file).map(|()| MediaKind::Document),
        Class::Sticker => sticker::check(media_type, file).map(|animated| MediaKind::Sticker { animated }),
    }
}

/// Whether a file of this type, if it can be sent at all, can be a voice note.
///
/// # Errors
/// [`NotAllowed`] when it cannot.
pub fn voice(mime_type: &str) -> Result<(), NotAllowed> {
    if types::find(mime_type).is_some_and(|media_type| media_type.mime == "audio/ogg") {
        return Ok(());
    }
    Err(NotAllowed {
        rule: "voice",
        found: format!("The file is {}", shown(mime_type)),
        allowed: "voice notes as audio/ogg with OPUS in mono only".to_owned(),
        advice: "Convert it to that, or send it without voice.".to_owned(),
    })
}

/// A file that says too little of itself in too many places.
pub fn unclear(media_type: MediaType) -> NotAllowed {
    NotAllowed {
        rule: "content",
        found: format!("The file is said to be {} and is too strange to tell", media_type.mime),
        allowed: "files whose content is of the type that is given".to_owned(),
        advice: "Save it again with another program, and upload that.".to_owned(),
    }
}

fn within(size: u64, most: u64, media_type: MediaType) -> Result<(), NotAllowed> {
    if size == 0 {
        return Err(NotAllowed {
            rule: "empty",
            found: "The file is empty".to_owned(),
            allowed: "files with at least one byte".to_owned(),
            advice: "Upload it again.".to_owned(),
        });
    }
    if size <= most {
        return Ok(());
    }
    Err(NotAllowed {
        rule: "size",
        found: format!("The file has {size} bytes"),
        allowed: format!("{} of at most {most} bytes", media_type.class.plural()),
        advice: "Make it smaller, or send a link to it.".to_owned(),
    })
}

fn unknown_type(mime_type: &str) -> NotAllowed {
    NotAllowed {
        rule: "type",
        found: format!("The file is said to be {}", shown(mime_type)),
        allowed: types::list(),
        advice: types::instead_of(mime_type).to_owned(),
    }
}

/// The content is not what is said of it.
fn another_content(media_type: MediaType, file: &Glimpse) -> Unsettled {
    let seems = file.head().ok().and_then(infer::get).map(|kind| kind.mime_type());
    let (found, advice) = match seems.filter(|mime| *mime != media_type.mime) {
        Some(mime) if types::find(mime).is_some() => {
            (format!("The file is said to be {} and is {mime}", media_type.mime), format!("Upload it as {mime}."))
        }
        Some(mime) => {
            (format!("The file is said to be {} and is {mime}", media_type.mime), types::instead_of(mime).to_owned())
        }
        None => (
            format!("The file is said to be {} and is not, or is damaged", media_type.mime),
            "Check the file, and upload it as what it is.".to_owned(),
        ),
    };
    refused("content", found, "files whose content is of the type that is given".to_owned(), advice)
}

fn refused(rule: &'static str, found: String, allowed: String, advice: String) -> Unsettled {
    NotAllowed { rule, found, allowed, advice }.into()
}

/// A type as it was given, cut to what fits a sentence.
fn shown(mime_type: &str) -> String {
    mime_type.chars().filter(|char| !char.is_control()).take(60).collect()
}

#[cfg(test)]
pub(crate) mod tests;
