//! What Meta says of a template: in a listing of its account, or in a webhook.

use jiff::Timestamp;

use super::{
    Button, Category, Classification, Coming, Components, Header, ParameterFormat, Quality, Standing, Status, Template,
    Text, Told,
};
use crate::template::placeholders::variables;

/// A template as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub meta_id: String,
    pub name: String,
    pub language: String,
    pub format: ParameterFormat,
    pub standing: Standing,
    pub category: Category,
    pub previous_category: Option<Category>,
    pub quality: Quality,
    pub components: Components,
}

/// What a webhook says of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    /// Some come with the category under which it was approved.
    Standing {
        standing: Standing,
        category: Option<Category>,
    },
    Quality(Quality),
    /// Meta has changed the category.
    Recategorised {
        category: Category,
        previous: Option<Category>,
    },
    /// Meta is about to change the category.
    CategoryComing {
        now: Option<Category>,
        coming: Coming,
    },
    Rewritten(Rewritten),
}

/// The words of a template after an edit. Meta names a header only if it is text, and buttons only if there is one with
/// an address or a number among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    pub header: Option<String>,
    pub body: String,
    pub footer: Option<String>,
    pub buttons: Option<Vec<Button>>,
}

impl Template {
    /// Takes what a listing made at `at` says, as far as nothing later is known. Says whether anything is new.
    pub fn learn(&mut self, listed: Listed, at: Timestamp) -> bool {
        let before = self.clone();
        if listed.meta_id != self.meta_id && at.as_second() >= self.standing.at.as_second() {
            // It was deleted and made again: nothing that was known is of this one.
            let Self { id, waba_id, version, .. } = before;
            *self = Self { version, ..Self::anew(id, waba_id, listed, at) };
            return true;
        }
        self.format = listed.format;
        let standing = with_known_reason(listed.standing, &self.standing.value);
        self.standing.hear(standing, at);
        let classification = with_coming(listed.category, listed.previous_category, &self.classification.value);
        self.classification.hear(classification, at);
        self.quality.hear(listed.quality, at);
        self.components.hear(listed.components, at);
        self.says_more_than(&before)
    }

    /// Takes what a webhook of Meta's time `at` says of the template with this id of Meta's. Says whether it was news:
    /// nothing later was known.
    pub fn hear(&mut self, update: Update, at: Timestamp) -> bool {
        match update {
            Update::Standing { standing, category } => {
                let standing = with_known_reason(standing, &self.standing.value);
                let heard = self.stand(standing.clone(), at);
                if let Some(category) = category.filter(|category| category != self.category()) {
                    let previous = Some(self.category().clone());
                    self.recategorise(Classification { category, previous, coming: None }, at);
                }
                heard || self.explain(standing)
            }
            Update::Quality(quality) => self.quality.hear(quality, at),
            Update::Recategorised { category, previous } => {
                let previous = previous.or_else(|| Some(self.category().clone()));
                self.recategorise(Classification { category, previous, coming: None }, at)
            }
            Update::CategoryComing { now, coming } => self.announce(now, coming, at),
            Update::Rewritten(rewritten) => {
                let components = self.components.value.clone().rewritten(rewritten);
                self.components.hear(components, at)
            }
        }
    }

    /// The same after a listing that was made since `at`, which cannot contain what is announced, nor why it was paused.
    pub fn hear_beside_listing(&mut self, update: Update, at: Timestamp) -> bool {
        match update {
            Update::Standing { standing, category: _ } => self.explain(standing),
            Update::CategoryComing { now: _, coming } => self.announce(None, coming, at),
            Update::Quality(_) | Update::Recategorised { .. } | Update::Rewritten(_) => false,
        }
    }

    /// Meta announced at `at` another category. It is no news once it has come, or when Meta spoke of the category later.
    fn announce(&mut self, now: Option<Category>, coming: Coming, at: Timestamp) -> bool {
        let known = self.classification.clone();
        let present = now.filter(|_| at.as_second() >= known.at.as_second()).unwrap_or(known.value.category);
        let has_come = coming.category == present || coming.at.as_second() <= known.at.as_second();
        let is_outdated = self.foretold_at.is_some_and(|foretold_at| at.as_second() < foretold_at.as_second());
        if has_come || is_outdated {
            return false;
        }
        let value = Classification { category: present, previous: known.value.previous, coming: Some(coming) };
        self.classification = Told { value, at: known.at.max(at) };
        self.foretold_at = self.foretold_at.max(Some(at));
        true
    }

    /// Takes why it has its status, though something later that did not say so is known. Says whether that was news.
    fn explain(&mut self, told: Standing) -> bool {
        let known = &mut self.standing.value;
        let is_news = told.status == known.status && known.reason.is_none() && told.reason.is_some();
        if is_news {
            known.reason = told.reason;
        }
        is_news
    }

    /// Whether anything but the times differs.
    fn says_more_than(&self, before: &Self) -> bool {
        self.format != before.format
            || self.standing.value != before.standing.value
            || self.classification.value != before.classification.value
            || self.quality.value != before.quality.value
            || self.components.value != before.components.value
    }
}

/// A listing tells only why a template was rejected; what a webhook told of the same status stays.
fn with_known_reason(told: Standing, known: &Standing) -> Standing {
    match told {
        Standing { status, reason: None } if status == known.status => {
            Standing { status, reason: known.reason.clone() }
        }
        told => told,
    }
}

/// A listing does not tell what is announced; it holds until it has come.
fn with_coming(category: Category, previous: Option<Category>, known: &Classification) -> Classification {
    let coming = known.coming.clone().filter(|coming| coming.category != category);
    let previous = previous.or_else(|| known.previous.clone().filter(|previous| *previous != category));
    Classification { category, previous, coming }
}

impl Components {
    fn rewritten(self, words: Rewritten) -> Self {
        let header = match (words.header, self.header) {
            (Some(text), Some(Header::Text(before))) => Some(Header::Text(before.reworded(text))),
            (Some(text), _) => Some(Header::Text(Text::new(text))),
            (None, Some(Header::Text(_))) => None,
            (None, other) => other,
        };
        let named = |button: &Button| matches!(button, Button::Url { .. } | Button::Phone { .. });
        let buttons = match words.buttons {
            Some(told) => told.into_iter().map(|button| with_known_sample(button, &self.buttons)).collect(),
            None => self.buttons.into_iter().filter(|button| !named(button)).collect(),
        };
        let body = self.body.reworded(words.body);
        Self { header, body, footer: words.footer, buttons, others: self.others }
    }
}

impl Text {
    /// Other words, with the examples of those variables that are still there.
    fn reworded(self, text: String) -> Self {
        let still_there = variables(&text);
        let samples = self.samples.into_iter().filter(|(name, _)| still_there.contains(&name.as_str())).collect();
        Self { samples, text }
    }
}

fn with_known_sample(told: Button, known: &[Button]) -> Button {
    let is_the_same = |button: &&Button| match (button, &told) {
        (Button::Url { label, url, .. }, Button::Url { label: told_label, url: told_url, .. }) => {
            label == told_label && url == told_url
        }
        (Button::CopyCode { .. }, Button::CopyCode { .. }) => true,
        (Button::Other(button), Button::Other(told)) => button.kind == told.kind,
        _ => false,
    };
    known.iter().find(is_the_same).cloned().unwrap_or(told)
}

impl Standing {
    /// A status without a reason.
    pub fn of(status: Status) -> Self {
        Self { status, reason: None }
    }
}
