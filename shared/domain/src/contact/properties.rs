//! What a tenant keeps of a person beside what the product knows.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Named texts; few and small enough to go with every look at the contact.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "BTreeMap<String, String>", try_from = "BTreeMap<String, String>")]
pub struct Properties(BTreeMap<String, String>);

/// Why texts are not a contact's properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProperties {
    #[error("a contact has at most {} properties", Properties::MOST)]
    TooMany,
    #[error("a property's name has 1 to {} characters and no control characters", Properties::NAME_CHARS)]
    Name,
    #[error("a property's value has at most {} characters", Properties::VALUE_CHARS)]
    Value,
}

impl Properties {
    pub const MOST: usize = 50;
    pub const NAME_CHARS: usize = 64;
    pub const VALUE_CHARS: usize = 1_000;

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is kept under this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Sets some and removes others; those that are not named stay.
    ///
    /// # Errors
    /// When the result is not within the bounds.
    pub fn changed(&self, changes: &BTreeMap<String, Option<String>>) -> Result<Self, InvalidProperties> {
        let mut changed = self.0.clone();
        for (name, value) in changes {
            match value {
                Some(value) => drop(changed.insert(name.clone(), value.clone())),
                None => drop(changed.remove(name)),
            }
        }
        Self::try_from(changed)
    }

    /// Takes over what is not there yet, as far as there is room, and says what that was.
    pub(super) fn take_from(&mut self, other: &Self) -> Self {
        let room = Self::MOST.saturating_sub(self.0.len());
        let new = other.0.iter().filter(|(name, _)| !self.0.contains_key(*name)).take(room);
        let taken: BTreeMap<String, String> = new.map(|(name, value)| (name.clone(), value.clone())).collect();
        self.0.extend(taken.clone());
        Self(taken)
    }

    /// Gives back what was taken and not changed since.
    pub(super) fn give_back(&mut self, taken: &Self) {
        self.0.retain(|name, value| taken.0.get(name) != Some(value));
    }
}

impl TryFrom<BTreeMap<String, String>> for Properties {
    type Error = InvalidProperties;

    fn try_from(properties: BTreeMap<String, String>) -> Result<Self, InvalidProperties> {
        if properties.len() > Self::MOST {
            return Err(InvalidProperties::TooMany);
        }
        for (name, value) in &properties {
            if !(1..=Self::NAME_CHARS).contains(&name.chars().count()) || name.chars().any(char::is_control) {
                return Err(InvalidProperties::Name);
            }
            if value.chars().count() > Self::VALUE_CHARS {
                return Err(InvalidProperties::Value);
            }
        }
        Ok(Self(properties))
    }
}

impl From<Properties> for BTreeMap<String, String> {
    fn from(properties: Properties) -> Self {
        properties.0
    }
}

/// Prints their number only: what a tenant notes of people stays out of logs.
impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Properties({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(pairs: &[(&str, &str)]) -> Properties {
        let map: BTreeMap<String, String> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Properties::try_from(map).expect("sound properties")
    }

    #[test]
    fn a_change_sets_some_removes_others_and_keeps_the_rest() {
        let changes = BTreeMap::from([("tier".to_owned(), Some("gold".to_owned())), ("city".to_owned(), None)]);
        let changed = properties(&[("tier", "silver"), ("city", "Ulm"), ("size", "L")]).changed(&changes);
        assert_eq!(changed, Ok(properties(&[("tier", "gold"), ("size", "L")])));
    }

    #[test]
    fn what_is_out_of_bounds_is_refused() {
        let try_from = |name: &str, value: &str| Properties::try_from(BTreeMap::from([(name.into(), value.into())]));
        assert_eq!(try_from("", "x"), Err(InvalidProperties::Name));
        assert_eq!(try_from("a\nb", "x"), Err(InvalidProperties::Name));
        assert_eq!(try_from("a", &"x".repeat(1_001)), Err(InvalidProperties::Value));
        let many = (0..51).map(|n| (n.to_string(), String::new())).collect::<BTreeMap<_, _>>();
        assert_eq!(Properties::try_from(many), Err(InvalidProperties::TooMany));
    }
}
