//! Europe.

use super::NationalId;
use super::check::{digit, is_day, is_one_digit_repeated, number, weighted};
use crate::moderation::payment_card::luhn;

pub(super) const IDS: &[NationalId] = &[
    // Belgium: the national register number.
    NationalId {
        alone: &["99.99.99-999.99"],
        named: &["99999999999", "99 99 99 999 99"],
        names: &["rijksregisternummer", "rijksregister", "registre national", "national number", "niss", "insz"],
        holds: belgium,
    },
    // Finland: the personal identity code.
    NationalId { alone: &["999999-999x", "999999a999x", "999999+999x"], named: &[], names: &[], holds: finland },
    // France: the social security number; in Corsica with a letter.
    NationalId {
        alone: &["999999999999999", "9 99 99 99 999 999 99", "9 99 99 9a 999 999 99", "999999a99999999"],
        named: &[],
        names: &[],
        holds: france,
    },
    // Germany: the tax identification number.
    NationalId {
        alone: &[],
        named: &["99999999999", "99 999 999 999"],
        names: &[
            "steuer-id",
            "steuerid",
            "steuer id",
            "steueridentifikationsnummer",
            "idnr",
            "identifikationsnummer",
            "tax id",
        ],
        holds: germany,
    },
    // Italy: the tax code.
    NationalId { alone: &["aaaaaa99a99a999a", "aaa aaa 99a99 a999a"], named: &[], names: &[], holds: italy },
    // The Netherlands: the citizen service number.
    NationalId {
        alone: &[],
        named: &["999999999", "9999.99.999", "9999 99 999"],
        names: &["bsn", "burgerservicenummer", "sofinummer"],
        holds: netherlands,
    },
    // Norway: the birth number.
    NationalId {
        alone: &[],
        named: &["99999999999", "999999 99999"],
        names: &["fødselsnummer", "fodselsnummer", "fødselsnr", "personnummer", "fnr"],
        holds: norway,
    },
    // Poland: PESEL.
    NationalId { alone: &[], named: &["99999999999"], names: &["pesel"], holds: poland },
    // Portugal: the tax number, of people only.
    NationalId { alone: &[], named: &["999999999", "999 999 999"], names: &["nif", "contribuinte"], holds: portugal },
    // Romania: the personal numerical code.
    NationalId { alone: &[], named: &["9999999999999"], names: &["cnp", "cod numeric personal"], holds: romania },
    // Spain: the identity document, of citizens and of foreigners.
    NationalId {
        alone: &[],
        named: &["99999999a", "99999999-a", "99.999.999-a", "99999999 a", "a9999999a", "a-9999999-a"],
        names: &["dni", "nif", "nie", "documento", "identidad", "identificación", "identificacion"],
        holds: spain,
    },
    // Sweden: the personal identity number.
    NationalId {
        alone: &[],
        named: &["999999-9999", "99999999-9999", "9999999999", "999999999999"],
        names: &["personnummer", "personnr", "pnr"],
        holds: sweden,
    },
    // Switzerland: the old-age insurance number.
    NationalId {
        alone: &["756.9999.9999.99"],
        named: &["7569999999999", "756 9999 9999 99"],
        names: &["ahv", "avs", "ahv-nummer", "ahv-nr", "numéro avs", "sozialversicherungsnummer"],
        holds: switzerland,
    },
    // The United Kingdom: the national insurance number, which has no check digits but few beginnings.
    NationalId {
        alone: &[],
        named: &["aa999999a", "aa 99 99 99 a"],
        names: &["national insurance", "ni number", "ni no", "nino"],
        holds: united_kingdom,
    },
];

fn belgium(id: &str) -> bool {
    let (born, check) = (number(id, 0, 9), number(id, 9, 11));
    let has_check = |born: u64| 97 - born % 97 == check;
    // Those born from 2000 on have a 2 in front of the check.
    is_day(number(id, 2, 4), number(id, 4, 6)) && (has_check(born) || has_check(2_000_000_000 + born))
}

fn finland(id: &str) -> bool {
    const CHECKS: &[u8] = b"0123456789abcdefhjklmnprstuvwxy";
    // Without the sign of the century where that is no letter.
    let (born, rest) = id.split_at(6);
    let rest = rest.strip_prefix(['a', 'b', 'c', 'd', 'e', 'f', 'u', 'v', 'w', 'x', 'y']).unwrap_or(rest);
    let Some((individual, check)) = rest.split_at_checked(3) else { return false };
    let Ok(number_of_both) = format!("{born}{individual}").parse::<usize>() else { return false };
    is_day(number(born, 2, 4), number(born, 0, 2)) && check.as_bytes() == [CHECKS[number_of_both % 31]]
}

fn france(id: &str) -> bool {
    let is_sex_and_month = matches!(digit(id, 0), 1 | 2) && matches!(number(id, 3, 5), 1..=12 | 20 | 30..=42);
    let (department, letter) = match id.get(5..7) {
        Some("2a") => ("19", true),
        Some("2b") => ("18", true),
        Some(department) => (department, false),
        None => return false,
    };
    let has_letter = id.bytes().any(|byte| byte.is_ascii_lowercase());
    let born = format!("{}{department}{}", &id[..5], &id[7..13]);
    let Ok(born) = born.parse::<u64>() else { return false };
    is_sex_and_month && has_letter == letter && 97 - born % 97 == number(id, 13, 15)
}

/// ISO 7064, modulus 11, 10. One digit is there twice or three times, and not three times in a row.
fn germany(id: &str) -> bool {
    let times = |wanted: u8| id[..10].bytes().filter(|byte| *byte == wanted).count();
    let most = (b'0'..=b'9').map(times).max().unwrap_or_default();
    let check = (0..10).map(|index| digit(id, index)).fold(10, |product, digit| {
        let sum = match (digit + product) % 10 {
            0 => 10,
            sum => sum,
        };
        sum * 2 % 11
    });
    digit(id, 0) != 0 && matches!(most, 2 | 3) && (11 - check) % 10 == digit(id, 10)
}

fn italy(id: &str) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |byte: u8| u32::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'a' });
    let sum: u32 = id[..15]
        .bytes()
        .enumerate()
        .map(|(index, byte)| if index % 2 == 0 { ODD[value(byte) as usize] } else { value(byte) })
        .sum();
    let is_born = "abcdehlmprst".contains(&id[8..9]) && matches!(number(id, 9, 11), 1..=31 | 41..=71);
    is_born && value(id.as_bytes()[15]) == sum % 26
}

fn netherlands(id: &str) -> bool {
    let rest = weighted(id, &[9, 8, 7, 6, 5, 4, 3, 2]) + 11 - digit(id, 8);
    !is_one_digit_repeated(id) && rest.is_multiple_of(11)
}

fn norway(id: &str) -> bool {
    let first = weighted(id, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
    let second = weighted(id, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
    // 40 more in the day are for those who only stay for a while.
    let day = number(id, 0, 2);
    let day = if day > 40 { day - 40 } else { day };
    is_day(number(id, 2, 4), day) && first.is_multiple_of(11) && second.is_multiple_of(11)
}

fn poland(id: &str) -> bool {
    // 20 more in the month for each century.
    is_day(number(id, 2, 4) % 20, number(id, 4, 6))
        && weighted(id, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

fn portugal(id: &str) -> bool {
    let rest = weighted(id, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest < 2 { 0 } else { 11 - rest };
    matches!(digit(id, 0), 1..=3) && check == digit(id, 8)
}

fn romania(id: &str) -> bool {
    let rest = weighted(id, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    let check = if rest == 10 { 1 } else { rest };
    matches!(digit(id, 0), 1..=8) && is_day(number(id, 3, 5), number(id, 5, 7)) && check == digit(id, 12)
}

fn spain(id: &str) -> bool {
    const LETTERS: &[u8] = b"trwagmyfpdxbnjzsqvhlcke";
    let (first, digits) = match id.as_bytes()[0] {
        b'x' => ("0", &id[1..8]),
        b'y' => ("1", &id[1..8]),
        b'z' => ("2", &id[1..8]),
        byte if byte.is_ascii_digit() => ("", &id[..8]),
        _ => return false,
    };
    format!("{first}{digits}").parse::<usize>().is_ok_and(|number| LETTERS[number % 23] == id.as_bytes()[8])
}

fn sweden(id: &str) -> bool {
    let short = &id[id.len() - 10..];
    let century = &id[..id.len() - 10];
    matches!(century, "" | "19" | "20") && is_day(number(short, 2, 4), number(short, 4, 6)) && luhn(short)
}

fn switzerland(id: &str) -> bool {
    weighted(id, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

fn united_kingdom(id: &str) -> bool {
    let (first, second) = (&id[..1], &id[1..2]);
    let is_beginning = !"dfiquv".contains(first) && !"dfiquvo".contains(second);
    let is_kept_back = ["bg", "gb", "kn", "nk", "nt", "tn", "zz"].contains(&&id[..2]);
    is_beginning && !is_kept_back && "abcd".contains(&id[8..])
}
