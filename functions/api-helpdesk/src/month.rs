//! Lists by months.

use domain::audit::Month;
use jiff::Timestamp;
use serde::Deserialize;

/// Which month of a list is wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// A month in UTC, this one by default.
    #[param(value_type = String, required = false, example = "2026-11")]
    month: Option<Month>,
}

impl Wanted {
    pub(crate) fn month(&self, now: Timestamp) -> Month {
        self.month.unwrap_or_else(|| Month::of(now))
    }
}
