//! The trace that work belongs to, handed on with every job that the work makes.

use std::future::Future;

use domain::TraceId;
use jiff::Timestamp;
use uuid::Uuid;

tokio::task_local! {
    static CURRENT: Trace;
}

/// A trace as X-Ray's header names it, `Root=1-…;Parent=…;Sampled=0`. SQS carries it beside a message, as the system
/// attribute `AWSTraceHeader`, which costs nothing of the message's size; so jobs need no field for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    id: TraceId,
    header: String,
}

/// Far more than X-Ray writes.
const LONGEST_HEADER: usize = 500;

impl Trace {
    /// The trace of an invocation by the header that Lambda gives it; a new one where Lambda gives none.
    pub fn of_invocation(header: Option<&str>, now: Timestamp) -> Self {
        header.and_then(Self::read).unwrap_or_else(|| {
            let id = TraceId::new(now, Uuid::new_v4());
            Self { id, header: format!("Root={id};Sampled=0") }
        })
    }

    /// The trace that a header names, if it names one.
    pub fn read(header: &str) -> Option<Self> {
        let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
        let id = root.parse().ok()?;
        (header.len() <= LONGEST_HEADER).then(|| Self { id, header: header.to_owned() })
    }

    pub fn id(&self) -> TraceId {
        self.id
    }

    /// X-Ray's header.
    pub fn header(&self) -> &str {
        &self.header
    }

    /// Does `work` as part of this trace.
    pub async fn around<T>(self, work: impl Future<Output = T>) -> T {
        // In a box: a function's whole work is large, and would be copied into one future after the other.
        CURRENT.scope(self, Box::pin(work)).await
    }

    /// The trace that the work under way is part of.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Self::clone).ok()
    }

    /// Its id.
    pub fn current_id() -> Option<TraceId> {
        CURRENT.try_with(Self::id).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "Root=1-58406520-a006649127e371903a2de979;Parent=4c721bf33e3caf8f;Sampled=1;Lineage=1:a87bd80c:0";

    #[test]
    fn the_header_of_lambda_is_kept_and_its_root_is_the_id() {
        let trace = Trace::of_invocation(Some(HEADER), Timestamp::UNIX_EPOCH);
        assert_eq!(trace.id().to_string(), "1-58406520-a006649127e371903a2de979");
        assert_eq!(trace.header(), HEADER);
    }

    #[test]
    fn without_one_a_trace_begins() {
        for header in [None, Some(""), Some("Parent=4c721bf33e3caf8f"), Some("Root=1-2-3")] {
            let trace = Trace::of_invocation(header, Timestamp::from_second(1).expect("a time"));
            assert!(trace.id().to_string().starts_with("1-00000001-"), "{header:?}");
            assert_eq!(Trace::read(trace.header()), Some(trace));
        }
    }

    #[tokio::test]
    async fn work_knows_its_trace_also_beside_other_work() {
        let of = async |header: &str| {
            let trace = Trace::read(header).expect("a trace");
            trace
                .around(async {
                    tokio::task::yield_now().await;
                    Trace::current().map(|trace| trace.header().to_owned())
                })
                .await
        };
        let other = "Root=1-58406520-b006649127e371903a2de979";
        let (one, two) = tokio::join!(of(HEADER), of(other));
        assert_eq!((one.as_deref(), two.as_deref()), (Some(HEADER), Some(other)));
        assert_eq!(Trace::current(), None);
    }
}
