//! Who asks, and whether the thing asked for is theirs.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use rusqlite::Connection;

use super::error::MetaError;
use crate::numbers::{self, Number};

/// The number with this id, if the request's token speaks for it.
pub(super) fn number(db: &Connection, headers: &HeaderMap, phone_number_id: &str) -> Result<Number, MetaError> {
    let token = token(db, headers)?;
    numbers::find(db, phone_number_id)?
        .filter(|number| number.access_token == token)
        .ok_or_else(|| MetaError::unknown_object(phone_number_id))
}

/// The numbers of the account with this id for which the request's token speaks; at least one.
pub(super) fn account(db: &Connection, headers: &HeaderMap, waba_id: &str) -> Result<Vec<Number>, MetaError> {
    let token = token(db, headers)?;
    let mut numbers = numbers::of_waba(db, waba_id)?;
    numbers.retain(|number| number.access_token == token);
    if numbers.is_empty() { Err(MetaError::unknown_object(waba_id)) } else { Ok(numbers) }
}

/// A token that speaks for some number here.
fn token<'a>(db: &Connection, headers: &'a HeaderMap) -> Result<&'a str, MetaError> {
    let given = headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    let token = given.and_then(|header| header.strip_prefix("Bearer ")).unwrap_or_default();
    if numbers::token_is_known(db, token)? { Ok(token) } else { Err(MetaError::of_code(190)) }
}
