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
    "caption",
    "filename",
    "mime_type",
    "sha256",
    "voice",
    "animated",
    "latitude",
    "longitude",
    "address",
    "phones",
    "phone",
    "emails",
    "org",
    "formatted_name",
    "first_name",
    "origin",
    "button_reply",
    "list_reply",
    "nfm_reply",
    "call_permission_reply",
    "title",
    "payload",
    "response",
    "response_json",
    "product_items",
    "product_retailer_id",
    "quantity",
    "item_price",
    "catalog_id",
    "emoji",
    "message",
    "message_id",
    "original_message_id",
    "previous_user_id",
    "forwarded",
    "frequently_forwarded",
    "referred_product",
    "source_url",
    "user_changed_number",
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

/// Mostly a kind of message that Meta has, otherwise any word.
pub(crate) fn any_kind() -> impl Strategy<Value = String> {
    const KINDS: &[&str] = &[
        "text",
        "image",
        "video",
        "audio",
        "voice",
        "document",
        "sticker",
        "location",
        "contacts",
        "interactive",
        "button",
        "order",
        "reaction",
        "system",
        "edit",
        "revoke",
        "unsupported",
    ];
    prop_oneof![4 => prop::sample::select(KINDS).prop_map(str::to_owned), 1 => "[a-z_]{1,12}"]
}

fn any_word() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::sample::select(WORDS).prop_map(str::to_owned), 1 => any::<String>()]
}
