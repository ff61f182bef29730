//! Secrets that come from Secrets Manager.

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use crate::sdk::{Call, Sdk};

/// What Meta and we share: one or two live values each, so that either can be rotated without a gap.
#[derive(Clone, Debug)]
pub struct MetaSecrets {
    /// Meta signs webhooks with the app's secret.
    pub app_secrets: Vec<SecretString>,
    /// Meta shows the verify token when the webhook's address is saved.
    pub verify_tokens: Vec<SecretString>,
}

/// Why the secrets are not to be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    #[error("Secrets Manager did not answer with the secret {secret_id}")]
    Unavailable {
        secret_id: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The content is not repeated: it is a secret.
    #[error(
        r#"the secret {secret_id} is not of the form {{"app_secrets": ["…"], "verify_tokens": ["…"]}} with one or two of each"#
    )]
    Malformed { secret_id: String },
}

/// Secrets Manager, for one secret.
#[derive(Clone, Debug)]
pub struct Secrets {
    sdk: Sdk,
    secret_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    secret_string: SecretText,
}

#[derive(Deserialize)]
struct Stored {
    app_secrets: Vec<SecretText>,
    verify_tokens: Vec<SecretText>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct SecretText(String);

impl Secrets {
    pub(crate) fn new(sdk: &Sdk, secret_id: String) -> Self {
        Self { sdk: sdk.clone(), secret_id }
    }

    /// Reads the secrets as they are now.
    ///
    /// # Errors
    /// [`SecretsError`] when Secrets Manager cannot be reached or the secret has another form.
    pub async fn meta(&self) -> Result<MetaSecrets, SecretsError> {
        let body = json!({ "SecretId": self.secret_id }).to_string();
        let call = Call { service: "secretsmanager", target: "secretsmanager.GetSecretValue", body: &body };
        let answer = self.sdk.ask(call).await;
        let answer =
            answer.map_err(|source| SecretsError::Unavailable { secret_id: self.secret_id.clone(), source })?;
        let answer: Option<Answer> = serde_json::from_slice(&answer).ok();
        answer
            .and_then(|answer| parse(&answer.secret_string.0))
            .ok_or_else(|| SecretsError::Malformed { secret_id: self.secret_id.clone() })
    }
}

fn parse(text: &str) -> Option<MetaSecrets> {
    let stored: Stored = serde_json::from_str(text).ok()?;
    let sound = |values: &[SecretText]| {
        (1..=2).contains(&values.len()) && values.iter().all(|SecretText(value)| !value.is_empty())
    };
    let live = |values: Vec<SecretText>| values.into_iter().map(|SecretText(value)| value.into()).collect();
    (sound(&stored.app_secrets) && sound(&stored.verify_tokens))
        .then(|| MetaSecrets { app_secrets: live(stored.app_secrets), verify_tokens: live(stored.verify_tokens) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_or_two_live_values_are_taken_and_an_empty_one_is_not() {
        let two = parse(r#"{"app_secrets":["new","old"],"verify_tokens":["v"]}"#).expect("sound");
        assert_eq!((two.app_secrets.len(), two.verify_tokens.len()), (2, 1));
        for text in [
            r#"{"app_secrets":[],"verify_tokens":["v"]}"#,
            r#"{"app_secrets":["a","b","c"],"verify_tokens":["v"]}"#,
            r#"{"app_secrets":[""],"verify_tokens":["v"]}"#,
            "secret",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
