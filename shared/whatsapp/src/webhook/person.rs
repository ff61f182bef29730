//! The person that a message or a status names, with what its contact says of them.

use domain::{Identity, Sender};
use serde_json::Value;

use super::json::{text, text_at};

/// What Meta shows of a person is kept up to this length; names are shorter.
const MAX_CHARS: usize = 256;

/// Reads a person from the two keys under which an item names them and from the contact that goes with it.
///
/// `number` is documented as digits; where a business-scoped id stands in it, it is one.
pub(crate) fn read(number: Option<&str>, user_id: Option<&str>, contact: Option<&Value>) -> Option<Sender> {
    let Ids { wa_id, user_id: contact_user_id, parent_user_id } = same_person(number, user_id, contact);
    let number = number.and_then(Identity::read).or_else(|| wa_id.as_deref().and_then(Identity::read));
    let bsuid =
        user_id.and_then(Identity::read_bsuid).or_else(|| contact_user_id.as_deref().and_then(Identity::read_bsuid));
    let mut person = match (number, bsuid) {
        (Some(number), bsuid) => Sender::new(number, bsuid),
        (None, Some(bsuid)) => Sender::new(bsuid, None),
        (None, None) => return None,
    };
    person = person.also(parent_user_id.as_deref().and_then(Identity::read_bsuid));
    person.profile_name = shown(contact, "/profile/name");
    person.username = shown(contact, "/profile/username").map(|name| name.trim_start_matches('@').to_owned());
    Some(person)
}

/// The same person with the parent id that the item names beside the others, as managed businesses get it.
pub(crate) fn with_parent(person: Sender, item: &Value, key: &str) -> Sender {
    person.also(text(item, key).as_deref().and_then(Identity::read_bsuid))
}

#[derive(Default)]
struct Ids {
    wa_id: Option<String>,
    user_id: Option<String>,
    parent_user_id: Option<String>,
}

/// The ids of the contact, if it names the same person: a sole contact may name another, whose ids must not be mixed in.
fn same_person(number: Option<&str>, user_id: Option<&str>, contact: Option<&Value>) -> Ids {
    let id = |key| contact.and_then(|contact| text(contact, key));
    let ids = Ids { wa_id: id("wa_id"), user_id: id("user_id"), parent_user_id: id("parent_user_id") };
    let named = [number, user_id].into_iter().flatten();
    let known = [&ids.wa_id, &ids.user_id].map(Option::as_deref);
    let nobody_named = number.is_none() && user_id.is_none();
    if nobody_named || named.into_iter().any(|name| known.contains(&Some(name))) { ids } else { Ids::default() }
}

fn shown(contact: Option<&Value>, pointer: &str) -> Option<String> {
    let name = text_at(contact?, pointer)?.trim();
    (!name.is_empty()).then(|| name.chars().take(MAX_CHARS).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn identities(person: &Sender) -> Vec<&str> {
        person.identities().map(Identity::as_str).collect()
    }

    #[test]
    fn a_person_who_shows_number_and_id_has_both_and_is_answered_at_the_number() {
        let contact =
            json!({"profile": {"name": "Ada", "username": "@ada"}, "wa_id": "15550100001", "user_id": "US.1"});
        let person = read(Some("15550100001"), Some("US.1"), Some(&contact)).expect("a person");
        assert_eq!(identities(&person), ["15550100001", "US.1"]);
        assert_eq!((person.profile_name.as_deref(), person.username.as_deref()), (Some("Ada"), Some("ada")));
    }

    #[test]
    fn a_person_who_hides_the_number_has_the_id_only() {
        let person = read(None, Some("US.1"), Some(&json!({"user_id": "US.1"}))).expect("a person");
        assert_eq!(person.identity(), &Identity::Bsuid("US.1".into()));
    }

    #[test]
    fn an_id_in_the_place_of_the_number_is_an_id() {
        let person = read(Some("US.1"), Some("US.1"), None).expect("a person");
        assert_eq!(identities(&person), ["US.1"]);
        assert_eq!(person.identity(), &Identity::Bsuid("US.1".into()));
    }

    #[test]
    fn the_contact_adds_what_the_item_leaves_out() {
        let contact = json!({"wa_id": "15550100001", "user_id": "US.1"});
        let from_number = read(Some("15550100001"), None, Some(&contact)).expect("a person");
        let from_id = read(None, Some("US.1"), Some(&contact)).expect("a person");
        let from_contact = read(None, None, Some(&contact)).expect("a person");
        for person in [from_number, from_id, from_contact] {
            assert_eq!(identities(&person), ["15550100001", "US.1"]);
        }
    }

    #[test]
    fn a_contact_about_somebody_else_gives_its_name_but_no_identity() {
        let contact = json!({"profile": {"name": "Ada"}, "wa_id": "15550100002", "user_id": "US.2"});
        let person = read(Some("15550100001"), None, Some(&contact)).expect("a person");
        assert_eq!(identities(&person), ["15550100001"]);
        assert_eq!(person.profile_name.as_deref(), Some("Ada"));
    }

    #[test]
    fn a_parent_id_is_one_more_identity_and_never_the_one_to_answer_to() {
        let contact = json!({"user_id": "US.1", "parent_user_id": "US.ENT.9"});
        let hidden = read(None, Some("US.1"), Some(&contact)).expect("a person");
        assert_eq!(identities(&hidden), ["US.1", "US.ENT.9"]);
        let message = json!({"from_user_id": "US.1", "from_parent_user_id": "US.ENT.9"});
        let from_message =
            with_parent(read(None, Some("US.1"), None).expect("a person"), &message, "from_parent_user_id");
        assert_eq!(identities(&from_message), ["US.1", "US.ENT.9"]);
    }

    #[test]
    fn what_names_nobody_is_nobody() {
        assert_eq!(read(Some("[<NUMBER>]"), Some("?"), Some(&json!({"wa_id": 5}))), None);
        assert_eq!(read(None, None, None), None);
    }
}
