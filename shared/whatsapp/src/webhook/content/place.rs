//! A place on the map.

use domain::content::Location;
use serde_json::Value;

use super::super::json::{decimal, short};

/// Far more than Meta lets through.
const MAX_CHARS: usize = 2_048;

/// Reads a place that is on the globe.
pub(super) fn read(place: &Value) -> Option<Location> {
    let at = Location::at(decimal(place, "latitude")?, decimal(place, "longitude")?).ok()?;
    Some(Location {
        name: short(place, "name", MAX_CHARS),
        address: short(place, "address", MAX_CHARS),
        url: short(place, "url", MAX_CHARS),
        ..at
    })
}
