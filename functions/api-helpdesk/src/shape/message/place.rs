//! A place in JSON.

use serde::Serialize;
use utoipa::ToSchema;

/// A place on the map, as it was shared.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Location {
    /// Degrees, north of the equator.
    #[schema(example = 52.5163)]
    latitude: f64,
    /// Degrees, east of Greenwich.
    #[schema(example = 13.3777)]
    longitude: f64,
    #[schema(required = true)]
    name: Option<String>,
    #[schema(required = true)]
    address: Option<String>,
    #[schema(required = true)]
    url: Option<String>,
}

impl From<domain::content::Location> for Location {
    fn from(place: domain::content::Location) -> Self {
        Self {
            latitude: place.latitude.into(),
            longitude: place.longitude.into(),
            name: place.name,
            address: place.address,
            url: place.url,
        }
    }
}
