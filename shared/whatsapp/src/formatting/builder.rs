//! Makes a document of what a parser meets, in its order.

mod link;

use std::mem::{replace, take};

use self::link::Link;
use super::document::{Block, Kind, Line, List, Run, Style, Styles, is_empty, trimmed, without_space_at_end};

/// What is open, and the paragraph that is being written.
pub(super) struct Builder {
    open: Vec<Open>,
    /// How many were opened beyond [`DEEPEST`]: their content belongs to the innermost that is open.
    beyond: usize,
    lines: Vec<Line>,
    link: Option<Link>,
    /// Whether a cell of a table's row is open: a row is one line.
    in_cell: bool,
    /// The style of the words to come.
    pub(super) face: Face,
}

/// How words look.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Face {
    pub(super) styles: Styles,
    pub(super) code: bool,
}

/// How many quotes, lists and items may be in one another. What is nested deeper is not lost, only not indented further.
const DEEPEST: usize = 12;

/// A number of an item that no list reaches, and every reader can hold.
const HIGHEST: u64 = 999_999_999;

enum Open {
    Blocks(Vec<Block>),
    Quote(Vec<Block>),
    Item(Vec<Block>),
    List(List),
}

impl Builder {
    pub(super) fn new() -> Self {
        let (open, lines) = (vec![Open::Blocks(Vec::new())], vec![Line::new()]);
        Self { open, beyond: 0, lines, link: None, in_cell: false, face: Face::default() }
    }

    pub(super) fn finish(mut self) -> Vec<Block> {
        while self.open.len() > 1 {
            self.close();
        }
        self.end_link();
        self.end_paragraph();
        match self.open.pop() {
            Some(Open::Blocks(blocks)) => blocks,
            _ => Vec::new(),
        }
    }

    /// Words as they are, with their line breaks.
    pub(super) fn text(&mut self, text: &str) {
        for (n, line) in text.split('\n').enumerate() {
            if n > 0 {
                self.line_break();
            }
            self.words(line, self.face.styles);
        }
    }

    /// Words whose white space means one space.
    pub(super) fn flowing(&mut self, text: &str) {
        for (n, part) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            if n > 0 && !self.after_space() {
                self.words(" ", self.face.styles);
            }
            // Editors write a space that must not vanish as one that does not break.
            self.words(&part.replace('\u{a0}', " "), self.face.styles);
        }
    }

    pub(super) fn line_break(&mut self) {
        if self.is_one_line() { self.flowing(" ") } else { self.lines.push(Line::new()) }
    }

    /// What follows begins a line.
    pub(super) fn fresh_line(&mut self) {
        self.end_link_with_words();
        if self.in_cell || self.lines.last().is_some_and(|line| !is_empty(line)) {
            self.line_break();
        }
    }

    pub(super) fn end_paragraph(&mut self) {
        self.end_link_with_words();
        if self.in_cell {
            return self.line_break();
        }
        let mut lines: Vec<Line> = take(&mut self.lines).into_iter().map(trimmed).collect();
        self.lines.push(Line::new());
        let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
        lines.truncate(end);
        let start = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
        if !lines.is_empty() {
            self.push(Block::Paragraph(lines.split_off(start)));
        }
    }

    pub(super) fn code_block(&mut self, code: &str) {
        self.end_paragraph();
        let code = code.trim_end().trim_start_matches('\n');
        if !code.is_empty() {
            self.push(Block::Code(code.to_owned()));
        }
    }

    pub(super) fn rule(&mut self) {
        self.end_paragraph();
        self.push(Block::Rule);
    }

    pub(super) fn open_quote(&mut self) {
        self.open(Open::Quote(Vec::new()));
    }

    pub(super) fn open_list(&mut self, first: Option<u64>) {
        let first = first.map(|first| first.min(HIGHEST) as u32);
        self.open(Open::List(List { first, items: Vec::new() }));
    }

    /// An item of the list that is open; without one it is only a paragraph.
    pub(super) fn open_item(&mut self) {
        if matches!(self.open.last(), Some(Open::List(_))) {
            self.open(Open::Item(Vec::new()));
        } else {
            self.end_paragraph();
            self.beyond += 1;
        }
    }

    /// Ends the quote, list or item that was opened last.
    pub(super) fn close(&mut self) {
        self.end_paragraph();
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        match self.open.pop() {
            Some(Open::Blocks(blocks)) => self.open.push(Open::Blocks(blocks)),
            Some(Open::Quote(blocks)) if !blocks.is_empty() => self.push(Block::Quote(blocks)),
            Some(Open::List(list)) if !list.items.is_empty() => self.push(Block::List(list)),
            Some(Open::Item(blocks)) if !blocks.is_empty() => self.push_item(blocks),
            _ => {}
        }
    }

    /// Whether the items of the list that is open have bullets.
    pub(super) fn has_bullets(&self) -> bool {
        matches!(self.open.last(), Some(Open::List(List { first: None, .. })))
    }

    /// The items of the list that is open have bullets after all.
    pub(super) fn give_bullets(&mut self) {
        if let Some(Open::List(list)) = self.open.last_mut() {
            list.first = None;
        }
    }

    pub(super) fn row(&mut self) {
        self.in_cell = false;
        self.fresh_line();
    }

    pub(super) fn cell(&mut self) {
        if replace(&mut self.in_cell, true) {
            self.end_link();
            let line = self.lines.pop().unwrap_or_default();
            self.lines.push(without_space_at_end(line));
            self.words(" | ", Styles::NONE);
        }
    }

    /// Ends a table.
    pub(super) fn end_rows(&mut self) {
        self.in_cell = false;
        self.end_paragraph();
    }

    fn open(&mut self, what: Open) {
        self.end_paragraph();
        if self.beyond > 0 || self.open.len() >= DEEPEST { self.beyond += 1 } else { self.open.push(what) }
    }

    fn push(&mut self, block: Block) {
        match (self.open.last_mut(), block) {
            // A list straight in a list, as some editors indent, belongs to the item before.
            (Some(Open::List(List { items, .. })), Block::List(inner)) if !items.is_empty() => {
                if let Some(item) = items.last_mut() {
                    push_list(item, inner);
                }
            }
            (Some(Open::List(list)), block) => list.items.push(vec![block]),
            (Some(Open::Blocks(blocks) | Open::Quote(blocks) | Open::Item(blocks)), block) => blocks.push(block),
            (None, _) => {}
        }
    }

    fn push_item(&mut self, blocks: Vec<Block>) {
        if let Some(Open::List(list)) = self.open.last_mut() {
            list.items.push(blocks);
        }
    }

    fn words(&mut self, text: &str, styles: Styles) {
        if !text.is_empty() {
            let kind = if self.face.code { Kind::Code } else { Kind::Words };
            self.run(Run { text: text.to_owned(), styles, kind });
        }
    }

    /// Words that would become part of an address, or it of them, are parted from it.
    fn run(&mut self, mut run: Run) {
        let line = match (&mut self.link, self.lines.last_mut()) {
            (Some(link), _) => &mut link.words,
            (None, Some(line)) => line,
            (None, None) => return,
        };
        let is_glued = line.last().is_some_and(|last| match (&last.kind, &run.kind) {
            (Kind::Link(_), _) => run.text.starts_with(|c: char| !c.is_whitespace() && !is_after_address(c)),
            (_, Kind::Link(_)) => last.text.ends_with(char::is_alphanumeric),
            _ => false,
        });
        match run.kind {
            _ if !is_glued => {}
            Kind::Words => run.text.insert(0, ' '),
            _ => Run { text: " ".into(), styles: Styles::NONE, kind: Kind::Words }.append_to(line),
        }
        run.append_to(line);
    }

    fn after_space(&self) -> bool {
        let inside = self.link.as_ref().and_then(|link| link.words.last());
        let last = inside.or_else(|| self.lines.last().and_then(|line| line.last()));
        last.is_none_or(|run| run.text.ends_with(' '))
    }

    fn is_one_line(&self) -> bool {
        self.link.is_some() || self.in_cell
    }
}

impl Face {
    pub(super) fn with(self, style: Style) -> Self {
        Self { styles: self.styles.with(style), ..self }
    }
}

/// Lists of one kind, one below the other, are one.
fn push_list(item: &mut Vec<Block>, list: List) {
    match item.last_mut() {
        Some(Block::List(last)) if last.first.is_some() == list.first.is_some() => last.items.extend(list.items),
        _ => item.push(Block::List(list)),
    }
}

/// What may follow an address without becoming part of it.
fn is_after_address(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '"' | '\'' | '…' | '»' | '”' | '’')
}
