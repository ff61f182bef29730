//! Arbitrary JSON for property tests, rich in the words that webhooks use.

use proptest::prelude::*;
use serde_json::Value;

const WORDS: &[&str] = &[
    "object",
    "entry",
    "id",
    "changes",
    "field",
    "value",
    "messages",
    "statuses",
    "errors",
    "contacts",
    "metadata",
    "phone_number_id",
    "from",
    "from_user_id",
    "wa_id",
    "user_id",
    "type",
    "text",
    "body",
    "timestamp",
    "status",
    "recipient_id",
    "context",
    "profile",
    "name",
    "code",
    "image",
    "system",
    "unsupported",
    "15550100001",
    "US.1",
    "1750000000",
    "",
];

/// Any JSON value, nested a few levels, keys and texts mostly from the vocabulary of webhooks.
pub(crate) fn any_json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Quarters, which come through text unchanged.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
        any_word().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any_word(), inner), 0..5).prop_map(|members| members.into_iter().collect()),
        ]
    })
    .boxed()
}

fn any_word() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::sample::select(WORDS).prop_map(str::to_owned), 1 => any::<String>()]
}
