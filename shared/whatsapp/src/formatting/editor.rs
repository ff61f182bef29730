//! Reads the HTML of rich-text editors: TipTap, Quill, `contenteditable` and what is pasted into them.
//!
//! A tokenizer and a stack of open elements read it; the tree that browsers make of broken HTML is not needed for what editors
//! write, and whatever comes, the words are kept.

mod element;
mod style;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, Spanned, StartTag, Token, Tokenizer};

use self::element::{Role, role_of};
use super::builder::{Builder, Face};
use super::document::{Block, Style};

/// The document that an editor shows.
pub(super) fn read(html: &str) -> Vec<Block> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut reader = Reader { builder: Builder::new(), open: Vec::new(), beyond: 0, code: None, hidden: 0 };
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => reader.start(&tag),
            Token::EndTag(tag) => reader.end(&tag.name),
            Token::String(text) => reader.text(&text),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    while !reader.open.is_empty() {
        reader.pop();
    }
    reader.builder.finish()
}

struct Reader {
    builder: Builder,
    open: Vec<Element>,
    /// How many were opened beyond [`DEEPEST`].
    beyond: usize,
    /// The block of code that is being read.
    code: Option<String>,
    /// How many open elements are not shown.
    hidden: usize,
}

/// An element that is open.
struct Element {
    name: HtmlString,
    role: Role,
    /// How words looked before it.
    before: Face,
    /// How many lists an item opened to stand in, beside itself.
    indent: usize,
}

/// How many elements may be in one another; what is deeper is only words.
const DEEPEST: usize = 256;

impl Reader {
    fn start(&mut self, tag: &StartTag<()>) {
        let role = role_of(tag);
        self.end_what_cannot_hold(role);
        match role {
            Role::LineBreak => return self.line_break(),
            Role::Rule => return self.builder.rule(),
            Role::Image => return self.image(tag),
            Role::Void => return,
            _ if self.open.len() >= DEEPEST => return self.beyond += 1,
            _ => {}
        }
        let before = self.builder.face;
        let indent = self.begin(role, tag);
        self.builder.face = style::of(tag, self.builder.face);
        self.open.push(Element { name: tag.name.clone(), role, before, indent });
    }

    /// Does what an element means at its start; tells by how many lists it is indented.
    fn begin(&mut self, role: Role, tag: &StartTag<()>) -> usize {
        match role {
            Role::Hidden => self.hidden += 1,
            Role::CodeBlock if self.code.is_none() => {
                self.builder.end_paragraph();
                self.code = Some(String::new());
            }
            Role::Line | Role::CodeBlock => self.fresh_line(),
            Role::Paragraph | Role::Table => self.builder.end_paragraph(),
            Role::Heading => {
                self.builder.end_paragraph();
                self.builder.face = self.builder.face.with(Style::Bold);
            }
            Role::Bullets => self.builder.open_list(None),
            Role::Numbers => self.builder.open_list(Some(number(tag))),
            Role::Item => return self.begin_item(tag),
            Role::Quote => self.builder.open_quote(),
            Role::Row => self.builder.row(),
            Role::HeadCell => {
                self.builder.cell();
                self.builder.face = self.builder.face.with(Style::Bold);
            }
            Role::Cell => self.builder.cell(),
            Role::Styled(style) => self.builder.face = self.builder.face.with(style),
            Role::Code => self.builder.face.code = true,
            Role::Link => self.builder.open_link(&attribute(tag, "href")),
            Role::Inline | Role::LineBreak | Role::Rule | Role::Image | Role::Void => {}
        }
        0
    }

    /// Quill says of the item whether it has a bullet and how far it is indented, and not by the lists around it.
    fn begin_item(&mut self, tag: &StartTag<()>) -> usize {
        let class = attribute(tag, "class");
        let indent = class.split_whitespace().find_map(|class| class.strip_prefix("ql-indent-")?.parse().ok());
        let indent: usize = indent.unwrap_or(0).min(8);
        let has_bullet = match attribute(tag, "data-list").as_str() {
            "" => self.builder.has_bullets(),
            kind => kind != "ordered",
        };
        for _ in 0..indent {
            self.builder.open_list(if has_bullet { None } else { Some(1) });
        }
        if has_bullet {
            self.builder.give_bullets();
        }
        self.builder.open_item();
        indent
    }

    fn end(&mut self, name: &[u8]) {
        if self.beyond > 0 {
            self.beyond -= 1;
        } else if let Some(at) = self.open.iter().rposition(|element| element.name.as_slice() == name) {
            while self.open.len() > at {
                self.pop();
            }
        }
    }

    /// Ends the element that was opened last.
    fn pop(&mut self) {
        let Some(Element { role, before, indent, .. }) = self.open.pop() else { return };
        match role {
            Role::Hidden => self.hidden -= 1,
            Role::CodeBlock if !self.open.iter().any(|element| element.role == Role::CodeBlock) => {
                let code = self.code.take().unwrap_or_default();
                self.builder.code_block(&code);
            }
            Role::Line | Role::CodeBlock => self.fresh_line(),
            Role::Paragraph | Role::Heading => self.builder.end_paragraph(),
            Role::Table => self.builder.end_rows(),
            Role::Bullets | Role::Numbers | Role::Quote => self.builder.close(),
            Role::Item => (0..=indent).for_each(|_| self.builder.close()),
            Role::Link => self.builder.end_link(),
            _ => {}
        }
        self.builder.face = before;
    }

    fn text(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        match &mut self.code {
            _ if self.hidden > 0 => {}
            Some(code) => code.push_str(&text.replace('\r', "")),
            None => self.builder.flowing(&text),
        }
    }

    fn line_break(&mut self) {
        match &mut self.code {
            Some(code) => code.push('\n'),
            None => self.builder.line_break(),
        }
    }

    fn fresh_line(&mut self) {
        match &mut self.code {
            Some(code) if code.is_empty() || code.ends_with('\n') => {}
            Some(code) => code.push('\n'),
            None => self.builder.fresh_line(),
        }
    }

    fn image(&mut self, tag: &StartTag<()>) {
        if self.hidden == 0 && self.code.is_none() {
            self.builder.image(&attribute(tag, "alt"), &attribute(tag, "src"));
        }
    }

    /// Ends the paragraph, item, row or cell whose end tag was left out before what cannot be in it.
    fn end_what_cannot_hold(&mut self, role: Role) {
        let mut ends = self.open.len();
        for (at, element) in self.open.iter().enumerate().rev() {
            if element.role.ends_before(role) {
                ends = at;
            } else if element.role.shields_from(role) {
                break;
            }
        }
        while self.open.len() > ends {
            self.pop();
        }
    }
}

fn attribute(tag: &StartTag<()>, name: &str) -> String {
    let value: Option<&Spanned<HtmlString, ()>> = tag.attributes.get(name.as_bytes());
    value.map(|value| String::from_utf8_lossy(value).into_owned()).unwrap_or_default()
}

fn number(tag: &StartTag<()>) -> u64 {
    attribute(tag, "start").trim().parse().unwrap_or(1)
}
