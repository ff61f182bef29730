//! The bytes of a sealed secret: the encrypted data key, a nonce, and the secret under the data key (AES-256-GCM).

use domain::Sealed;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::SealError;

/// A sealed secret, taken apart.
pub(super) struct Envelope {
    /// The data key as only KMS can decrypt it.
    pub(super) encrypted_key: Vec<u8>,
    nonce: [u8; NONCE_LEN],
    secret: Vec<u8>,
}

/// The first byte: how the others are to be read.
const VERSION: u8 = 1;

impl Envelope {
    /// Encrypts a secret. `purpose` is not in the bytes, but they open with the same only.
    pub(super) fn close(
        key: &SecretSlice<u8>,
        encrypted_key: Vec<u8>,
        secret: &SecretString,
        purpose: &[u8],
    ) -> Result<Self, SealError> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| SealError::Unreadable)?;
        let mut bytes = secret.expose_secret().as_bytes().to_vec();
        let aad = Aad::from(purpose);
        let sealing = cipher(key)?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut bytes);
        sealing.map_err(|_| SealError::Unreadable)?;
        Ok(Self { encrypted_key, nonce, secret: bytes })
    }

    pub(super) fn open(mut self, key: &SecretSlice<u8>, purpose: &[u8]) -> Result<SecretString, SealError> {
        let nonce = Nonce::assume_unique_for_key(self.nonce);
        let opened = cipher(key)?.open_in_place(nonce, Aad::from(purpose), &mut self.secret);
        let opened = opened.map_err(|_| SealError::Unreadable)?.to_vec();
        String::from_utf8(opened).map(SecretString::from).map_err(|_| SealError::Unreadable)
    }

    /// Version, length of the encrypted key, the key, nonce, secret.
    pub(super) fn into_sealed(self) -> Sealed {
        let length = u16::try_from(self.encrypted_key.len()).expect("KMS's ciphertexts have at most 6,144 bytes");
        let parts = [&[VERSION][..], &length.to_be_bytes(), &self.encrypted_key, &self.nonce, &self.secret];
        Sealed::from(parts.concat())
    }

    pub(super) fn read(sealed: &Sealed) -> Result<Self, SealError> {
        Self::parse(sealed.as_bytes()).ok_or(SealError::Unreadable)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(&[VERSION])?;
        let (length, bytes) = bytes.split_first_chunk()?;
        let (encrypted_key, bytes) = bytes.split_at_checked(u16::from_be_bytes(*length).into())?;
        let (nonce, secret) = bytes.split_first_chunk()?;
        Some(Self { encrypted_key: encrypted_key.to_vec(), nonce: *nonce, secret: secret.to_vec() })
    }
}

fn cipher(key: &SecretSlice<u8>) -> Result<LessSafeKey, SealError> {
    let key = UnboundKey::new(&AES_256_GCM, key.expose_secret()).map_err(|_| SealError::Unreadable)?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "EAAG-a-secret-token";

    fn key(byte: u8) -> SecretSlice<u8> {
        vec![byte; 32].into()
    }

    fn sealed() -> Sealed {
        let token = SecretString::from(TOKEN);
        Envelope::close(&key(1), b"encrypted key".to_vec(), &token, b"tenant 1 channel 1").unwrap().into_sealed()
    }

    fn opened(sealed: &Sealed, key: &SecretSlice<u8>, purpose: &[u8]) -> Option<String> {
        let secret = Envelope::read(sealed).and_then(|envelope| envelope.open(key, purpose)).ok()?;
        Some(secret.expose_secret().to_owned())
    }

    #[test]
    fn a_secret_comes_back_with_its_key_for_its_purpose_and_not_otherwise() {
        assert_eq!(opened(&sealed(), &key(1), b"tenant 1 channel 1").as_deref(), Some(TOKEN));
        assert_eq!(opened(&sealed(), &key(1), b"tenant 1 channel 2"), None);
        assert_eq!(opened(&sealed(), &key(2), b"tenant 1 channel 1"), None);
        assert_eq!(Envelope::read(&sealed()).unwrap().encrypted_key, b"encrypted key");
    }

    #[test]
    fn the_secret_is_not_in_the_bytes_and_no_two_seals_are_the_same() {
        let (one, other) = (sealed(), sealed());
        assert!(!one.as_bytes().windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()));
        assert_ne!(one, other);
    }

    #[test]
    fn damaged_bytes_do_not_open() {
        let whole = sealed().as_bytes().to_vec();
        for length in 0..whole.len() {
            assert_eq!(opened(&Sealed::from(whole[..length].to_vec()), &key(1), b"tenant 1 channel 1"), None);
        }
        for index in [0, 2, whole.len() - 1] {
            let mut damaged = whole.clone();
            damaged[index] ^= 1;
            assert_eq!(opened(&Sealed::from(damaged), &key(1), b"tenant 1 channel 1"), None, "{index}");
        }
    }
}
