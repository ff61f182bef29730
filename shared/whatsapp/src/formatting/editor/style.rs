//! The styles that editors write as CSS.

use html5gum::StartTag;

use super::super::builder::Face;
use super::super::document::Style;
use super::attribute;

/// How words look in an element with this start tag, where they would look as `face` without it.
pub(super) fn of(tag: &StartTag<()>, mut face: Face) -> Face {
    let css = attribute(tag, "style").to_ascii_lowercase();
    for declaration in css.split(';') {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        let value = value.trim();
        match property.trim() {
            "font-weight" => face = given(face, Style::Bold, is_bold(value)),
            "font-style" => face = given(face, Style::Italic, Some(value.starts_with("italic"))),
            "text-decoration" | "text-decoration-line" if value.contains("line-through") => {
                face = face.with(Style::Strike);
            }
            _ => {}
        }
    }
    face
}

fn given(face: Face, style: Style, has_it: Option<bool>) -> Face {
    match has_it {
        Some(true) => face.with(style),
        Some(false) => Face { styles: face.styles.without(style), ..face },
        None => face,
    }
}

/// Nothing where the value says neither, as `inherit` does.
fn is_bold(value: &str) -> Option<bool> {
    match value {
        "bold" | "bolder" => Some(true),
        "normal" | "lighter" => Some(false),
        _ => value.parse::<u16>().ok().map(|weight| weight >= 600),
    }
}
