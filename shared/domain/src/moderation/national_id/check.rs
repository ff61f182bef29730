//! What check digits are made of.

use jiff::civil::Date;

/// The value of the digit at an index; letters are none.
pub(super) fn digit(id: &str, index: usize) -> u32 {
    id.as_bytes().get(index).map_or(0, |byte| u32::from(byte.wrapping_sub(b'0')))
}

/// The number that a part of it is; 0 for letters.
pub(super) fn number(id: &str, from: usize, to: usize) -> u64 {
    id.get(from..to).and_then(|part| part.parse().ok()).unwrap_or_default()
}

/// The digits from the first on, each times its weight.
pub(super) fn weighted(id: &str, weights: &[u32]) -> u32 {
    weights.iter().enumerate().map(|(index, weight)| digit(id, index) * weight).sum()
}

/// Whether there is such a day in some year.
pub(super) fn is_day(month: u64, day: u64) -> bool {
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else { return false };
    Date::new(2000, month, day).is_ok()
}

/// `11111111111` passes many a check, and is nobody's.
pub(super) fn is_one_digit_repeated(id: &str) -> bool {
    id.bytes().all(|byte| id.as_bytes().first() == Some(&byte))
}
