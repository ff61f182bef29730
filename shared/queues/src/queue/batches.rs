//! Entries into calls.

use std::collections::HashMap;

use super::Entry;

/// The entries of one call.
pub(super) type Batch = Vec<Entry>;

/// SQS takes so many messages in a call.
const ENTRIES: usize = 10;

/// And so many bytes in all of them together (1,048,576); the rest is margin for what SQS counts besides.
const BYTES: usize = 1_048_576 - 8_192;

/// Calls that may go at once, each lane a row of calls that must go one after the other because a group runs through
/// them.
pub(super) fn lanes(entries: Vec<Entry>) -> Vec<Vec<Batch>> {
    let mut lanes: Vec<Vec<Batch>> = Vec::new();
    let mut bytes = 0;
    for entry in grouped(entries) {
        let size = entry.body.len();
        let last = lanes.last_mut().and_then(|lane| lane.last_mut());
        match last {
            // SQS may take one entry of a call and refuse another: two of one group would change places.
            Some(batch)
                if batch.len() < ENTRIES
                    && bytes + size <= BYTES
                    && !batch.last().is_some_and(|before| same_group(before, &entry)) =>
            {
                bytes += size;
                batch.push(entry);
            }
            last => {
                let continues = last.and_then(|batch| batch.last()).is_some_and(|before| same_group(before, &entry));
                bytes = size;
                match lanes.last_mut() {
                    Some(lane) if continues => lane.push(vec![entry]),
                    _ => lanes.push(vec![vec![entry]]),
                }
            }
        }
    }
    lanes
}

/// Entries of one group next to each other, in their order; groups in the order of their first entries.
fn grouped(entries: Vec<Entry>) -> Vec<Entry> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut placed: Vec<(usize, Entry)> = Vec::with_capacity(entries.len());
    for (index, entry) in entries.into_iter().enumerate() {
        let place = match &entry.fifo {
            Some(fifo) => *places.entry(fifo.group.clone()).or_insert(index),
            None => index,
        };
        placed.push((place, entry));
    }
    // A stable sort: within a group the order stays.
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, entry)| entry).collect()
}

fn same_group(one: &Entry, other: &Entry) -> bool {
    match (&one.fifo, &other.fifo) {
        (Some(one), Some(other)) => one.group == other.group,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn entry(number: usize, group: &str, size: usize) -> Entry {
        Entry::fifo("x".repeat(size), group.to_owned(), number.to_string())
    }

    #[test]
    fn a_group_is_once_in_each_of_its_calls_and_keeps_them_in_one_lane() {
        let entries: Vec<Entry> = (0..5).map(|number| entry(number, if number < 3 { "a" } else { "b" }, 1)).collect();
        let lanes = lanes(entries);
        let calls: Vec<Vec<usize>> = lanes.iter().map(|lane| lane.iter().map(Vec::len).collect()).collect();
        assert_eq!(calls, [vec![1, 1, 2, 1]]);
    }

    #[test]
    fn calls_without_a_common_group_may_go_at_once() {
        let one_each = lanes((0..25).map(|number| entry(number, &number.to_string(), 1)).collect());
        assert_eq!(one_each.len(), 3);
        let standard = lanes((0..25).map(|number| Entry::standard(number.to_string())).collect());
        assert_eq!(standard.len(), 3);
    }

    #[test]
    fn a_call_is_no_larger_than_sqs_takes() {
        let lanes = lanes((0..3).map(|number| entry(number, "a", 600_000)).collect());
        let calls: Vec<usize> = lanes[0].iter().map(Vec::len).collect();
        assert_eq!((lanes.len(), calls), (1, vec![1, 1, 1]));
    }

    proptest! {
        #[test]
        fn every_entry_is_in_one_call_and_no_group_in_two_lanes(groups in prop::collection::vec((0_u8..6, 0_usize..400_000), 0..60)) {
            let entries: Vec<Entry> =
                groups.iter().enumerate().map(|(number, (group, size))| entry(number, &group.to_string(), *size)).collect();
            let lanes = lanes(entries.clone());

            let mut lane_of = HashMap::new();
            let mut seen: HashMap<String, Vec<Entry>> = HashMap::new();
            for (lane, batches) in lanes.iter().enumerate() {
                for batch in batches {
                    prop_assert!(batch.len() <= ENTRIES);
                    prop_assert!(batch.iter().map(|entry| entry.body.len()).sum::<usize>() <= BYTES);
                    let mut groups = HashSet::new();
                    for entry in batch {
                        let group = entry.fifo.clone().expect("a group").group;
                        prop_assert!(groups.insert(group.clone()), "twice in one call");
                        prop_assert_eq!(*lane_of.entry(group.clone()).or_insert(lane), lane);
                        seen.entry(group).or_default().push(entry.clone());
                    }
                }
            }
            let mut expected: HashMap<String, Vec<Entry>> = HashMap::new();
            for entry in entries {
                expected.entry(entry.fifo.clone().expect("a group").group).or_default().push(entry);
            }
            prop_assert!(seen == expected, "an entry was lost or moved");
        }
    }
}
