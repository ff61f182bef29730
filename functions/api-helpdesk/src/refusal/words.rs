//! Of what a message says: its words, what it quotes, places, cards and reactions.

use helpdesk::NotReactable;
use rest::Problem;
use whatsapp::limits::{CARDS, TEXT_CHARS};

use super::unprocessable;

pub(super) fn text_empty() -> Problem {
    unprocessable("text_empty", "The text is empty", "A message needs at least one character that can be seen.".into())
}

pub(super) fn text_too_long(chars: usize) -> Problem {
    let detail = format!(
        "The text has {chars} characters as it would go out, and WhatsApp takes {TEXT_CHARS}. Send it in parts."
    );
    unprocessable("text_too_long", "The text is too long", detail).with("characters", chars).with("limit", TEXT_CHARS)
}

pub(super) fn no_such_quoted_message() -> Problem {
    let detail = "reply_to names no message of this conversation. Use the id of one of them, or leave reply_to out.";
    unprocessable("no_such_quoted_message", "No such message to quote", detail.into())
}

pub(super) fn message_empty() -> Problem {
    let detail = "A message has a text, attachments, a location, contacts, a template or a reaction. Give at least one of \
                  them.";
    unprocessable("message_empty", "The message is empty", detail.into())
}

pub(crate) fn location_invalid() -> Problem {
    let detail = "A latitude has -90 to 90 degrees, a longitude -180 to 180.";
    unprocessable("location_invalid", "Not a place on the map", detail.into())
}

pub(super) fn contacts_invalid() -> Problem {
    let detail = format!("A message has 1 to {CARDS} contacts, each with a name or a number.");
    unprocessable("contacts_invalid", "These contacts cannot be sent", detail)
}

pub(crate) fn reaction_not_alone() -> Problem {
    let detail = "A reaction goes alone: it has no text, attachments, location, contacts or reply_to. Send them in a \
                  message of their own.";
    unprocessable("reaction_not_alone", "A reaction goes alone", detail.into())
}

pub(super) fn emoji_invalid() -> Problem {
    let detail = "A reaction is one emoji, or empty to take an earlier one away.";
    unprocessable("emoji_invalid", "Not an emoji", detail.into())
}

pub(super) fn no_such_reaction_target() -> Problem {
    let detail = "message_id names no message of this conversation. Use the id of one of them.";
    unprocessable("no_such_reaction_target", "No such message to react to", detail.into())
}

pub(super) fn not_reactable(why: NotReactable) -> Problem {
    let detail = format!("WhatsApp takes no reaction to this message: {why}. React to another one.");
    unprocessable("not_reactable", "No reaction to this message", detail)
}
