//! Sounds in which nothing is heard.

/// A tenth of a second of OGG/Opus, as voice notes are; WhatsApp takes one channel only.
pub fn opus(channels: u8, note: &str) -> Vec<u8> {
    let head = [b"OpusHead\x01", &[channels][..], &[0x38, 0x01], &48_000_u32.to_le_bytes(), &[0, 0, 0]].concat();
    let comment = format!("COMMENT={note}");
    let tags = [b"OpusTags", &counted(b"tests")[..], &1_u32.to_le_bytes(), &counted(comment.as_bytes())].concat();
    let silence = [if channels == 1 { 0xf8 } else { 0xfc }, 0xff, 0xfe];
    let pages =
        [page(2, 0, 0, &[&head]), page(0, 0, 1, &[&tags]), page(4, 5 * 960, 2, &[&silence; 5].map(|frame| &frame[..]))];
    pages.concat()
}

/// Five frames of MP3, without a header before them.
pub fn mp3() -> Vec<u8> {
    let frame = [&[0xff, 0xfb, 0x10, 0xc4][..], &[0; 100]].concat();
    frame.repeat(5)
}

fn counted(text: &[u8]) -> Vec<u8> {
    [&u32::try_from(text.len()).expect("a short text").to_le_bytes(), text].concat()
}

/// A page of the one stream; its packets are shorter than 255 bytes.
fn page(flags: u8, granule: u64, sequence: u32, packets: &[&[u8]]) -> Vec<u8> {
    let length = |length: usize| u8::try_from(length).expect("a short packet");
    let lengths: Vec<u8> = packets.iter().map(|packet| length(packet.len())).collect();
    let stream = 7_u32.to_le_bytes();
    let head = [b"OggS\0", &[flags][..], &granule.to_le_bytes(), &stream, &sequence.to_le_bytes()].concat();
    let body = [&[length(lengths.len())][..], &lengths, &packets.concat()].concat();
    let crc = crc32(&[&head[..], &[0; 4], &body].concat());
    [&head[..], &crc.to_le_bytes(), &body].concat()
}

/// As OGG wants it: the highest bit first, nothing inverted.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        let crc = crc ^ u32::from(*byte) << 24;
        (0..8).fold(crc, |crc, _| if crc >> 31 == 1 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 })
    };
    bytes.iter().fold(0, step)
}
