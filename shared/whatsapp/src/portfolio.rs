//! What Meta says of the business behind an account, in its words.

mod time_zones;

use domain::portfolio::{DailyLimit, Said};
use serde_json::Value;

use crate::webhook::json::{text, text_at};

/// What a change of a field says of the business; nothing for fields of other things.
pub fn of_webhook(field: &str, value: &Value) -> Option<Said> {
    match field {
        "business_capability_update" => {
            // The second is the older name of the first; both mean the whole portfolio.
            let names = ["max_daily_conversations_per_business", "max_daily_conversation_per_phone"];
            names.into_iter().find_map(|name| limit(&text(value, name)?)).map(Said::Limit)
        }
        "account_update" => (text_at(value, "/event") == Some("VERIFIED_ACCOUNT")).then_some(Said::Verified(true)),
        _ => None,
    }
}

/// Whether an account's answer says that its business is verified; nothing if it does not say.
pub(crate) fn verified(account: &Value) -> Option<Said> {
    let word = text_at(account, "/business_verification_status")?;
    Some(Said::Verified(word.eq_ignore_ascii_case("verified")))
}

/// The zone of an account, where it has one that is known here.
pub(crate) fn time_zone(account: &Value) -> Option<Said> {
    time_zones::named(&text(account, "timezone_id")?).map(Said::TimeZone)
}

/// How many conversations a number's answer allows its business.
pub(crate) fn reported(number: &Value) -> Option<Said> {
    limit(text_at(number, "/whatsapp_business_manager_messaging_limit")?).map(Said::Limit)
}

/// Words such as `TIER_2K` and `TIER_UNLIMITED`, and numbers, of which -1 is none. `UNTIERED` says nothing.
fn limit(word: &str) -> Option<DailyLimit> {
    let tier = word.strip_prefix("TIER_").unwrap_or(word);
    if matches!(tier, "UNLIMITED" | "-1") {
        return Some(DailyLimit::Unlimited);
    }
    let (digits, times) = tier.strip_suffix('K').map_or((tier, 1), |digits| (digits, 1_000));
    let number: u32 = digits.parse().ok()?;
    number.checked_mul(times).map(DailyLimit::Conversations)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tiers_and_numbers_are_limits() {
        for (word, most) in
            [("TIER_50", 50), ("TIER_250", 250), ("TIER_2K", 2_000), ("TIER_100K", 100_000), ("2000", 2_000)]
        {
            assert_eq!(limit(word), Some(DailyLimit::Conversations(most)), "{word}");
        }
        for word in ["TIER_UNLIMITED", "-1"] {
            assert_eq!(limit(word), Some(DailyLimit::Unlimited), "{word}");
        }
        for word in ["UNTIERED", "", "TIER_", "K", "TIER_9999999K", "-2"] {
            assert_eq!(limit(word), None, "{word}");
        }
    }

    #[test]
    fn a_limit_is_told_as_a_number_or_a_word_and_a_verification_as_an_event() {
        let limit = |value| of_webhook("business_capability_update", &value);
        let two_thousand = Some(Said::Limit(DailyLimit::Conversations(2_000)));
        assert_eq!(limit(json!({"max_daily_conversations_per_business": 2000})), two_thousand);
        assert_eq!(limit(json!({"max_daily_conversations_per_business": "TIER_2K"})), two_thousand);
        assert_eq!(limit(json!({"max_daily_conversation_per_phone": 2000})), two_thousand);
        assert_eq!(limit(json!({"max_phone_numbers_per_waba": 25})), None);
        let event = |word: &str| of_webhook("account_update", &json!({ "event": word }));
        assert_eq!((event("VERIFIED_ACCOUNT"), event("ACCOUNT_VIOLATION")), (Some(Said::Verified(true)), None));
        assert_eq!(of_webhook("messages", &json!({"event": "VERIFIED_ACCOUNT"})), None);
    }

    #[test]
    fn what_graph_does_not_say_is_not_known() {
        let said = |word: &str| verified(&json!({ "business_verification_status": word }));
        assert_eq!((said("verified"), said("not_verified")), (Some(Said::Verified(true)), Some(Said::Verified(false))));
        assert_eq!((verified(&json!({})), reported(&json!({"id": "1"}))), (None, None));
    }
}
