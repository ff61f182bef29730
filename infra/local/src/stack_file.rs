//! `stack.json`: what tools and tests need to know of a running stack. It is there while the stack runs.

use std::fs;
use std::path::PathBuf;

use serde::Serialize;

use crate::data::DataFolder;
use crate::seed::SeededTenant;

/// What the file says.
#[derive(Clone, Debug, Serialize)]
pub struct StackFile {
    /// The HTTP API.
    pub api: String,
    /// Where webhooks are posted.
    pub webhook: String,
    /// The Graph simulator.
    pub graph: String,
    /// The AWS account.
    pub aws: String,
    /// Clock, idleness, outcomes and dead letters.
    pub control: String,
    /// Signs webhooks.
    pub app_secret: &'static str,
    /// Shown when the webhook's address is saved.
    pub verify_token: &'static str,
    /// A token of somebody who may set tenants up.
    pub operator: String,
    /// The seeded tenants.
    pub tenants: Vec<SeededTenant>,
}

impl StackFile {
    /// Writes the file, and each token to one of its own: `tokens/operator`, `tokens/acme-agent`.
    ///
    /// # Errors
    /// When the data folder cannot be written.
    pub fn write(&self, data: &DataFolder) -> std::io::Result<Written> {
        fs::write(data.path("tokens").join("operator"), &self.operator)?;
        for tenant in &self.tenants {
            for (user, token) in &tenant.tokens {
                fs::write(data.path("tokens").join(format!("{}-{user}", tenant.name)), token)?;
            }
        }
        let path = data.path("stack.json");
        let draft = path.with_extension("json.new");
        fs::write(&draft, serde_json::to_vec_pretty(self)?)?;
        // Who waits for the file finds all of it.
        fs::rename(draft, &path)?;
        Ok(Written(path))
    }
}

/// The file on disk; it goes with this value.
#[derive(Debug)]
pub struct Written(PathBuf);

impl Drop for Written {
    fn drop(&mut self) {
        // The next start removes one that is left.
        let _ = fs::remove_file(&self.0);
    }
}
