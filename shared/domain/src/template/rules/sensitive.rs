//! Words that ask the customer for what nobody may be asked for in a template (Meta, "template review").

const ASKING: [&str; 12] = [
    "send",
    "share",
    "provide",
    "enter",
    "reply with",
    "confirm",
    "tell us",
    "give us",
    "submit",
    "what is your",
    "type",
    "verify",
];

const SECRETS: [&str; 17] = [
    "card number",
    "credit card",
    "debit card",
    "account number",
    "bank account",
    "iban",
    "social security number",
    "national id",
    "identity card number",
    "passport number",
    "tax number",
    "cvv",
    "cvc",
    "security code",
    "password",
    "your pin",
    "pin code",
];

const NEGATIONS: [&str; 5] = ["never", "not", "don't", "don’t", "without"];

/// Whether a sentence asks for such a thing. "Never send us your password" does not.
pub(super) fn is_asked_for(text: &str) -> bool {
    text.to_lowercase().split(['.', '!', '?', '\n', ';']).any(asks)
}

fn asks(sentence: &str) -> bool {
    let words: Vec<&str> = sentence
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .filter(|word| !word.is_empty())
        .collect();
    let sentence = format!(" {} ", words.join(" "));
    let first_of = |phrases: &[&str]| phrases.iter().filter_map(|phrase| sentence.find(&format!(" {phrase} "))).min();
    let Some(asking) = first_of(&ASKING) else { return false };
    let after = &sentence[asking..];
    let is_secret = SECRETS.iter().any(|phrase| after.contains(&format!(" {phrase} ")));
    is_secret && first_of(&NEGATIONS).is_none()
}
