//! Name, language, category.

use super::Findings;
use crate::template::{Category, Draft};

/// Characters of a name (Meta, "template overview").
const NAME: usize = 512;

pub(in crate::template) fn check(draft: &Draft, found: &mut Findings) {
    found.unless(is_name(&draft.name), "name_invalid", "name", || {
        format!("A name has 1 to {NAME} lower-case letters, digits and underscores.")
    });
    found.unless(is_language(&draft.language), "language_invalid", "language", || {
        "A language is a code of Meta's, such as en, en_US or pt_BR.".to_owned()
    });
    match &draft.category {
        Category::Marketing | Category::Utility => {}
        Category::Authentication => found.add(
            "category_authentication",
            "category",
            "The words of authentication templates are Meta's. Make it in WhatsApp Manager; it is listed here then.",
        ),
        Category::Other(_) => {
            found.add("category_unknown", "category", "A category is marketing or utility.");
        }
    }
    found.unless(draft.components.others.is_empty(), "component_unknown", "components.others", || {
        "Only header, body, footer and buttons can be made here. Make the template in WhatsApp Manager.".to_owned()
    });
}

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=NAME).contains(&name.len()) && name.bytes().all(fits)
}

/// `en`, `fil`, `en_US`, `zh_CN`.
fn is_language(code: &str) -> bool {
    let (language, country) =
        code.split_once('_').map_or((code, None), |(language, country)| (language, Some(country)));
    let is_lower = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    is_lower
        && country.is_none_or(|country| country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()))
}
