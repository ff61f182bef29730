//! The bucket: what is too large for a queue or for the table, and files.

mod invitation;
mod link;
mod reading;
mod upload;

use std::sync::{Arc, OnceLock};

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_types::SdkConfig;

use crate::error::StorageError;

pub use invitation::Invitation;
pub use link::Served;
pub use reading::Part;
pub use upload::Upload;

/// The bucket. Keys are short and made by us only.
#[derive(Clone, Debug)]
pub struct Objects {
    config: SdkConfig,
    /// Made when it is first needed: most processes never meet anything too large, and a client is a tenth of a start.
    client: Arc<OnceLock<Client>>,
    bucket: String,
}

impl Objects {
    /// The bucket `bucket`, through one client of its own.
    pub fn new(config: &SdkConfig, bucket: String) -> Self {
        Self { config: config.clone(), client: Arc::default(), bucket }
    }

    /// Stores bytes under a key. The same key again replaces them.
    pub async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StorageError> {
        let put = self.client().put_object().bucket(&self.bucket).key(key).body(ByteStream::from(bytes));
        put.send().await.map(|_| ()).map_err(StorageError::unavailable("PutObject"))
    }

    /// Reads an object whole: for what we stored ourselves and know to be small.
    pub async fn get(&self, key: &str) -> Result<Vec<u8>, StorageError> {
        let get = self.client().get_object().bucket(&self.bucket).key(key);
        let answer = get.send().await.map_err(StorageError::unavailable("GetObject"))?;
        let bytes = answer.body.collect().await.map_err(StorageError::unavailable("GetObject"))?;
        Ok(bytes.to_vec())
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| Client::new(&self.config))
    }
}
