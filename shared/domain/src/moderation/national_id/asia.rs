//! Asia.

use super::NationalId;
use super::check::{digit, is_day, number, weighted};

pub(super) const IDS: &[NationalId] = &[
    // China: the resident identity number.
    NationalId { alone: &["99999999999999999x"], named: &[], names: &[], holds: china },
    // India: Aadhaar.
    NationalId {
        alone: &[],
        named: &["9999 9999 9999", "9999-9999-9999", "999999999999"],
        names: &["aadhaar", "aadhar", "adhaar", "adhar", "uidai", "आधार"],
        holds: india,
    },
    // South Korea: the resident registration number. Those given out since 2020 have no check digit.
    NationalId {
        alone: &[],
        named: &["999999-9999999", "9999999999999"],
        names: &["주민등록번호", "주민번호", "resident registration"],
        holds: south_korea,
    },
    // Turkey: the identification number.
    NationalId {
        alone: &[],
        named: &["99999999999"],
        names: &["kimlik", "tckn", "tc no", "t.c. no", "tc kimlik no"],
        holds: turkey,
    },
];

fn china(id: &str) -> bool {
    const CHECKS: &[u8] = b"10x98765432";
    let sum = weighted(id, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let is_born = matches!(number(id, 6, 10), 1900..=2099) && is_day(number(id, 10, 12), number(id, 12, 14));
    is_born && id.as_bytes()[17] == CHECKS[sum as usize % 11]
}

/// Verhoeff's check digit: the only one here that finds every exchange of two neighbours.
fn india(id: &str) -> bool {
    // Products of the dihedral group D5, and the powers of a permutation that fits it.
    let product = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    const PERMUTATION: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permuted = |digit: u32, times: usize| (0..times % 8).fold(digit, |digit, _| PERMUTATION[digit as usize]);
    let digits = (0..12).rev().map(|index| digit(id, index)).enumerate();
    let check = digits.fold(0, |check, (place, digit)| product(check, permuted(digit, place)));
    digit(id, 0) > 1 && check == 0
}

fn south_korea(id: &str) -> bool {
    let check = (11 - weighted(id, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10;
    let is_born = is_day(number(id, 2, 4), number(id, 4, 6));
    is_born && matches!(digit(id, 6), 1..=8) && check == digit(id, 12)
}

fn turkey(id: &str) -> bool {
    let odd = weighted(id, &[1, 0, 1, 0, 1, 0, 1, 0, 1]);
    let even = weighted(id, &[0, 1, 0, 1, 0, 1, 0, 1]);
    let first = (odd * 7 + 100 - even) % 10;
    let second = (odd + even + digit(id, 9)) % 10;
    digit(id, 0) != 0 && first == digit(id, 9) && second == digit(id, 10)
}
