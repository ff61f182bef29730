//! A template as Meta writes it.

pub(crate) mod read;
pub(crate) mod write;

#[cfg(test)]
mod tests;

/// Meta writes languages as `en_US`, and in some webhooks as `en-US`.
pub(crate) fn language(code: &str) -> String {
    code.replace('-', "_")
}

/// No name of Meta's is longer, and no code; what is cannot be a key either.
const LONGEST_NAME: usize = 512;
const LONGEST_LANGUAGE: usize = 32;

/// Whether a name and a language can be a template's.
pub(crate) fn can_be(name: &str, language: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && (1..=LONGEST_LANGUAGE).contains(&language.len())
}
