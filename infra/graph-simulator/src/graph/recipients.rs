//! `to` and `recipient`: a phone number and a BSUID. Both may be given; the number wins.

use serde_json::Value;

use super::error::MetaError;
use crate::customers;
use crate::numbers::{Number, digits};
use crate::sending::Recipient;

/// The recipient as it was written, and as it is meant.
pub(super) fn parse(body: &Value, number: &Number) -> Result<(String, Recipient), MetaError> {
    let given = |key: &str| body.get(key).filter(|value| !value.is_null());
    match (given("to"), given("recipient")) {
        (Some(to), _) => {
            let to = to.as_str().ok_or_else(|| MetaError::invalid("Parameter 'to' must be a string"))?;
            Ok((to.to_owned(), phone(to, number)?))
        }
        (None, Some(recipient)) => {
            let user_id = recipient.as_str().filter(|text| customers::is_user_id(text));
            let user_id = user_id.ok_or_else(|| MetaError::invalid("Parameter 'recipient' is not a user id"))?;
            Ok((user_id.to_owned(), Recipient::User(user_id.to_owned())))
        }
        (None, None) => Err(MetaError::parameter("The parameter to is required.")),
    }
}

/// Without a plus sign the business's own country code is put in front (Meta: "Phone number formats").
fn phone(to: &str, number: &Number) -> Result<Recipient, MetaError> {
    let local = digits(to);
    let whole = if to.trim_start().starts_with('+') { local } else { format!("{}{local}", number.country_code()) };
    let is_plausible = (7..=20).contains(&whole.len()) && !to.contains(char::is_alphabetic);
    if is_plausible {
        Ok(Recipient::Phone(whole))
    } else {
        Err(MetaError::invalid("Parameter 'to' is not a phone number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn british() -> Number {
        Number {
            waba_id: "1".into(),
            phone_number_id: "2".into(),
            display_phone_number: "+44 7700 900100".into(),
            access_token: "token".into(),
            verified_name: "Tea & Co".into(),
        }
    }

    #[test]
    fn a_number_without_plus_is_taken_for_a_local_one() {
        assert_eq!(phone("+1 (555) 010-0123", &british()), Ok(Recipient::Phone("15550100123".into())));
        assert_eq!(phone("7700 900123", &british()), Ok(Recipient::Phone("447700900123".into())));
        assert_eq!(phone("15550100123", &british()), Ok(Recipient::Phone("4415550100123".into())));
    }
}
