//! Which purchase decides when a tenant's months begin (F22).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A product of the vendor's and its tier, such as Marketing Hub Professional.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subscription {
    pub product: String,
    pub tier: String,
}

/// A subscription that the tenant bought or renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    #[serde(flatten)]
    pub subscription: Subscription,
    pub purchased_on: Date,
}

/// The subscriptions that entitle to the channel. Which they are is the operator's to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Qualifying(Vec<Subscription>);

/// Marketing Hub and Service Hub, Professional and Enterprise.
impl Default for Qualifying {
    fn default() -> Self {
        let each = |product: &str| ["professional", "enterprise"].map(|tier| (product.to_owned(), tier.to_owned()));
        let all = ["marketing_hub", "service_hub"].iter().flat_map(|product| each(product));
        Self(all.map(|(product, tier)| Subscription { product, tier }).collect())
    }
}

impl Qualifying {
    pub fn new(subscriptions: Vec<Subscription>) -> Self {
        Self(subscriptions)
    }

    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    pub fn subscriptions(&self) -> &[Subscription] {
        &self.0
    }

    fn includes(&self, subscription: &Subscription) -> bool {
        self.0.contains(subscription)
    }
}

/// The day of the earliest purchase that qualifies, whatever was bought before, later or again; nothing if none does.
pub fn anniversary(purchases: &[Purchase], qualifying: &Qualifying) -> Option<Date> {
    let those = purchases.iter().filter(|purchase| qualifying.includes(&purchase.subscription));
    those.map(|purchase| purchase.purchased_on).min()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn bought(product: &str, tier: &str, purchased_on: Date) -> Purchase {
        let subscription = Subscription { product: product.into(), tier: tier.into() };
        Purchase { subscription, purchased_on }
    }

    fn since(purchases: &[Purchase]) -> Option<Date> {
        anniversary(purchases, &Qualifying::default())
    }

    #[test]
    fn the_earliest_purchase_that_qualifies_decides() {
        let october = bought("service_hub", "professional", date(2025, 10, 28));
        assert_eq!(since(std::slice::from_ref(&october)), Some(date(2025, 10, 28)));
        for moves_nothing in [
            // Earlier, of another product or tier.
            bought("sales_hub", "enterprise", date(2024, 3, 1)),
            bought("marketing_hub", "starter", date(2025, 1, 15)),
            // Later, another that qualifies, or the same renewed.
            bought("marketing_hub", "enterprise", date(2026, 2, 3)),
            bought("service_hub", "professional", date(2026, 10, 30)),
        ] {
            for purchases in [[moves_nothing.clone(), october.clone()], [october.clone(), moves_nothing.clone()]] {
                assert_eq!(since(&purchases), Some(date(2025, 10, 28)), "{moves_nothing:?}");
            }
        }
        let earlier = bought("marketing_hub", "professional", date(2025, 9, 5));
        assert_eq!(since(&[october, earlier]), Some(date(2025, 9, 5)));
    }

    #[test]
    fn without_one_that_qualifies_there_is_no_anniversary() {
        assert_eq!(since(&[]), None);
        assert_eq!(since(&[bought("sales_hub", "professional", date(2025, 1, 1))]), None);
    }

    #[test]
    fn the_operator_may_let_others_qualify() {
        let starter = bought("sales_hub", "starter", date(2025, 1, 1));
        let qualifying = Qualifying::new(vec![starter.subscription.clone()]);
        let professional = bought("service_hub", "professional", date(2024, 1, 1));
        assert_eq!(anniversary(&[starter, professional], &qualifying), Some(date(2025, 1, 1)));
    }
}
