//! The people on the other side: known by a phone number, a business-scoped user id (BSUID), or both.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::numbers::{Number, digits};
use crate::profile::Profile;

/// A person with a phone.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) username: Option<String>,
    /// The number, in digits.
    pub(crate) wa_id: Option<String>,
}

/// How a webhook or a tool names a person; at least one of both.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identity {
    pub(crate) wa_id: Option<String>,
    pub(crate) user_id: Option<String>,
}

impl Identity {
    /// From a phone number in any writing or a BSUID.
    pub(crate) fn parse(given: &str) -> Option<Self> {
        if is_user_id(given) {
            return Some(Self { user_id: Some(given.to_owned()), ..Self::default() });
        }
        let wa_id = digits(given);
        (!wa_id.is_empty() && !given.contains(char::is_alphabetic))
            .then_some(Self { wa_id: Some(wa_id), user_id: None })
    }
}

/// A BSUID is a two-letter country, a dot, and up to 128 letters and digits; managed businesses see a parent's as `US.ENT.…`.
pub(crate) fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else { return false };
    let id = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.chars().all(|c| c.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The customer who is named so, met now if never before. What is newly told (a name, the number of a BSUID) is kept.
pub(crate) fn meet(
    db: &Connection,
    number: &Number,
    identity: &Identity,
    profile: &Profile,
) -> rusqlite::Result<Customer> {
    let by_number = find_by(db, "SELECT id FROM customers WHERE wa_id = ?", identity.wa_id.as_deref())?;
    let by_user_id = find_by(db, "SELECT customer_id FROM bsuids WHERE user_id = ?", identity.user_id.as_deref())?;
    let id = match (by_number, by_user_id) {
        (Some(known), Some(other)) if known != other => merge(db, known, other)?,
        (Some(known), _) | (None, Some(known)) => known,
        (None, None) => add(db, identity)?,
    };
    db.execute(
        "UPDATE customers SET wa_id = coalesce(wa_id, ?2), name = coalesce(?3, name), username = coalesce(?4, username)
         WHERE id = ?1",
        params![id, identity.wa_id, profile.name, profile.username],
    )?;
    if let Some(user_id) = &identity.user_id {
        db.execute(
            "INSERT OR REPLACE INTO bsuids (user_id, customer_id, waba_id) VALUES (?, ?, ?)",
            params![user_id, id, number.waba_id],
        )?;
    }
    get(db, id)
}

/// A notice about the customer names the number or id that they have from now on; any other message changes nothing.
pub(crate) fn rename(db: &Connection, number: &Number, customer: &Customer, message: &Value) -> rusqlite::Result<()> {
    let named = |key: &str| message["system"][key].as_str().map(str::to_owned);
    let new = Identity { wa_id: named("wa_id"), user_id: named("user_id") };
    if new.wa_id.is_none() && new.user_id.is_none() {
        return Ok(());
    }
    let renamed = meet(db, number, &new, &Profile::default())?;
    if renamed.id != customer.id {
        merge(db, customer.id, renamed.id)?;
    }
    db.execute("UPDATE customers SET wa_id = coalesce(?2, wa_id) WHERE id = ?1", params![customer.id, new.wa_id])?;
    Ok(())
}

/// The customer who is named so, if the simulator has met them.
pub(crate) fn find(db: &Connection, identity: &Identity) -> rusqlite::Result<Option<Customer>> {
    let by_number = find_by(db, "SELECT id FROM customers WHERE wa_id = ?", identity.wa_id.as_deref())?;
    let by_user_id = find_by(db, "SELECT customer_id FROM bsuids WHERE user_id = ?", identity.user_id.as_deref())?;
    by_number.or(by_user_id).map(|id| get(db, id)).transpose()
}

pub(crate) fn get(db: &Connection, id: i64) -> rusqlite::Result<Customer> {
    db.query_row("SELECT id, wa_id, name, username FROM customers WHERE id = ?", [id], |row| {
        Ok(Customer { id: row.get(0)?, wa_id: row.get(1)?, name: row.get(2)?, username: row.get(3)? })
    })
}

/// The BSUID by which this account knows the customer; other portfolios have others.
pub(crate) fn user_id(db: &Connection, customer: &Customer, number: &Number) -> rusqlite::Result<Option<String>> {
    db.query_row(
        "SELECT user_id FROM bsuids WHERE customer_id = ? AND waba_id = ? ORDER BY rowid DESC",
        params![customer.id, number.waba_id],
        |row| row.get(0),
    )
    .optional()
}

fn find_by(db: &Connection, query: &str, given: Option<&str>) -> rusqlite::Result<Option<i64>> {
    let Some(given) = given else { return Ok(None) };
    db.query_row(query, [given], |row| row.get(0)).optional()
}

fn add(db: &Connection, identity: &Identity) -> rusqlite::Result<i64> {
    let named = identity.wa_id.as_deref().or(identity.user_id.as_deref()).unwrap_or_default();
    let tail = &named[named.len().saturating_sub(4)..];
    db.execute("INSERT INTO customers (name) VALUES (?)", [format!("Customer {tail}")])?;
    Ok(db.last_insert_rowid())
}

/// A number and a BSUID turn out to be one person.
fn merge(db: &Connection, kept: i64, other: i64) -> rusqlite::Result<i64> {
    let both = params![kept, other];
    db.execute("UPDATE messages SET customer_id = ?1 WHERE customer_id = ?2", both)?;
    db.execute("UPDATE bsuids SET customer_id = ?1 WHERE customer_id = ?2", both)?;
    db.execute(
        "INSERT INTO windows (phone_number_id, customer_id, last_message_at)
         SELECT phone_number_id, ?1, last_message_at FROM windows WHERE customer_id = ?2
         ON CONFLICT DO UPDATE SET last_message_at = max(last_message_at, excluded.last_message_at)",
        both,
    )?;
    db.execute("DELETE FROM windows WHERE customer_id = ?", [other])?;
    db.execute("DELETE FROM pair_rates WHERE customer_id = ?", [other])?;
    db.execute("DELETE FROM customers WHERE id = ?", [other])?;
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::{Identity, is_user_id};

    #[test]
    fn a_bsuid_is_told_from_a_phone_number() {
        assert!(is_user_id("US.13490000000000000001"));
        assert!(is_user_id("GB.ENT.abc123"));
        assert!(!is_user_id("+1 555 010 0123"));
        assert!(!is_user_id("US."));
        assert_eq!(Identity::parse("+1 555 010 0123").and_then(|i| i.wa_id).as_deref(), Some("15550100123"));
        assert!(Identity::parse("nobody").is_none());
    }
}
