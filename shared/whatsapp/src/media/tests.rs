use super::*;

/// What comes of a file that is all here.
fn verdict(mime_type: &str, as_voice: bool, bytes: &[u8]) -> Result<MediaKind, NotAllowed> {
    let media_type = announced(mime_type, bytes.len() as u64)?;
    let mut file = Glimpse::of_size(bytes.len() as u64);
    file.add(0, bytes.to_vec());
    check(media_type, as_voice, &file).map_err(|unsettled| match unsettled {
        Unsettled::NotAllowed(refused) => refused,
        Unsettled::Missing(range) => panic!("all of it is there: {range:?}"),
    })
}

fn rule(mime_type: &str, bytes: &[u8]) -> &'static str {
    let refused = verdict(mime_type, false, bytes).expect_err("not allowed");
    let sentence = refused.to_string();
    assert!(sentence.ends_with('.') && refused.advice.len() > 10, "{sentence}");
    refused.rule
}

fn png(bits: u8, color_type: u8) -> Vec<u8> {
    [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01"[..], &[bits, color_type, 0, 0, 0]].concat()
}

/// A JPEG whose frame comes after segments of these lengths.
fn jpeg(bits: u8, components: u8, before: &[u16]) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    for length in before {
        file.extend([0xff, 0xe2]);
        file.extend((length + 2).to_be_bytes());
        file.extend(vec![0; usize::from(*length)]);
    }
    file.extend([0xff, 0xc2, 0, 17, bits, 0, 1, 0, 1, components]);
    file.extend([0; 12]);
    file
}

fn webp(chunk: &[u8], size: usize) -> Vec<u8> {
    let mut file = [b"RIFF\0\0\0\0WEBP", chunk].concat();
    file.resize(size, 0);
    file
}

fn extended(flags: u8, side: u32) -> Vec<u8> {
    let side = &(side - 1).to_le_bytes()[..3];
    [b"VP8X\x0a\0\0\0", &[flags, 0, 0, 0][..], side, side].concat()
}

fn opus(channels: u8) -> Vec<u8> {
    let head = [b"OpusHead\x01", &[channels][..], &[0; 9]].concat();
    [b"OggS\0\x02", &[0; 20][..], &[1, 19], &head].concat()
}

pub(crate) fn atom(name: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    [&(body.len() as u32 + 8).to_be_bytes()[..], name, &body].concat()
}

fn film(brand: &[u8; 4], streams: &[(&[u8; 4], &[u8; 4])], before_movie: &[u8]) -> Vec<u8> {
    let tracks: Vec<u8> = streams
        .iter()
        .flat_map(|(handler, codec)| {
            let samples = atom(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1], &atom(codec, &[&[0; 8]])]);
            let media =
                [atom(b"hdlr", &[&[0; 8], &handler[..], &[0; 13]]), atom(b"minf", &[&atom(b"stbl", &[&samples])])];
            atom(b"trak", &[&atom(b"mdia", &[&media.concat()])])
        })
        .collect();
    [atom(b"ftyp", &[brand, &[0; 4]]), before_movie.to_vec(), atom(b"moov", &[&tracks])].concat()
}

const H264: (&[u8; 4], &[u8; 4]) = (b"vide", b"avc1");
const HEVC: (&[u8; 4], &[u8; 4]) = (b"vide", b"hvc1");
const AAC: (&[u8; 4], &[u8; 4]) = (b"soun", b"mp4a");
const AMR: (&[u8; 4], &[u8; 4]) = (b"soun", b"samr");
const HINTS: (&[u8; 4], &[u8; 4]) = (b"hint", b"rtp ");

#[test]
fn each_kind_is_known_by_its_content() {
    let still = MediaKind::Sticker { animated: false };
    for (mime_type, bytes, kind) in [
        ("image/png", png(8, 6), MediaKind::Image),
        ("image/jpg", jpeg(8, 3, &[10]), MediaKind::Image),
        ("image/webp", webp(&extended(0, 512), 99_000), still),
        ("image/webp", webp(&extended(2, 512), 500_000), MediaKind::Sticker { animated: true }),
        ("image/webp", webp(b"VP8L\0\0\0\0\x2f\xff\xc1\x7f\0", 100), still),
        ("image/webp", webp(b"VP8 \0\0\0\0\0\0\0\x9d\x01\x2a\0\x02\0\x02", 100), still),
        ("audio/ogg; codecs=opus", opus(1), MediaKind::Audio),
        ("Audio/MP4", film(b"M4A ", &[AAC], &[]), MediaKind::Audio),
        ("audio/mpeg", [&[0xff, 0xfb, 0x10, 0xc4][..], &[0; 40]].concat(), MediaKind::Audio),
        ("audio/aac", [&[0xff, 0xf1, 0x50, 0x80][..], &[0; 40]].concat(), MediaKind::Audio),
        ("audio/amr", [&b"#!AMR\n"[..], &[0; 40]].concat(), MediaKind::Audio),
        ("video/mp4", film(b"isom", &[H264, AAC, HINTS], &[]), MediaKind::Video),
        ("video/3gpp", film(b"3gp6", &[H264], &[]), MediaKind::Video),
        ("application/pdf", b"%PDF-1.4\n".to_vec(), MediaKind::Document),
        ("text/plain", "Grüße\n".into(), MediaKind::Document),
        (
            "application/msword",
            [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 9]].concat(),
            MediaKind::Document,
        ),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            [&b"PK\x03\x04"[..], &[0; 26], b"xl/workbook.xml"].concat(),
            MediaKind::Document,
        ),
    ] {
        assert_eq!(verdict(mime_type, false, &bytes), Ok(kind), "{mime_type}");
    }
    assert_eq!(verdict("audio/ogg", true, &opus(1)), Ok(MediaKind::Voice));
}

#[test]
fn what_does_not_fit_is_named_by_its_rule() {
    for (mime_type, bytes, expected) in [
        ("image/png", png(16, 2), "colors"),
        ("image/png", png(8, 3), "colors"),
        ("image/jpeg", jpeg(8, 4, &[]), "colors"),
        ("image/jpeg", jpeg(8, 1, &[]), "colors"),
        ("image/jpeg", png(8, 2), "content"),
        ("image/jpeg", vec![0xff, 0xd8, 0xff], "content"),
        ("image/webp", webp(&extended(0, 300), 100), "dimensions"),
        ("image/webp", webp(&extended(0, 512), 102_401), "size"),
        ("image/webp", png(8, 2), "content"),
        ("audio/ogg", opus(2), "channels"),
        ("audio/ogg", [b"OggS\0\x02", &[0; 20][..], &[1, 7], b"\x01vorbis"].concat(), "codec"),
        ("audio/mp4", film(b"isom", &[H264, AAC], &[]), "codec"),
        ("audio/mp4", film(b"isom", &[AMR], &[]), "codec"),
        ("audio/mpeg", [&[0xff, 0xf1, 0x50, 0x80][..], &[0; 40]].concat(), "content"),
        ("video/mp4", film(b"isom", &[HEVC], &[]), "codec"),
        ("video/3gpp", film(b"3gp4", &[H264, AMR], &[]), "codec"),
        ("video/mp4", film(b"isom", &[AAC], &[]), "streams"),
        ("video/mp4", film(b"isom", &[H264, AAC, AAC], &[]), "streams"),
        ("video/mp4", film(b"3gp6", &[H264], &[]), "content"),
        ("video/mp4", film(b"qt  ", &[H264], &[]), "content"),
        ("application/pdf", b"hello".to_vec(), "content"),
        ("text/plain", png(8, 2), "content"),
        ("text/plain", b"a\0b".to_vec(), "content"),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            [&b"PK\x03\x04"[..], &[0; 26], b"xl/workbook.xml"].concat(),
            "content",
        ),
        ("application/pdf", Vec::new(), "empty"),
        ("image/gif", b"GIF89a".to_vec(), "type"),
        ("application/zip", b"PK\x03\x04".to_vec(), "type"),
    ] {
        assert_eq!(rule(mime_type, &bytes), expected, "{mime_type}");
    }
    assert_eq!(verdict("audio/mpeg", true, &[0xff, 0xfb, 0, 0]).expect_err("no voice").rule, "voice");
}

#[test]
fn a_gif_is_told_what_would_work() {
    let refused = announced("image/gif", 10).expect_err("not allowed");
    assert!(refused.advice.contains("video/mp4"), "{refused}");
    let disguised = verdict("image/png", false, b"GIF89a\x01\0\x01\0\x80\0\0").expect_err("not allowed");
    assert!(disguised.found.contains("image/gif") && disguised.advice.contains("video/mp4"), "{disguised}");
}

#[test]
fn a_files_size_is_judged_before_it_is_there() {
    const MB: u64 = 1024 * 1024;
    for (mime_type, most) in [("image/png", 5), ("video/mp4", 16), ("audio/aac", 16), ("application/pdf", 100)] {
        assert!(announced(mime_type, most * MB).is_ok(), "{mime_type}");
        let refused = announced(mime_type, most * MB + 1).expect_err("too large");
        assert_eq!(refused.rule, "size", "{mime_type}");
    }
    assert_eq!(announced("text/plain", 0).expect_err("empty").rule, "empty");
}

/// Reads a file as from afar, and says how much of it was read in how many steps.
fn from_afar(mime_type: &str, bytes: &[u8]) -> (Result<MediaKind, NotAllowed>, usize, usize) {
    let media_type = announced(mime_type, bytes.len() as u64).expect("a known type");
    let mut file = Glimpse::of_size(bytes.len() as u64);
    let (mut read, mut steps) = (0, 0);
    loop {
        match check(media_type, false, &file) {
            Ok(kind) => return (Ok(kind), read, steps),
            Err(Unsettled::NotAllowed(refused)) => return (Err(refused), read, steps),
            Err(Unsettled::Missing(range)) => {
                let part = &bytes[range.start as usize..range.end as usize];
                assert!(!part.is_empty());
                file.add(range.start, part.to_vec());
                (read, steps) = (read + part.len(), steps + 1);
            }
        }
    }
}

#[test]
fn of_a_large_file_only_what_tells_is_read() {
    let frames = atom(b"mdat", &[&vec![0; 10_000_000]]);
    let (kind, read, steps) = from_afar("video/mp4", &film(b"isom", &[H264, AAC], &frames));
    assert_eq!(kind, Ok(MediaKind::Video));
    assert!(read < 100_000 && steps <= 4, "{read} bytes in {steps} steps");

    let (kind, read, steps) = from_afar("image/jpeg", &jpeg(8, 3, &[60_000; 20]));
    assert_eq!(kind, Ok(MediaKind::Image));
    assert!(read < 500_000 && steps <= 25, "{read} bytes in {steps} steps");
}

proptest::proptest! {
    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(proptest::num::u8::ANY, 1..400), start in 0usize..8) {
        let starts: [&[u8]; 8] = [
            b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP", b"OggS", b"\0\0\0\x10ftypisom\0\0\0\0", b"PK\x03\x04", b"%PDF-",
        ];
        let file = [starts[start], &bytes].concat();
        for mime_type in ["image/png", "image/jpeg", "image/webp", "audio/ogg", "audio/mp4", "video/mp4", "text/plain", "application/pdf"] {
            let _ = verdict(mime_type, false, &file);
        }
    }
}
