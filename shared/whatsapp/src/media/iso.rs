//! The boxes of MP4 and 3GP files (ISO/IEC 14496-12), as far as they say which streams there are. Boxes are walked over by
//! their lengths, so that neither frames nor the tables of large films are read.

use super::glimpse::{Glimpse, Unsettled};

/// The handler of a film's pictures.
pub(super) const PICTURES: &[u8; 4] = b"vide";
/// The handler of sound.
pub(super) const SOUND: &[u8; 4] = b"soun";

type Code = [u8; 4];

/// More boxes beside each other than any film has.
const MOST_BOXES: usize = 500;

/// What a film says of itself.
pub(super) struct Movie {
    brand: Code,
    /// Of each stream, its handler and its codec.
    streams: Vec<(Code, Code)>,
}

impl Movie {
    pub(super) fn is_3gpp(&self) -> bool {
        self.brand.starts_with(b"3g")
    }

    pub(super) fn is_quicktime(&self) -> bool {
        &self.brand == b"qt  "
    }

    /// The codecs of the streams with this handler.
    pub(super) fn of_kind(&self, handler: &Code) -> Vec<&Code> {
        self.streams.iter().filter(|(of, _)| of == handler).map(|(_, codec)| codec).collect()
    }

    /// Its streams in a sentence.
    pub(super) fn described(&self) -> String {
        let codecs: Vec<String> = self
            .streams
            .iter()
            .filter(|(handler, _)| handler == PICTURES || handler == SOUND)
            .map(|(_, codec)| codec.iter().map(|byte| char::from(*byte)).filter(char::is_ascii_graphic).collect())
            .collect();
        match &codecs[..] {
            [] => "The file has no stream".to_owned(),
            _ => format!("The streams of the file are: {}", codecs.join(", ")),
        }
    }
}

/// Nothing if it is no such file, or not a whole one.
pub(super) fn read(file: &Glimpse) -> Result<Option<Movie>, Unsettled> {
    let whole = Span { start: 0, end: file.size() };
    let Some(brand) = whole.child(file, b"ftyp")?.filter(|span| span.start <= 16) else { return Ok(None) };
    let (Some(brand), Some(movie)) = (brand.code(file, 0)?, whole.child(file, b"moov")?) else { return Ok(None) };
    let mut streams = Vec::new();
    for track in movie.children(file)?.into_iter().filter(|(kind, _)| kind == b"trak").map(|(_, span)| span) {
        streams.extend(stream(file, track)?);
    }
    Ok(Some(Movie { brand, streams }))
}

fn stream(file: &Glimpse, track: Span) -> Result<Option<(Code, Code)>, Unsettled> {
    let Some(media) = track.child(file, b"mdia")? else { return Ok(None) };
    let Some(handler) = media.child(file, b"hdlr")? else { return Ok(None) };
    let mut inner = media;
    for kind in [b"minf", b"stbl", b"stsd"] {
        match inner.child(file, kind)? {
            Some(child) => inner = child,
            None => return Ok(None),
        }
    }
    // Both begin with version and flags; then a reserved word, or the number of entries and the length of the first.
    Ok(handler.code(file, 8)?.zip(inner.code(file, 12)?))
}

/// The inside of a box.
#[derive(Clone, Copy)]
struct Span {
    start: u64,
    end: u64,
}

impl Span {
    /// The four bytes at an offset in it.
    fn code(self, file: &Glimpse, offset: u64) -> Result<Option<Code>, Unsettled> {
        let at = self.start.saturating_add(offset);
        if at.saturating_add(4) > self.end {
            return Ok(None);
        }
        Ok(file.read(at, 4)?.and_then(|bytes| bytes.try_into().ok()))
    }

    /// The first box of a kind in it.
    fn child(self, file: &Glimpse, kind: &Code) -> Result<Option<Self>, Unsettled> {
        let mut at = self.start;
        for _ in 0..MOST_BOXES {
            match self.box_at(file, at)? {
                Some((found, span)) if found == *kind => return Ok(Some(span)),
                Some((_, span)) => at = span.end,
                None => break,
            }
        }
        Ok(None)
    }

    /// All boxes in it.
    fn children(self, file: &Glimpse) -> Result<Vec<(Code, Self)>, Unsettled> {
        let mut children = Vec::new();
        let mut at = self.start;
        while let Some((kind, span)) = self.box_at(file, at)?.filter(|_| children.len() < MOST_BOXES) {
            at = span.end;
            children.push((kind, span));
        }
        Ok(children)
    }

    /// The box that begins at `at`; nothing at the end, and where there can be none.
    fn box_at(self, file: &Glimpse, at: u64) -> Result<Option<(Code, Self)>, Unsettled> {
        if at.saturating_add(8) > self.end {
            return Ok(None);
        }
        let Some(&[a, b, c, d, ref kind @ ..]) = file.read(at, 8)? else { return Ok(None) };
        let Ok(kind) = <Code>::try_from(kind) else { return Ok(None) };
        let (header, length) = match u32::from_be_bytes([a, b, c, d]) {
            // It goes on to the end.
            0 => (8, self.end - at),
            // Its length does not fit there and follows.
            1 => match file.read(at + 8, 8)?.and_then(|bytes| bytes.try_into().ok()) {
                Some(long) => (16, u64::from_be_bytes(long)),
                None => return Ok(None),
            },
            length => (8, length.into()),
        };
        let end = at.saturating_add(length);
        let is_sound = length >= header && end <= self.end;
        Ok(is_sound.then_some((kind, Self { start: at + header, end })))
    }
}
