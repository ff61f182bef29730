//! What people tell WhatsApp of the messages they want is kept with their contact (F31).

use std::error::Error;

use domain::ContactId;
use helpdesk::PreferenceHeard;
use jiff::Timestamp;
use queues::jobs::EventItem;
use storage::Directory;
use whatsapp::webhook::preferences;

/// What an item's preferences came to; nothing at all for one that has none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// The contacts that have changed.
    pub(crate) kept: Vec<ContactId>,
    outdated: usize,
    unknown: usize,
}

impl Heard {
    /// Why one of them changed nothing, if so; one that nobody here is comes first.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        match self {
            Self { unknown: 1.., .. } => Some("unknown_contact"),
            Self { outdated: 1.., .. } => Some("outdated"),
            _ => None,
        }
    }
}

/// Keeps each by Meta's time. Hearing them twice is as hearing them once.
pub(crate) async fn hear(
    directory: &Directory,
    item: &EventItem,
    received_at: Timestamp,
) -> Result<Heard, Box<dyn Error>> {
    let said = preferences::parse(&item.field, &item.value);
    let mut heard = Heard::default();
    let Some(phone_number_id) = item.phone_number_id.as_deref().filter(|_| !said.is_empty()) else { return Ok(heard) };
    // What somebody wants is theirs to say, whether the number is still connected or not.
    let Some(route) = directory.last_route(phone_number_id).await? else { return Ok(heard) };
    for preference in &said {
        match helpdesk::hear_preference(&route.tenancy, preference, received_at).await? {
            PreferenceHeard::Kept(contacts) => heard.kept.extend(contacts),
            PreferenceHeard::Outdated => heard.outdated += 1,
            PreferenceHeard::UnknownContact => heard.unknown += 1,
        }
    }
    Ok(heard)
}
