use super::visible;

fn marks(markdown: &str) -> String {
    visible(&super::super::from_markdown(markdown))
}

#[test]
fn styles_become_marks() {
    for (markdown, marked) in [
        ("**bold**", "*bold*"),
        ("__bold__", "*bold*"),
        ("*italic* and _italic_", "_italic_ and _italic_"),
        ("~~gone~~", "~gone~"),
        ("***both***", "*_both_*"),
        ("**bold and _both_ and bold**", "*bold and _both_ and bold*"),
        ("`code`", "`code`"),
        ("(**yes**), \"_no_\"!", "(*yes*), \"_no_\"!"),
        ("# Offer\n\ntext", "*Offer*\n\ntext"),
        ("# An **old** _offer_", "*An old _offer_*"),
    ] {
        assert_eq!(marks(markdown), marked, "{markdown}");
    }
}

#[test]
fn a_style_that_whatsapp_would_not_show_is_left_out_and_the_words_stay() {
    for (markdown, marked) in [
        ("**a**b", "ab"),
        ("**Straße**nbahn", "Straßenbahn"),
        ("un**believ**able", "un*⁀*believ*⁀*able"),
        // Nor would a mark beside a mark of its kind be read.
        (r"**\*a**", "*a"),
    ] {
        assert_eq!(marks(markdown), marked, "{markdown}");
    }
}

#[test]
fn a_style_stops_where_a_line_does_and_goes_on_in_the_next() {
    assert_eq!(marks("**one\ntwo**"), "*one*\n*two*");
}

#[test]
fn what_looks_like_a_mark_and_is_none_stays_as_it_is() {
    for text in [
        "2 * 3 = 6",
        "2*3 = 6 and 4*5 = 20",
        "5*3*2 = 30",
        "snake_case_name",
        "a*b*c",
        "5 ~ 6",
        "5~6 and 7~8",
        "~5 € or so",
        "costs 5* plus *extra",
        "first_last@shop.example",
        "https://shop.example/a_b_c/_d_?q=*x*&r=~y~",
        "https://shop.example/a*b*c and https://shop.example/__init__",
        "a < b && b > c",
        "🎉 *️⃣ 👩‍👩‍👧",
        "שלום עולם",
        "a\u{200b}b",
        "12,50 € (incl. 19 % VAT)",
        "#1 of 3",
    ] {
        assert_eq!(marks(text), text);
        assert_eq!(super::super::to_html(&super::super::from_markdown(text)).matches("<em>").count(), 0);
    }
}

#[test]
fn what_whatsapp_would_take_for_a_mark_gets_a_word_joiner_at_its_outer_side() {
    for (markdown, marked) in [
        (r"\*literal\*", "⁀*literal*⁀"),
        (r"say \_it\_ and **this**", "say ⁀_it_⁀ and *this*"),
        (r"\_\_init\_\_", "⁀_⁀_init_⁀_⁀"),
        (r"\* one star only", "⁀* one star only"),
        (r"\> not quoted", "⁀> not quoted"),
        (r"\- not an item", "⁀- not an item"),
        (r"24\. December", "⁀24. December"),
        (r"\`\`\`x", "⁀``⁀`x"),
        ("2**3**2", "2*⁀*3*⁀*2"),
        (r"\`x\`", "⁀`x`⁀"),
        (r"5\* and \*6", "5* and *6"),
    ] {
        assert_eq!(marks(markdown), marked, "{markdown}");
    }
}

#[test]
fn lists_keep_their_numbers_and_their_depth() {
    assert_eq!(
        marks("- one\n- two\n  - inner\n    - innermost\n- three"),
        "- one\n- two\n  - inner\n    - innermost\n- three"
    );
    assert_eq!(marks("7. seven\n8. eight\n   1. inner"), "7. seven\n8. eight\n   1. inner");
    assert_eq!(marks("* a\n\n* b\n\n  more of b"), "- a\n- b\n  more of b");
    assert_eq!(marks("before\n- a\n- b\n\nafter"), "before\n\n- a\n- b\n\nafter");
}

#[test]
fn quotes_and_code_are_what_whatsapp_has() {
    assert_eq!(marks("> you said\n> **this**\n\nyes"), "> you said\n> *this*\n\nyes");
    assert_eq!(marks("> a\n>\n> b\n>> c"), "> a\n> b\n> > c");
    assert_eq!(marks("```rust\nlet a = *b;\n\n  c_d_e\n```"), "```let a = *b;\n\n  c_d_e```");
    assert_eq!(marks("~~~\n```\n~~~"), "```⁀`⁀`⁀`⁀```");
    assert_eq!(marks("- a\n  ```\n  x\n  y\n  ```"), "- a\n  `x`\n  `y`");
    assert_eq!(marks("`*a* _b_`"), "`*a* _b_`");
    assert_eq!(marks("`` a`b ``"), "a`b");
}

#[test]
fn a_link_becomes_its_text_and_address_unless_they_say_the_same() {
    for (markdown, marked) in [
        ("[our shop](https://shop.example/a)", "our shop (https://shop.example/a)"),
        ("[**our** shop](https://shop.example)", "*our* shop (https://shop.example)"),
        ("**[our shop](https://shop.example)**", "*our shop* (https://shop.example)"),
        ("[https://shop.example](https://shop.example)", "https://shop.example"),
        ("[shop.example](https://www.shop.example/)", "https://www.shop.example/"),
        ("[shop.example/ord…](https://shop.example/orders/7)", "https://shop.example/orders/7"),
        ("[bank.example](https://evil.example)", "bank.example (https://evil.example)"),
        ("<https://shop.example/a_b>", "https://shop.example/a_b"),
        ("<ben@shop.example>", "ben@shop.example"),
        ("[write](mailto:ben@shop.example?subject=x)", "write (ben@shop.example)"),
        ("[+1 555 0100](tel:+15550100)", "+15550100"),
        ("[call](tel:+15550100)", "call (+15550100)"),
        ("[shop](www.shop.example)", "shop (https://www.shop.example)"),
        ("[shop](<https://shop.example/a b>)", "shop (https://shop.example/a%20b)"),
        ("[](https://shop.example)", "https://shop.example"),
        ("[click](javascript:alert(1))", "click"),
        ("[here](/orders) [there](#top)", "here there"),
        ("![a cat](https://shop.example/cat.png)", "a cat (https://shop.example/cat.png)"),
        ("![](https://shop.example/cat.png)", "https://shop.example/cat.png"),
        ("![a cat](data:image/png;base64,AAAA)", "a cat"),
        ("[![a cat](https://shop.example/cat.png)](https://shop.example)", "a cat (https://shop.example)"),
    ] {
        assert_eq!(marks(markdown), marked, "{markdown}");
    }
}

#[test]
fn tables_and_rules_become_lines() {
    assert_eq!(
        marks("| Item | Price |\n|---|---:|\n| Chair | 5 € |\n| Table |  |\n\n---\n\nbye"),
        "*Item* | *Price*\nChair | 5 €\nTable |\n\n———\n\nbye"
    );
}

#[test]
fn line_breaks_stay_whatever_the_system_that_made_them() {
    assert_eq!(marks("one\r\ntwo\r\rthree  \nfour\\\nfive<br>six"), "one\ntwo\n\nthree\nfour\nfive\nsix");
}

#[test]
fn html_in_markdown_is_only_words() {
    assert_eq!(marks("a <b>c</b> & <script>x</script>"), "a <b>c</b> & <script>x</script>");
    assert_eq!(marks("<div>\nx\n</div>"), "<div>\nx\n</div>");
}

#[test]
fn addresses_are_neither_styled_nor_changed() {
    assert_eq!(marks("**see https://shop.example/a_b now**"), "*see* https://shop.example/a_b *now*");
    assert_eq!(marks("**https://shop.example**"), "https://shop.example");
    assert_eq!(marks("_mail ben@shop.example_"), "_mail_ ben@shop.example");
    assert_eq!(marks("see<https://shop.example>_x_"), "see https://shop.example _x_");
    assert_eq!(marks("(<https://shop.example>, <https://a.example>.)"), "(https://shop.example, https://a.example.)");
    assert_eq!(marks("[x](https://shop.example/a_)"), "x (https://shop.example/a%5F)");
}
