//! A formatted text, between what it is read from and what it is written as.

/// One thing below the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Paragraph(Vec<Line>),
    Code(String),
    List(List),
    Quote(Vec<Self>),
    Rule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct List {
    /// The number of the first item; none if they have bullets.
    pub(super) first: Option<u32>,
    pub(super) items: Vec<Vec<Block>>,
}

/// A line of a paragraph.
pub(super) type Line = Vec<Run>;

/// Words of one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) styles: Styles,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Words,
    Code,
    /// Words that lead somewhere.
    Link(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Bold,
    Italic,
    Strike,
}

/// Any of the three together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Styles(u8);

impl Style {
    pub(super) const ALL: [Self; 3] = [Self::Bold, Self::Italic, Self::Strike];

    /// WhatsApp's mark.
    pub(super) fn mark(self) -> char {
        match self {
            Self::Bold => '*',
            Self::Italic => '_',
            Self::Strike => '~',
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Styles {
    pub(super) const NONE: Self = Self(0);

    pub(super) fn has(self, style: Style) -> bool {
        self.0 & style.bit() != 0
    }

    pub(super) fn with(self, style: Style) -> Self {
        Self(self.0 | style.bit())
    }

    pub(super) fn without(self, style: Style) -> Self {
        Self(self.0 & !style.bit())
    }
}

impl Run {
    /// Adds it to a line, to the run before where that is of the same style.
    pub(super) fn append_to(self, line: &mut Line) {
        match line.last_mut() {
            Some(last) if (last.styles, &last.kind) == (self.styles, &self.kind) => last.text.push_str(&self.text),
            _ => line.push(self),
        }
    }
}

/// Whether nothing of a line can be seen.
pub(super) fn is_empty(line: &Line) -> bool {
    line.iter().all(|run| run.text.chars().all(char::is_whitespace))
}

/// A line without the space at its ends.
pub(super) fn trimmed(line: Line) -> Line {
    let mut line = without_space_at_end(line);
    let blank = line.iter().take_while(|run| run.text.trim_start().is_empty()).count();
    line.drain(..blank);
    if let Some(first) = line.first_mut() {
        first.text = first.text.trim_start().to_owned();
    }
    line
}

pub(super) fn without_space_at_end(mut line: Line) -> Line {
    while let Some(last) = line.last_mut() {
        last.text.truncate(last.text.trim_end().len());
        if !last.text.is_empty() {
            break;
        }
        line.pop();
    }
    line
}
