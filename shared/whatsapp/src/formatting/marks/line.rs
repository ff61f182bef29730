//! Writes one line with its marks.

use super::super::document::{Kind, Line, Styles};
use super::super::reading::line::runs;
use super::super::rules::{JOINER, TICK, can_close, can_open, is_mark};
use super::super::{links, rules};
use super::spans::{self, Span};

/// A character of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Glyph {
    pub(super) c: char,
    pub(super) styles: Styles,
    pub(super) kind: GlyphKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GlyphKind {
    Words,
    Code,
    /// Part of an address, which nothing touches.
    Address,
}

/// The line with marks that are read as they are meant; without any where that cannot be.
pub(super) fn written(line: &Line) -> String {
    let glyphs = glyphs(line);
    let spans = spans::of(&glyphs);
    let marked = marked(&glyphs, &spans);
    if read(&marked) == meant(&glyphs, &spans) { marked } else { self::marked(&glyphs, &[]) }
}

fn glyphs(line: &Line) -> Vec<Glyph> {
    let text: String = line.iter().map(|run| run.text.as_str()).collect();
    let mut addresses = links::found(&text).into_iter().peekable();
    let mut glyphs = Vec::with_capacity(text.len());
    let mut at = 0;
    for run in line {
        let kind = if run.kind == Kind::Code { GlyphKind::Code } else { GlyphKind::Words };
        for c in run.text.chars() {
            while addresses.peek().is_some_and(|address| address.end <= at) {
                addresses.next();
            }
            let is_address = kind != GlyphKind::Code && addresses.peek().is_some_and(|address| address.start <= at);
            glyphs.push(if is_address {
                Glyph { c, styles: Styles::NONE, kind: GlyphKind::Address }
            } else {
                Glyph { c, styles: run.styles, kind }
            });
            at += c.len_utf8();
        }
    }
    glyphs
}

/// A character with what a reader of the line takes it for.
type Seen = (char, Styles, bool);

fn read(marked: &str) -> Vec<Seen> {
    let seen = |run: &super::Run| {
        let (styles, is_code) = (run.styles, run.kind == Kind::Code);
        run.text.chars().map(move |c| (c, styles, is_code)).collect::<Vec<_>>()
    };
    runs(marked).iter().flat_map(seen).collect()
}

fn meant(glyphs: &[Glyph], spans: &[Span]) -> Vec<Seen> {
    let mut seen: Vec<Seen> = glyphs.iter().map(|glyph| (glyph.c, Styles::NONE, false)).collect();
    for span in spans {
        for (_, styles, is_code) in &mut seen[span.start..span.end] {
            match rules::style_of(span.mark) {
                Some(style) => *styles = styles.with(style),
                None => *is_code = true,
            }
        }
    }
    seen.retain(|(c, ..)| *c != JOINER);
    seen
}

/// A character as it is written.
#[derive(Clone, Copy)]
struct Item {
    c: char,
    role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A mark that we mean.
    Mark,
    Words,
    /// Nothing in it can be taken for a mark.
    Opaque,
}

/// Where a mark could begin something, and where end something, if a reader took it for one.
#[derive(Clone, Copy, Default)]
struct Could {
    open: bool,
    close: bool,
}

fn marked(glyphs: &[Glyph], spans: &[Span]) -> String {
    let items = items(glyphs, spans);
    let could = could(&items);
    let mut text = String::with_capacity(glyphs.len() * 2);
    for (at, item) in items.iter().enumerate() {
        let Could { open, close } = if item.role == Role::Words { could[at] } else { Could::default() };
        let mark_before = at.checked_sub(1).is_some_and(|before| items[before].role == Role::Mark);
        let mark_after = items.get(at + 1).is_some_and(|after| after.role == Role::Mark);
        // The joiner stands at the outer side, unless it would part a mark that we mean from its border there.
        let before = (open && !mark_before) || (close && mark_after) || is_third_tick(&items, at);
        let after = (close && !mark_after) || (open && mark_before);
        if before && !text.ends_with(JOINER) {
            text.push(JOINER);
        }
        text.push(item.c);
        if after {
            text.push(JOINER);
        }
    }
    text
}

fn items(glyphs: &[Glyph], spans: &[Span]) -> Vec<Item> {
    let mut items = Vec::with_capacity(glyphs.len() + 2 * spans.len());
    let mut open: Vec<Span> = Vec::new();
    let mut coming = spans.iter().copied().peekable();
    for at in 0..=glyphs.len() {
        while let Some(span) = open.pop_if(|span| span.end == at) {
            items.push(Item { c: span.mark, role: Role::Mark });
        }
        while let Some(span) = coming.next_if(|span| span.start == at) {
            items.push(Item { c: span.mark, role: Role::Mark });
            open.push(span);
        }
        if let Some(glyph) = glyphs.get(at) {
            let is_opaque = glyph.kind == GlyphKind::Address || open.iter().any(|span| span.mark == TICK);
            items.push(Item { c: glyph.c, role: if is_opaque { Role::Opaque } else { Role::Words } });
        }
    }
    items
}

/// What each could do, if there is another for it to do it with.
fn could(items: &[Item]) -> Vec<Could> {
    let mut could: Vec<Could> = (0..items.len()).map(|at| could_alone(items, at)).collect();
    for mark in rules::MARKS {
        let of_mark = |at: &usize| items[*at].c == mark;
        let first_open = (0..items.len()).filter(of_mark).find(|at| could[*at].open);
        let last_close = (0..items.len()).filter(of_mark).rfind(|at| could[*at].close);
        for at in (0..items.len()).filter(of_mark) {
            could[at].open &= last_close.is_some_and(|last| at < last);
            could[at].close &= first_open.is_some_and(|first| first < at);
        }
    }
    could
}

fn could_alone(items: &[Item], at: usize) -> Could {
    let Item { c, role } = items[at];
    match role {
        Role::Mark => Could { open: true, close: true },
        Role::Words if is_mark(c) => {
            let before = at.checked_sub(1).map(|before| items[before].c);
            let after = items.get(at + 1).map(|after| after.c);
            Could { open: can_open(before, after), close: can_close(before, after) }
        }
        Role::Words | Role::Opaque => Could::default(),
    }
}

/// Three of them in a row are the mark of a block of code, wherever they are.
fn is_third_tick(items: &[Item], at: usize) -> bool {
    at >= 2 && items[at - 2..=at].iter().all(|item| item.c == TICK && item.role == Role::Words)
}
