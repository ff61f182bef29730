//! Films of one grey picture of 16 by 16 points, in H.264 without compression.

/// An MP4 without sound.
pub fn mp4(note: &str) -> Vec<u8> {
    film(b"isom\0\0\x02\0isommp42", note)
}

/// A 3GP, which some phones record.
pub fn three_gp(note: &str) -> Vec<u8> {
    film(b"3gp6\0\0\x01\x003gp63gp4", note)
}

const SIDE: [u8; 2] = [0, 16];
/// A thousand ticks a second; the picture stays for one.
const TICKS: [u8; 4] = 1_000_u32.to_be_bytes();
/// Baseline profile, level 1, one macroblock.
const SEQUENCE: [u8; 6] = [0x67, 0x42, 0x00, 0x0a, 0xfb, 0x88];
const PICTURE: [u8; 4] = [0x68, 0xce, 0x38, 0x80];

fn film(brands: &[u8], note: &str) -> Vec<u8> {
    let frame = frame();
    let data = atom(b"mdat", &[&frame]);
    let start = [atom(b"ftyp", &[brands]), atom(b"free", &[note.as_bytes()])].concat();
    let frame_at = be(start.len() + data.len() - frame.len());
    [start, data, movie(&be(frame.len()), &frame_at)].concat()
}

/// One picture that needs no other: the head of the slice with its macroblock, its points as they are, the stop bit.
fn frame() -> Vec<u8> {
    let slice = [&[0x65, 0x88, 0x84, 0x08, 0x68][..], &[0x80; 384], &[0x80]].concat();
    [&be(slice.len())[..], &slice].concat()
}

fn movie(frame_size: &[u8], frame_at: &[u8]) -> Vec<u8> {
    let matrix = [&[0, 1, 0, 0][..], &[0; 12], &[0, 1, 0, 0], &[0; 12], &[0x40, 0, 0, 0]].concat();
    let head = [&[0; 12][..], &TICKS, &TICKS, &[0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &matrix, &[0; 24]];
    let side = [&SIDE[..], &[0, 0]].concat();
    let track_head = [&[0, 0, 0, 3][..], &[0; 8], &one(), &[0; 4], &TICKS, &[0; 16], &matrix, &side, &side];
    let media = atom(
        b"mdia",
        &[
            &atom(b"mdhd", &[&[0; 12], &TICKS, &TICKS, &[0x55, 0xc4, 0, 0]]),
            &atom(b"hdlr", &[&[0; 8], b"vide", &[0; 13]]),
            &atom(b"minf", &[&atom(b"vmhd", &[&[0, 0, 0, 1], &[0; 8]]), &data_here(), &samples(frame_size, frame_at)]),
        ],
    );
    let track = atom(b"trak", &[&atom(b"tkhd", &track_head), &media]);
    atom(b"moov", &[&atom(b"mvhd", &[&head.concat(), &[0, 0, 0, 2]]), &track])
}

fn data_here() -> Vec<u8> {
    atom(b"dinf", &[&atom(b"dref", &[&[0; 4], &one(), &atom(b"url ", &[&[0, 0, 0, 1]])])])
}

fn samples(frame_size: &[u8], frame_at: &[u8]) -> Vec<u8> {
    let zero = [0; 4];
    let sets = [&[0xe1, 0, 6][..], &SEQUENCE, &[1, 0, 4], &PICTURE].concat();
    let configuration = atom(b"avcC", &[&[1, 0x42, 0x00, 0x0a, 0xff], &sets]);
    let resolution = [0, 72, 0, 0, 0, 72, 0, 0];
    let codec = atom(
        b"avc1",
        &[
            &[0, 0, 0, 0, 0, 0, 0, 1],
            &[0; 16],
            &SIDE,
            &SIDE,
            &resolution,
            &zero,
            &[0, 1],
            &[0; 32],
            &[0, 24, 0xff, 0xff],
            &configuration,
        ],
    );
    atom(
        b"stbl",
        &[
            &atom(b"stsd", &[&zero, &one(), &codec]),
            &atom(b"stts", &[&zero, &one(), &one(), &TICKS]),
            &atom(b"stsc", &[&zero, &one(), &one(), &one(), &one()]),
            &atom(b"stsz", &[&zero, frame_size, &one()]),
            &atom(b"stco", &[&zero, &one(), frame_at]),
        ],
    )
}

fn one() -> [u8; 4] {
    be(1)
}

fn be(number: usize) -> [u8; 4] {
    u32::try_from(number).expect("a small file").to_be_bytes()
}

fn atom(name: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    [&be(body.len() + 8)[..], name, &body].concat()
}
