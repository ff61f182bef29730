//! Agents' files: announced, put into the bucket as a browser does, and sent.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::agent::{Agent, Answer, Thread};

impl Agent {
    /// Announces a file.
    pub async fn announces(&self, filename: &str, mime_type: &str, size: usize) -> Answer {
        self.post("/v1/uploads", json!({ "filename": filename, "mime_type": mime_type, "size": size })).await
    }

    /// Puts bytes where an announcement said.
    pub async fn puts(&self, invitation: &Value, bytes: Vec<u8>) -> StatusCode {
        let url = invitation["url"].as_str().expect("an address");
        let mut request = self.world.http().put(url).body(bytes);
        for (name, value) in invitation["headers"].as_object().expect("headers") {
            // A browser writes this one itself.
            if name != "content-length" {
                request = request.header(name, value.as_str().expect("a header"));
            }
        }
        request.send().await.expect("the bucket answers").status()
    }

    /// Uploads a file; its id.
    pub async fn uploads(&self, filename: &str, mime_type: &str, bytes: Vec<u8>) -> String {
        let invitation = self.announces(filename, mime_type, bytes.len()).await.expecting(201);
        assert_eq!(self.puts(&invitation.body, bytes).await, StatusCode::OK);
        invitation.id().to_owned()
    }

    /// Sends anything.
    pub async fn sends(&self, thread: &Thread, message: Value) -> Answer {
        self.post(&format!("/v1/threads/{}/messages", thread.id), message).await
    }

    /// Sends files that are uploaded, in this order.
    pub async fn sends_files(&self, thread: &Thread, text: Option<&str>, uploads: &[String]) -> Answer {
        let attachments: Vec<Value> = uploads.iter().map(|id| json!({ "upload_id": id })).collect();
        self.sends(thread, json!({ "text": text, "attachments": attachments })).await
    }
}
