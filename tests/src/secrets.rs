//! Looks for secrets where none may be: in what a stack keeps, writes and answers.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use local::endpoint::SECRET_KEY;
use local::seed::ACCESS_TOKEN;

use crate::channels;
use crate::stack_file::StackFile;

/// The secrets of a stack.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// What each is, and the text by which it is found.
    found_by: Vec<(&'static str, String)>,
}

/// Where they have to lie: what is handed to users, the stand-ins' keys, and Meta's own books.
const HOMES: [&str; 4] = ["tokens", "stack.json", "issuer.pem", "kms-key"];
const METAS: &str = "graph.";

impl Secrets {
    /// Those of a running stack with this data folder.
    pub(crate) fn of(file: &StackFile, data: &Path) -> Self {
        // Whoever a token is for and however long it is good, its header is the same.
        let header = file.operator.split('.').next().unwrap_or_default();
        let key = fs::read(data.join("kms-key")).expect("the account's key");
        Self {
            found_by: vec![
                ("the app secret", file.app_secret.clone()),
                ("the verify token", file.verify_token.clone()),
                ("a seeded number's access token", ACCESS_TOKEN.to_owned()),
                ("a number's access token", channels::ACCESS_TOKEN.to_owned()),
                ("a user's token", format!("{header}.")),
                ("a function's secret key", SECRET_KEY.to_owned()),
                ("the account's key", BASE64_STANDARD.encode(key)),
                ("a private key", "PRIVATE KEY-----".to_owned()),
            ],
        }
    }

    /// What is to be read in these bytes.
    pub fn in_bytes(&self, bytes: &[u8]) -> Vec<&'static str> {
        let text = String::from_utf8_lossy(bytes);
        self.found_by.iter().filter(|(_, text_of_it)| text.contains(text_of_it)).map(|(what, _)| *what).collect()
    }

    /// What is to be read in the files below a folder, apart from those that are made for it.
    ///
    /// # Panics
    /// When they cannot be read: nothing was looked at then.
    pub fn below(&self, folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if HOMES.contains(&&*name) || name.starts_with(METAS) {
                continue;
            }
            if path.is_dir() {
                found.extend(self.below(&path));
            } else {
                let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                found.extend(self.in_bytes(&bytes).iter().map(|what| format!("{what} in {}", path.display())));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(folder: &Path) -> Secrets {
        fs::write(folder.join("kms-key"), [7; 32]).unwrap();
        let file = serde_json::json!({
            "api": "", "webhook": "", "graph": "", "aws": "", "control": "", "tenants": [],
            "app_secret": "shared-with-meta", "verify_token": "shown-to-meta", "operator": "eyJhbGciOi.e30.c2ln",
        });
        Secrets::of(&serde_json::from_value(file).unwrap(), folder)
    }

    #[test]
    fn each_secret_is_found_wherever_it_lies_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = stack(folder.path());
        let key = BASE64_STANDARD.encode([7; 32]);
        for (text, what) in [
            ("shared-with-meta", "the app secret"),
            ("shown-to-meta", "the verify token"),
            ("local-access-token-of-acme", "a seeded number's access token"),
            ("EAAG-0123", "a number's access token"),
            ("eyJhbGciOi.eyJzdWI.x", "a user's token"),
            ("local-secret-key-0123", "a function's secret key"),
            (&key, "the account's key"),
            ("-----BEGIN PRIVATE KEY-----", "a private key"),
        ] {
            let log = folder.path().join("logs").join("due-work.log");
            fs::create_dir_all(log.parent().unwrap()).unwrap();
            fs::write(&log, [b"\0\xff{\"reason\":\"", text.as_bytes(), b"\"}\n"].concat()).unwrap();

            assert_eq!(secrets.below(folder.path()), [format!("{what} in {}", log.display())]);
            assert_eq!(secrets.in_bytes(text.as_bytes()), [what]);
        }
    }

    #[test]
    fn where_a_secret_belongs_it_is_not_reported() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = stack(folder.path());
        for name in ["tokens/operator", "stack.json", "issuer.pem", "sqlite/graph.db", "sqlite/graph.db-wal"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "shared-with-meta eyJhbGciOi. EAAG- PRIVATE KEY-----").unwrap();
        }
        fs::write(folder.path().join("clock"), "0").unwrap();

        assert!(secrets.below(folder.path()).is_empty());
    }
}
