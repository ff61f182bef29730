//! The table. Meta's "error codes" page and the pages it links to; where they leave the handling open, it is our choice.

use std::time::Duration;

use domain::channel::Remedy::{Reconnect, Repair};

use super::Class::{Account, Fix, Notice, Permanent, Retry, Wait};
use super::{Class, Pace, Row, Until};

const fn row(code: i64, class: Class, title: &'static str, advice: &'static str) -> Row {
    range(code, code, class, title, advice)
}

const fn range(first: i64, last: i64, class: Class, title: &'static str, advice: &'static str) -> Row {
    Row { codes: (first, last), class, title, advice }
}

const fn hours(hours: u64) -> Class {
    Wait(Until::Passed(Duration::from_secs(hours * 3_600)))
}

/// The codes of a row that stands for codes we do not know.
pub(super) const NO_CODE: (i64, i64) = (i64::MIN, i64::MIN);

const fn unknown(class: Class, title: &'static str, advice: &'static str) -> Row {
    Row { codes: NO_CODE, class, title, advice }
}

pub(super) static UNKNOWN: Row =
    unknown(Fix, "Meta refused the message", "Check the message, change it and send it again.");
pub(super) static UNKNOWN_UNAUTHORISED: Row =
    unknown(Account(Reconnect), "Meta does not accept our access", "Ask an admin to reconnect the number.");
pub(super) static UNKNOWN_FORBIDDEN: Row =
    unknown(Account(Repair), "Meta does not permit this", "Ask an admin to check the account's permissions at Meta.");
pub(super) static UNKNOWN_THROTTLED: Row = unknown(Retry(Pace::Number), "Too many messages at once", SLOWER);
pub(super) static UNKNOWN_SERVER_FAULT: Row = unknown(Retry(Pace::Few), "A fault at Meta", LATER);

const RECONNECT: &str = "Ask an admin to reconnect the number.";
const PERMISSIONS: &str = "Ask an admin to grant the permission at Meta and to reconnect the number.";
const TEMPLATE: &str = "Ask an admin to check the template and its variables, then send it again.";
const TEMPLATE_DRAFT: &str = "Correct the template's draft as Meta's details say and submit it again.";
const OURS: &str = "Send it in another form; if that fails too, tell your admin, as the request itself is at fault.";
const SLOWER: &str = "Wait some minutes, then send it again; if much has to be sent, more slowly.";
const LATER: &str = "Wait some minutes, then send it again; if that fails too, later in the day.";
const PIN: &str = "Ask an admin to enter the number's PIN again when Meta's details say so.";
const AS_ADMIN: &str = "Ask an admin to look at the account in WhatsApp Manager and do what Meta asks there.";
const SIGN_UP: &str = "Ask an admin to connect the number once more from the start.";

/// Every documented code, smallest first.
pub static TABLE: &[Row] = &[
    row(0, Account(Reconnect), "Our access cannot be checked", RECONNECT),
    row(
        1,
        Retry(Pace::Few),
        "A wrong request or a fault at Meta",
        "Wait some minutes, then send it again; if that fails too, in another form.",
    ),
    row(2, Retry(Pace::Maintenance), "Meta's service is down for a moment", LATER),
    row(3, Fix, "Our app may not do this", "Ask an admin to check what the app is permitted at Meta."),
    row(4, Retry(Pace::App), "Too many calls of our app", SLOWER),
    row(10, Account(Reconnect), "A permission is missing", PERMISSIONS),
    row(33, Account(Reconnect), "The business number is gone from Meta", SIGN_UP),
    row(100, Fix, "Meta does not understand a part of the message", OURS),
    row(190, Account(Reconnect), "Our access has expired", RECONNECT),
    range(200, 299, Account(Reconnect), "A permission is missing", PERMISSIONS),
    row(368, Account(Repair), "Meta restricts the account for breaking its policies", AS_ADMIN),
    row(613, Retry(Pace::App), "Too many look-ups of call permissions", SLOWER),
    row(80007, Retry(Pace::Number), "Too many messages from this account", SLOWER),
    row(130403, Permanent, "You have blocked this customer", "Unblock the customer first, then send it again."),
    row(130429, Retry(Pace::Number), "Too many messages from this number", SLOWER),
    row(
        130472,
        Permanent,
        "The customer is part of an experiment of Meta's",
        "Reach the customer another way, or wait until they write.",
    ),
    row(130497, Permanent, "The business may not write to this country", "Reach the customer another way."),
    row(131000, Retry(Pace::Few), "A fault at Meta", LATER),
    row(131005, Account(Reconnect), "Access denied", PERMISSIONS),
    row(131008, Fix, "A required part of the message is missing", OURS),
    row(131009, Fix, "A part of the message is not valid", OURS),
    row(131016, Retry(Pace::Maintenance), "Meta's service is overloaded", LATER),
    row(131021, Permanent, "Sender and recipient are the same number", "Choose another recipient."),
    row(
        131026,
        Permanent,
        "It cannot be delivered to this customer",
        "They may not use WhatsApp, or an old version, or not have accepted its terms: reach them another way.",
    ),
    row(
        131030,
        Fix,
        "A test number may only write to its allow list",
        "Add the customer to the test number's allow list, or use a real number.",
    ),
    row(131031, Account(Repair), "The account is locked, or its PIN does not match", AS_ADMIN),
    row(
        131035,
        Notice,
        "Meta could not deliver a webhook to us in time",
        "Ask the customer to write again: something they sent may be lost.",
    ),
    row(
        131036,
        Permanent,
        "It could not be delivered to one of the customer's devices",
        "Ask whether the customer got it; if not, send it again.",
    ),
    row(
        131037,
        Account(Repair),
        "The number's display name is not approved",
        "Ask an admin to have the display name approved in WhatsApp Manager.",
    ),
    row(
        131042,
        Account(Repair),
        "The account has a payment problem",
        "Ask an admin to check the payment method in WhatsApp Manager.",
    ),
    row(
        131044,
        Account(Repair),
        "The account has a payment problem",
        "Ask an admin to check the payment method in WhatsApp Manager.",
    ),
    row(131045, Account(Repair), "The number's registration is faulty", "Ask an admin to register the number again."),
    row(
        131047,
        Wait(Until::CustomerWrites),
        "More than 24 hours since the customer wrote",
        "Send a template; free text is possible once the customer answers.",
    ),
    row(
        131048,
        Account(Repair),
        "The number is limited because of spam reports",
        "Pause sending, and ask an admin to look at the number's quality in WhatsApp Manager.",
    ),
    row(
        131049,
        hours(24),
        "Meta withheld it to keep the customer's inbox healthy",
        "Do not repeat it: try again after a day at the earliest, or wait until the customer writes.",
    ),
    row(
        131050,
        Permanent,
        "The customer has stopped marketing messages from you",
        "Send no marketing; other messages still reach them.",
    ),
    row(131051, Fix, "A kind of message that is not supported", "Send it in another form."),
    row(
        131052,
        Permanent,
        "The customer's file cannot be downloaded",
        "Ask the customer to send it again, smaller than 100 MB.",
    ),
    row(
        131053,
        Fix,
        "Meta refused the file",
        "Send the file in another format; often its content and its type differ.",
    ),
    row(131055, Fix, "This way of sending is not allowed", OURS),
    row(131056, Retry(Pace::Pair), "Too many messages to this customer in a short time", SLOWER),
    row(131057, Retry(Pace::Maintenance), "The number is being worked on by Meta", LATER),
    row(
        131060,
        Notice,
        "WhatsApp could not hand over this message",
        "Look at it in the WhatsApp app on the phone, or ask the customer to send it again.",
    ),
    row(
        131062,
        Fix,
        "This message needs the customer's number",
        "Ask the customer for their phone number, or send another kind of message.",
    ),
    row(
        131063,
        Fix,
        "Marketing templates are switched off for this account",
        "Ask an admin to switch them on at Meta, or send another template.",
    ),
    row(
        131064,
        Wait(Until::MetaLifts),
        "Limited for using the wrong template category",
        "Wait until Meta lifts the limit, and ask an admin to correct the template's category.",
    ),
    row(132000, Fix, "The number of variables does not match the template", TEMPLATE),
    row(
        132001,
        Fix,
        "The template does not exist in this language or is not approved",
        "Ask an admin to sync the templates, then choose one of them.",
    ),
    row(132005, Fix, "The filled template is too long", "Shorten the values of the variables."),
    row(
        132007,
        Fix,
        "The filled template breaks a policy of WhatsApp's",
        "Change the values of the variables or choose another template.",
    ),
    row(132012, Fix, "A variable has the wrong format", TEMPLATE),
    row(
        132015,
        Wait(Until::MetaLifts),
        "The template is paused because of low quality",
        "Choose another template, or wait until this one is active again.",
    ),
    row(132016, Fix, "The template is disabled", "Choose another template."),
    row(132018, Fix, "The values of the template are not valid", TEMPLATE),
    row(132068, Fix, "The flow is blocked", "Ask an admin to repair the flow, or send something else."),
    row(
        132069,
        Fix,
        "The flow is throttled to a few messages an hour",
        "Ask an admin to repair the flow, or send something else.",
    ),
    row(
        133000,
        Fix,
        "An earlier removal of the number failed",
        "Ask an admin to remove the number's registration again.",
    ),
    row(133004, Retry(Pace::Maintenance), "Meta's registration is down for a moment", LATER),
    row(133005, Wait(Until::MetaLifts), "The PIN is wrong", PIN),
    row(133006, Fix, "The number has to be verified first", "Ask an admin to verify the number by SMS or call."),
    row(133008, Wait(Until::MetaLifts), "The PIN was wrong too often", PIN),
    row(133009, Wait(Until::MetaLifts), "The PIN was entered too fast", PIN),
    row(133010, Account(Repair), "The number is not registered", "Ask an admin to register the number."),
    row(
        133015,
        Wait(Until::Passed(Duration::from_secs(300))),
        "The number was removed a moment ago",
        "Wait five minutes, then register it again.",
    ),
    row(
        133016,
        hours(72),
        "The number was registered and removed too often",
        "Wait three days before registering it again.",
    ),
    row(
        134011,
        Account(Repair),
        "The terms for payments are not accepted",
        "Ask an admin to accept the payments terms in WhatsApp Manager.",
    ),
    row(135000, Fix, "Meta does not accept the message as it is", OURS),
    row(136024, Fix, "The number is verified already", "Nothing to verify: go on with registering the number."),
    row(137000, Permanent, "The customer's identity has changed", "Make sure whom you write to, then send it again."),
    range(147001, 147005, Fix, "A problem with the business username", "Ask an admin to choose another username."),
    row(2388019, Fix, "The account has too many templates", "Delete templates that are not used, then try again."),
    row(
        2388024,
        Fix,
        "A template of this name and language exists",
        "Choose another name or edit the one that exists.",
    ),
    row(2388039, Fix, "The template cannot be made or changed so", TEMPLATE_DRAFT),
    row(2388040, Fix, "A part of the template is too long", TEMPLATE_DRAFT),
    row(2388047, Fix, "The template's header is not valid", TEMPLATE_DRAFT),
    row(2388072, Fix, "The template's body is not valid", TEMPLATE_DRAFT),
    row(2388073, Fix, "The template's footer is not valid", TEMPLATE_DRAFT),
    row(2388293, Fix, "The template has too many variables for its length", TEMPLATE_DRAFT),
    row(2388299, Fix, "A variable stands at the start or end of the template", TEMPLATE_DRAFT),
    row(2593107, Fix, "The sync of the WhatsApp app was used already", SIGN_UP),
    row(2593108, Fix, "The sync of the WhatsApp app came after its 24 hours", SIGN_UP),
];
