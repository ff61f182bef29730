//! The trace of a request, and the line of the log about what it did to messages. (The gateway's access log has a line
//! for every request.)

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::Message;
use lambda_http::RequestExt;
use queues::Trace;
use runtime::Invocation;

use crate::Helpdesk;

/// The name under which its metrics are counted.
const FUNCTION: &str = "api-helpdesk";

/// Answers a request in time, as part of its trace, which what it makes keeps.
pub(crate) async fn traced(State(desk): State<Helpdesk>, request: Request, next: Next) -> Response {
    let context = request.lambda_context_ref();
    let time_left = context.map(|context| runtime::time_left(context.deadline()));
    let header = context.and_then(|context| context.xray_trace_id.as_deref());
    let trace = Trace::of_invocation(header, desk.now());
    trace.around(rest::within(time_left, next.run(request))).await
}

impl Helpdesk {
    /// Tells what was done to messages.
    pub(crate) fn tell(&self, outcome: &'static str, messages: &[Message]) {
        let invocation = Invocation::of(FUNCTION);
        messages.iter().for_each(|_| invocation.count(outcome));
        invocation.concerns("message.id", messages.iter().map(|message| message.id));
        // A message that is sent again belongs to the trace that made it, too.
        let made = messages.iter().filter_map(|message| message.trace_id);
        invocation.concerns("trace.id", Trace::current_id().into_iter().chain(made));
        invocation.tell(self.now());
    }
}
