//! Secrets that we keep ourselves, sealed by envelope encryption: each with a data key of its own, which KMS makes, and
//! which is kept beside the secret in a form that only KMS can decrypt.

mod envelope;

use std::sync::{Arc, OnceLock};

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use aws_types::SdkConfig;
use domain::{ChannelId, MessageId, Sealed, TenantId};
use secrecy::{SecretSlice, SecretString};

use envelope::Envelope;

/// What a secret is for. It is KMS's encryption context, and the bytes are bound to it, too: a secret that was sealed for
/// one channel or message opens for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Purpose {
    tenant: TenantId,
    subject: Subject,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Channel(ChannelId),
    Message(MessageId),
}

impl Purpose {
    /// The token with which a channel speaks to Graph.
    pub fn token_of(tenant: TenantId, channel: ChannelId) -> Self {
        Self { tenant, subject: Subject::Channel(channel) }
    }

    /// What a hidden message says.
    pub fn content_of(tenant: TenantId, message: MessageId) -> Self {
        Self { tenant, subject: Subject::Message(message) }
    }

    /// In KMS's words. CloudTrail shows it for every use of the key, so there is no secret in it.
    fn context(self) -> [(&'static str, String); 2] {
        [("tenant", self.tenant.to_string()), self.subject.named()]
    }

    /// The same as bytes that stand for no other purpose: ids have one spelling and no spaces.
    fn bytes(self) -> Vec<u8> {
        let (kind, id) = self.subject.named();
        format!("tenant {} {kind} {id}", self.tenant).into_bytes()
    }
}

impl Subject {
    fn named(self) -> (&'static str, String) {
        match self {
            Self::Channel(id) => ("channel", id.to_string()),
            Self::Message(id) => ("message", id.to_string()),
        }
    }
}

/// Why a secret is not sealed, or does not open. The secret is never repeated.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// KMS was not reached, or refuses: also when the secret was sealed for another purpose.
    #[error("KMS did not answer to {operation}")]
    Kms {
        operation: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The bytes are not what was sealed for this purpose.
    #[error("the sealed bytes are damaged, or were sealed for something else")]
    Unreadable,
}

/// KMS, for one key.
#[derive(Clone, Debug)]
pub struct Seal {
    config: SdkConfig,
    /// Made when it is first needed: most processes seal and open nothing, and a client is a tenth of a start.
    client: Arc<OnceLock<Client>>,
    key_id: String,
}

impl Seal {
    /// Seals with the key `key_id`, its id or its ARN.
    pub fn new(config: &SdkConfig, key_id: String) -> Self {
        Self { config: config.clone(), client: Arc::default(), key_id }
    }

    /// Seals a secret for a purpose, by one call to KMS.
    ///
    /// # Errors
    /// [`SealError::Kms`] when KMS gives no data key.
    pub async fn seal(&self, secret: &SecretString, purpose: Purpose) -> Result<Sealed, SealError> {
        let mut request = self.client().generate_data_key().key_id(&self.key_id).key_spec(DataKeySpec::Aes256);
        for (name, value) in purpose.context() {
            request = request.encryption_context(name, value);
        }
        let answer = request.send().await.map_err(kms("GenerateDataKey"))?;
        let (Some(key), Some(encrypted_key)) = (answer.plaintext, answer.ciphertext_blob) else {
            return Err(SealError::Unreadable);
        };
        Ok(Envelope::close(&secret_bytes(key), encrypted_key.into_inner(), secret, &purpose.bytes())?.into_sealed())
    }

    /// Opens what was sealed for the same purpose, by one call to KMS.
    ///
    /// # Errors
    /// [`SealError`], also when it was sealed for another purpose.
    pub async fn open(&self, sealed: &Sealed, purpose: Purpose) -> Result<SecretString, SealError> {
        let envelope = Envelope::read(sealed)?;
        let encrypted_key = Blob::new(envelope.encrypted_key.clone());
        let mut request = self.client().decrypt().key_id(&self.key_id).ciphertext_blob(encrypted_key);
        for (name, value) in purpose.context() {
            request = request.encryption_context(name, value);
        }
        let answer = request.send().await.map_err(kms("Decrypt"))?;
        let key = answer.plaintext.ok_or(SealError::Unreadable)?;
        envelope.open(&secret_bytes(key), &purpose.bytes())
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| Client::new(&self.config))
    }
}

/// From here on the key is wiped when it goes.
fn secret_bytes(key: Blob) -> SecretSlice<u8> {
    key.into_inner().into()
}

fn kms<E>(operation: &'static str) -> impl FnOnce(E) -> SealError
where
    E: std::error::Error + Send + Sync + 'static,
{
    move |source| SealError::Kms { operation, source: Box::new(source) }
}
