//! What Meta's error codes mean and what to do about each.
//!
//! Meta asks to branch on `code`, not on title, subcode or HTTP status; the same code comes as the answer to a call and
//! in a webhook. The codes are in one table, [`TABLE`]; a code it does not have is judged by its HTTP status.

mod table;

use std::time::Duration;

use domain::Failure;
use domain::channel::Remedy;
use serde_json::Value;

use crate::webhook::json::{text, text_at};
pub use table::TABLE;

/// What one code, or a range of codes, means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The first and last code; the same for a single one.
    pub codes: (i64, i64),
    pub class: Class,
    /// What went wrong, in few words.
    pub title: &'static str,
    /// What an agent or admin can do about it, once it is final: nobody is shown it while we try again.
    pub advice: &'static str,
}

/// What to do with a message that met an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It was not sent; try again later, at this pace.
    Retry(Pace),
    /// It cannot be sent before something has happened.
    Wait(Until),
    /// Nothing will change before somebody changes the message or a setting.
    Fix,
    /// This message will never reach this recipient.
    Permanent,
    /// Nothing can be sent from this number: stop, and tell an admin to reconnect it, or what to repair at Meta.
    Account(Remedy),
    /// It concerns something we received; no message of ours failed.
    Notice,
}

/// How soon to try again, and what has to slow down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Too much to one customer: only that conversation slows. Meta: wait 4^X seconds, X from 0.
    Pair,
    /// Too much from one business number: that number slows.
    Number,
    /// Too many calls of our app; each of its numbers slows as it learns of it.
    App,
    /// Meta's service, or the number, is being worked on: minutes.
    Maintenance,
    /// A fault that may pass; given up after a few tries.
    Few,
}

impl Pace {
    /// How long to wait after `failures` earlier tries met the same; nothing when it is time to give up.
    pub fn wait(self, failures: u32) -> Option<Duration> {
        let seconds = |first: u64, factor: u64, most: u64| {
            Some(Duration::from_secs(first.saturating_mul(factor.saturating_pow(failures)).min(most)))
        };
        match self {
            Self::Pair => seconds(1, 4, 1_024),
            Self::Number => seconds(1, 2, 60),
            Self::App => seconds(60, 2, 3_600),
            Self::Maintenance => seconds(60, 2, 300),
            Self::Few => seconds(5, 6, 180).filter(|_| failures < 3),
        }
    }
}

/// What has to happen first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The customer writes; until then only a template goes out.
    CustomerWrites,
    /// So much time passes.
    Passed(Duration),
    /// Meta lifts it; the error's details say when, if anything does.
    MetaLifts,
}

/// The row of a code, if the table has one.
pub fn row_of(code: i64) -> Option<&'static Row> {
    TABLE.iter().find(|row| (row.codes.0..=row.codes.1).contains(&code))
}

/// Subcodes from here on name an error by themselves; lower ones mean something else than the code of the same number.
const OWN_SUBCODES: i64 = 2_000_000;

/// The row of a subcode that says more than its code: those of templates come with code 100.
pub fn row_of_subcode(subcode: i64) -> Option<&'static Row> {
    row_of(subcode).filter(|_| subcode >= OWN_SUBCODES)
}

/// The row of an answer of Graph's: by its code, or else by its HTTP status.
///
/// A fault of Meta's own says nothing of our token, whatever code it bears.
pub fn classify(code: Option<i64>, http_status: u16) -> &'static Row {
    let believed = |row: &&Row| http_status < 500 || row.class != Class::Account(Remedy::Reconnect);
    code.and_then(row_of).filter(believed).unwrap_or(match http_status {
        401 => &table::UNKNOWN_UNAUTHORISED,
        403 => &table::UNKNOWN_FORBIDDEN,
        429 => &table::UNKNOWN_THROTTLED,
        500.. => &table::UNKNOWN_SERVER_FAULT,
        _ => &table::UNKNOWN,
    })
}

/// What an agent is shown for an error as Meta writes it, in a webhook or in Graph's answer.
pub fn failure_of(error: &Value) -> Failure {
    let code = error.get("code").and_then(Value::as_i64);
    failure(code, code.and_then(row_of).unwrap_or(&table::UNKNOWN), error)
}

/// What to do about a failure that was told with a code of the table.
///
/// It says nothing of how the code was told: a fault of Meta's own (HTTP 500 and above) may bear any.
pub fn class_of(failure: &Failure) -> Option<Class> {
    failure.code.parse().ok().and_then(row_of).map(|row| row.class)
}

pub(super) fn failure(code: Option<i64>, row: &Row, error: &Value) -> Failure {
    let code = code.map(|code| code.to_string()).or_else(|| text(error, "code"));
    Failure {
        code: code.map_or_else(|| "unknown".to_owned(), |code| cut(&code, 64)),
        reason: reason(row, error),
        advice: row.advice.to_owned(),
    }
}

/// Our title with Meta's details; Meta's own words where we have no row.
fn reason(row: &Row, error: &Value) -> String {
    let details = text_at(error, "/error_data/details").or(text_at(error, "/error_user_msg"));
    let words = || details.or(text_at(error, "/title")).or(text_at(error, "/message"));
    let known = row.codes != table::NO_CODE;
    let reason = match (known, details) {
        (true, Some(details)) => format!("{}: {details}", row.title),
        (true, None) => row.title.to_owned(),
        (false, _) => words().unwrap_or(row.title).to_owned(),
    };
    cut(&reason, 500)
}

/// Words of Meta's further down in an error.
pub(super) fn words_at(error: &Value, pointer: &str) -> Option<String> {
    text_at(error, pointer).map(|words| cut(words, 500))
}

/// Keeps a text of Meta's to a length that fits an item and a screen.
fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_row_is_complete_and_no_code_is_in_two() {
        for row in TABLE {
            assert!(row.codes.0 <= row.codes.1, "{row:?}");
            assert!(!row.title.is_empty() && !row.title.ends_with('.'), "{row:?}");
            assert!(row.advice.ends_with('.') && row.advice.len() > 20, "{row:?}");
            for code in [row.codes.0, row.codes.1] {
                assert_eq!(
                    TABLE.iter().filter(|other| (other.codes.0..=other.codes.1).contains(&code)).count(),
                    1,
                    "{code}"
                );
                assert_eq!(classify(Some(code), 400), row, "the HTTP status overrules a known code");
            }
        }
    }

    #[test]
    fn every_documented_code_has_its_class() {
        use Class::{Fix, Notice, Permanent};
        let (reconnect, repair) = (Class::Account(Remedy::Reconnect), Class::Account(Remedy::Repair));
        let wait_hours = |hours: u64| Class::Wait(Until::Passed(Duration::from_secs(hours * 3_600)));
        let lifted = Class::Wait(Until::MetaLifts);
        let cases: &[(&[i64], Class)] = &[
            (&[0, 190, 10, 200, 250, 299, 33, 131005], reconnect),
            (&[368, 131031, 131037, 131042, 131044, 131045, 131048, 133010, 134011], repair),
            (
                &[
                    3, 100, 131008, 131009, 131030, 131051, 131053, 131055, 131062, 131063, 132000, 132001, 132005,
                    132007,
                ],
                Fix,
            ),
            (&[132012, 132016, 132018, 132068, 132069, 133000, 133006, 135000, 136024, 147001, 147005], Fix),
            (&[2388019, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299, 2388039, 2388024, 2593107, 2593108], Fix),
            (&[130403, 130472, 130497, 131021, 131026, 131036, 131050, 131052, 137000], Permanent),
            (&[1, 131000], Class::Retry(Pace::Few)),
            (&[2, 131016, 131057, 133004], Class::Retry(Pace::Maintenance)),
            (&[4, 613], Class::Retry(Pace::App)),
            (&[80007, 130429], Class::Retry(Pace::Number)),
            (&[131056], Class::Retry(Pace::Pair)),
            (&[131047], Class::Wait(Until::CustomerWrites)),
            (&[131049], wait_hours(24)),
            (&[133016], wait_hours(72)),
            (&[133015], Class::Wait(Until::Passed(Duration::from_secs(300)))),
            (&[131064, 132015, 133005, 133008, 133009], lifted),
            (&[131035, 131060], Notice),
        ];
        let mut listed = 0;
        for (codes, class) in cases {
            for code in *codes {
                assert_eq!(row_of(*code).map(|row| row.class), Some(*class), "{code}");
                listed += 1;
            }
        }
        // The two ranges are listed by five of their codes.
        assert_eq!(listed, TABLE.len() + 3, "a row is not listed here");
    }

    #[test]
    fn an_unknown_code_is_judged_by_its_http_status() {
        for (status, class) in [
            (400, Class::Fix),
            (401, Class::Account(Remedy::Reconnect)),
            (403, Class::Account(Remedy::Repair)),
            (404, Class::Fix),
            (429, Class::Retry(Pace::Number)),
            (500, Class::Retry(Pace::Few)),
            (503, Class::Retry(Pace::Few)),
        ] {
            assert_eq!(classify(Some(987_654), status).class, class, "{status}");
            assert_eq!(classify(None, status).class, class, "{status}");
        }
    }

    #[test]
    fn a_fault_of_metas_own_never_takes_a_token_for_expired() {
        for code in [0, 10, 190, 200, 299, 131_005] {
            assert_eq!(classify(Some(code), 500).class, Class::Retry(Pace::Few), "{code}");
            assert_eq!(classify(Some(code), 401).class, Class::Account(Remedy::Reconnect), "{code}");
        }
    }

    #[test]
    fn a_subcode_counts_only_where_it_names_an_error_by_itself() {
        assert_eq!(row_of_subcode(2_388_024).map(|row| row.codes.0), Some(2_388_024));
        // "There is no object with this id", which says nothing of the business number.
        assert_eq!(row_of_subcode(33), None);
    }

    /// A message that Meta would have taken later has failed for good when somebody reads this: by a report, or since it was
    /// tried often enough.
    #[test]
    fn what_may_be_tried_again_is_advised_to_be_sent_again_and_nothing_is_promised() {
        let unknown = [&table::UNKNOWN_THROTTLED, &table::UNKNOWN_SERVER_FAULT];
        for row in TABLE.iter().chain(unknown) {
            let retried = matches!(row.class, Class::Retry(_));
            assert_eq!(retried, row.advice.contains("send it again") && row.advice.starts_with("Wait"), "{row:?}");
            for promise in ["Nothing to do: it", "it is sent", "it is tried", "messages wait"] {
                assert!(!row.advice.contains(promise), "{row:?}");
            }
        }
    }

    #[test]
    fn a_failure_has_the_class_of_its_code_and_our_own_failures_have_none() {
        let of = |code: &str| class_of(&failure_of(&json!({ "code": code.parse::<i64>().ok() })));
        assert_eq!(of("131042"), Some(Class::Account(Remedy::Repair)));
        assert_eq!(of("299"), Some(Class::Account(Remedy::Reconnect)));
        assert_eq!((of("987654"), of("none")), (None, None));
        let ours = Failure { code: "session_closed".into(), reason: String::new(), advice: String::new() };
        assert_eq!(class_of(&ours), None);
    }

    #[test]
    fn a_pair_waits_four_times_longer_each_time_and_a_few_tries_end() {
        let waits: Vec<_> =
            (0..7).filter_map(|failures| Pace::Pair.wait(failures)).map(|wait| wait.as_secs()).collect();
        assert_eq!(waits, [1, 4, 16, 64, 256, 1_024, 1_024]);
        assert_eq!(Pace::Number.wait(u32::MAX), Some(Duration::from_secs(60)));
        assert_eq!(Pace::Few.wait(2), Some(Duration::from_secs(180)));
        assert_eq!(Pace::Few.wait(3), None);
    }

    #[test]
    fn a_failure_tells_metas_details_for_a_known_code_and_metas_words_for_an_unknown_one() {
        let known = failure_of(&json!({"code": 131047, "title": "x", "error_data": {"details": "24 hours passed"}}));
        assert_eq!(known.code, "131047");
        assert!(known.reason.ends_with("24 hours passed"), "{}", known.reason);
        let unknown = failure_of(&json!({"code": 999_999, "title": "Something new"}));
        assert_eq!((unknown.code.as_str(), unknown.reason.as_str()), ("999999", "Something new"));
        assert_eq!(failure_of(&Value::Null).code, "unknown");
        assert!(failure_of(&json!({"title": "x".repeat(9_000)})).reason.len() <= 500);
    }
}
