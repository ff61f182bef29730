//! Which parts of a line get marks: what has a style, as far as WhatsApp can show it.

use std::cmp::Reverse;
use std::ops::Range;

use super::super::document::Style;
use super::super::rules::{TICK, is_blank, is_border_after, is_border_before};
use super::line::{Glyph, GlyphKind};

/// A part of a line between two marks of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) mark: char,
}

/// In their order, the outer before the inner. One is in another or apart from it: of styles that overlap, the later one is cut
/// in two.
pub(super) fn of(glyphs: &[Glyph]) -> Vec<Span> {
    let mut spans = code(glyphs);
    let mut settled: Vec<Vec<Span>> = Vec::new();
    for style in Style::ALL {
        let has_it = |glyph: &Glyph| glyph.kind == GlyphKind::Words && glyph.styles.has(style);
        let mut parts = stretches(glyphs, has_it);
        for others in &settled {
            parts = parts.into_iter().flat_map(|part| cut(part, others)).collect();
        }
        let fits = |part: Range<usize>| fitting(glyphs, part, style.mark());
        settled.push(parts.into_iter().filter_map(fits).collect());
    }
    spans.extend(settled.into_iter().flatten());
    spans.sort_by_key(|span| (span.start, Reverse(span.end)));
    spans
}

fn code(glyphs: &[Glyph]) -> Vec<Span> {
    let stretches = stretches(glyphs, |glyph| glyph.kind == GlyphKind::Code);
    let fits = |part: Range<usize>| fitting(glyphs, part, TICK);
    let has_none = |span: &Span| glyphs[span.start..span.end].iter().all(|glyph| glyph.c != TICK);
    stretches.into_iter().filter_map(fits).filter(has_none).collect()
}

/// Each longest part of which this is true.
fn stretches(glyphs: &[Glyph], is_in: impl Fn(&Glyph) -> bool) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for at in (0..glyphs.len()).filter(|at| is_in(&glyphs[*at])) {
        match stretches.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => stretches.push(at..at + 1),
        }
    }
    stretches
}

/// The pieces of a part that are each in one of the others, around it, or apart from it.
fn cut(part: Range<usize>, others: &[Span]) -> Vec<Range<usize>> {
    let holding = |at: usize| {
        let next = others.partition_point(|other| other.end <= at);
        others.get(next).filter(|other| other.start < at)
    };
    let mut cuts = vec![part.start];
    cuts.extend(holding(part.start).map(|other| other.end).filter(|end| *end < part.end));
    cuts.extend(holding(part.end).map(|other| other.start).filter(|start| *start > part.start));
    cuts.push(part.end);
    cuts.windows(2).map(|ends| ends[0]..ends[1]).collect()
}

/// The part without the space at its ends, if marks count there.
fn fitting(glyphs: &[Glyph], mut part: Range<usize>, mark: char) -> Option<Span> {
    while part.start < part.end && is_blank(glyphs[part.end - 1].c) {
        part.end -= 1;
    }
    while part.start < part.end && is_blank(glyphs[part.start].c) {
        part.start += 1;
    }
    let before = part.start.checked_sub(1).map(|before| glyphs[before]);
    let after = glyphs.get(part.end).copied();
    let is_apart = |glyph: Option<Glyph>| glyph.is_none_or(|it| it.c != mark && it.kind != GlyphKind::Address);
    let fits = !part.is_empty()
        && is_border_after(before.map(|glyph| glyph.c))
        && is_border_before(after.map(|glyph| glyph.c))
        && is_apart(before)
        && is_apart(after)
        && glyphs[part.start].c != mark
        && glyphs[part.end - 1].c != mark;
    fits.then_some(Span { start: part.start, end: part.end, mark })
}
