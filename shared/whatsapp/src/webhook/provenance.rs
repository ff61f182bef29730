//! How a customer's message came about.

use domain::Provenance;
use domain::provenance::{Forwarded, Product, Referral};
use serde_json::Value;

use super::json::{short, text};

/// Words of an ad are kept up to this length; an address that is longer leads nowhere and is left out.
const MAX_CHARS: usize = 2_048;

/// Reads `context` and `referral`, which may stand beside any content.
pub(super) fn read(message: &Value) -> Provenance {
    let context = message.get("context");
    Provenance {
        forwarded: context.and_then(forwarded),
        referral: message.get("referral").and_then(referral),
        product: context.and_then(|context| context.get("referred_product")).and_then(product),
    }
}

fn forwarded(context: &Value) -> Option<Forwarded> {
    let is = |key: &str| context.get(key).is_some_and(|flag| *flag == true || *flag == "true");
    if is("frequently_forwarded") {
        return Some(Forwarded::FrequentlyForwarded);
    }
    is("forwarded").then_some(Forwarded::Forwarded)
}

fn referral(referral: &Value) -> Option<Referral> {
    let id = |key: &str| text(referral, key).filter(|id| id.len() <= MAX_CHARS);
    let read = Referral {
        source_type: short(referral, "source_type", 64),
        source_id: id("source_id"),
        source_url: id("source_url"),
        headline: short(referral, "headline", MAX_CHARS),
        body: short(referral, "body", MAX_CHARS),
        media_type: short(referral, "media_type", 64),
        media_url: id("image_url").or_else(|| id("video_url")).or_else(|| id("thumbnail_url")),
        click_id: id("ctwa_clid"),
    };
    (read != Referral::default()).then_some(read)
}

fn product(product: &Value) -> Option<Product> {
    let id = |key: &str| text(product, key).filter(|id| id.len() <= MAX_CHARS);
    Some(Product { catalog_id: id("catalog_id")?, product: id("product_retailer_id")? })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_forward_says_whether_it_went_round_often() {
        let of = |context: Value| read(&json!({ "context": context })).forwarded;
        assert_eq!(of(json!({"forwarded": true})), Some(Forwarded::Forwarded));
        assert_eq!(of(json!({"frequently_forwarded": true})), Some(Forwarded::FrequentlyForwarded));
        for other in [json!({"forwarded": false}), json!({"id": "wamid.A"}), json!("forwarded"), json!(null)] {
            assert_eq!(of(other), None);
        }
    }

    #[test]
    fn an_ad_keeps_what_an_agent_wants_to_know_of_it() {
        let ad = json!({
            "source_type": "ad", "source_id": 7, "source_url": "https://ad.invalid/1", "headline": "Spring",
            "media_type": "video", "video_url": "https://ad.invalid/film", "thumbnail_url": "https://ad.invalid/still",
            "ctwa_clid": "c".repeat(3_000), "welcome_message": {"text": "Hello"},
        });
        let referral = read(&json!({ "referral": ad })).referral.expect("a referral");
        assert_eq!((referral.source_id.as_deref(), referral.headline.as_deref()), (Some("7"), Some("Spring")));
        assert_eq!(referral.media_url.as_deref(), Some("https://ad.invalid/film"));
        assert_eq!((referral.body, referral.click_id), (None, None));
        assert!(read(&json!({"referral": {"ref": "x"}})).referral.is_none());
    }

    #[test]
    fn a_question_about_a_product_names_catalogue_and_product_or_nothing() {
        let of = |product: Value| read(&json!({"context": {"referred_product": product}})).product;
        let product = of(json!({"catalog_id": "4", "product_retailer_id": "SKU-7"})).expect("a product");
        assert_eq!((product.catalog_id.as_str(), product.product.as_str()), ("4", "SKU-7"));
        assert!(of(json!({"catalog_id": "4"})).is_none());
    }
}
