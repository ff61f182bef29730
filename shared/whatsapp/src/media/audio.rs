//! Sounds.

use super::glimpse::{Glimpse, Unsettled};
use super::{MediaType, another_content, iso, refused};

pub(super) fn check(media_type: MediaType, file: &Glimpse) -> Result<(), Unsettled> {
    let head = file.head()?;
    let is_so = match media_type.mime {
        "audio/aac" => infer::audio::is_aac(head),
        "audio/amr" => infer::audio::is_amr(head),
        "audio/mpeg" => infer::audio::is_mp3(head) && !infer::audio::is_aac(head),
        "audio/mp4" => return mp4(media_type, file),
        _ => return ogg(media_type, file),
    };
    if is_so { Ok(()) } else { Err(another_content(media_type, file)) }
}

/// OPUS in mono and nothing else: the first page of an OGG file says what is in it (RFC 7845).
fn ogg(media_type: MediaType, file: &Glimpse) -> Result<(), Unsettled> {
    const ALLOWED: &str = "audio/ogg with OPUS in mono only";
    let head = file.head()?;
    if !head.starts_with(b"OggS") {
        return Err(another_content(media_type, file));
    }
    let content = head.get(26).and_then(|segments| head.get(27 + usize::from(*segments)..)).unwrap_or_default();
    if !content.starts_with(b"OpusHead") {
        let advice = "Convert it to OPUS in mono, or send it as audio/mpeg or audio/mp4.";
        return Err(refused("codec", "The sound is not OPUS".to_owned(), ALLOWED.to_owned(), advice.to_owned()));
    }
    match content.get(9) {
        Some(1) => Ok(()),
        Some(channels) => {
            let advice = "Convert it to one channel, or send it as audio/mpeg or audio/mp4.";
            let found = format!("The sound has {channels} channels");
            Err(refused("channels", found, ALLOWED.to_owned(), advice.to_owned()))
        }
        None => Err(another_content(media_type, file)),
    }
}

fn mp4(media_type: MediaType, file: &Glimpse) -> Result<(), Unsettled> {
    let Some(movie) = iso::read(file)?.filter(|movie| !movie.is_quicktime()) else {
        return Err(another_content(media_type, file));
    };
    let [sounds, pictures] = [iso::SOUND, iso::PICTURES].map(|kind| movie.of_kind(kind));
    if pictures.is_empty() && matches!(sounds[..], [b"mp4a"]) {
        return Ok(());
    }
    let advice = if pictures.is_empty() { "Convert it to AAC." } else { "Send it as video/mp4." };
    Err(refused(
        "codec",
        movie.described(),
        "audio/mp4 with one AAC stream and nothing else".to_owned(),
        advice.to_owned(),
    ))
}
