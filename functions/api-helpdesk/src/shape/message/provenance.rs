//! Where a message comes from, in JSON.

use serde::Serialize;
use utoipa::ToSchema;

/// What WhatsApp tells of where a customer's message comes from; mostly nothing.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = MessageProvenance)]
pub(super) struct Provenance {
    /// Set when the customer forwarded it from another chat.
    #[schema(required = true)]
    forwarded: Option<Forwarded>,
    /// The ad or post that led the customer here.
    #[schema(required = true)]
    referral: Option<Referral>,
    /// The product that a question is about.
    #[schema(required = true)]
    product: Option<Product>,
}

/// How often it was forwarded: up to five times, or more.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Forwarded {
    Forwarded,
    FrequentlyForwarded,
}

/// An ad or a post.
#[derive(Debug, Serialize, ToSchema)]
struct Referral {
    /// `ad` or `post`.
    #[schema(required = true, example = "ad")]
    source_type: Option<String>,
    #[schema(required = true)]
    source_id: Option<String>,
    #[schema(required = true)]
    source_url: Option<String>,
    #[schema(required = true)]
    headline: Option<String>,
    #[schema(required = true)]
    body: Option<String>,
    /// `image` or `video`.
    #[schema(required = true, example = "image")]
    media_type: Option<String>,
    #[schema(required = true)]
    media_url: Option<String>,
    /// WhatsApp's id of the click, for its Conversions API.
    #[schema(required = true)]
    click_id: Option<String>,
}

/// A product of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
struct Product {
    catalog_id: String,
    /// The seller's id of it.
    product: String,
}

impl From<domain::Provenance> for Provenance {
    fn from(provenance: domain::Provenance) -> Self {
        Self {
            forwarded: provenance.forwarded.map(Forwarded::from),
            referral: provenance.referral.map(Referral::from),
            product: provenance.product.map(Product::from),
        }
    }
}

impl From<domain::provenance::Forwarded> for Forwarded {
    fn from(forwarded: domain::provenance::Forwarded) -> Self {
        match forwarded {
            domain::provenance::Forwarded::Forwarded => Self::Forwarded,
            domain::provenance::Forwarded::FrequentlyForwarded => Self::FrequentlyForwarded,
        }
    }
}

impl From<domain::provenance::Referral> for Referral {
    fn from(referral: domain::provenance::Referral) -> Self {
        Self {
            source_type: referral.source_type,
            source_id: referral.source_id,
            source_url: referral.source_url,
            headline: referral.headline,
            body: referral.body,
            media_type: referral.media_type,
            media_url: referral.media_url,
            click_id: referral.click_id,
        }
    }
}

impl From<domain::provenance::Product> for Product {
    fn from(product: domain::provenance::Product) -> Self {
        Self { catalog_id: product.catalog_id, product: product.product }
    }
}
