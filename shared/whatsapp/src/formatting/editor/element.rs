//! What each element means.

use html5gum::StartTag;

use super::super::document::Style;
use super::attribute;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Paragraph,
    Heading,
    /// Begins and ends a line.
    Line,
    LineBreak,
    Rule,
    Bullets,
    Numbers,
    Item,
    Quote,
    CodeBlock,
    Table,
    Row,
    HeadCell,
    Cell,
    Styled(Style),
    Code,
    Link,
    Image,
    /// Means nothing to us; its words do.
    Inline,
    /// Its words are not shown.
    Hidden,
    /// Has no content and means nothing.
    Void,
}

pub(super) fn role_of(tag: &StartTag<()>) -> Role {
    match tag.name.as_slice() {
        b"p" => Role::Paragraph,
        b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Role::Heading,
        // Quill's block of code: a line in each of its elements.
        b"div" if attribute(tag, "class").split_whitespace().any(|class| class == "ql-code-block-container") => {
            Role::CodeBlock
        }
        b"address" | b"article" | b"aside" | b"caption" | b"center" | b"dd" | b"details" | b"div" | b"dl" | b"dt"
        | b"fieldset" | b"figcaption" | b"figure" | b"footer" | b"form" | b"header" | b"legend" | b"main" | b"nav"
        | b"section" | b"summary" => Role::Line,
        b"br" => Role::LineBreak,
        b"hr" => Role::Rule,
        b"ul" | b"menu" | b"dir" => Role::Bullets,
        b"ol" => Role::Numbers,
        b"li" => Role::Item,
        b"blockquote" => Role::Quote,
        b"pre" => Role::CodeBlock,
        b"table" => Role::Table,
        b"tr" => Role::Row,
        b"th" => Role::HeadCell,
        b"td" => Role::Cell,
        b"b" | b"strong" => Role::Styled(Style::Bold),
        b"i" | b"em" | b"cite" | b"dfn" | b"var" => Role::Styled(Style::Italic),
        b"s" | b"del" | b"strike" => Role::Styled(Style::Strike),
        b"code" | b"kbd" | b"samp" | b"tt" => Role::Code,
        b"a" => Role::Link,
        b"img" => Role::Image,
        b"head" | b"iframe" | b"noscript" | b"object" | b"script" | b"style" | b"svg" | b"template" | b"title"
        | b"audio" | b"video" | b"canvas" | b"math" | b"select" => Role::Hidden,
        b"area" | b"base" | b"col" | b"embed" | b"input" | b"link" | b"meta" | b"param" | b"source" | b"track"
        | b"wbr" => Role::Void,
        _ => Role::Inline,
    }
}

impl Role {
    /// Whether an element that is open ends before another begins.
    pub(super) fn ends_before(self, next: Self) -> bool {
        match self {
            Self::Paragraph => next.is_block(),
            Self::Item => next == Self::Item,
            Self::Row => next == Self::Row,
            Self::Cell | Self::HeadCell => matches!(next, Self::Cell | Self::HeadCell | Self::Row),
            _ => false,
        }
    }

    /// Whether what is around an element that is open stays open when another begins.
    pub(super) fn shields_from(self, next: Self) -> bool {
        match next {
            Self::Item => matches!(self, Self::Bullets | Self::Numbers),
            Self::Row | Self::Cell | Self::HeadCell => self == Self::Table,
            _ => self.is_block(),
        }
    }

    fn is_block(self) -> bool {
        !matches!(
            self,
            Self::LineBreak
                | Self::Styled(_)
                | Self::Code
                | Self::Link
                | Self::Image
                | Self::Inline
                | Self::Hidden
                | Self::Void
        )
    }
}
