//! The templates of the seeded tenants: approved at Meta before their numbers are connected.

use graph_simulator::{Simulator, Template};
use serde_json::{Value, json};

/// Makes those of an account that Meta does not know yet; one that was changed since stays.
pub(super) fn register_at_meta(simulator: &Simulator, waba_id: &str) -> anyhow::Result<()> {
    for (name, language, category, parameter_format, components) in templates() {
        if simulator.has_template(waba_id, name, language)? {
            continue;
        }
        simulator.register_template(&Template {
            waba_id: waba_id.to_owned(),
            name: name.to_owned(),
            language: language.to_owned(),
            category: category.to_owned(),
            status: "APPROVED".to_owned(),
            parameter_format: parameter_format.to_owned(),
            components,
        })?;
    }
    Ok(())
}

type Made = (&'static str, &'static str, &'static str, &'static str, Value);

fn templates() -> [Made; 3] {
    [
        (
            "order_update",
            "en_US",
            "UTILITY",
            "POSITIONAL",
            json!([
                { "type": "BODY", "text": "Hello {{1}}, your order {{2}} has left our house and will be with you soon.",
                  "example": { "body_text": [["Ada", "A-17"]] } },
                { "type": "BUTTONS", "buttons": [
                    { "type": "URL", "text": "Track it", "url": "https://example.com/track/{{1}}", "example": ["A-17"] },
                ] },
            ]),
        ),
        (
            "appointment_reminder",
            "en",
            "UTILITY",
            "NAMED",
            json!([
                { "type": "BODY", "text": "Hello {{first_name}}, we are looking forward to seeing you here on {{day}} at noon.",
                  "example": { "body_text_named_params": [
                      { "param_name": "first_name", "example": "Ada" }, { "param_name": "day", "example": "Friday" },
                  ] } },
                { "type": "FOOTER", "text": "Write to us if you cannot come." },
            ]),
        ),
        (
            "spring_offer",
            "en_US",
            "MARKETING",
            "POSITIONAL",
            json!([
                { "type": "HEADER", "format": "TEXT", "text": "Spring is here" },
                { "type": "BODY", "text": "Hello {{1}}, until the end of the month everything green costs half.",
                  "example": { "body_text": [["Ada"]] } },
                { "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "Stop offers" }] },
            ]),
        ),
    ]
}
