//! What follows from an error of Meta's, by its class alone.

use domain::channel::Remedy;
use domain::delivery::Obstacle;
use jiff::SignedDuration;
use whatsapp::graph::errors::{Class, Pace};

/// What an error of Meta's leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The message waits so long, and its conversation with it.
    Waits(Obstacle, SignedDuration),
    /// The number slows, and all its messages with it.
    SlowsNumber(Pace),
    /// The number cannot send, and all its messages wait until somebody acts.
    StopsNumber(Remedy),
    /// The message fails.
    Fails,
}

impl Verdict {
    /// The verdict on a message that met each obstacle so often in a row before.
    pub(crate) fn of(class: Class, earlier: impl Fn(Obstacle) -> u32) -> Self {
        let waits = |obstacle, pace: Pace| {
            let wait = pace.wait(earlier(obstacle)).and_then(|wait| SignedDuration::try_from(wait).ok());
            wait.map_or(Self::Fails, |wait| Self::Waits(obstacle, wait))
        };
        match class {
            Class::Retry(pace @ (Pace::Number | Pace::App)) => Self::SlowsNumber(pace),
            Class::Retry(pace @ Pace::Pair) => waits(Obstacle::Pair, pace),
            Class::Retry(pace @ Pace::Maintenance) => waits(Obstacle::Maintenance, pace),
            Class::Retry(pace @ Pace::Few) => waits(Obstacle::Fault, pace),
            Class::Account(remedy) => Self::StopsNumber(remedy),
            Class::Wait(_) | Class::Fix | Class::Permanent | Class::Notice => Self::Fails,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::channel::Remedy::{Reconnect, Repair};
    use whatsapp::graph::errors::TABLE;

    use super::*;

    /// What each code leads to when it is met for the first time; all others fail their message.
    const NOT_FINAL: &[(&[i64], Verdict)] = &[
        (&[131_056], Verdict::Waits(Obstacle::Pair, SignedDuration::from_secs(1))),
        (&[2, 131_016, 131_057, 133_004], Verdict::Waits(Obstacle::Maintenance, SignedDuration::from_secs(60))),
        (&[1, 131_000], Verdict::Waits(Obstacle::Fault, SignedDuration::from_secs(5))),
        (&[80_007, 130_429], Verdict::SlowsNumber(Pace::Number)),
        (&[4, 613], Verdict::SlowsNumber(Pace::App)),
        (&[0, 10, 33, 190, 200, 131_005], Verdict::StopsNumber(Reconnect)),
        (&[368, 131_031, 131_037, 131_042, 131_044, 131_045, 131_048, 133_010, 134_011], Verdict::StopsNumber(Repair)),
    ];

    fn expected(code: i64) -> Verdict {
        NOT_FINAL.iter().find(|(codes, _)| codes.contains(&code)).map_or(Verdict::Fails, |(_, verdict)| *verdict)
    }

    #[test]
    fn every_row_of_the_table_leads_to_what_its_code_asks_for() {
        for row in TABLE {
            assert_eq!(Verdict::of(row.class, |_| 0), expected(row.codes.0), "{row:?}");
        }
        let listed: usize = NOT_FINAL.iter().map(|(codes, _)| codes.len()).sum();
        let not_final = TABLE.iter().filter(|row| expected(row.codes.0) != Verdict::Fails).count();
        assert_eq!(listed, not_final, "a code is not in the table");
    }

    #[test]
    fn only_a_fault_is_given_up_and_every_other_wait_grows() {
        for row in TABLE {
            let first = Verdict::of(row.class, |_| 0);
            let often = Verdict::of(row.class, |_| 3);
            match first {
                Verdict::Waits(Obstacle::Fault, _) => assert_eq!(often, Verdict::Fails, "{row:?}"),
                Verdict::Waits(obstacle @ Obstacle::Pair, _) => {
                    assert_eq!(often, Verdict::Waits(obstacle, SignedDuration::from_secs(64)), "{row:?}");
                }
                Verdict::Waits(obstacle, _) => {
                    assert_eq!(often, Verdict::Waits(obstacle, SignedDuration::from_secs(300)), "{row:?}");
                }
                unlike => assert_eq!(often, unlike, "{row:?}"),
            }
        }
    }

    #[test]
    fn a_wait_counts_its_own_obstacle_alone() {
        let earlier = |obstacle| if obstacle == Obstacle::Fault { 0 } else { 9 };
        let verdict = Verdict::of(Class::Retry(Pace::Few), earlier);
        assert_eq!(verdict, Verdict::Waits(Obstacle::Fault, SignedDuration::from_secs(5)));
    }
}
