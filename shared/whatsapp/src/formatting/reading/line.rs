//! Reads the marks of one line.

use super::super::document::{Kind, Line, Run, Style, Styles};
use super::super::links;
use super::super::rules::{FENCE, JOINER, TICK, can_close, can_open, style_of};
use super::fenced;

/// The words of a line, with the styles that its marks give them. Marks and word joiners are gone.
pub(in super::super) fn runs(line: &str) -> Line {
    let mut marked = Marked::new(line);
    marked.find_code(line);
    marked.find_links(line);
    marked.find_styles();
    marked.runs()
}

struct Marked {
    chars: Vec<Char>,
    hrefs: Vec<String>,
}

struct Char {
    c: char,
    /// Its place in the line, in bytes.
    at: usize,
    role: Role,
    styles: Styles,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Words,
    Code,
    /// Part of the address with this number.
    Link(usize),
    /// A mark, which is not shown.
    Mark,
}

impl Marked {
    fn new(line: &str) -> Self {
        let char = |(at, c)| Char { c, at, role: Role::Words, styles: Styles::NONE };
        Self { chars: line.char_indices().map(char).collect(), hrefs: Vec::new() }
    }

    /// Code comes first: there are no marks in it.
    fn find_code(&mut self, line: &str) {
        let (mut from, mut fences) = (0, Vec::new());
        while let Some((start, end)) = fenced(line, from) {
            from = end + FENCE.len();
            let (start, end) = (self.index(start), self.index(end));
            fences.push(start);
            self.set(start - FENCE.len()..start, Role::Mark);
            self.set(start..end, Role::Code);
            self.set(end..end + FENCE.len(), Role::Mark);
        }
        let closing: Vec<usize> = (0..self.chars.len()).filter(|at| self.is(TICK, *at) && self.closes(*at)).collect();
        let mut at = 0;
        while at < self.chars.len() {
            let end = closing.get(closing.partition_point(|end| *end <= at + 1)).copied();
            let fence = fences.get(fences.partition_point(|fence| *fence < at)).copied();
            match end {
                Some(end) if self.is(TICK, at) && self.opens(at) && fence.is_none_or(|fence| end < fence) => {
                    self.set(at..at + 1, Role::Mark);
                    self.set(at + 1..end, Role::Code);
                    self.set(end..end + 1, Role::Mark);
                    at = end + 1;
                }
                _ => at += 1,
            }
        }
    }

    /// Then addresses: there are none in them, either.
    fn find_links(&mut self, line: &str) {
        for found in links::found(line) {
            let range = self.index(found.start)..self.index(found.end);
            if self.chars[range.clone()].iter().all(|char| char.role == Role::Words) {
                self.set(range, Role::Link(self.hrefs.len()));
                self.hrefs.push(found.href);
            }
        }
    }

    /// A mark closes the one that was opened last of its kind; those opened since then, and not closed, are only characters.
    fn find_styles(&mut self) {
        let mut open: Vec<(Style, usize)> = Vec::new();
        for at in 0..self.chars.len() {
            let Some(style) = style_of(self.chars[at].c).filter(|_| self.chars[at].role == Role::Words) else {
                continue;
            };
            match open.iter().position(|(opened, _)| *opened == style) {
                Some(place) if self.closes(at) && open[place].1 + 1 < at => {
                    let start = open[place].1;
                    open.truncate(place);
                    for char in &mut self.chars[start..=at] {
                        char.styles = char.styles.with(style);
                    }
                    self.chars[start].role = Role::Mark;
                    self.chars[at].role = Role::Mark;
                }
                None if self.opens(at) => open.push((style, at)),
                _ => {}
            }
        }
    }

    fn runs(self) -> Line {
        let mut line = Line::new();
        let mut last = None;
        for char in self.chars.iter().filter(|char| char.role != Role::Mark && char.c != JOINER) {
            let look = (char.role, char.styles);
            match line.last_mut() {
                Some(Run { text, .. }) if last == Some(look) => text.push(char.c),
                _ => line.push(Run { text: char.c.into(), styles: char.styles, kind: self.kind(char.role) }),
            }
            last = Some(look);
        }
        line
    }

    fn kind(&self, role: Role) -> Kind {
        match role {
            Role::Code => Kind::Code,
            Role::Link(n) => Kind::Link(self.hrefs[n].clone()),
            Role::Words | Role::Mark => Kind::Words,
        }
    }

    fn set(&mut self, range: std::ops::Range<usize>, role: Role) {
        self.chars[range].iter_mut().for_each(|char| char.role = role);
    }

    fn is(&self, mark: char, at: usize) -> bool {
        self.chars[at].c == mark && self.chars[at].role == Role::Words
    }

    fn opens(&self, at: usize) -> bool {
        self.is_alone(at) && can_open(self.before(at), self.after(at))
    }

    fn closes(&self, at: usize) -> bool {
        self.is_alone(at) && can_close(self.before(at), self.after(at))
    }

    /// Two marks of a kind in a row are none: `__init__`, `**`.
    fn is_alone(&self, at: usize) -> bool {
        let c = Some(self.chars[at].c);
        self.before(at) != c && self.after(at) != c
    }

    fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).map(|before| self.chars[before].c)
    }

    fn after(&self, at: usize) -> Option<char> {
        self.chars.get(at + 1).map(|char| char.c)
    }

    /// The number of the character that begins at this byte; one past the last for the end.
    fn index(&self, byte: usize) -> usize {
        self.chars.partition_point(|char| char.at < byte)
    }
}
