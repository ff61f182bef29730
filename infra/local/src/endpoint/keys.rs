//! KMS, as far as `GenerateDataKey` and `Decrypt` with symmetric keys.
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html>

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};

/// KMS with the keys of the template.
pub struct Keys(Vec<Key>);

struct Key {
    arn: String,
    key: LessSafeKey,
}

/// The name of one of KMS's exceptions.
type Exception = &'static str;

const KEY_LENGTH: usize = 32;
const INVALID: Exception = "InvalidCiphertextException";

impl Keys {
    /// The keys with these ARNs, each kept in its file and made on the first run.
    ///
    /// # Errors
    /// When one cannot be made, read or kept.
    pub fn open(keys: impl IntoIterator<Item = (PathBuf, String)>) -> anyhow::Result<Self> {
        keys.into_iter().map(|(file, arn)| Key::open(&file, arn)).collect::<Result<_, _>>().map(Self)
    }

    /// The answer to an operation that the caller's role allows on the key that the request names.
    pub(super) fn answer(&self, operation: &str, request: &Value) -> Result<Value, Exception> {
        let named = request["KeyId"].as_str().ok_or("ValidationException")?;
        let key = self.0.iter().find(|key| key.is_named(named)).ok_or("NotFoundException")?;
        key.answer(operation, request)
    }
}

impl Key {
    fn open(file: &Path, arn: String) -> anyhow::Result<Self> {
        if !file.exists() {
            fs::write(file, random::<KEY_LENGTH>().map_err(|_| anyhow!("there is no randomness"))?)?;
        }
        let key = fs::read(file)?;
        let key = UnboundKey::new(&AES_256_GCM, &key).ok().with_context(|| format!("{} is no key", file.display()))?;
        Ok(Self { arn, key: LessSafeKey::new(key) })
    }

    /// By its id or its ARN.
    fn is_named(&self, name: &str) -> bool {
        self.arn == name || self.arn.rsplit('/').next() == Some(name)
    }

    fn answer(&self, operation: &str, request: &Value) -> Result<Value, Exception> {
        let context = context(request).ok_or("ValidationException")?;
        match operation {
            "GenerateDataKey" if request["KeySpec"] == "AES_256" => {
                let data_key = random::<KEY_LENGTH>()?;
                let ciphertext = self.encrypted(&data_key, &context)?;
                Ok(json!({
                    "KeyId": self.arn,
                    "Plaintext": BASE64_STANDARD.encode(data_key),
                    "CiphertextBlob": BASE64_STANDARD.encode(ciphertext),
                }))
            }
            "Decrypt" => {
                let ciphertext = request["CiphertextBlob"].as_str().and_then(|text| BASE64_STANDARD.decode(text).ok());
                let plaintext = self.decrypted(&ciphertext.ok_or(INVALID)?, &context).ok_or(INVALID)?;
                Ok(json!({
                    "KeyId": self.arn,
                    "Plaintext": BASE64_STANDARD.encode(plaintext),
                    "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
                }))
            }
            _ => Err("UnsupportedOperationException"),
        }
    }

    fn encrypted(&self, plaintext: &[u8], context: &[u8]) -> Result<Vec<u8>, Exception> {
        let nonce = random::<NONCE_LEN>()?;
        let (unique, mut bytes) = (Nonce::assume_unique_for_key(nonce), plaintext.to_vec());
        let sealing = self.key.seal_in_place_append_tag(unique, Aad::from(context), &mut bytes);
        sealing.map_err(|_| "KMSInternalException")?;
        Ok([&nonce[..], &bytes].concat())
    }

    fn decrypted(&self, ciphertext: &[u8], context: &[u8]) -> Option<Vec<u8>> {
        let (nonce, bytes) = ciphertext.split_first_chunk()?;
        let mut bytes = bytes.to_vec();
        let opened = self.key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context), &mut bytes);
        opened.ok().map(|plaintext| plaintext.to_vec())
    }
}

/// The encryption context as bytes that stand for no other; the order of its pairs is of no account.
fn context(request: &Value) -> Option<Vec<u8>> {
    let pairs: BTreeMap<String, String> = match request.get("EncryptionContext") {
        None => BTreeMap::new(),
        Some(pairs) => serde_json::from_value(pairs.clone()).ok()?,
    };
    serde_json::to_vec(&pairs).ok()
}

fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], Exception> {
    let mut bytes = [0; LENGTH];
    SystemRandom::new().fill(&mut bytes).map(|()| bytes).map_err(|_| "KMSInternalException")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{Json, Router};
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};
    use runtime::{Purpose, Seal, SealError};
    use secrecy::{ExposeSecret, SecretString};
    use tokio::net::TcpListener;
    use uuid::Uuid;

    use super::*;
    use crate::account;
    use crate::template::Place;
    use crate::template::tests::place;

    const ARN: &str = "arn:aws:kms:us-east-1:000000000000:key/TokenKey";
    const OTHER: &str = "arn:aws:kms:us-east-1:000000000000:key/ContentKey";

    fn keys(folder: &tempfile::TempDir) -> Keys {
        Keys::open([ARN, OTHER].map(|arn| (folder.path().join(arn.rsplit('/').next().unwrap()), arn.to_owned())))
            .unwrap()
    }

    fn decrypt(keys: &Keys, key: &str, data_key: &Value, channel: &str) -> Result<Value, Exception> {
        let context = json!({ "tenant": "ten_1", "channel": channel });
        let request =
            json!({ "KeyId": key, "CiphertextBlob": data_key["CiphertextBlob"], "EncryptionContext": context });
        keys.answer("Decrypt", &request).map(|mut answer| answer["Plaintext"].take())
    }

    #[test]
    fn a_data_key_is_decrypted_in_its_context_only_also_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let context = json!({ "channel": "chn_1", "tenant": "ten_1" });
        let request = json!({ "KeyId": "TokenKey", "KeySpec": "AES_256", "EncryptionContext": context });
        let data_key = keys(&folder).answer("GenerateDataKey", &request).unwrap();

        let keys = keys(&folder);

        assert_eq!(decrypt(&keys, ARN, &data_key, "chn_1").unwrap(), data_key["Plaintext"]);
        assert_eq!(decrypt(&keys, ARN, &data_key, "chn_2"), Err(INVALID));
        assert_eq!(decrypt(&keys, OTHER, &data_key, "chn_1"), Err(INVALID));
        assert_eq!(decrypt(&keys, ARN, &json!({ "CiphertextBlob": "AAAA" }), "chn_1"), Err(INVALID));
    }

    #[test]
    fn a_key_that_nobody_made_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let request = json!({ "KeyId": "OtherKey", "KeySpec": "AES_256" });
        assert_eq!(keys(&folder).answer("GenerateDataKey", &request), Err("NotFoundException"));
    }

    /// The product's own seal, through the SDK, on this stand-in.
    async fn seal(folder: &tempfile::TempDir) -> Seal {
        let keys = Arc::new(keys(folder));
        let answer = async move |headers: HeaderMap, body: Bytes| {
            let operation = headers["x-amz-target"].to_str().unwrap().trim_start_matches("TrentService.");
            match keys.answer(operation, &serde_json::from_slice(&body).unwrap()) {
                Ok(answer) => (StatusCode::OK, Json(answer)),
                Err(code) => (StatusCode::BAD_REQUEST, Json(json!({ "__type": code }))),
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = Place { aws_url: format!("http://{}", listener.local_addr().unwrap()), ..place() };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        Seal::new(&account::sdk_config(&place), ARN.to_owned())
    }

    #[tokio::test]
    async fn a_token_that_was_sealed_for_one_channel_opens_for_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let seal = seal(&folder).await;
        let purpose =
            |tenant, channel| Purpose::token_of(Uuid::from_u128(tenant).into(), Uuid::from_u128(channel).into());

        let sealed = seal.seal(&SecretString::from("EAAG"), purpose(1, 1)).await.unwrap();

        let opened = seal.open(&sealed, purpose(1, 1)).await.unwrap();
        assert_eq!(opened.expose_secret(), "EAAG");
        for other in [purpose(1, 2), purpose(2, 1)] {
            let refused = seal.open(&sealed, other).await.unwrap_err();
            assert!(matches!(refused, SealError::Kms { operation: "Decrypt", .. }), "{refused:?}");
        }
    }
}
