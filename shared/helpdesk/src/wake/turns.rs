//! Whose turn is first.

use std::collections::BTreeMap;

use domain::TenantId;
use storage::directory::Due;

/// The same, ordered so that each tenant has its first, then each its second, and so on; each tenant's longest waiting
/// first.
pub(super) fn in_turns(mut due: Vec<Due>) -> Vec<Due> {
    due.sort_by_key(|due| due.at);
    let mut earlier: BTreeMap<TenantId, usize> = BTreeMap::new();
    let mut turns: Vec<(usize, Due)> = due
        .into_iter()
        .map(|due| {
            let turn = earlier.entry(due.tenant_id).or_default();
            *turn += 1;
            (*turn, due)
        })
        .collect();
    turns.sort_by_key(|(turn, due)| (*turn, due.at));
    turns.into_iter().map(|(_, due)| due).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use storage::directory::Work;
    use uuid::Uuid;

    use super::*;

    fn due(tenant: u128, second: i64) -> Due {
        let work =
            Work::Conversation { channel_id: Uuid::from_u128(tenant).into(), contact_id: Uuid::from_u128(7).into() };
        let at = Timestamp::from_second(second).expect("a time");
        Due { tenant_id: Uuid::from_u128(tenant).into(), work, at }
    }

    #[test]
    fn who_has_one_thing_to_do_waits_for_one_of_the_5000_of_another() {
        let many = (0..5_000).map(|second| due(1, second));
        let ordered = in_turns(many.chain([due(2, 4_999)]).collect());
        assert_eq!((ordered.len(), ordered[0], ordered[1], ordered[2]), (5_001, due(1, 0), due(2, 4_999), due(1, 1)));
    }

    #[test]
    fn within_a_tenant_the_longest_waiting_goes_first() {
        let ordered = in_turns(vec![due(1, 3), due(1, 1), due(2, 2), due(1, 2)]);
        assert_eq!(ordered, [due(1, 1), due(2, 2), due(1, 2), due(1, 3)]);
    }
}
