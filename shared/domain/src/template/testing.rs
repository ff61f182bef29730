//! A template for tests.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Category, Components, Listed, ParameterFormat, Quality, Standing, Status, Template, Text};

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

/// As Meta lists it.
pub(super) fn listed() -> Listed {
    Listed {
        meta_id: "300000000000001".into(),
        name: "parcel_shipped".into(),
        language: "en".into(),
        format: ParameterFormat::Positional,
        standing: Standing::of(Status::Approved),
        category: Category::Utility,
        previous_category: None,
        quality: Quality::Green,
        components: Components { body: Text::new("Hello {{1}}, your parcel is on its way."), ..Components::default() },
    }
}

/// As it was listed at second 100.
pub(super) fn template() -> Template {
    Template::listed(Uuid::from_u128(1).into(), "700000000000001", listed(), at(100))
}
