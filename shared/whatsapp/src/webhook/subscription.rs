//! Meta's question whether an address is ours, asked by GET whenever the callback URL or the verify token is saved.

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// The question, from the query's `hub.mode`, `hub.verify_token` and `hub.challenge`.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    pub mode: &'a str,
    pub verify_token: &'a str,
    pub challenge: &'a str,
}

/// The token is not one of ours, or nothing was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a subscription with one of our verify tokens")]
pub struct Refused;

impl<'a> Question<'a> {
    /// The bare text to answer with. The token is compared in constant time with every live one.
    ///
    /// # Errors
    /// When the token is none of `verify_tokens` or the mode is not `subscribe`.
    pub fn answer(self, verify_tokens: &[SecretString]) -> Result<&'a str, Refused> {
        let ours = verify_tokens
            .iter()
            .any(|token| token.expose_secret().as_bytes().ct_eq(self.verify_token.as_bytes()).into());
        if self.mode == "subscribe" && ours { Ok(self.challenge) } else { Err(Refused) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask<'a>(mode: &'a str, verify_token: &'a str) -> Question<'a> {
        Question { mode, verify_token, challenge: "1158201444" }
    }

    #[test]
    fn either_live_token_is_answered_with_the_challenge() {
        let tokens = [SecretString::from("old"), SecretString::from("new")];
        assert_eq!(ask("subscribe", "old").answer(&tokens), Ok("1158201444"));
        assert_eq!(ask("subscribe", "new").answer(&tokens), Ok("1158201444"));
    }

    #[test]
    fn another_token_another_mode_or_no_token_at_all_is_refused() {
        let tokens = [SecretString::from("token")];
        for question in [ask("subscribe", "other"), ask("unsubscribe", "token"), ask("subscribe", "")] {
            assert_eq!(question.answer(&tokens), Err(Refused));
        }
        assert_eq!(ask("subscribe", "").answer(&[]), Err(Refused));
    }
}
