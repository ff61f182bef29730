//! A message made of a template, as Graph reads it (Meta, "sending templates"): what the variables stand for, part by part.
//! The words are with Meta.

use domain::content::{MediaKind, MessageHeader, Parameter, Part, TemplateMessage};
use serde_json::{Value, json};

use super::content::{file, place};

/// The object named `template`. `media_id` is Meta's of the file above the body.
pub(super) fn template(template: &TemplateMessage, media_id: Option<&str>) -> Value {
    let mut components = Vec::new();
    components.extend(header(template, media_id).map(|header| component("header", &[header])));
    components.extend(words("header", Part::Header, template));
    components.extend(words("body", Part::Body, template));
    components.extend(template.parameters.iter().filter_map(button));
    let mut json = json!({"name": template.name, "language": {"code": template.language}});
    if !components.is_empty() {
        json["components"] = json!(components);
    }
    json
}

/// What stands above the body, if that is no text.
fn header(template: &TemplateMessage, media_id: Option<&str>) -> Option<Value> {
    match template.header.as_ref()? {
        MessageHeader::Text { .. } => None,
        MessageHeader::Location(location) => Some(json!({"type": "location", "location": place(location)})),
        MessageHeader::Media(media) => {
            let filename = media.attachment.filename.as_deref().filter(|_| media.kind == MediaKind::Document);
            let kind = media.kind.name();
            Some(json!({"type": kind, kind: file(media.kind, media_id?, None, filename)}))
        }
    }
}

fn words(kind: &str, part: Part, template: &TemplateMessage) -> Option<Value> {
    let parameters: Vec<Value> = template.parameters.iter().filter(|given| given.part == part).map(text).collect();
    (!parameters.is_empty()).then(|| component(kind, &parameters))
}

fn text(parameter: &Parameter) -> Value {
    let mut json = json!({"type": "text", "text": parameter.value});
    if let Some(name) = &parameter.name {
        json["parameter_name"] = json!(name);
    }
    json
}

fn button(parameter: &Parameter) -> Option<Value> {
    let (kind, index, given) = match parameter.part {
        Part::Url { index } => ("url", index, json!({"type": "text", "text": parameter.value})),
        Part::Code { index } => ("copy_code", index, json!({"type": "coupon_code", "coupon_code": parameter.value})),
        Part::Header | Part::Body => return None,
    };
    Some(json!({"type": "button", "sub_type": kind, "index": index.to_string(), "parameters": [given]}))
}

fn component(kind: &str, parameters: &[Value]) -> Value {
    json!({"type": kind, "parameters": parameters})
}

#[cfg(test)]
mod tests {
    use domain::Attachment;
    use domain::attachment::State;
    use domain::content::Media;
    use domain::template::Category;

    use super::*;

    fn message(header: Option<MessageHeader>, parameters: Vec<Parameter>) -> TemplateMessage {
        TemplateMessage {
            name: "parcel".into(),
            language: "en_US".into(),
            category: Category::Utility,
            header,
            body: "It is here.".into(),
            footer: None,
            buttons: Vec::new(),
            parameters,
        }
    }

    fn given(part: Part, name: Option<&str>, value: &str) -> Parameter {
        Parameter { part, name: name.map(str::to_owned), value: value.into() }
    }

    #[test]
    fn a_template_without_variables_is_its_name_and_language() {
        assert_eq!(
            template(&message(None, Vec::new()), None),
            json!({"name": "parcel", "language": {"code": "en_US"}})
        );
    }

    #[test]
    fn each_part_has_its_parameters_and_named_ones_their_names() {
        let parameters = vec![
            given(Part::Header, None, "A-17"),
            given(Part::Body, Some("first_name"), "Ada"),
            given(Part::Body, Some("day"), "Friday"),
            given(Part::Url { index: 1 }, None, "A-17"),
            given(Part::Code { index: 2 }, None, "FIVE"),
        ];
        let text = Some(MessageHeader::Text { text: "Parcel A-17".into() });
        assert_eq!(
            template(&message(text, parameters), None)["components"],
            json!([
                {"type": "header", "parameters": [{"type": "text", "text": "A-17"}]},
                {"type": "body", "parameters": [
                    {"type": "text", "text": "Ada", "parameter_name": "first_name"},
                    {"type": "text", "text": "Friday", "parameter_name": "day"},
                ]},
                {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "A-17"}]},
                {"type": "button", "sub_type": "copy_code", "index": "2",
                    "parameters": [{"type": "coupon_code", "coupon_code": "FIVE"}]},
            ])
        );
    }

    #[test]
    fn a_file_stands_above_the_body_by_metas_id() {
        let state = State::Stored { key: "k".into() };
        let (filename, mime_type) = (Some("a.pdf".to_owned()), "application/pdf".to_owned());
        let attachment = Attachment { filename, mime_type, size: None, sha256: None, state };
        let header = Media { kind: MediaKind::Document, caption: None, attachment };
        let json = template(&message(Some(MessageHeader::Media(header)), Vec::new()), Some("7"));
        let document = json!({"type": "document", "document": {"id": "7", "filename": "a.pdf"}});
        assert_eq!(json["components"], json!([{"type": "header", "parameters": [document]}]));
    }
}
