//! Numbers of payment cards: an issuer's prefix, its length, and the check digit of ISO/IEC 7812-1 (Luhn).
//!
//! Left alone: a number in other groups than cards have, one that goes on, and one in a single piece right behind a word
//! for an order, a parcel or the like, since one in fifty such numbers of sixteen digits would pass for a card.

use super::mask;

/// The first four digits, from and to, and how many digits there are in all.
/// <https://en.wikipedia.org/wiki/Payment_card_number>
const ISSUERS: [(u32, u32, &[usize]); 21] = [
    // Mir, Mastercard, Diners Club, American Express, JCB.
    (2200, 2204, &[16]),
    (2221, 2720, &[16]),
    (3000, 3059, &[14]),
    (3095, 3095, &[14]),
    (3400, 3499, &[15]),
    (3528, 3589, &[16]),
    (3600, 3699, &[14]),
    (3700, 3799, &[15]),
    (3800, 3999, &[14]),
    // Visa.
    (4000, 4999, &[13, 16, 19]),
    // Maestro, RuPay, Elo and Verve, Mastercard.
    (5018, 5038, &[16, 18, 19]),
    (5060, 5099, &[16, 19]),
    (5100, 5599, &[16]),
    (5893, 5893, &[16, 18, 19]),
    // Discover, Hipercard, RuPay, UnionPay, Maestro, Elo.
    (6011, 6011, &[16, 19]),
    (6062, 6089, &[16]),
    (6200, 6299, &[16, 17, 18, 19]),
    (6304, 6370, &[16, 18, 19]),
    (6440, 6599, &[16, 19]),
    (6759, 6763, &[16, 18, 19]),
    // Troy.
    (9792, 9792, &[16]),
];

/// How cards are printed and people copy them.
const GROUPS: [&str; 10] = [
    "9999_9999_9999_9999",
    "9999_999999_99999",
    "9999_999999_9999",
    "9999_9999_9999_9999_999",
    "9999_9999_9999_9999_99",
    "9999_9999_9999_9999_9",
    "9999_999_999_999",
    "999999_9999999999999",
    "99999999_99999999",
    "999999_9999999999",
];

/// Beginnings of words for what has long numbers, too, in the languages of `ordinary_sentences.txt` and some more.
const OTHER_NUMBERS: [&str; 86] = [
    "artikel",
    "auftrag",
    "barcode",
    "bestell",
    "bestilling",
    "beställning",
    "bestätigung",
    "booking",
    "buchung",
    "case",
    "codigo",
    "colis",
    "comand",
    "commande",
    "código",
    "ean",
    "encomenda",
    "envio",
    "envío",
    "factura",
    "facture",
    "faktur",
    "fattura",
    "fatura",
    "gtin",
    "guía",
    "id",
    "imei",
    "invoice",
    "isbn",
    "kargo",
    "megrendel",
    "nachnahme",
    "narudž",
    "objednáv",
    "orden",
    "order",
    "ordine",
    "ordre",
    "package",
    "paket",
    "pakke",
    "paquete",
    "parcel",
    "pedido",
    "pesanan",
    "przesył",
    "rastre",
    "rechnung",
    "ref",
    "reserva",
    "resi",
    "sendung",
    "seri",
    "sipari",
    "sku",
    "spedizion",
    "suivi",
    "séri",
    "ticket",
    "tilau",
    "track",
    "transa",
    "vorgang",
    "zamówieni",
    "đơn",
    "παραγγελ",
    "заказ",
    "замовл",
    "поръчк",
    "посил",
    "посыл",
    "трек",
    "注文",
    "伝票",
    "订单",
    "訂單",
    "单号",
    "單號",
    "주문",
    "송장",
    "طلب",
    "سفارش",
    "הזמנ",
    "ऑर्डर",
    "คำสั่งซื้อ",
];
/// Beginnings of words that say it is a card after all.
const CARD: [&str; 10] = ["card", "cart", "kart", "kort", "kredit", "master", "tarjeta", "visa", "amex", "карт"];

/// Whether a text holds one.
pub(super) fn is_in(text: &str) -> bool {
    mask::starts(text).any(|start| grouped(text, start) || in_one_piece(text, start))
}

fn grouped(text: &str, start: usize) -> bool {
    let found = GROUPS.iter().filter_map(|groups| mask::at(groups, text, start));
    found.filter(|found| !goes_on(text, start, found)).any(|found| is_card(&mask::compact(found)))
}

/// Four more digits in front or behind belong to the number, so it is another one; two or three are a date or a code.
fn goes_on(text: &str, start: usize, found: &str) -> bool {
    let before = text[..start].strip_suffix(' ').unwrap_or_default();
    let before = before.bytes().rev().take_while(u8::is_ascii_digit).count();
    mask::at(" 9999", text, start + found.len()).is_some() || before == 4
}

fn in_one_piece(text: &str, start: usize) -> bool {
    let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
    let end = start + digits;
    (13..=19).contains(&digits)
        && mask::ends_alone(&text[end..])
        && is_card(&text[start..end])
        && !is_trade_item(&text[start..end])
        && !follows_a_word_for_another_number(&text[..start])
}

fn is_card(number: &str) -> bool {
    let is_issued = number[..4].parse().is_ok_and(|prefix: u32| {
        ISSUERS.iter().any(|(from, to, lengths)| (from..=to).contains(&&prefix) && lengths.contains(&number.len()))
    });
    is_issued && luhn(number)
}

/// Whether the last digit is the check digit of those before it.
pub(super) fn luhn(number: &str) -> bool {
    let digits = number.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}

/// An article's number on a bar code (GTIN), which has 13 or 14 digits and a check digit of another kind.
fn is_trade_item(number: &str) -> bool {
    let digits = number.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits.enumerate().map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 3 }).sum();
    number.len() <= 14 && sum.is_multiple_of(10)
}

/// Looks at the three words in front.
fn follows_a_word_for_another_number(before: &str) -> bool {
    let near = &before[before.ceil_char_boundary(before.len().saturating_sub(80))..];
    let words: Vec<&str> =
        near.rsplit(|char: char| !char.is_alphabetic()).filter(|word| !word.is_empty()).take(3).collect();
    let any =
        |beginnings: &[&str]| words.iter().any(|word| beginnings.iter().any(|beginning| word.starts_with(beginning)));
    any(&OTHER_NUMBERS) && !any(&CARD)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Test numbers that the payment networks and processors publish.
    const CARDS: [&str; 22] = [
        "4111111111111111",
        "4242424242424242",
        "4012888888881881",
        "4222222222222",
        "5555555555554444",
        "5105105105105100",
        "2223003122003222",
        "378282246310005",
        "371449635398431",
        "30569309025904",
        "38520000023237",
        "36006666333344",
        "6011111111111117",
        "6011000990139424",
        "3530111333300000",
        "3566002020360505",
        "6200000000000005",
        "6205500000000000004",
        "6304000000000000",
        "5066991111111118",
        "2200000000000053",
        "6759649826438453",
    ];

    #[test]
    fn published_test_numbers_are_found_in_one_piece() {
        for card in CARDS {
            for text in [card.to_owned(), format!("my card is {card}, thanks"), format!("visa:{card}\n12/27 123")] {
                assert!(is_in(&text), "{text}");
            }
        }
    }

    #[test]
    fn they_are_found_as_cards_show_them() {
        for text in [
            "4111 1111 1111 1111",
            "5555-5555-5555-4444 exp 12/27",
            "4111 1111 1111 1111 12/27 123",
            "4111 1111 1111 1111 123",
            "4012.8888.8888.1881",
            "3782 822463 10005",
            "3056 930902 5904",
            "6205 5000 0000 0000 004",
            "41111111 11111111",
            "pay 50 with 4242 4242 4242 4242.",
            "*4242 4242 4242 4242* or _4111111111111111_",
            "order with card 4111111111111111",
        ] {
            assert!(is_in(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            // A digit off, an issuer that nobody is, another length.
            "4111111111111112",
            "8111111111111111",
            "41111111111111",
            // Part of something longer.
            "12-4111111111111111",
            "4111 1111 1111 1111 5678",
            "1234 4111 1111 1111 1111",
            "a4111111111111111",
            "4111111111111111.50",
            "ord-4111111111111111",
            "img_4111111111111111",
            // Groups of other numbers: an order at a well-known shop has 3-7-7.
            "411-1111111-111111",
            "4111 11 11 11 11 1111",
            // What they say they are.
            "#4111111111111111",
            "order number 4111111111111111",
            "sendungsnummer: 4111111111111111",
            "+4111111111111111",
            // An article's bar code that also passes for a short card.
            "4006381000093",
            // Serial numbers of phones and SIM cards have the same check digit.
            "356938035643809",
            "89490200001234567892",
        ] {
            assert!(!is_in(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_card_is_found_wherever_it_stands_between_words(
            before in "([a-zé]{1,8}[ ,.:!?(]{1,2}){0,5}",
            after in "([ ,.:!?)]{1,2}[a-zé]{1,8}){0,5}",
            card in proptest::sample::select(&CARDS[..]),
        ) {
            // Words that happen to be one for another number are not meant here.
            prop_assume!(!follows_a_word_for_another_number(&before));
            let text = format!("{before}{card}{after}");
            prop_assert!(is_in(&text), "{text}");
        }
    }
}
