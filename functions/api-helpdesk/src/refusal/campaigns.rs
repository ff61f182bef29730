//! Of templates to many.

use domain::ContactId;
use domain::campaign::Campaign;
use helpdesk::{AcceptError, CampaignError, CancelError, LONGEST_VARIABLES, NotForMany};
use rest::Problem;

use super::{Refusal, idempotency_key_reused, unprocessable};

impl From<CampaignError> for Refusal {
    fn from(error: CampaignError) -> Self {
        match error {
            CampaignError::NoRecipients => Self(recipients_invalid(0)),
            CampaignError::TooManyRecipients { count } => Self(recipients_invalid(count)),
            CampaignError::NotForMany(NotForMany::VariablesTooLong { of }) => Self(variables_too_long(of)),
            CampaignError::NotAcceptable(error) => AcceptError::into(error),
            CampaignError::KeyUsedOtherwise => Self(idempotency_key_reused()),
            CampaignError::Busy(busy) => busy.into(),
        }
    }
}

impl From<CancelError> for Refusal {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::NoSuchCampaign => Self::not_found(),
            CancelError::Busy(busy) => busy.into(),
        }
    }
}

fn recipients_invalid(count: usize) -> Problem {
    let most = Campaign::MOST_RECIPIENTS;
    let detail = format!("There are {count} contacts, and a template goes to 1 to {most} at once. Send it in parts.");
    unprocessable("recipients_invalid", "Nobody, or too many", detail).with("limit", most)
}

fn variables_too_long(of: Option<ContactId>) -> Problem {
    let detail = format!("The variables have more than {LONGEST_VARIABLES} bytes. Shorten them.");
    unprocessable("variables_too_long", "The variables are too long", detail)
        .with("contact_id", of.map(|contact| contact.to_string()))
        .with("limit", LONGEST_VARIABLES)
}

/// They would be lost without a word.
pub(crate) fn variables_of_nobody() -> Problem {
    let detail = "variables_by_contact names a contact that is not among contact_ids. Add it there, or leave it out.";
    unprocessable("recipients_invalid", "Variables of nobody", detail.into()).with("limit", Campaign::MOST_RECIPIENTS)
}
