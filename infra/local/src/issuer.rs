//! The development issuer: who logs users in, where a real deployment has the customer's identity provider.

use std::path::Path;

use anyhow::Context;
use axum::Json;
use axum::Router;
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::rand_core::OsRng;
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Map, Value, json};

use crate::template::Authorizer;

/// Signs the development tokens and checks them for the gateway.
#[derive(Clone)]
pub struct Issuer {
    url: String,
    signing: EncodingKey,
    checking: DecodingKey,
    key_set: Value,
}

/// Whom a token is for.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The user.
    pub user: &'a str,
    /// The tenant's id; operators have none.
    pub tenant_id: Option<&'a str>,
    /// `admin`, `supervisor`, `agent` or `operator`.
    pub role: &'a str,
}

/// The names of the claims, as the template's parameters say.
#[derive(Clone, Debug)]
pub struct ClaimNames {
    /// Names the tenant.
    pub tenant: String,
    /// Names the role.
    pub role: String,
}

/// Development tokens outlive any move of the clock: the gateway checks them by wall time, as AWS does.
const LIFETIME: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);
const KEY_ID: &str = "development";

impl Issuer {
    /// The issuer at `url` with the key kept in `key_file`, made on the first run.
    ///
    /// # Errors
    /// When the key cannot be made, read or kept.
    pub fn open(url: &str, key_file: &Path) -> anyhow::Result<Self> {
        let key = if key_file.exists() {
            RsaPrivateKey::read_pkcs8_pem_file(key_file).with_context(|| format!("{} is no key", key_file.display()))?
        } else {
            let key = RsaPrivateKey::new(&mut OsRng, 2048)?;
            key.write_pkcs8_pem_file(key_file, LineEnding::LF)?;
            key
        };
        let public = RsaPublicKey::from(&key);
        let (modulus, exponent) = (public.n().to_bytes_be(), public.e().to_bytes_be());
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        Ok(Self {
            url: url.to_owned(),
            signing: EncodingKey::from_rsa_pem(key.to_pkcs8_pem(LineEnding::LF)?.as_bytes())?,
            checking: DecodingKey::from_rsa_raw_components(&modulus, &exponent),
            key_set: json!({"keys": [{
                "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID,
                "n": encode(&modulus), "e": encode(&exponent),
            }]}),
        })
    }

    /// A token for a user.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn token(
        &self,
        subject: &Subject<'_>,
        names: &ClaimNames,
        audience: &str,
        now: Timestamp,
    ) -> anyhow::Result<String> {
        let mut claims = json!({
            "iss": self.url,
            "aud": audience,
            "sub": subject.user,
            "iat": now.as_second(),
            "exp": (now + LIFETIME).as_second(),
            names.role.as_str(): subject.role,
        });
        if let Some(tenant_id) = subject.tenant_id {
            claims[names.tenant.as_str()] = json!(tenant_id);
        }
        let header = Header { kid: Some(KEY_ID.to_owned()), ..Header::new(Algorithm::RS256) };
        Ok(jsonwebtoken::encode(&header, &claims, &self.signing)?)
    }

    /// The claims of a token that an authorizer accepts.
    pub fn claims(&self, token: &str, authorizer: &Authorizer) -> Option<Map<String, Value>> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = 0;
        validation.set_issuer(&[&authorizer.issuer]);
        validation.set_audience(&authorizer.audience);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        jsonwebtoken::decode(token, &self.checking, &validation).ok().map(|data| data.claims)
    }

    /// What an issuer publishes of itself.
    pub fn router(&self) -> Router {
        let keys = self.key_set.clone();
        let configuration = json!({
            "issuer": self.url,
            "jwks_uri": format!("{}/keys", self.url),
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        Router::new()
            .route("/keys", get(|| async { Json(keys) }))
            .route("/.well-known/openid-configuration", get(|| async { Json(configuration) }))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn authorizer() -> Authorizer {
        Authorizer { issuer: "http://issuer".into(), audience: vec!["helpdesk".into()] }
    }

    fn names() -> ClaimNames {
        ClaimNames { tenant: "tenant_id".into(), role: "role".into() }
    }

    #[test]
    fn a_token_of_ours_is_known_and_one_of_anybody_else_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let ours = Issuer::open("http://issuer", &folder.path().join("ours")).unwrap();
        let theirs = Issuer::open("http://issuer", &folder.path().join("theirs")).unwrap();
        let subject = Subject { user: "usr_1", tenant_id: Some("ten_1"), role: "agent" };
        let now = runtime::Clock::system().now();

        let token = ours.token(&subject, &names(), "helpdesk", now).unwrap();
        let claims = ours.claims(&token, &authorizer()).unwrap();
        assert_eq!((&claims["sub"], &claims["tenant_id"]), (&json!("usr_1"), &json!("ten_1")));

        let forged = theirs.token(&subject, &names(), "helpdesk", now).unwrap();
        assert_eq!(ours.claims(&forged, &authorizer()), None);
        let elsewhere = ours.token(&subject, &names(), "billing", now).unwrap();
        assert_eq!(ours.claims(&elsewhere, &authorizer()), None);
        let old = ours.token(&subject, &names(), "helpdesk", now - LIFETIME - SignedDuration::from_secs(1)).unwrap();
        assert_eq!(ours.claims(&old, &authorizer()), None);
    }

    #[test]
    fn its_key_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let before = Issuer::open("http://issuer", &file).unwrap();
        let after = Issuer::open("http://issuer", &file).unwrap();
        assert_eq!(before.key_set, after.key_set);
    }
}
