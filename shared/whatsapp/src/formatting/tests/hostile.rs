//! What would take long, or go deep, where a parser is careless.

use std::time::{Duration, Instant};

use super::super::{from_html, from_markdown, to_html};

/// Each input has twice that. What is linear takes a second or less even unoptimised on a busy machine; what is quadratic minutes.
const BYTES: usize = 64 * 1024;
const LONG: Duration = Duration::from_secs(30);

const MARKDOWN: [&str; 23] = [
    "[",
    "![",
    "*",
    "**a",
    "_a ",
    "~",
    "*a_ ",
    "> ",
    "- ",
    "1. ",
    "`",
    "`a ``b ",
    "<",
    "<a",
    "&",
    "|",
    "a|b\n-|-\n",
    "[a](",
    "[a](<b",
    "https://a.example/*",
    "```\n",
    "\\",
    "<!--",
];
const HTML: [&str; 16] = [
    "<div>",
    "<b>",
    "<ul><li>",
    "<blockquote>",
    "<table><tr><td>",
    "<p>",
    "</p>",
    "<a href=x>",
    "<",
    "&",
    "<!--",
    "<pre>",
    "<script>",
    "<b></i>",
    "<b style=\"font-weight:bold\">*a",
    "<i x>",
];
const TEXT: [&str; 16] = [
    "*",
    "*a ",
    "*a_ ",
    "_a* ",
    "`",
    "`a ",
    "``` ",
    "```a",
    "> ",
    "- a\n",
    "  - a\n",
    "1. a\n",
    "a@b.c ",
    "https://",
    "www.a.b/*",
    "a.",
];

fn within_time(what: &str, unit: &str, convert: impl Fn(&str) -> String) {
    let input = unit.repeat(BYTES / unit.len());
    let began = Instant::now();
    convert(&input);
    convert(&format!("{input}x{}", input.chars().rev().collect::<String>()));
    assert!(began.elapsed() < LONG, "{what} of {unit:?} took {:?}", began.elapsed());
}

#[test]
fn long_and_deep_markdown_is_read_in_time() {
    MARKDOWN.iter().for_each(|unit| within_time("markdown", unit, from_markdown));
}

#[test]
fn long_and_deep_html_is_read_in_time() {
    HTML.iter().for_each(|unit| within_time("HTML", unit, from_html));
}

#[test]
fn long_texts_are_displayed_in_time() {
    TEXT.iter().for_each(|unit| within_time("text", unit, to_html));
}

#[test]
fn a_list_in_a_hundred_lists_keeps_its_words() {
    let html = format!("{}deep{}", "<ul><li>".repeat(100), "</li></ul>".repeat(100));
    assert_eq!(from_html(&html).trim_start_matches([' ', '-']), "deep");
}
