//! What holds for every text.

use html5gum::{Token, Tokenizer};
use proptest::prelude::*;
use proptest::test_runner::contextualize_config;

use super::{from_html, from_markdown, to_html};

/// Words, marks and what surrounds them, denser than any agent writes.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zäß0-9]{1,4}",
        "[*_~`]{1,4}",
        "[ \n]{1,2}",
        Just("\r\n".to_owned()),
        "[.,:()>\"'#|\\\\&<-]",
        "[0-9]{1,3}\\. ",
        Just("\n- ".to_owned()),
        Just("\n> ".to_owned()),
        Just("https://shop.example/a_b".to_owned()),
        Just("a_b@shop.example".to_owned()),
        Just("🎉".to_owned()),
        Just("*\u{fe0f}\u{20e3}".to_owned()),
        Just("שלום".to_owned()),
        Just("\u{2060}".to_owned()),
        Just("\u{200d}".to_owned()),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Plain words: nothing in them is a mark anywhere.
fn plain() -> impl Strategy<Value = String> {
    "[a-zA-Zäöüשלום0-9]{1,6}([ ,!?]{1,2}[a-zA-Z0-9€]{1,6}){0,8}"
}

/// Its letters and digits in order, without those of addresses of links and numbers of lists.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

const ELEMENTS: [&str; 13] =
    ["p", "br", "strong", "em", "del", "code", "pre", "ul", "ol", "li", "blockquote", "a", "a"];

/// The words of HTML that has only elements and attributes that are allowed, all closed in their order.
fn words_of_safe(html: &str) -> Result<String, TestCaseError> {
    let (mut words, mut open) = (String::new(), Vec::new());
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8(tag.name.to_vec()).expect("a name");
                prop_assert!(ELEMENTS.contains(&name.as_str()), "{name} in {html}");
                for (attribute, value) in &tag.attributes {
                    let value = String::from_utf8(value.to_vec()).expect("a value");
                    let known = match (name.as_str(), attribute.as_slice()) {
                        ("a", b"href") => ["http://", "https://", "mailto:"]
                            .iter()
                            .any(|scheme| value.to_ascii_lowercase().starts_with(scheme)),
                        ("a", b"rel") => value == "noopener noreferrer nofollow",
                        ("a", b"target") => value == "_blank",
                        ("ol", b"start") => value.parse::<u32>().is_ok(),
                        _ => false,
                    };
                    prop_assert!(known, "{attribute:?}={value} in {html}");
                }
                if name == "br" { words.push('\n') } else { open.push(name) }
            }
            Token::EndTag(tag) => {
                let last = open.pop().unwrap_or_default();
                prop_assert_eq!(last.as_bytes(), tag.name.as_slice(), "{}", html);
            }
            Token::String(text) => words.push_str(std::str::from_utf8(&text).expect("text")),
            // Code points that Unicode keeps for nobody: a browser reads over them.
            Token::Error(error) if *error == html5gum::Error::NoncharacterInInputStream => {}
            other => prop_assert!(false, "{other:?} in {html}"),
        }
    }
    prop_assert!(open.is_empty(), "{html}");
    Ok(words)
}

proptest! {
    #![proptest_config(contextualize_config(ProptestConfig::with_cases(500)))]

    #[test]
    fn whatever_comes_nothing_panics_and_html_is_safe(text in any::<String>()) {
        words_of_safe(&to_html(&text))?;
        words_of_safe(&to_html(&from_markdown(&text)))?;
        words_of_safe(&to_html(&from_html(&text)))?;
    }

    #[test]
    fn html_of_any_marks_is_safe_and_has_the_words(text in texts()) {
        let words = words_of_safe(&to_html(&text))?;
        // The number of a list is its own affair.
        let without_numbers = |text: &str| letters(text).replace(|c: char| c.is_ascii_digit(), "");
        prop_assert_eq!(without_numbers(&words), without_numbers(&text));
    }

    #[test]
    fn plain_words_stay_what_they_are(text in plain()) {
        let text = text.trim();
        prop_assert_eq!(from_markdown(text), text);
        prop_assert_eq!(words_of_safe(&to_html(text))?, text);
    }

    #[test]
    fn text_in_an_editor_is_literal_to_the_reader(text in texts()) {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace("\r\n", "\n").replace('\n', "<br>");
        let sent = from_html(&format!("<p>{escaped}</p>"));
        let html = to_html(&sent);
        for element in ["<strong>", "<em>", "<del>", "<code>", "<pre>", "<li>", "<blockquote>"] {
            prop_assert!(!html.contains(element), "{sent:?} {html}");
        }
        let squeezed = |text: &str| text.replace('\u{2060}', "").split_whitespace().collect::<String>();
        prop_assert_eq!(squeezed(&words_of_safe(&html)?), squeezed(&text));
    }

    #[test]
    fn the_words_of_markdown_arrive_in_order(text in texts()) {
        let sent = from_markdown(&text);
        prop_assert_eq!(letters(&sent).replace(|c: char| c.is_ascii_digit(), ""), letters(&read_by_another(&text)));
        let html = words_of_safe(&to_html(&sent))?;
        let without_numbers = |text: &str| letters(text).replace(|c: char| c.is_ascii_digit(), "");
        prop_assert_eq!(without_numbers(&html), without_numbers(&sent));
    }

    #[test]
    fn styled_words_keep_their_styles_on_the_way(words in prop::collection::vec(("[a-z]{1,5}", 0..8u8), 1..8)) {
        let styled = |(word, styles): &(String, u8)| {
            let of = |name: &str, bit: u8| if styles & bit == 0 { String::new() } else { format!("<{name}>") };
            let open = [of("strong", 1), of("em", 2), of("del", 4)];
            let close: String = open.iter().rev().map(|tag| tag.replace('<', "</")).collect();
            format!("{}{word}{close}", open.concat())
        };
        let lines: Vec<String> = words.iter().map(styled).collect();
        let html = format!("<p>{}</p>", lines.join("<br>"));
        prop_assert_eq!(to_html(&from_html(&html)), html);
    }

    #[test]
    fn what_has_been_displayed_as_words_is_displayed_the_same(text in plain()) {
        let words = words_of_safe(&to_html(&text))?;
        prop_assert_eq!(to_html(&words), to_html(&text));
    }
}

/// The letters of Markdown as its parser tells them, without digits.
fn read_by_another(markdown: &str) -> String {
    let options = pulldown_cmark::Options::ENABLE_STRIKETHROUGH | pulldown_cmark::Options::ENABLE_TABLES;
    let plain = markdown.replace("\r\n", "\n").replace('\r', "\n");
    let words: String = pulldown_cmark::Parser::new_ext(&plain, options)
        .filter_map(|event| match event {
            pulldown_cmark::Event::Text(text)
            | pulldown_cmark::Event::Code(text)
            | pulldown_cmark::Event::Html(text)
            | pulldown_cmark::Event::InlineHtml(text) => Some(text.to_string()),
            _ => None,
        })
        .collect();
    words.replace(|c: char| c.is_ascii_digit(), "")
}
