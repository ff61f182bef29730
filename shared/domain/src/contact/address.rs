//! Where a person is written to first, and what is known of them by name.

use std::borrow::Cow;

use super::{Contact, Identity};
use crate::phone::{MatchingKey, Phone};

impl Contact {
    /// What a message that begins a conversation is sent to: `number` if somebody wants that one, else the number under
    /// which WhatsApp knows them, else their business-scoped id, else a number that somebody wrote down. Nothing if there
    /// is none of these.
    pub fn address(&self, number: Option<&Phone>) -> Option<Identity> {
        if let Some(number) = number {
            return Some(self.as_whatsapp_writes(number));
        }
        let last = |wanted: fn(&&Identity) -> bool| self.identities.iter().rev().find(wanted).cloned();
        let written = || [&self.mobile_phone, &self.phone].into_iter().flatten().next();
        last(|identity| matches!(identity, Identity::Phone(_)))
            .or_else(|| last(|identity| matches!(identity, Identity::Bsuid(_))))
            .or_else(|| written().map(|phone| Identity::Phone(phone.digits().to_owned())))
    }

    /// What is known of the person under this name: a property, or else their `name`, `username`, `phone` or
    /// `mobile_phone`. Nothing if it is blank.
    pub fn known(&self, name: &str) -> Option<Cow<'_, str>> {
        let own = || match name {
            "name" => self.name.as_deref().map(Cow::from),
            "username" => self.username.as_deref().map(Cow::from),
            "phone" => self.phone.as_ref().map(|phone| phone.display().into()),
            "mobile_phone" => self.mobile_phone.as_ref().map(|phone| phone.display().into()),
            _ => None,
        };
        let known = self.properties.get(name).map(Cow::from).or_else(own);
        known.filter(|value| !value.trim().is_empty())
    }

    /// A number of theirs that WhatsApp writes otherwise is called as WhatsApp does.
    fn as_whatsapp_writes(&self, number: &Phone) -> Identity {
        let wanted = Identity::Phone(number.digits().to_owned());
        let key = number.matching_key();
        let is_same = |identity: &&Identity| MatchingKey::of(identity).is_some_and(|theirs| theirs == key);
        match self.identities.iter().rev().find(is_same) {
            Some(theirs) if key.is_exact() => theirs.clone(),
            _ => wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn phone(digits: &str) -> Phone {
        Phone::try_from(digits.to_owned()).expect("a number")
    }

    fn contact(identities: &[Identity]) -> Contact {
        let new = Contact::new(Uuid::from_u128(1).into(), Timestamp::UNIX_EPOCH);
        Contact { identities: identities.to_vec(), mobile_phone: Some(phone("12025550142")), ..new }
    }

    #[test]
    fn what_whatsapp_knows_goes_before_what_somebody_wrote() {
        let (number, id) = (Identity::Phone("15550100001".into()), Identity::Bsuid("US.1".into()));
        assert_eq!(contact(&[number.clone(), id.clone()]).address(None), Some(number));
        assert_eq!(contact(std::slice::from_ref(&id)).address(None), Some(id));
        assert_eq!(contact(&[]).address(None), Some(Identity::Phone("12025550142".into())));
        assert_eq!(Contact { mobile_phone: None, ..contact(&[]) }.address(None), None);
    }

    #[test]
    fn a_wanted_number_is_called_as_whatsapp_writes_it() {
        let without_nine = Identity::Phone("551187654321".into());
        let brazilian = contact(std::slice::from_ref(&without_nine));
        assert_eq!(brazilian.address(Some(&phone("5511987654321"))), Some(without_nine));
        assert_eq!(brazilian.address(Some(&phone("12025550143"))), Some(Identity::Phone("12025550143".into())));
        // In Argentina the twin may be another subscriber's.
        let argentinian = contact(&[Identity::Phone("5491112345678".into())]);
        assert_eq!(argentinian.address(Some(&phone("541112345678"))), Some(Identity::Phone("541112345678".into())));
    }

    #[test]
    fn a_property_goes_before_what_we_know_ourselves() {
        let properties: BTreeMap<String, String> = [("first_name", "Ada"), ("username", "from the CRM"), ("city", " ")]
            .map(|(n, v)| (n.into(), v.into()))
            .into();
        let properties = properties.try_into().expect("sound properties");
        let name = Some("Ada Lovelace".to_owned());
        let ada = Contact { name, username: Some("ada".into()), properties, ..contact(&[]) };
        let known = |name: &str| ada.known(name).map(Cow::into_owned);
        assert_eq!(known("first_name").as_deref(), Some("Ada"));
        assert_eq!(known("name").as_deref(), Some("Ada Lovelace"));
        assert_eq!(known("username").as_deref(), Some("from the CRM"));
        assert_eq!(known("mobile_phone").as_deref(), Some("+12025550142"));
        assert_eq!((known("city"), known("phone"), known("1")), (None, None, None));
    }
}
