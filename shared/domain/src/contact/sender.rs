//! Who wrote.

use super::Identity;

/// Who sent an inbound message: at least one identity, and what WhatsApp says of the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    identity: Identity,
    others: Vec<Identity>,
    pub profile_name: Option<String>,
    pub username: Option<String>,
}

impl Sender {
    /// A sender known by one identity, or by two when Meta names both.
    pub fn new(identity: Identity, other: Option<Identity>) -> Self {
        let sender = Self { identity, others: Vec::new(), profile_name: None, username: None };
        sender.also(other)
    }

    /// The same person, by one more identity: Meta names a managed business's parent id beside the others.
    #[must_use]
    pub fn also(mut self, other: Option<Identity>) -> Self {
        let known: Vec<&Identity> = self.identities().collect();
        let new = other.filter(|other| !known.contains(&other));
        self.others.extend(new);
        self
    }

    /// The same person without what they call themselves.
    #[must_use]
    pub fn nameless(self) -> Self {
        Self { profile_name: None, username: None, ..self }
    }

    /// The identity to answer to: the one the message came from.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Every identity, the one to answer to first.
    pub fn identities(&self) -> impl Iterator<Item = &Identity> {
        std::iter::once(&self.identity).chain(&self.others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_named_once() {
        let (number, id) = (Identity::Phone("15550100001".into()), Identity::Bsuid("US.1".into()));
        let sender =
            Sender::new(number.clone(), Some(number.clone())).also(Some(id.clone())).also(Some(id.clone())).also(None);
        assert_eq!(sender.identities().collect::<Vec<_>>(), [&number, &id]);
    }

    #[test]
    fn who_is_nameless_keeps_every_identity() {
        let known = Sender::new(Identity::Phone("15550100001".into()), Some(Identity::Bsuid("US.1".into())));
        let named = Sender { profile_name: Some("Ada".into()), username: Some("ada".into()), ..known.clone() };
        assert_eq!(named.nameless(), known);
    }
}
