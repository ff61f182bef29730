use super::visible;

fn marks(html: &str) -> String {
    visible(&super::super::from_html(html))
}

#[test]
fn tiptap() {
    let html = "<h2>Your order</h2><p>Dear <strong>Ada</strong>,<br>it is <em>on <s>its</s></em> way:</p>\
                <ul><li><p>one <code>a_b</code></p><ul><li><p>inner</p></li></ul></li><li><p>two</p></li></ul>\
                <ol start=\"3\"><li><p>three</p></li><li><p>four</p></li></ol>\
                <blockquote><p>When?</p></blockquote><pre><code class=\"language-rust\">let a = 1;\n  *b</code></pre><hr>\
                <p><a target=\"_blank\" rel=\"noopener\" href=\"https://shop.example/t/7\">Track it</a></p><p></p>";
    assert_eq!(
        marks(html),
        "*Your order*\n\nDear *Ada*,\nit is _on ~its~_ way:\n\n- one `a_b`\n  - inner\n- two\n\n3. three\n4. four\n\n> When?\n\n\
         ```let a = 1;\n  *b```\n\n———\n\nTrack it (https://shop.example/t/7)"
    );
}

#[test]
fn quill() {
    let html = "<p>Hello&nbsp;<strong>Ada</strong></p><p><br></p><ol><li data-list=\"bullet\"><span class=\"ql-ui\" \
                contenteditable=\"false\"></span>one</li><li data-list=\"bullet\" class=\"ql-indent-1\">inner</li>\
                <li data-list=\"bullet\" class=\"ql-indent-1\">second</li><li data-list=\"bullet\">two</li></ol>\
                <div class=\"ql-code-block-container\"><div class=\"ql-code-block\">a</div><div class=\"ql-code-block\">b</div></div>\
                <ol><li>one</li><li class=\"ql-indent-1\">inner</li><li>two</li></ol>";
    assert_eq!(
        marks(html),
        "Hello *Ada*\n\n- one\n  - inner\n  - second\n- two\n\n```a\nb```\n\n1. one\n   1. inner\n2. two"
    );
}

#[test]
fn contenteditable() {
    assert_eq!(
        marks(
            "Hello<div>Ada</div><div><br></div><div><b>bold<br></b></div><div><span style=\"font-weight: 700; \
               text-decoration: underline line-through\">x</span> <b style=\"font-weight:normal\">plain</b></div>\
               <ul><li>a</li><ul><li>b</li></ul></ul>"
        ),
        "Hello\nAda\n\n*bold*\n*~x~* plain\n\n- a\n  - b"
    );
}

#[test]
fn end_tags_that_are_left_out_end_all_the_same() {
    assert_eq!(marks("<p>a<p>b<ul><li>c<li>d</ul>e"), "a\n\nb\n\n- c\n- d\n\ne");
    assert_eq!(marks("<table><tr><th>a<th>b<tr><td>1<td><p>2</p></table>"), "*a* | *b*\n1 | 2");
    assert_eq!(marks("<b>a<i>b</b>c</i>"), "abc");
    assert_eq!(marks("</p></div>a</li>"), "a");
}

#[test]
fn white_space_means_one_space_but_not_in_code() {
    assert_eq!(marks("\n  <p>\n   a\n   b <b> c </b>d\n</p>\n\n"), "a b *c* d");
    assert_eq!(marks("<pre>\r\n a\n  b\n</pre>"), "``` a\n  b```");
}

#[test]
fn overlapping_styles_are_cut_where_they_cross() {
    assert_eq!(marks("<b>one <i>two</i></b><i> three</i>"), "*one _two_* _three_");
    assert_eq!(marks("<b>a<i>b</i></b><i>c</i>"), "abc");
    assert_eq!(marks("<b><b>a</b></b> <b>b</b><b>c</b>"), "*a* *bc*");
}

#[test]
fn a_style_in_the_middle_of_a_word_is_left_out() {
    assert_eq!(
        marks("<b>a</b>b, <b>Note:</b>now, x<b>(a)</b>, <b>Straße</b>nbahn, <b>*</b>"),
        "ab, Note:now, x(a), Straßenbahn, *"
    );
}

#[test]
fn what_is_literal_in_html_stays_literal() {
    assert_eq!(marks("<p>2 * 3 = 6, snake_case, a*b*c</p>"), "2 * 3 = 6, snake_case, a*b*c");
    assert_eq!(marks("<p>__init__ and *this*</p>"), "⁀_⁀_init_⁀_⁀ and ⁀*this*⁀");
    assert_eq!(marks("<p>&lt;b&gt; &amp; &euro; 5 &lt; 6</p>"), "<b> & € 5 < 6");
    assert_eq!(marks("<p>- a</p>"), "⁀- a");
    assert_eq!(marks("🎉`~`~a_b@shop.example"), "🎉⁀`~`⁀~a_b@shop.example");
}

#[test]
fn what_is_not_shown_is_not_sent() {
    assert_eq!(
        marks("<!-- a --><style>p{}</style><script>if (a<b) {}</script><title>t</title><template><p>x</p></template>b"),
        "b"
    );
    assert_eq!(marks("<p></p><div><br></div>"), "");
}

#[test]
fn links_and_images_are_as_in_markdown() {
    assert_eq!(marks("<a href=\"https://shop.example\">shop</a>!"), "shop (https://shop.example)!");
    assert_eq!(marks("<a href=' JavaScript:alert(1)'>shop</a>"), "shop");
    assert_eq!(
        marks("<a href=\"https://shop.example\"><p>our</p><p>shop</p></a>"),
        "our (https://shop.example)\n\nshop"
    );
    assert_eq!(marks("<a>no address</a>"), "no address");
    assert_eq!(marks("<a href='https://shop.example'>shop </a>now"), "shop (https://shop.example) now");
    let twice = "<a href='https://a.example'>https://a.example</a>";
    assert_eq!(marks(&format!("{twice}{twice}<code>x</code>")), "https://a.example https://a.example `x`");
    assert_eq!(
        marks("well done <img class=\"emoji\" alt=\"🎉\" src=\"https://cdn.example/1f389.png\">"),
        "well done 🎉"
    );
    assert_eq!(marks("<img alt='a cat' src='https://shop.example/cat.png'>"), "a cat (https://shop.example/cat.png)");
}
