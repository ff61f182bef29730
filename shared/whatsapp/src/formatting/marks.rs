//! Writes WhatsApp's marks.

mod line;
mod spans;

use super::document::{Block, Kind, Line, List, Run, Styles};
use super::reading::begins_block;
use super::rules::{FENCE, JOINER, TICK};

pub(super) fn written(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        if !text.is_empty() {
            text.push('\n');
        }
        match block {
            Block::Code(code) => write_code(&mut text, code),
            block => write_block(&mut text, block, &mut Prefix::default()),
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// What the lines of a block begin with.
#[derive(Clone, Default)]
struct Prefix {
    /// The next one.
    next: String,
    /// Those after it.
    rest: String,
    place: Place,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    Quote,
    Item,
}

fn write_block(text: &mut String, block: &Block, prefix: &mut Prefix) {
    match block {
        Block::Paragraph(lines) => {
            let place = prefix.place;
            for line in lines.iter().filter(|line| place == Place::Outside || !line.is_empty()) {
                write_line(text, &line::written(line), prefix);
            }
        }
        // A block of code has no place in a line of its own, so it is one line of code after the other.
        Block::Code(code) => {
            for line in code.lines().filter(|line| !line.trim().is_empty()) {
                write_line(text, &line::written(&code_line(line)), prefix);
            }
        }
        Block::List(list) => write_list(text, list, prefix),
        // WhatsApp has no quotes in items.
        Block::Quote(blocks) if prefix.place == Place::Item => {
            blocks.iter().for_each(|block| write_block(text, block, prefix));
        }
        Block::Quote(blocks) => {
            let quote = format!("{}> ", prefix.rest);
            let mut inner = Prefix { next: quote.clone(), rest: quote, place: Place::Quote };
            blocks.iter().for_each(|block| write_block(text, block, &mut inner));
        }
        Block::Rule => write_line(text, "———", prefix),
    }
}

fn write_list(text: &mut String, list: &List, prefix: &mut Prefix) {
    prefix.next.clone_from(&prefix.rest);
    for (n, item) in list.items.iter().enumerate() {
        let marker = list.first.map_or("- ".to_owned(), |first| format!("{}. ", first as usize + n));
        let mut inner = Prefix {
            next: format!("{}{marker}", prefix.rest),
            rest: format!("{}{}", prefix.rest, " ".repeat(marker.len())),
            place: Place::Item,
        };
        item.iter().for_each(|block| write_block(text, block, &mut inner));
    }
}

fn write_line(text: &mut String, line: &str, prefix: &mut Prefix) {
    text.push_str(&prefix.next);
    prefix.next.clone_from(&prefix.rest);
    if begins_block(line) {
        text.push(JOINER);
    }
    text.push_str(line);
    text.push('\n');
}

fn write_code(text: &mut String, code: &str) {
    text.push_str(FENCE);
    let parted = code.replace(FENCE, &format!("{TICK}{JOINER}{TICK}{JOINER}{TICK}"));
    if parted.starts_with(TICK) {
        text.push(JOINER);
    }
    text.push_str(&parted);
    if parted.ends_with(TICK) {
        text.push(JOINER);
    }
    text.push_str(FENCE);
    text.push('\n');
}

fn code_line(code: &str) -> Line {
    vec![Run { text: code.to_owned(), styles: Styles::NONE, kind: Kind::Code }]
}
