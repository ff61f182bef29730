//! The trace of a request, and the line of the log about what it changed. (The gateway's access log has a line for every
//! request.)

use std::fmt::Display;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::UserId;
use lambda_http::RequestExt;
use queues::Trace;
use runtime::Invocation;

use crate::Desk;

/// The name under which its metrics are counted.
const FUNCTION: &str = "api-channels";

/// Answers a request in time, as part of its trace.
pub(crate) async fn traced(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let context = request.lambda_context_ref();
    let time_left = context.map(|context| runtime::time_left(context.deadline()));
    let header = context.and_then(|context| context.xray_trace_id.as_deref());
    let trace = Trace::of_invocation(header, desk.now());
    trace.around(rest::within(time_left, next.run(request))).await
}

impl Desk {
    /// Tells in the log what was done by whom, and counts it.
    pub(crate) fn tell(&self, outcome: &'static str, user: &UserId, key: &'static str, id: impl Display) {
        let invocation = Invocation::of(FUNCTION);
        invocation.count(outcome);
        invocation.concerns("user.id", [user]);
        invocation.concerns(key, [id]);
        invocation.concerns("trace.id", Trace::current_id());
        invocation.tell(self.now());
    }
}
