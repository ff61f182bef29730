//! The Americas.

use super::NationalId;
use super::check::{digit, is_day, is_one_digit_repeated, number, weighted};

pub(super) const IDS: &[NationalId] = &[
    // Argentina: CUIT and CUIL, of people only.
    NationalId { alone: &["99-99999999-9"], named: &["99999999999"], names: &["cuit", "cuil"], holds: argentina },
    // Brazil: CPF.
    NationalId {
        alone: &["999.999.999-99"],
        named: &["99999999999", "999 999 999 99", "999999999-99"],
        names: &["cpf"],
        holds: brazil,
    },
    // Chile: RUT.
    NationalId {
        alone: &["99.999.999-x", "9.999.999-x"],
        named: &["99999999-x", "9999999-x"],
        names: &["rut", "run", "cédula", "cedula"],
        holds: chile,
    },
    // Mexico: CURP.
    NationalId { alone: &["aaaa999999aaaaaax9"], named: &[], names: &[], holds: mexico },
    // The United States: the social security number, which has no check digits but parts that are never given out.
    NationalId {
        alone: &[],
        named: &["999-99-9999", "999 99 9999", "999999999"],
        names: &["ssn", "social security", "social security number"],
        holds: united_states,
    },
];

fn argentina(id: &str) -> bool {
    let check = match 11 - weighted(id, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        11 => 0,
        check => check,
    };
    matches!(number(id, 0, 2), 20 | 23 | 24 | 27) && check == digit(id, 10)
}

fn brazil(id: &str) -> bool {
    let first = weighted(id, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
    let second = weighted(id, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
    !is_one_digit_repeated(id) && first == digit(id, 9) && second == digit(id, 10)
}

fn chile(id: &str) -> bool {
    let (body, check) = id.split_at(id.len() - 1);
    let weights = (2..=7).cycle();
    let sum: u32 = body.bytes().rev().zip(weights).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    let expected = match 11 - sum % 11 {
        11 => "0".to_owned(),
        10 => "k".to_owned(),
        digit => digit.to_string(),
    };
    check == expected
}

fn mexico(id: &str) -> bool {
    // In this alphabet ñ comes after n, so that o has the value 25.
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'a'..=b'n' => u32::from(byte - b'a') + 10,
        _ => u32::from(byte.wrapping_sub(b'a')) + 11,
    };
    let sum: u32 = id[..17].bytes().zip((2..=18).rev()).map(|(byte, weight)| value(byte) * weight).sum();
    let is_born = is_day(number(id, 6, 8), number(id, 8, 10));
    is_born && "hmx".contains(&id[10..11]) && (10 - sum % 10) % 10 == digit(id, 17)
}

fn united_states(id: &str) -> bool {
    let (area, group, serial) = (number(id, 0, 3), number(id, 3, 5), number(id, 5, 9));
    !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0
}
