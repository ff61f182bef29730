//! Meta's rules for templates, each with a stable code and what to do about it.

pub(super) mod buttons;
pub(super) mod naming;
mod sensitive;
pub(super) mod texts;

use super::Violation;

/// The rules that were found broken.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Violation>);

impl Findings {
    fn add(&mut self, code: &'static str, at: impl Into<String>, advice: impl Into<String>) {
        self.0.push(Violation { code, at: at.into(), advice: advice.into() });
    }

    /// Adds it unless the rule is kept.
    fn unless(&mut self, kept: bool, code: &'static str, at: &str, advice: impl FnOnce() -> String) {
        if !kept {
            self.add(code, at, advice());
        }
    }

    pub(super) fn into_violations(self) -> Vec<Violation> {
        self.0
    }
}

/// How long a text is, in characters.
fn chars(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests;
