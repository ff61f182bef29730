//! Reads a text with WhatsApp's marks.

pub(super) mod line;

use super::document::{Block, Kind, Line, List, Run, Styles};
use super::rules::{FENCE, JOINER};

/// The document that a text describes. Its line ends are `\n`.
pub(super) fn read(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for part in parts(text) {
        match part {
            Part::Lines(lines) => read_lines(&lines.split('\n').collect::<Vec<_>>(), 0, &mut blocks),
            Part::Code(code) => blocks.push(Block::Code(without_joiners(code))),
        }
    }
    blocks
}

/// The document of a text in which nothing is a mark.
pub(super) fn words(text: &str) -> Vec<Block> {
    let run = |line: &str| Run { text: line.to_owned(), styles: Styles::NONE, kind: Kind::Words };
    let lines: Vec<Line> = text.trim().lines().map(|line| vec![run(line)]).collect();
    if lines.is_empty() { Vec::new() } else { vec![Block::Paragraph(lines)] }
}

/// How deep quotes and lists are looked for in one another.
const DEEPEST: usize = 6;

enum Part<'a> {
    Lines(&'a str),
    /// A block of code: between two fences that are not on one line with other words.
    Code(&'a str),
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some((start, end)) = fenced(text, at) {
        let code = &text[start..end];
        let (before, after) = (&text[..start - FENCE.len()], &text[end + FENCE.len()..]);
        let alone = (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with('\n'));
        at = end + FENCE.len();
        if alone || code.contains('\n') {
            parts.push(Part::Lines(&text[from..start - FENCE.len()]));
            parts.push(Part::Code(code.trim_end().trim_start_matches('\n')));
            from = at;
        }
    }
    parts.push(Part::Lines(&text[from..]));
    parts
}

/// Where the code between the next two fences begins and ends.
pub(super) fn fenced(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut opened = from + text[from..].find(FENCE)?;
    loop {
        let start = opened + FENCE.len();
        let end = start + text[start..].find(FENCE)?;
        if !text[start..end].trim().is_empty() {
            return Some((start, end));
        }
        opened = end;
    }
}

fn read_lines(lines: &[&str], depth: usize, blocks: &mut Vec<Block>) {
    let mut at = 0;
    let mut paragraph = Vec::new();
    while let Some(line) = lines.get(at) {
        let rest = &lines[at..];
        let block = if quoted(line).is_some() && depth < DEEPEST {
            Some(read_quote(rest, depth))
        } else if Marker::of(line).is_some() {
            Some(read_list(rest, depth))
        } else {
            None
        };
        if block.is_some() || line.trim().is_empty() {
            end_paragraph(&mut paragraph, blocks);
        } else {
            paragraph.push(line::runs(line.trim_end()));
        }
        at += block.as_ref().map_or(1, |(_, used)| *used);
        blocks.extend(block.map(|(block, _)| block));
    }
    end_paragraph(&mut paragraph, blocks);
}

fn end_paragraph(lines: &mut Vec<Line>, blocks: &mut Vec<Block>) {
    if !lines.is_empty() {
        blocks.push(Block::Paragraph(std::mem::take(lines)));
    }
}

/// The block, and how many lines it has.
fn read_quote(lines: &[&str], depth: usize) -> (Block, usize) {
    let inner: Vec<&str> = lines.iter().map_while(|line| quoted(line)).collect();
    let mut blocks = Vec::new();
    read_lines(&inner, depth + 1, &mut blocks);
    (Block::Quote(blocks), inner.len())
}

/// The block, and how many lines it has, of which the first is an item.
fn read_list(lines: &[&str], depth: usize) -> (Block, usize) {
    let first = lines.first().and_then(|line| Marker::of(line));
    let (indent, number) = first.map_or((0, None), |first| (first.indent, first.number));
    let mut list = List { first: number, items: Vec::new() };
    let mut used = 0;
    while let Some(line) = lines.get(used) {
        let marker = Marker::of(line);
        let is_deeper = marker.as_ref().is_some_and(|marker| marker.indent >= indent + 2) && depth < DEEPEST;
        let is_next = marker.as_ref().is_some_and(|it| it.indent + 2 > indent && it.number == number_after(&list));
        match (marker, list.items.last_mut()) {
            (Some(_), Some(item)) if is_deeper => {
                let (inner, lines) = read_list(&lines[used..], depth + 1);
                item.push(inner);
                used += lines;
                continue;
            }
            (Some(marker), _) if is_next => {
                list.items.push(vec![Block::Paragraph(vec![line::runs(marker.words)])]);
            }
            (None, Some(item)) if line.starts_with("  ") && !line.trim().is_empty() => add_line(item, line.trim()),
            _ => break,
        }
        used += 1;
    }
    (Block::List(list), used)
}

fn number_after(list: &List) -> Option<u32> {
    list.first.map(|first| first + list.items.len() as u32)
}

fn add_line(item: &mut Vec<Block>, line: &str) {
    match item.last_mut() {
        Some(Block::Paragraph(lines)) => lines.push(line::runs(line)),
        _ => item.push(Block::Paragraph(vec![line::runs(line)])),
    }
}

/// Whether a line begins as a quote or an item does.
pub(super) fn begins_block(line: &str) -> bool {
    quoted(line).is_some() || Marker::of(line).is_some()
}

fn quoted(line: &str) -> Option<&str> {
    line.strip_prefix("> ").filter(|words| !words.trim().is_empty())
}

/// How an item of a list begins.
struct Marker<'a> {
    indent: usize,
    number: Option<u32>,
    words: &'a str,
}

impl<'a> Marker<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let marked = line.trim_start_matches(' ');
        let indent = line.len() - marked.len();
        let (marker, words) = marked.split_once(' ')?;
        let number = match marker {
            "-" | "*" => None,
            number => Some(number.strip_suffix('.').and_then(Self::number)?),
        };
        let words = words.trim();
        (!words.is_empty()).then_some(Self { indent, number, words })
    }

    /// Without zeros before it, which a list would not show.
    fn number(digits: &str) -> Option<u32> {
        let plain = digits.len() <= 9 && digits.bytes().all(|digit| digit.is_ascii_digit()) && !digits.starts_with('0');
        if plain { digits.parse().ok() } else { None }
    }
}

fn without_joiners(text: &str) -> String {
    text.replace(JOINER, "")
}
