//! What a tenant bought, as an operator tells it.

use domain::allowance::{Purchase, Qualifying, Subscription};
use jiff::civil::Date;
use serde::Deserialize;

use super::Unfit;

/// A few purchases: more than anybody makes, fewer than a tenant's item could hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Vec<GivenPurchase>")]
pub(crate) struct FewPurchases(Vec<Purchase>);

/// A few subscriptions.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Vec<GivenSubscription>")]
pub(crate) struct FewSubscriptions(Vec<Subscription>);

const MOST: usize = 200;

#[derive(Clone, Debug, Deserialize)]
struct GivenPurchase {
    #[serde(flatten)]
    subscription: GivenSubscription,
    purchased_on: Date,
}

#[derive(Clone, Debug, Deserialize)]
struct GivenSubscription {
    product: Word,
    tier: Word,
}

/// The name of a product or tier, in one spelling: `Marketing Hub` is `marketing_hub`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Word(String);

impl TryFrom<String> for Word {
    type Error = Unfit;

    fn try_from(text: String) -> Result<Self, Unfit> {
        let word = text.trim().to_lowercase().replace([' ', '-'], "_");
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let fits = (1..=64).contains(&word.len()) && word.bytes().all(is_plain);
        fits.then_some(Self(word)).ok_or(Unfit("a product or tier has 1 to 64 letters, digits, spaces, - and _"))
    }
}

impl TryFrom<Vec<GivenPurchase>> for FewPurchases {
    type Error = Unfit;

    fn try_from(given: Vec<GivenPurchase>) -> Result<Self, Unfit> {
        if given.len() > MOST {
            return Err(Unfit("there are at most 200 purchases; the earliest are those that count"));
        }
        let purchase =
            |it: GivenPurchase| Purchase { subscription: it.subscription.into(), purchased_on: it.purchased_on };
        Ok(Self(given.into_iter().map(purchase).collect()))
    }
}

impl TryFrom<Vec<GivenSubscription>> for FewSubscriptions {
    type Error = Unfit;

    fn try_from(given: Vec<GivenSubscription>) -> Result<Self, Unfit> {
        if given.len() > MOST {
            return Err(Unfit("there are at most 200 subscriptions that qualify"));
        }
        Ok(Self(given.into_iter().map(Into::into).collect()))
    }
}

impl From<GivenSubscription> for Subscription {
    fn from(given: GivenSubscription) -> Self {
        Self { product: given.product.0, tier: given.tier.0 }
    }
}

impl From<FewPurchases> for Vec<Purchase> {
    fn from(few: FewPurchases) -> Self {
        few.0
    }
}

impl From<FewSubscriptions> for Qualifying {
    fn from(few: FewSubscriptions) -> Self {
        Self::new(few.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_has_one_spelling() {
        let read = |text: &str| Word::try_from(text.to_owned()).map(|word| word.0).ok();
        for text in ["Marketing Hub", "marketing-hub", " MARKETING_HUB "] {
            assert_eq!(read(text).as_deref(), Some("marketing_hub"));
        }
        for text in ["", " ", "hub!", &"x".repeat(65)] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
