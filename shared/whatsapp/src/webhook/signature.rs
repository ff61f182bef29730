//! Whether a body is Meta's: `X-Hub-Signature-256: sha256=<hex>`, an HMAC-SHA256 of the raw body keyed with the app secret.
//!
//! It is checked over the bytes as received: Meta signs what it wrote, escapes included, so a body that was parsed and
//! written again does not verify. The signature has no time in it; a replay is met by deduplication.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The header that carries the signature, in lower case.
pub const HEADER: &str = "x-hub-signature-256";

/// Why a body is not taken for Meta's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSignature {
    #[error("the header is not of the form sha256=<64 hexadecimal digits>")]
    Malformed,
    #[error("the signature was made with none of our app secrets")]
    Mismatch,
}

/// Checks `header` over `body` in constant time, against every live secret: there are two while one is being rotated.
///
/// # Errors
/// When the header is not a signature, or none of the secrets made it.
pub fn verify(secrets: &[SecretString], header: &str, body: &[u8]) -> Result<(), InvalidSignature> {
    let digits = header.strip_prefix("sha256=").ok_or(InvalidSignature::Malformed)?;
    let claimed = hex::decode(digits).map_err(|_| InvalidSignature::Malformed)?;
    let genuine = secrets.iter().any(|secret| mac(secret, body).verify_slice(&claimed).is_ok());
    if genuine { Ok(()) } else { Err(InvalidSignature::Mismatch) }
}

/// The header's value for `body`, as Meta makes it.
pub fn sign(secret: &SecretString, body: &[u8]) -> String {
    format!("sha256={}", hex::encode(mac(secret, body).finalize().into_bytes()))
}

fn mac(secret: &SecretString, body: &[u8]) -> Hmac<Sha256> {
    let keyed = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.expose_secret().as_bytes());
    let mut mac = keyed.expect("HMAC takes a key of any length");
    mac.update(body);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(values: &[&str]) -> Vec<SecretString> {
        values.iter().map(|value| SecretString::from(*value)).collect()
    }

    #[test]
    fn the_published_test_vector_verifies() {
        // RFC 4231, test case 2.
        let header = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(verify(&secrets(&["Jefe"]), header, b"what do ya want for nothing?"), Ok(()));
    }

    #[test]
    fn both_secrets_verify_while_one_is_rotated_and_a_third_does_not() {
        let live = secrets(&["old", "new"]);
        for secret in ["old", "new"] {
            assert_eq!(verify(&live, &sign(&secret.into(), b"{}"), b"{}"), Ok(()));
        }
        assert_eq!(verify(&live, &sign(&"other".into(), b"{}"), b"{}"), Err(InvalidSignature::Mismatch));
        assert_eq!(verify(&[], &sign(&"old".into(), b"{}"), b"{}"), Err(InvalidSignature::Mismatch));
    }

    #[test]
    fn a_changed_byte_does_not_verify() {
        let header = sign(&"secret".into(), br#"{"a":"\u00e9"}"#);
        assert_eq!(verify(&secrets(&["secret"]), &header, r#"{"a":"é"}"#.as_bytes()), Err(InvalidSignature::Mismatch));
    }

    #[test]
    fn a_header_of_another_form_is_malformed() {
        for header in ["", "sha256=", "sha256=zz", "sha1=00", "5bdc"] {
            let refused = verify(&secrets(&["secret"]), header, b"");
            assert!(refused.is_err(), "{header:?}");
        }
        assert_eq!(verify(&secrets(&["secret"]), "sha1=00", b""), Err(InvalidSignature::Malformed));
    }
}
