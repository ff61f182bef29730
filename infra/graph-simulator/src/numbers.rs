//! The business numbers that the simulator hosts.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Deserialize;

/// A business number, and the token that speaks for it.
#[derive(Clone, Deserialize)]
pub struct Number {
    /// The WhatsApp Business Account that it belongs to.
    pub waba_id: String,
    pub phone_number_id: String,
    /// With country code, in any writing.
    pub display_phone_number: String,
    /// The bearer token that Graph requests must show.
    pub access_token: String,
    /// The name that customers see.
    #[serde(default = "unnamed")]
    pub verified_name: String,
}

fn unnamed() -> String {
    "A business".to_owned()
}

impl Number {
    /// The number as webhooks write it.
    pub(crate) fn digits(&self) -> String {
        digits(&self.display_phone_number)
    }

    /// The country calling code of the number.
    pub(crate) fn country_code(&self) -> String {
        let digits = self.digits();
        let length = country_code_length(&digits).min(digits.len());
        digits[..length].to_owned()
    }
}

/// Only the digits of a number in any writing.
pub(crate) fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

/// By the zones of ITU E.164: +1 and +7 are one digit, these are two, all others three.
fn country_code_length(digits: &str) -> usize {
    const TWO: [&str; 43] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
        "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
        "86", "90", "91", "92", "93", "94", "95",
    ];
    match digits {
        _ if digits.starts_with(['1', '7']) => 1,
        _ if digits.starts_with("98") || TWO.iter().any(|code| digits.starts_with(code)) => 2,
        _ => 3,
    }
}

/// Adds a number, or replaces what was known of it.
pub(crate) fn register(db: &Connection, number: &Number) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO numbers (phone_number_id, waba_id, display_phone_number, verified_name, access_token)
         VALUES (?, ?, ?, ?, ?)",
        params![
            number.phone_number_id,
            number.waba_id,
            number.display_phone_number,
            number.verified_name,
            number.access_token
        ],
    )
    .map(drop)
}

pub(crate) fn find(db: &Connection, phone_number_id: &str) -> rusqlite::Result<Option<Number>> {
    db.query_row("SELECT * FROM numbers WHERE phone_number_id = ?", [phone_number_id], read).optional()
}

pub(crate) fn of_waba(db: &Connection, waba_id: &str) -> rusqlite::Result<Vec<Number>> {
    db.prepare("SELECT * FROM numbers WHERE waba_id = ? ORDER BY phone_number_id")?
        .query_map([waba_id], read)?
        .collect()
}

pub(crate) fn token_is_known(db: &Connection, token: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM numbers WHERE access_token = ?")?.exists([token])
}

fn read(row: &Row<'_>) -> rusqlite::Result<Number> {
    Ok(Number {
        waba_id: row.get("waba_id")?,
        phone_number_id: row.get("phone_number_id")?,
        display_phone_number: row.get("display_phone_number")?,
        access_token: row.get("access_token")?,
        verified_name: row.get("verified_name")?,
    })
}

#[cfg(test)]
mod tests {
    use super::{country_code_length, digits};

    #[test]
    fn a_country_code_has_the_length_of_its_zone() {
        assert_eq!(country_code_length(&digits("+1 555 010 0123")), 1);
        assert_eq!(country_code_length(&digits("+44 7700 900123")), 2);
        assert_eq!(country_code_length("353200000000"), 3);
        assert_eq!(country_code_length("98000000"), 2);
    }
}
