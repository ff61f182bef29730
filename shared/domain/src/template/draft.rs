//! A template that is to be submitted, and whether Meta would take it (F27).

use serde::{Deserialize, Serialize};

use super::rules;
use super::{Category, Components, Listed, ParameterFormat, Quality, Standing, Status, Template};

/// A template before Meta has seen it, or as it is to be after an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub name: String,
    pub language: String,
    pub category: Category,
    pub format: ParameterFormat,
    pub components: Components,
}

/// A rule of Meta's that a draft breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// A stable name of the rule.
    pub code: &'static str,
    /// The member that breaks it: `components.body.text`.
    pub at: String,
    /// What to change.
    pub advice: String,
}

impl Draft {
    /// How many names an account may have templates of (Meta, "template management") …
    pub const MOST: usize = 6_000;
    /// … and while its business is not verified.
    pub const MOST_UNVERIFIED: usize = 250;

    /// Every rule of Meta's that it breaks, as far as that can be told from the draft alone (Meta: "template components",
    /// "template review").
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = rules::Findings::default();
        rules::naming::check(self, &mut found);
        rules::texts::check(self, &mut found);
        rules::buttons::check(&self.components.buttons, &mut found);
        found.into_violations()
    }

    /// As Meta lists it once it has taken it.
    pub fn taken(self, meta_id: String, status: Status, category: Option<Category>) -> Listed {
        Listed {
            meta_id,
            name: self.name,
            language: self.language,
            format: self.format,
            standing: Standing::of(status),
            category: category.unwrap_or(self.category),
            previous_category: None,
            quality: Quality::Unknown,
            components: self.components.without_handles(),
        }
    }

    /// Meta rejects a template whose body and footer are another one's.
    pub fn duplicates(&self, other: &Template) -> bool {
        let (ours, theirs) = (&self.components, other.components());
        let is_itself = (&self.name, &self.language) == (&other.name, &other.language);
        !is_itself && !other.is_deleted() && ours.body.text == theirs.body.text && ours.footer == theirs.footer
    }

    /// The violation that such a duplicate is.
    pub fn duplicate_of(other: &Template) -> Violation {
        let (name, language) = (&other.name, &other.language);
        Violation {
            code: "duplicate",
            at: "components.body.text".to_owned(),
            advice: format!(
                "The template {name} ({language}) has the same body and footer. Use that one, or word this one otherwise."
            ),
        }
    }
}
