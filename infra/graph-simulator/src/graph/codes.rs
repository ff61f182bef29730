//! What Meta's error codes mean, with the HTTP status that its pages gave them.

/// One line of Meta's list.
pub(super) struct Meaning {
    pub(super) status: u16,
    pub(super) title: &'static str,
    pub(super) details: &'static str,
}

/// Codes that are not listed are bad requests.
pub(super) fn meaning(code: i64) -> Meaning {
    let (status, title, details) = match code {
        0 => (401, "AuthException", "We were unable to authenticate the app user."),
        1 => (400, "API Unknown", "Invalid request or possible server error."),
        2 => (503, "API Service", "Temporary due to downtime or due to being overloaded."),
        3 => (500, "API Method", "Capability or permissions issue."),
        4 => (400, "API Too Many Calls", "The app has reached its API call rate limit."),
        10 => (403, "API Permission Denied", "Permission is either not granted or has been removed."),
        33 => (400, "Parameter value is not valid", "The business phone number has been deleted."),
        100 => (400, "Invalid parameter", ""),
        190 => (401, "Invalid OAuth access token - Cannot parse access token", ""),
        200..=299 => (403, "API Permission", "Permission is either not granted or has been removed."),
        368 => (403, "Temporarily blocked for policies violations", "The account is restricted or disabled."),
        _ => return of_whatsapp(code),
    };
    Meaning { status, title, details }
}

fn of_whatsapp(code: i64) -> Meaning {
    let (status, title, details) = match code {
        130_429 => (400, "Rate limit hit", "Message failed to send because too many were sent in a short period."),
        130_472 => (400, "User's number is part of an experiment", "Message was not sent as part of an experiment."),
        130_497 => (403, "Business account is restricted from messaging users in this country.", ""),
        131_000 => (500, "Something went wrong", "Message failed to send due to an unknown error."),
        131_005 => (403, "Access denied", "Permission is either not granted or has been removed."),
        131_008 => (400, "Required parameter is missing", "The request is missing a required parameter."),
        131_009 => (400, "Parameter value is not valid", "One or more parameter values are invalid."),
        131_016 => (500, "Service unavailable", "A service is temporarily unavailable."),
        131_021 => (400, "Recipient cannot be sender", "Sender and recipient phone number are the same."),
        131_026 => (400, "Message undeliverable", "Unable to deliver message."),
        131_031 => (403, "Account has been locked", "The account is restricted or disabled."),
        131_037 => (400, "WhatsApp provided number needs display name approval before message can be sent.", ""),
        131_042 => (400, "Business eligibility payment issue", "There was an error related to the payment method."),
        131_045 => (500, "Incorrect certificate", "Message failed to send due to a phone number registration error."),
        131_047 => (
            400,
            "Re-engagement message",
            "More than 24 hours have passed since the recipient last replied to the sender.",
        ),
        131_048 => (400, "Spam rate limit hit", "The number has too many messages blocked or flagged as spam."),
        131_049 => (400, "This message was not delivered to maintain healthy ecosystem engagement.", ""),
        131_050 => (400, "The recipient has chosen to stop receiving marketing messages from this business.", ""),
        131_051 => (400, "Unsupported message type", "The message type is not supported."),
        131_052 => (400, "Media download error", "Unable to download the media sent by the user."),
        131_053 => (400, "Media upload error", "Unable to upload the media used in the message."),
        131_055 => (400, "Method not allowed", ""),
        131_056 => (
            400,
            "(Business Account, Consumer Account) pair rate limit hit",
            "Too many messages were sent from the sender to the same recipient in a short period.",
        ),
        131_057 => (500, "Account in maintenance mode", "The account is in maintenance mode."),
        131_062 => (400, "Business-scoped User ID (BSUID) recipients are not supported for this message.", ""),
        132_000 => (400, "Template parameter count mismatch", ""),
        132_001 => (404, "Template does not exist", "The template does not exist in the language or is not approved."),
        132_005 => (400, "Template hydrated text too long", ""),
        132_007 => (400, "Template format character policy violated", ""),
        132_012 => (400, "Template parameter format mismatch", ""),
        132_018 => (400, "Template parameter validation failed", ""),
        132_015 => (400, "Template is paused", "Template is paused due to low quality."),
        132_016 => (400, "Template is disabled", "Template has been paused too many times due to low quality."),
        133_010 => (400, "Phone number not registered", "Phone number not registered on the platform."),
        133_016 => (400, "Account register deregister rate limit exceeded", ""),
        134_011 => (400, "WhatsApp Payments terms of service has not been accepted", ""),
        135_000 => {
            (400, "Generic user error", "Message failed to send because of an error with the request parameters.")
        }
        _ => (400, "Error", ""),
    };
    Meaning { status, title, details }
}
