//! Variables in words: `{{1}}`, `{{order_number}}`.

/// A run of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Words(&'a str),
    /// What stands between the braces, without the spaces around it.
    Variable(&'a str),
}

/// A text cut into words and variables. Braces that do not close are words.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, inner, after)) = next_variable(rest) {
        if !before.is_empty() {
            pieces.push(Piece::Words(before));
        }
        pieces.push(Piece::Variable(inner.trim()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    pieces
}

/// The variables of a text, each once, in order.
pub(super) fn variables(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for piece in pieces(text) {
        if let Piece::Variable(name) = piece
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

/// A text with its variables replaced.
pub(super) fn filled<'a>(text: &'a str, value: impl Fn(&str) -> &'a str) -> String {
    let words = |piece| match piece {
        Piece::Words(words) => words,
        Piece::Variable(name) => value(name),
    };
    pieces(text).into_iter().map(words).collect()
}

fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (inner, after) = rest.split_once("}}")?;
    Some((before, inner, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_words_and_variables() {
        let expected = [Piece::Words("Hi "), Piece::Variable("1"), Piece::Variable("name"), Piece::Words("!")];
        assert_eq!(pieces("Hi {{1}}{{ name }}!"), expected);
        assert_eq!(pieces("no {{end"), [Piece::Words("no {{end")]);
        assert_eq!(variables("{{2}} {{1}} {{2}}"), ["2", "1"]);
    }

    proptest! {
        #[test]
        fn the_pieces_of_a_text_are_the_text(text in "[a-z{}]*") {
            let whole: String = pieces(&text).into_iter().map(|piece| match piece {
                Piece::Words(words) => words.to_owned(),
                Piece::Variable(name) => format!("{{{{{name}}}}}"),
            }).collect();
            prop_assert_eq!(whole, text);
        }

        #[test]
        fn a_text_without_braces_is_filled_as_it_is(text in "[^{}]*") {
            prop_assert_eq!(filled(&text, |_| "x"), text);
        }

        #[test]
        fn whatever_the_text_is_it_can_be_filled(text in any::<String>()) {
            prop_assert!(filled(&text, |_| "").len() <= text.len());
        }
    }
}
