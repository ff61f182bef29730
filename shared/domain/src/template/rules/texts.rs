//! Header, body, footer, and the variables in them.

use std::collections::BTreeSet;

use super::{Findings, chars, sensitive};
use crate::template::placeholders::{Piece, pieces, variables};
use crate::template::{Draft, Header, ParameterFormat, Text};

/// Characters of a header, a body and a footer (Meta, "template components").
const HEADER: usize = 60;
const BODY: usize = 1_024;
const FOOTER: usize = 60;

const AT_HEADER: &str = "components.header";
const AT_BODY: &str = "components.body.text";
const AT_FOOTER: &str = "components.footer";

pub(in crate::template) fn check(draft: &Draft, found: &mut Findings) {
    let parts = &draft.components;
    match &parts.header {
        Some(Header::Text(text)) => header(text, draft.format, found),
        Some(Header::Media { sample, .. }) => media(sample.as_deref(), found),
        Some(Header::Location) | None => {}
    }
    body(&parts.body, draft.format, found);
    if let Some(text) = &parts.footer {
        footer(text, found);
    }
    let words = [Some(parts.body.text.as_str()), parts.footer.as_deref()];
    for (text, at) in words.into_iter().zip([AT_BODY, AT_FOOTER]) {
        found.unless(!text.is_some_and(sensitive::is_asked_for), "sensitive_data_requested", at, || {
            "Meta rejects templates that ask for card or account numbers, identity numbers, passwords or PINs. Ask in another \
             way."
                .to_owned()
        });
    }
}

fn header(text: &Text, format: ParameterFormat, found: &mut Findings) {
    let at = "components.header.text";
    let length = chars(&text.text);
    found
        .unless(!text.text.trim().is_empty(), "header_empty", at, || "Give the header words, or leave it away.".into());
    found.unless(length <= HEADER, "header_too_long", at, || {
        format!("The header has {length} characters and Meta takes {HEADER}. Shorten it.")
    });
    let count = variables(&text.text).len();
    found.unless(count <= 1, "header_variables", at, || {
        format!("The header has {count} variables and Meta takes one. Move the others to the body.")
    });
    each_variable(text, format, "components.header", found);
}

/// Meta wants the handle of a file that was uploaded to it, and no address.
fn media(sample: Option<&str>, found: &mut Findings) {
    match sample.map(str::trim).filter(|sample| !sample.is_empty()) {
        None => found.add(
            "sample_missing",
            format!("{AT_HEADER}.sample"),
            "A header with a file needs an example: upload one with Meta's Resumable Upload API and give its handle.",
        ),
        Some(sample) => found.unless(!sample.contains("://"), "sample_not_a_handle", "components.header.sample", || {
            "The example is an address. Upload the file with Meta's Resumable Upload API and give the handle it answers."
                .into()
        }),
    }
}

fn body(text: &Text, format: ParameterFormat, found: &mut Findings) {
    if text.text.trim().is_empty() {
        found.add("body_missing", AT_BODY, "A template needs a body. Write one.");
        return;
    }
    let length = chars(&text.text);
    found.unless(length <= BODY, "body_too_long", AT_BODY, || {
        format!("The body has {length} characters and Meta takes {BODY}. Shorten it.")
    });
    let pieces = pieces(text.text.trim());
    let is_variable = |piece: Option<&Piece<'_>>| matches!(piece, Some(Piece::Variable(_)));
    let at_edge = is_variable(pieces.first()) || is_variable(pieces.last());
    found.unless(!at_edge, "variable_at_edge", AT_BODY, || {
        "A body neither begins nor ends with a variable. Put words before the first and after the last.".into()
    });
    found.unless(!has_neighbours(&pieces), "variables_adjacent", AT_BODY, || {
        "Two variables stand side by side. Put words between them.".into()
    });
    ratio(&pieces, found);
    each_variable(text, format, "components.body", found);
}

/// Variables with nothing but white space between them.
fn has_neighbours(pieces: &[Piece<'_>]) -> bool {
    let visible = |piece: &&Piece<'_>| !matches!(piece, Piece::Words(words) if words.trim().is_empty());
    let visible: Vec<&Piece<'_>> = pieces.iter().filter(visible).collect();
    visible.windows(2).any(|pair| matches!(pair, [Piece::Variable(_), Piece::Variable(_)]))
}

/// Meta does not say how many variables are too many for a length; as others have found, it wants one word more than
/// twice their number.
fn ratio(pieces: &[Piece<'_>], found: &mut Findings) {
    let count = pieces.iter().filter(|piece| matches!(piece, Piece::Variable(_))).count();
    let words = |piece: &Piece<'_>| match piece {
        Piece::Words(words) => words.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count(),
        Piece::Variable(_) => 0,
    };
    let (has, wants) = (pieces.iter().map(words).sum::<usize>(), 2 * count + 1);
    found.unless(count == 0 || has >= wants, "too_many_variables", AT_BODY, || {
        format!(
            "{count} variables need at least {wants} words around them, and there are {has}. Write more, or use fewer."
        )
    });
}

/// What holds for each variable of a text, and for all of them together.
fn each_variable(text: &Text, format: ParameterFormat, at: &str, found: &mut Findings) {
    let at_text = format!("{at}.text");
    let names = variables(&text.text);
    let is_whole = pieces(&text.text).iter().all(|piece| match piece {
        Piece::Words(words) => !words.contains("{{") && !words.contains("}}"),
        Piece::Variable(name) => !name.contains('{'),
    });
    found.unless(is_whole, "variable_malformed", &at_text, || {
        "Braces do not match. A variable is written {{1}} or {{order_number}}.".into()
    });
    for name in &names {
        check_name(name, format, &at_text, found);
        let has_sample = text.samples.get(*name).is_some_and(|sample| !sample.trim().is_empty());
        found.unless(has_sample, "sample_missing", &format!("{at}.samples"), || {
            format!("Give an example for {{{{{name}}}}}: Meta reviews the template with it.")
        });
    }
    if format == ParameterFormat::Positional {
        let numbers: BTreeSet<usize> = names.iter().filter_map(|name| number(name)).collect();
        found.unless(numbers.iter().copied().eq(1..=numbers.len()), "variable_gap", &at_text, || {
            "The numbers of variables leave none out: {{1}}, {{2}}, {{3}} … Number them again.".into()
        });
    }
}

fn check_name(name: &str, format: ParameterFormat, at: &str, found: &mut Findings) {
    if name.contains(['#', '$', '%']) {
        found.add("variable_characters", at, format!("{{{{{name}}}}} has #, $ or % in it. Take them out."));
        return;
    }
    match format {
        ParameterFormat::Positional => found.unless(number(name).is_some(), "variable_not_numbered", at, || {
            format!("{{{{{name}}}}} is no number. Number the variables from 1, or set parameter_format to named.")
        }),
        ParameterFormat::Named => found.unless(is_named(name), "variable_not_named", at, || {
            format!("{{{{{name}}}}} is no name. Use lower-case letters and underscores, or set parameter_format to positional.")
        }),
    }
}

/// A number from 1 on, in its usual writing.
fn number(name: &str) -> Option<usize> {
    name.parse().ok().filter(|number: &usize| *number >= 1 && number.to_string() == name)
}

fn is_named(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn footer(text: &str, found: &mut Findings) {
    let length = chars(text);
    found.unless(!text.trim().is_empty(), "footer_empty", AT_FOOTER, || {
        "Give the footer words, or leave it away.".into()
    });
    found.unless(length <= FOOTER, "footer_too_long", AT_FOOTER, || {
        format!("The footer has {length} characters and Meta takes {FOOTER}. Shorten it.")
    });
    found.unless(variables(text).is_empty(), "footer_variable", AT_FOOTER, || {
        "A footer takes no variables. Move them to the body.".into()
    });
}
