//! A template becomes a message: whether it may, and with what (F27).

use std::collections::BTreeMap;

use super::fill::button_key;
use super::placeholders::variables;
use super::{Button, Category, Filled, Header, HeaderMedia, Missing, ParameterFormat, Standing, Template, Text};
use crate::content::{Location, Media, MediaKind, MessageHeader, Parameter, Part, TemplateMessage};

/// Why no message can be made of a template now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    #[error("the template is {}", .0.status)]
    Standing(Standing),
    /// Meta has changed its category, or it is not the one that was asked for; whoever sends it has to know.
    #[error("the template is a {category} template now")]
    Recategorised { category: Category, previous: Option<Category> },
}

/// Why what was given does not fill a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfillable {
    /// Variables without a value, and `header` where what stands there has to be given.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// Values that Meta takes in no template.
    #[error("the values of {} cannot be in a template", .keys.join(", "))]
    Values { keys: Vec<String> },
    /// Something else than what the template has above its body.
    #[error("its header is {wanted}, not {given}")]
    Header { wanted: &'static str, given: &'static str },
    /// It has parts that have no shape here.
    #[error("it has parts that cannot be filled here: {}", .kinds.join(", "))]
    Parts { kinds: Vec<String> },
}

/// What is to stand above the body where that is no text.
#[derive(Clone, PartialEq, Eq)]
pub enum GivenHeader {
    File(Media),
    Place(Location),
}

/// By what a header's file or place is missed.
const HEADER: &str = "header";
/// The longest body that Meta takes; a value is a part of one.
const LONGEST_VALUE: usize = 1_024;
/// Buttons of other kinds that need nothing when the template is sent.
const COMPLETE_BUTTONS: [&str; 3] = ["voice_call", "request_contact_info", "call_permission_request"];

impl Template {
    /// Whether a message may be made of it. One that Meta has put into another category is sent only by whoever names that
    /// category: it costs otherwise, and may not be wanted as often.
    ///
    /// # Errors
    /// [`Unsendable`].
    pub fn check_send(&self, named: Option<&Category>) -> Result<(), Unsendable> {
        if !self.may_be_sent() {
            return Err(Unsendable::Standing(self.standing.value.clone()));
        }
        let (category, previous) = (self.category().clone(), self.classification.value.previous.clone());
        let changed = previous.as_ref().is_some_and(|previous| *previous != category);
        match named {
            Some(named) if *named == category => Ok(()),
            None if !changed => Ok(()),
            _ => Err(Unsendable::Recategorised { category, previous }),
        }
    }

    /// The message that it becomes with these values by [`variables`](Template::variables), and this above its body.
    ///
    /// # Errors
    /// [`Unfillable`]; of what is missing, all of it.
    pub fn message(
        &self,
        values: &BTreeMap<String, String>,
        header: Option<GivenHeader>,
    ) -> Result<TemplateMessage, Unfillable> {
        self.check_parts()?;
        let filled = self.filled_with(values, header.is_some())?;
        let unfit = |key: &String| values.get(key).is_some_and(|value| !is_fit(value));
        let keys: Vec<String> = self.variables().into_iter().map(|variable| variable.key).filter(unfit).collect();
        if !keys.is_empty() {
            return Err(Unfillable::Values { keys });
        }
        let parameters = self.parameters(values);
        let Filled { header: text, body, footer, buttons } = filled;
        let header = self.header_of(header, text)?;
        let (name, language, category) = (self.name.clone(), self.language.clone(), self.category().clone());
        Ok(TemplateMessage { name, language, category, header, body, footer, buttons, parameters })
    }

    fn check_parts(&self) -> Result<(), Unfillable> {
        let parts = self.components();
        let buttons = parts.buttons.iter().filter_map(|button| match button {
            Button::Other(other) if !COMPLETE_BUTTONS.contains(&other.kind.as_str()) => Some(&other.kind),
            _ => None,
        });
        let kinds: Vec<String> = parts.others.iter().map(|other| &other.kind).chain(buttons).cloned().collect();
        if kinds.is_empty() { Ok(()) } else { Err(Unfillable::Parts { kinds }) }
    }

    /// What is missing is named at once, a file for the header, too.
    fn filled_with(&self, values: &BTreeMap<String, String>, has_header: bool) -> Result<Filled, Missing> {
        let wants_header = matches!(self.components().header, Some(Header::Media { .. } | Header::Location));
        let header = (wants_header && !has_header).then(|| HEADER.to_owned());
        match (header, self.fill(values)) {
            (None, filled) => filled,
            (Some(header), Ok(_)) => Err(Missing { keys: vec![header] }),
            (Some(header), Err(Missing { keys })) => Err(Missing { keys: [vec![header], keys].concat() }),
        }
    }

    fn header_of(&self, given: Option<GivenHeader>, text: Option<String>) -> Result<Option<MessageHeader>, Unfillable> {
        let wanted = match &self.components().header {
            None => "nothing",
            Some(Header::Text(_)) => "text",
            Some(Header::Location) => "location",
            Some(Header::Media { kind, .. }) => kind.name(),
        };
        match given {
            None => Ok(text.map(|text| MessageHeader::Text { text })),
            Some(GivenHeader::Place(place)) if wanted == "location" => Ok(Some(MessageHeader::Location(place))),
            Some(GivenHeader::File(file)) if wanted == file.kind.name() => Ok(Some(MessageHeader::Media(file))),
            Some(GivenHeader::Place(_)) => Err(Unfillable::Header { wanted, given: "location" }),
            Some(GivenHeader::File(file)) => Err(Unfillable::Header { wanted, given: file.kind.name() }),
        }
    }

    fn parameters(&self, values: &BTreeMap<String, String>) -> Vec<Parameter> {
        let parts = self.components();
        let value = |key: &str| values.get(key).cloned().unwrap_or_default();
        let mut parameters = Vec::new();
        if let Some(Header::Text(text)) = &parts.header {
            parameters.extend(self.of_words(Part::Header, text, |name| value(&self.header_key(name))));
        }
        parameters.extend(self.of_words(Part::Body, &parts.body, value));
        for (index, button) in parts.buttons.iter().enumerate().filter(|(_, button)| button.takes_a_variable()) {
            let part =
                if matches!(button, Button::CopyCode { .. }) { Part::Code { index } } else { Part::Url { index } };
            parameters.push(Parameter { part, name: None, value: value(&button_key(index)) });
        }
        parameters
    }

    /// Those that are counted in the order of their numbers, wherever in the words they stand.
    fn of_words(&self, part: Part, words: &Text, value: impl Fn(&str) -> String) -> Vec<Parameter> {
        let mut names = variables(&words.text);
        let named = match self.format {
            ParameterFormat::Named => true,
            ParameterFormat::Positional => {
                names.sort_by_key(|name| name.parse::<u32>().unwrap_or(u32::MAX));
                false
            }
        };
        let parameter = |name: &str| Parameter { part, name: named.then(|| name.to_owned()), value: value(name) };
        names.into_iter().map(parameter).collect()
    }
}

impl HeaderMedia {
    /// As the file above the body is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => MediaKind::Image.name(),
            Self::Video => MediaKind::Video.name(),
            Self::Document => MediaKind::Document.name(),
        }
    }
}

/// Meta takes no line breaks, tabs or more than four spaces in a row in the value of a variable.
fn is_fit(value: &str) -> bool {
    let broken = value.contains(['\n', '\r', '\t']) || value.contains("     ");
    !broken && value.chars().count() <= LONGEST_VALUE
}

#[cfg(test)]
mod tests {
    use super::super::testing::template;
    use super::*;
    use crate::Attachment;
    use crate::attachment::State;
    use crate::template::{Classification, Components, Other, Status};

    fn with(components: Components) -> Template {
        let mut with = template();
        with.components.value = components;
        with
    }

    fn values(of: &[(&str, &str)]) -> BTreeMap<String, String> {
        of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn file(kind: MediaKind) -> GivenHeader {
        let state = State::Stored { key: "k".into() };
        let mime_type = "x/y".into();
        let attachment = Attachment { filename: None, mime_type, size: None, sha256: None, state };
        GivenHeader::File(Media { kind, caption: None, attachment })
    }

    #[test]
    fn a_message_has_the_words_and_the_values_part_by_part_in_metas_order() {
        let template = with(Components {
            header: Some(Header::Text(Text::new("Parcel {{1}}"))),
            body: Text::new("On {{2}} it comes to you, {{1}}. Yours on {{2}}!"),
            footer: Some("Lovelace Books".into()),
            buttons: vec![
                Button::QuickReply { label: "Thanks".into() },
                Button::Url { label: "Track".into(), url: "https://a.example/{{1}}".into(), sample: None },
                Button::CopyCode { sample: None },
            ],
            others: Vec::new(),
        });
        let given = values(&[
            ("header.1", "A-17"),
            ("1", "Ada"),
            ("2", "Friday"),
            ("buttons.1", "A-17"),
            ("buttons.2", "FIVE"),
        ]);
        let message = template.message(&given, None).expect("it is filled");
        assert_eq!(message.text(), "Parcel A-17\n\nOn Friday it comes to you, Ada. Yours on Friday!\n\nLovelace Books");
        let sent: Vec<(Part, &str)> = message.parameters.iter().map(|p| (p.part, p.value.as_str())).collect();
        let expected = [
            (Part::Header, "A-17"),
            (Part::Body, "Ada"),
            (Part::Body, "Friday"),
            (Part::Url { index: 1 }, "A-17"),
            (Part::Code { index: 2 }, "FIVE"),
        ];
        assert_eq!(sent, expected);
        let text = serde_json::to_string(&message).expect("JSON");
        assert!(serde_json::from_str::<TemplateMessage>(&text).expect("a message") == message);
    }

    #[test]
    fn all_that_is_missing_is_named_at_once() {
        let template = with(Components {
            header: Some(Header::Media { kind: HeaderMedia::Image, sample: None }),
            body: Text::new("Hello {{1}}, on {{2}}."),
            ..Components::default()
        });
        let missing = template.message(&values(&[("2", "Friday")]), None).err();
        assert_eq!(missing, Some(Unfillable::Missing(Missing { keys: vec!["header".into(), "1".into()] })));
        let given = values(&[("1", "Ada"), ("2", "Friday")]);
        let other = template.message(&given, Some(file(MediaKind::Video))).err();
        assert_eq!(other, Some(Unfillable::Header { wanted: "image", given: "video" }));
        assert!(template.message(&given, Some(file(MediaKind::Image))).is_ok());
    }

    #[test]
    fn a_value_has_no_line_breaks_and_its_end() {
        let template = with(Components { body: Text::new("Hello {{1}}, it is here."), ..Components::default() });
        let unfit = Some(Unfillable::Values { keys: vec!["1".into()] });
        for value in ["Ada\nLovelace", "Ada\tL.", "Ada     L.", &"a".repeat(1_025)] {
            assert_eq!(template.message(&values(&[("1", value)]), None).err(), unfit, "{value}");
        }
        assert!(template.message(&values(&[("1", "Ada    L.")]), None).is_ok());
    }

    #[test]
    fn what_cannot_be_filled_here_is_named() {
        let other = |kind: &str| Other { kind: kind.into(), original: "{}".into() };
        let template = with(Components {
            body: Text::new("Look."),
            buttons: vec![Button::Other(other("flow")), Button::Other(other("voice_call"))],
            others: vec![other("carousel")],
            ..Components::default()
        });
        let kinds = vec!["carousel".to_owned(), "flow".to_owned()];
        assert_eq!(template.message(&values(&[]), None).err(), Some(Unfillable::Parts { kinds }));
    }

    #[test]
    fn a_template_that_meta_recategorised_is_sent_by_whoever_names_its_category() {
        let mut template = template();
        assert_eq!(template.check_send(None), Ok(()));
        template.classification.value =
            Classification { category: Category::Marketing, previous: Some(Category::Utility), coming: None };
        let (category, previous) = (Category::Marketing, Some(Category::Utility));
        let refused = Err(Unsendable::Recategorised { category, previous });
        assert_eq!(template.check_send(None), refused);
        assert_eq!(template.check_send(Some(&Category::Utility)), refused);
        assert_eq!(template.check_send(Some(&Category::Marketing)), Ok(()));
        template.standing.value = Standing::of(Status::Paused);
        let paused = template.check_send(Some(&Category::Marketing));
        assert_eq!(paused, Err(Unsendable::Standing(Standing::of(Status::Paused))));
    }
}
