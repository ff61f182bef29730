use super::super::{to_html, to_html_without_marks};

#[test]
fn marks_become_html() {
    for (text, html) in [
        ("*bold* _italic_ ~gone~", "<p><strong>bold</strong> <em>italic</em> <del>gone</del></p>"),
        ("*bold _both_*", "<p><strong>bold <em>both</em></strong></p>"),
        ("_*both*_", "<p><strong><em>both</em></strong></p>"),
        ("(*yes*)", "<p>(<strong>yes</strong>)</p>"),
        ("`a *b*` ```c_d```", "<p><code>a *b*</code> <code>c_d</code></p>"),
        ("```a\n <b>```", "<pre><code>a\n &lt;b&gt;</code></pre>"),
        ("see ```a\nb``` there", "<p>see</p><pre><code>a\nb</code></pre><p> there</p>"),
        ("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
        ("- a\n- *b*\n  - c", "<ul><li>a</li><li><strong>b</strong><ul><li>c</li></ul></li></ul>"),
        ("* a\n* b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("> a\n> b\nc", "<blockquote><p>a<br>b</p></blockquote><p>c</p>"),
        ("> - a", "<blockquote><ul><li>a</li></ul></blockquote>"),
        ("", ""),
        (" \n\n ", ""),
    ] {
        assert_eq!(to_html(text), html, "{text}");
    }
}

#[test]
fn what_is_no_mark_stays() {
    for text in [
        "2 * 3 = 6",
        "snake_case_name",
        "a*b*c",
        "5 ~ 6",
        "__init__",
        "**",
        "*",
        "* ",
        "a* b*",
        "*a *b",
        "_ a _",
        "```",
        "``````",
        "``` ```",
        "`",
        "``a``",
        "5*",
        "-a",
        "-",
        "- ",
        "1.a",
        "01. a",
        "1234567890. a",
        ">a",
        "*a\nb*",
        "*️⃣*️⃣",
        "12* 13*",
        "1.5. a",
    ] {
        let words = to_html(text).replace("<p>", "").replace("</p>", "").replace("<br>", "\n");
        assert_eq!(words.replace("&gt;", ">"), text.trim_end(), "{text}");
    }
}

#[test]
fn a_number_that_begins_a_line_is_kept() {
    assert_eq!(to_html("24. December"), r#"<ol start="24"><li>December</li></ol>"#);
    assert_eq!(to_html("1. a\n1. b"), "<ol><li>a</li></ol><ol><li>b</li></ol>");
}

#[test]
fn addresses_become_links_and_nothing_in_them_a_mark() {
    let link = |href: &str, text: &str| {
        format!(r#"<a href="{href}" rel="noopener noreferrer nofollow" target="_blank">{text}</a>"#)
    };
    for (text, html) in [
        (
            "see https://shop.example/_a_/b*c*?d=1&e=2.",
            format!(
                "see {}.",
                link("https://shop.example/_a_/b*c*?d=1&amp;e=2", "https://shop.example/_a_/b*c*?d=1&amp;e=2")
            ),
        ),
        (
            "*https://shop.example*",
            format!("<strong>{}</strong>", link("https://shop.example", "https://shop.example")),
        ),
        ("www.shop.example", link("https://www.shop.example", "www.shop.example")),
        ("*a_b@shop.example*", format!("<strong>{}</strong>", link("mailto:a_b@shop.example", "a_b@shop.example"))),
        (
            "shop.example javascript:alert(1) ftp://a.example file.rs",
            "shop.example javascript:alert(1) ftp://a.example file.rs".to_owned(),
        ),
        (
            "https://a.example/\"onclick=\"x",
            format!("{}&quot;onclick=&quot;x", link("https://a.example/", "https://a.example/")),
        ),
        ("https://", "https://".to_owned()),
    ] {
        assert_eq!(to_html(text), format!("<p>{html}</p>"), "{text}");
    }
}

#[test]
fn everything_else_is_escaped() {
    assert_eq!(
        to_html("<script>alert('x')</script> & \"y\" \0\u{1}"),
        "<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot; \u{fffd}\u{fffd}</p>"
    );
}

#[test]
fn line_ends_of_windows_are_line_ends() {
    assert_eq!(to_html("a\r\nb\r\n\r\n- c\r\n- d"), "<p>a<br>b</p><ul><li>c</li><li>d</li></ul>");
}

#[test]
fn our_word_joiners_are_not_shown() {
    assert_eq!(to_html("\u{2060}*a*\u{2060}"), "<p>*a*</p>");
    assert_eq!(to_html("\u{2060}- a"), "<p>- a</p>");
}

#[test]
fn what_has_no_marks_is_only_escaped() {
    assert_eq!(to_html_without_marks("_draft_ *2* <1>.pdf\r\nb"), "<p>_draft_ *2* &lt;1&gt;.pdf<br>b</p>");
    assert_eq!(to_html_without_marks(" "), "");
}
