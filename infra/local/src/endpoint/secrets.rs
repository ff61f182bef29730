//! Secrets Manager, as far as `GetSecretValue`.

use serde_json::{Value, json};

/// The one secret of the template.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Its ARN.
    pub arn: String,
    /// What it holds.
    pub value: Value,
}

impl Secrets {
    /// The answer for a secret, by its ARN or its name.
    pub(super) fn get(&self, id: &str) -> Option<Value> {
        let name = self.arn.rsplit(':').next().and_then(|tail| tail.rsplit_once('-')).map_or("", |(name, _)| name);
        (!id.is_empty() && (id == self.arn || id == name)).then(|| {
            json!({
                "ARN": self.arn,
                "Name": name,
                "SecretString": self.value.to_string(),
                "VersionId": "00000000-0000-4000-8000-000000000001",
                "VersionStages": ["AWSCURRENT"],
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_by_its_arn_and_by_its_name() {
        let arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:local/meta-app-aaaaaa";
        let secrets = Secrets { arn: arn.into(), value: json!({"app_secrets": ["s"]}) };

        assert_eq!(secrets.get(arn), secrets.get("local/meta-app"));
        assert_eq!(secrets.get(arn).unwrap()["SecretString"], r#"{"app_secrets":["s"]}"#);
        assert_eq!(secrets.get("local/meta"), None);
    }
}
