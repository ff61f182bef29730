//! A place on the map.

use serde::{Deserialize, Serialize};

/// A place, as it was shared.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    pub latitude: Degrees,
    pub longitude: Degrees,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// An angle in degrees, −180 to 180; never NaN.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "f64", try_from = "f64")]
pub struct Degrees(f64);

/// Why a number is no angle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an angle has -180 to 180 degrees")]
pub struct InvalidDegrees;

impl TryFrom<f64> for Degrees {
    type Error = InvalidDegrees;

    fn try_from(degrees: f64) -> Result<Self, InvalidDegrees> {
        if (-180.0..=180.0).contains(&degrees) { Ok(Self(degrees)) } else { Err(InvalidDegrees) }
    }
}

impl From<Degrees> for f64 {
    fn from(degrees: Degrees) -> f64 {
        degrees.0
    }
}

/// Sound because none is NaN.
impl Eq for Degrees {}

impl Location {
    /// A latitude goes from pole to pole.
    ///
    /// # Errors
    /// When one of them is no such angle.
    pub fn at(latitude: f64, longitude: f64) -> Result<Self, InvalidDegrees> {
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(InvalidDegrees);
        }
        let (latitude, longitude) = (latitude.try_into()?, longitude.try_into()?);
        Ok(Self { latitude, longitude, name: None, address: None, url: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_on_the_globe() {
        assert!(Location::at(90.0, -180.0).is_ok());
        for (latitude, longitude) in [(90.1, 0.0), (0.0, 180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Location::at(latitude, longitude).err(), Some(InvalidDegrees), "{latitude} {longitude}");
        }
    }
}
