//! The bytes of a webhook and their signature.

use std::io;

use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};
use sha2::Sha256;

/// JSON as Meta writes it: everything beyond ASCII is escaped, in lowercase.
pub(crate) fn escaped(body: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    body.serialize(&mut Serializer::with_formatter(&mut bytes, Ascii)).expect("a JSON value can be written to memory");
    bytes
}

/// The value of `X-Hub-Signature-256`: the HMAC of the exact bytes under the app secret.
pub(crate) fn signed(app_secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(app_secret.as_bytes()).expect("an HMAC key may have any length");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        for character in fragment.chars() {
            if character.is_ascii() {
                write!(writer, "{character}")?;
            } else {
                for unit in character.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{escaped, signed};

    #[test]
    fn what_is_beyond_ascii_is_escaped() {
        assert_eq!(escaped(&json!("é \"😀\"")), br#""\u00e9 \"\ud83d\ude00\"""#);
    }

    #[test]
    fn the_signature_is_an_hmac_in_hexadecimal() {
        // RFC 4231, test case 2.
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signed("Jefe", b"what do ya want for nothing?"), expected);
    }
}
