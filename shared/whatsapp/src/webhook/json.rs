//! Reading values that may be anything.

use jiff::Timestamp;
use serde_json::Value;

/// A text under `key`; a number counts as its digits, since Meta writes ids both ways. Empty counts as missing.
pub(crate) fn text(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The same, cut to so many characters.
pub(crate) fn short(value: &Value, key: &str, max_chars: usize) -> Option<String> {
    text(value, key).map(|text| text.chars().take(max_chars).collect())
}

/// A number under `key`, which may be written as text.
pub(crate) fn decimal(value: &Value, key: &str) -> Option<f64> {
    text(value, key)?.trim().parse().ok()
}

/// A whole number under `key`, likewise.
pub(crate) fn whole(value: &Value, key: &str) -> Option<u64> {
    text(value, key)?.trim().parse().ok()
}

/// A text further down, through objects and arrays; a path that leads nowhere gives nothing.
pub(crate) fn text_at<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
}

/// Unix seconds under `key`: documented as text, sent as a number by some fields.
pub(crate) fn time(value: &Value, key: &str) -> Option<Timestamp> {
    let seconds = text(value, key)?.parse().ok()?;
    Timestamp::from_second(seconds).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_is_read_from_text_and_from_a_number_and_nothing_else() {
        let expected = Timestamp::from_second(1_750_000_000).ok();
        assert_eq!(time(&json!({"t": "1750000000"}), "t"), expected);
        assert_eq!(time(&json!({"t": 1_750_000_000}), "t"), expected);
        for odd in [json!("soon"), json!(1.5), json!(null), json!([1]), json!("99999999999999999")] {
            assert_eq!(time(&json!({ "t": odd }), "t"), None);
        }
    }
}
