//! Pictures of one colour.

/// A grey JPEG with a comment in it.
pub fn jpeg(width: u16, height: u16, note: &str) -> Vec<u8> {
    let ([w1, w2], [h1, h2]) = (width.to_be_bytes(), height.to_be_bytes());
    let mut file = vec![0xff, 0xd8];
    let mut segment = |marker: u8, body: &[u8]| {
        file.extend([0xff, marker]);
        file.extend(u16::try_from(body.len() + 2).expect("a short segment").to_be_bytes());
        file.extend(body);
    };
    segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    segment(0xfe, note.as_bytes());
    segment(0xdb, &[&[0][..], &[1; 64]].concat());
    segment(0xc0, &[8, h1, h2, w1, w2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
    // Two codes of one bit: "as the block before" and "nothing more in this block".
    for table in [0x00, 0x10] {
        segment(0xc4, &[&[table, 1][..], &[0; 15], &[0]].concat());
    }
    segment(0xda, &[3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
    let blocks = usize::from(width.div_ceil(8)) * usize::from(height.div_ceil(8)) * 3;
    let (whole, rest) = (blocks * 2 / 8, blocks * 2 % 8);
    file.extend(vec![0; whole]);
    if rest > 0 {
        file.push(0xff >> rest);
    }
    file.extend([0xff, 0xd9]);
    file
}

/// A black PNG of 8-bit RGB with a text in it.
pub fn png(width: u16, height: u16, note: &str) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8], body: &[u8]| {
        let named = [name, body].concat();
        file.extend(u32::try_from(body.len()).expect("a short chunk").to_be_bytes());
        file.extend(&named);
        file.extend(crc32(&named).to_be_bytes());
    };
    let size = [u32::from(width).to_be_bytes(), u32::from(height).to_be_bytes()].concat();
    chunk(b"IHDR", &[&size[..], &[8, 2, 0, 0, 0]].concat());
    chunk(b"tEXt", &[b"Comment\0", note.as_bytes()].concat());
    chunk(b"IDAT", &zlib_of_zeros((1 + 3 * usize::from(width)) * usize::from(height)));
    chunk(b"IEND", &[]);
    file
}

/// A black WebP without losses, as stickers are.
pub fn webp(width: u16, height: u16) -> Vec<u8> {
    riff(&[lossless(width, height)])
}

/// A black WebP of two frames, as moving stickers are.
pub fn animated_webp(width: u16, height: u16) -> Vec<u8> {
    let size = [&(u32::from(width) - 1).to_le_bytes()[..3], &(u32::from(height) - 1).to_le_bytes()[..3]].concat();
    let frame = || {
        let head = [&[0; 6][..], &size, &[100, 0, 0, 0]].concat();
        riff_chunk(b"ANMF", &[head, lossless(width, height)].concat())
    };
    let animated = [&[2, 0, 0, 0][..], &size].concat();
    riff(&[riff_chunk(b"VP8X", &animated), riff_chunk(b"ANIM", &[0; 6]), frame(), frame()])
}

/// A GIF of one white point, which WhatsApp does not take.
pub fn gif() -> Vec<u8> {
    let mut file = b"GIF89a\x01\0\x01\0\x80\0\0".to_vec();
    file.extend([0xff, 0xff, 0xff, 0, 0, 0]);
    file.extend(b",\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;");
    file
}

/// A picture whose five alphabets have one letter each, so that no point takes a bit.
fn lossless(width: u16, height: u16) -> Vec<u8> {
    let size = (u32::from(width) - 1) | (u32::from(height) - 1) << 14;
    // No transform, no colour cache, one group of codes; then each code: simple, one letter of one bit, the letter 0.
    let codes = 0b_0001_0001_0001_0001_0001_u32 << 3;
    riff_chunk(b"VP8L", &[&[0x2f][..], &size.to_le_bytes(), &codes.to_le_bytes()].concat())
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    riff_chunk(b"RIFF", &[b"WEBP", &chunks.concat()[..]].concat())
}

fn riff_chunk(name: &[u8], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a short chunk").to_le_bytes();
    let padding = &[0][..body.len() % 2];
    [name, &length, body, padding].concat()
}

/// Zlib's way to write zeros without compressing them.
fn zlib_of_zeros(count: usize) -> Vec<u8> {
    const BLOCK: usize = 0xffff;
    let mut stream = vec![0x78, 0x01];
    for done in (0..count).step_by(BLOCK) {
        let length = BLOCK.min(count - done);
        let [low, high] = u16::try_from(length).expect("one block").to_le_bytes();
        stream.extend([u8::from(done + length == count), low, high, !low, !high]);
        stream.extend(vec![0; length]);
    }
    // Adler-32 of zeros: the first sum stays one, the second counts them.
    let adler = u32::try_from(count % 65_521).expect("a remainder") << 16 | 1;
    stream.extend(adler.to_be_bytes());
    stream
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !bytes.iter().fold(u32::MAX, step)
}
