//! What a file is: by its first bytes, and where these say nothing, by what its sender declared.

/// How many of a file's first bytes are looked at.
pub(super) const HEAD: usize = 8 * 1024;

/// A file of which nothing is known: browsers show it in no way.
const UNKNOWN: &str = "application/octet-stream";

/// Names of what looks the same from outside: a file declared as one of these may well be it.
const CONTAINERS: [&[&str]; 8] = [
    &[
        "video/mp4",
        "audio/mp4",
        "video/3gpp",
        "audio/3gpp",
        "video/quicktime",
        "video/x-m4v",
        "audio/m4a",
        "audio/x-m4a",
    ],
    &["audio/ogg", "audio/opus", "video/ogg", "application/ogg"],
    &["video/webm", "audio/webm", "video/x-matroska"],
    &["audio/aac", "audio/aacp", "audio/x-aac"],
    &["audio/mpeg", "audio/mp3"],
    &["audio/x-wav", "audio/wav", "audio/wave"],
    &["image/heif", "image/heic"],
    &["application/x-ole-storage", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"],
];

/// The type under which a file is stored. A page that was declared a picture is a page.
pub(super) fn of(declared: &str, head: &[u8]) -> String {
    let declared = declared.trim();
    let name = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match found(head) {
        Some(found) if is_sound(declared) && may_be(&name, found) => declared.to_owned(),
        Some(found) => found.to_owned(),
        None if is_sound(declared) && cannot_be_seen(&name) => declared.to_owned(),
        None => UNKNOWN.to_owned(),
    }
}

fn found(head: &[u8]) -> Option<&'static str> {
    // Its brands are many, and not all of them are known there.
    let is_mp4 = head.get(4..8) == Some(b"ftyp");
    infer::get(head).map(|found| found.mime_type()).or(is_mp4.then_some("video/mp4"))
}

fn may_be(declared: &str, found: &str) -> bool {
    let in_one = |container: &&[&str]| container.contains(&declared) && container.contains(&found);
    // Documents of office programs are archives, which not all show at their beginning.
    let archive = found == "application/zip" && declared.starts_with("application/vnd.");
    declared == found || archive || CONTAINERS.iter().any(in_one)
}

/// Whether files of this type begin with nothing by which they are known.
fn cannot_be_seen(declared: &str) -> bool {
    let shown = ["image/", "audio/", "video/"].iter().any(|family| declared.starts_with(family));
    !shown && !infer::is_mime_supported(declared)
}

/// It comes from outside and goes into headers.
fn is_sound(declared: &str) -> bool {
    declared.len() <= 200 && declared.contains('/') && declared.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
    const OGG: &[u8] = b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead";

    #[test]
    fn what_the_bytes_bear_out_stays_as_it_was_declared() {
        for (declared, head) in [
            ("image/jpeg", JPEG),
            ("audio/ogg; codecs=opus", OGG),
            ("video/3gpp", b"\0\0\0\x18ftyp3gp5\0\0\0\0"),
            ("audio/mp4", b"\0\0\0\x18ftypisom\0\0\x02\0"),
            ("application/pdf", b"%PDF-1.7\n"),
            ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04\x14\0\0\0\x08\0"),
            ("text/plain", b"Dear all,\n"),
            ("text/csv", b"a;b\n1;2\n"),
            ("application/x-something", b"something"),
        ] {
            assert_eq!(of(declared, head), declared);
        }
    }

    #[test]
    fn what_they_do_not_is_what_they_show() {
        for (declared, head, expected) in [
            ("image/png", JPEG, "image/jpeg"),
            ("image/jpeg; a=\r\nb", JPEG, "image/jpeg"),
            ("image/jpeg", b"<!DOCTYPE html><script>alert(1)</script>", "text/html"),
            ("image/jpeg", b"MZ\x90\0\x03\0\0\0", "application/vnd.microsoft.portable-executable"),
            ("application/pdf", b"PK\x03\x04\x14\0\0\0\x08\0", "application/zip"),
            ("text/plain", b"#!/bin/sh\nrm -rf /\n", "text/x-shellscript"),
        ] {
            assert_eq!(of(declared, head), expected, "{declared}");
        }
    }

    #[test]
    fn a_picture_that_is_none_and_a_type_that_is_none_are_unknown() {
        for (declared, head) in [
            ("image/jpeg", &b"anything"[..]),
            ("image/svg+xml", b"<svg onload=alert(1)>"),
            ("video/mp4", b"anything"),
            ("application/pdf", b"anything"),
            ("", b"anything"),
            ("text", b"anything"),
            ("text/plain\r\nx: y", b"anything"),
        ] {
            assert_eq!(of(declared, head), UNKNOWN, "{declared}");
        }
    }
}
