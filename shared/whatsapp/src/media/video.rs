//! Films.

use super::glimpse::{Glimpse, Unsettled};
use super::{MediaType, another_content, iso, refused};

const ALLOWED: &str = "videos with one H.264 stream and at most one AAC stream";

pub(super) fn check(media_type: MediaType, file: &Glimpse) -> Result<(), Unsettled> {
    let wants_3gpp = media_type.mime == "video/3gpp";
    let movie = iso::read(file)?.filter(|movie| movie.is_3gpp() == wants_3gpp && !movie.is_quicktime());
    let Some(movie) = movie else { return Err(another_content(media_type, file)) };
    let [sounds, pictures] = [iso::SOUND, iso::PICTURES].map(|kind| movie.of_kind(kind));
    if pictures.is_empty() {
        let advice = "Send a sound as audio/mp4.";
        return Err(refused("streams", movie.described(), ALLOWED.to_owned(), advice.to_owned()));
    }
    if sounds.len() > 1 || pictures.len() > 1 {
        let advice = "Keep one stream of each and upload it again.";
        return Err(refused("streams", movie.described(), ALLOWED.to_owned(), advice.to_owned()));
    }
    let is_h264 = pictures.iter().all(|codec| matches!(*codec, b"avc1" | b"avc3"));
    let is_aac = sounds.iter().all(|codec| *codec == b"mp4a");
    if is_h264 && is_aac {
        return Ok(());
    }
    let advice = "Convert it to H.264 and AAC in an mp4 file.";
    Err(refused("codec", movie.described(), ALLOWED.to_owned(), advice.to_owned()))
}
