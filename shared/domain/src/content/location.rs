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

/// An angle in degrees, −180 to 180; never NaN, and never so small that the table refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "f64", try_from = "f64")]
pub struct Degrees(f64);

/// Why a number is no angle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an angle has -180 to 180 degrees")]
pub struct InvalidDegrees;

impl Degrees {
    /// What is smaller is nothing: on the ground it is a tenth of a micrometre. The table takes nothing below 1e-130 but zero.
    const SMALLEST: f64 = 1e-12;
}

impl TryFrom<f64> for Degrees {
    type Error = InvalidDegrees;

    fn try_from(degrees: f64) -> Result<Self, InvalidDegrees> {
        if !(-180.0..=180.0).contains(&degrees) {
            return Err(InvalidDegrees);
        }
        Ok(Self(if degrees.abs() < Self::SMALLEST { 0.0 } else { degrees }))
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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_place_is_on_the_globe() {
        assert!(Location::at(90.0, -180.0).is_ok());
        for (latitude, longitude) in [(90.1, 0.0), (0.0, 180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Location::at(latitude, longitude).err(), Some(InvalidDegrees), "{latitude} {longitude}");
        }
    }

    #[test]
    fn an_angle_that_is_as_good_as_none_is_none() {
        for degrees in [1e-300, -1e-131, f64::MIN_POSITIVE, f64::from_bits(1), 9e-13, -0.0] {
            let none = Degrees::try_from(degrees).map(f64::from).expect("an angle");
            assert_eq!(none.to_bits(), 0.0_f64.to_bits(), "{degrees}");
        }
        assert_eq!(Degrees::try_from(-1e-12).map(f64::from), Ok(-1e-12));
    }

    proptest! {
        #[test]
        fn whatever_the_angle_the_table_takes_it_and_it_is_still_there(angle in -180.0..=180.0_f64, smaller in 0..400_i32) {
            let angle = angle * 10.0_f64.powi(-smaller);
            let kept = Degrees::try_from(angle).map(f64::from).expect("an angle");
            prop_assert!(kept == 0.0 || kept.abs() >= 1e-12, "{kept}");
            prop_assert!((kept - angle).abs() < 1e-12, "{angle} became {kept}");
        }
    }
}
