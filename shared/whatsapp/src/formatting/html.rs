//! Writes HTML that is safe to display: nothing reaches it but the elements below and escaped text.

use std::fmt::Write;

use super::document::{Block, Kind, Line, List, Run, Style, Styles};

pub(super) fn written(blocks: &[Block]) -> String {
    let mut html = String::new();
    for block in blocks {
        write_block(&mut html, block);
    }
    html
}

fn write_block(html: &mut String, block: &Block) {
    match block {
        Block::Paragraph(lines) => {
            html.push_str("<p>");
            write_lines(html, lines);
            html.push_str("</p>");
        }
        Block::Code(code) => {
            html.push_str("<pre><code>");
            escape(html, code);
            html.push_str("</code></pre>");
        }
        Block::List(list) => write_list(html, list),
        Block::Quote(blocks) => {
            html.push_str("<blockquote>");
            blocks.iter().for_each(|block| write_block(html, block));
            html.push_str("</blockquote>");
        }
        Block::Rule => html.push_str("<p>———</p>"),
    }
}

fn write_list(html: &mut String, list: &List) {
    let name = if list.first.is_some() { "ol" } else { "ul" };
    match list.first {
        None | Some(1) => _ = write!(html, "<{name}>"),
        Some(first) => _ = write!(html, r#"<{name} start="{first}">"#),
    }
    for item in &list.items {
        html.push_str("<li>");
        for block in item {
            match block {
                Block::Paragraph(lines) => write_lines(html, lines),
                block => write_block(html, block),
            }
        }
        html.push_str("</li>");
    }
    _ = write!(html, "</{name}>");
}

fn write_lines(html: &mut String, lines: &[Line]) {
    for (n, line) in lines.iter().enumerate() {
        if n > 0 {
            html.push_str("<br>");
        }
        write_line(html, line);
    }
}

fn write_line(html: &mut String, line: &Line) {
    let mut open = Vec::new();
    for run in line {
        turn(html, &mut open, run.styles);
        write_run(html, run);
    }
    turn(html, &mut open, Styles::NONE);
}

/// Ends the styles that end here, and begins those that begin.
fn turn(html: &mut String, open: &mut Vec<Style>, styles: Styles) {
    let kept = open.iter().position(|style| !styles.has(*style)).unwrap_or(open.len());
    while open.len() > kept {
        if let Some(style) = open.pop() {
            _ = write!(html, "</{}>", name_of(style));
        }
    }
    for style in Style::ALL {
        if styles.has(style) && !open.contains(&style) {
            _ = write!(html, "<{}>", name_of(style));
            open.push(style);
        }
    }
}

fn write_run(html: &mut String, run: &Run) {
    match &run.kind {
        Kind::Words => escape(html, &run.text),
        Kind::Code => {
            html.push_str("<code>");
            escape(html, &run.text);
            html.push_str("</code>");
        }
        Kind::Link(href) => {
            html.push_str(r#"<a href=""#);
            escape(html, href);
            html.push_str(r#"" rel="noopener noreferrer nofollow" target="_blank">"#);
            escape(html, &run.text);
            html.push_str("</a>");
        }
    }
}

fn name_of(style: Style) -> &'static str {
    match style {
        Style::Bold => "strong",
        Style::Italic => "em",
        Style::Strike => "del",
    }
}

fn escape(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // HTML has no way to say them.
            c if c.is_control() && !matches!(c, '\n' | '\t') => html.push('\u{fffd}'),
            c => html.push(c),
        }
    }
}
