//! Of conversations that are begun.

use http::StatusCode;
use rest::Problem;

use super::unprocessable;

pub(crate) fn recipient_invalid() -> Problem {
    let detail = "A conversation is with a contact_id or with a number in `to`. Give one of them.";
    unprocessable("recipient_invalid", "Nobody to write to", detail.into())
}

pub(super) fn channel_disconnected() -> Problem {
    let detail = "The business number is not connected any more, so nothing can be sent from it. Have it connected again, or \
                  choose another one.";
    Problem::new(StatusCode::CONFLICT, "channel_disconnected", "The number is not connected", detail)
}

pub(super) fn contact_without_number() -> Problem {
    let detail =
        "Nothing is known of this contact that WhatsApp could reach. Add a phone number to it, or give one in `to`.";
    Problem::new(StatusCode::CONFLICT, "contact_without_number", "The contact has no number", detail)
}
