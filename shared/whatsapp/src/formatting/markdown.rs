//! Reads Markdown.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::builder::{Builder, Face};
use super::document::{Block, Style};
use super::links;

/// The document that a text in Markdown describes. Its line ends are `\n`.
pub(super) fn read(markdown: &str) -> Vec<Block> {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let addresses = links::found(markdown).into_iter().map(|found| found.start..found.end).collect();
    let mut reader =
        Reader { markdown, addresses, builder: Builder::new(), spans: Vec::new(), code: None, image: None };
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        reader.meet(event, range);
    }
    reader.builder.finish()
}

struct Reader<'a> {
    markdown: &'a str,
    /// Where the text has addresses that are written as such.
    addresses: Vec<Range<usize>>,
    builder: Builder,
    spans: Vec<Span<'a>>,
    /// The block of code that is being read.
    code: Option<String>,
    /// The image that is being read: where it is, and its alternative text.
    image: Option<(String, String)>,
}

/// What ends when a styled span does.
enum Span<'a> {
    /// Words look again as they did before it.
    Styled(Face),
    /// Its delimiters are words.
    Literal(&'a str),
}

impl<'a> Reader<'a> {
    fn meet(&mut self, event: Event<'a>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.inline_code(&code),
            Event::InlineHtml(html) | Event::Html(html) if is_line_break(&html) => self.builder.line_break(),
            Event::InlineHtml(html) | Event::Html(html) => self.text(&html),
            Event::SoftBreak | Event::HardBreak => self.text("\n"),
            Event::Rule => self.builder.rule(),
            // Kinds of Markdown that are not read.
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'a>, range: Range<usize>) {
        match tag {
            Tag::Heading { .. } => {
                self.builder.end_paragraph();
                self.style(Style::Bold);
            }
            Tag::BlockQuote(_) => self.builder.open_quote(),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => self.code = Some(String::new()),
            Tag::List(first) => self.builder.open_list(first),
            Tag::Item => self.builder.open_item(),
            Tag::Table(_) | Tag::Paragraph | Tag::HtmlBlock => self.builder.end_paragraph(),
            Tag::TableHead => {
                self.builder.row();
                self.style(Style::Bold);
            }
            Tag::TableRow => self.builder.row(),
            Tag::TableCell => self.builder.cell(),
            Tag::Emphasis => self.span(Style::Italic, range, 1),
            Tag::Strong => self.span(Style::Bold, range, 2),
            Tag::Strikethrough => {
                let delimiter = if self.markdown[range.clone()].starts_with("~~") { 2 } else { 1 };
                self.span(Style::Strike, range, delimiter);
            }
            Tag::Link { dest_url, .. } => self.builder.open_link(&dest_url),
            Tag::Image { dest_url, .. } => self.image = Some((dest_url.into_string(), String::new())),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.end_span();
                self.builder.end_paragraph();
            }
            TagEnd::TableHead | TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => self.end_span(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => self.builder.close(),
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                self.builder.code_block(&code);
            }
            TagEnd::Table => self.builder.end_rows(),
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.builder.end_paragraph(),
            TagEnd::Link => self.builder.end_link(),
            TagEnd::Image => {
                let (source, alt) = self.image.take().unwrap_or_default();
                self.builder.image(&alt, &source);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match (&mut self.code, &mut self.image) {
            (Some(code), _) => code.push_str(text),
            (None, Some((_, alt))) => alt.push_str(text),
            (None, None) => self.builder.text(text),
        }
    }

    fn inline_code(&mut self, code: &str) {
        let before = self.builder.face;
        self.builder.face.code = true;
        self.text(code);
        self.builder.face = before;
    }

    fn style(&mut self, style: Style) {
        let before = self.builder.face;
        self.spans.push(Span::Styled(before));
        self.builder.face = before.with(style);
    }

    /// Begins a span, unless its delimiters are in the middle of words or in an address: there they are words themselves.
    fn span(&mut self, style: Style, range: Range<usize>, delimiter: usize) {
        if self.is_within_words(&range, delimiter) || self.is_in_address(range.start) {
            let delimiter = &self.markdown[range.start..range.start + delimiter];
            self.text(delimiter);
            self.spans.push(Span::Literal(delimiter));
        } else {
            self.style(style);
        }
    }

    fn end_span(&mut self) {
        match self.spans.pop() {
            Some(Span::Styled(before)) => self.builder.face = before,
            Some(Span::Literal(delimiter)) => self.text(delimiter),
            None => {}
        }
    }

    /// Whether both delimiters have a letter or digit on both sides, as in `5*3*2`.
    fn is_within_words(&self, range: &Range<usize>, delimiter: usize) -> bool {
        let (start, end) = (range.start, range.end);
        let at_end_of = |text: &str| text.chars().next_back().is_some_and(char::is_alphanumeric);
        let at_start_of = |text: &str| text.chars().next().is_some_and(char::is_alphanumeric);
        at_end_of(&self.markdown[..start])
            && at_start_of(&self.markdown[start + delimiter..])
            && at_end_of(&self.markdown[..end - delimiter])
            && at_start_of(&self.markdown[end..])
    }

    fn is_in_address(&self, at: usize) -> bool {
        let next = self.addresses.partition_point(|address| address.end <= at);
        self.addresses.get(next).is_some_and(|address| address.start < at)
    }
}

/// The only HTML in Markdown that is more than words.
fn is_line_break(html: &str) -> bool {
    matches!(html.trim().to_ascii_lowercase().as_str(), "<br>" | "<br/>" | "<br />")
}
