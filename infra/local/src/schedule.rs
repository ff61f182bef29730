//! Schedules on the stack's clock. A jump of the clock past several runs makes one.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::StackClock;
use crate::function::{Functions, InvocationError};
use crate::template::{Place, Schedule, Template};

/// The schedules of the account. Clones share them.
#[derive(Clone)]
pub struct Schedules {
    all: Arc<[Planned]>,
    functions: Functions,
    clock: StackClock,
    place: Place,
}

struct Planned {
    schedule: Schedule,
    next: Mutex<Timestamp>,
}

/// When a schedule runs next.
#[derive(Clone, Debug)]
pub struct NextRun {
    /// The function's crate.
    pub function: String,
    /// The moment, by the stack's clock.
    pub at: Timestamp,
}

impl Schedules {
    /// Starts the template's schedules; each runs first when its time is over once.
    ///
    /// # Errors
    /// When a schedule is not understood.
    pub fn start(template: &Template, functions: Functions, clock: &StackClock) -> anyhow::Result<Self> {
        let planned = |schedule: Schedule| Planned { next: Mutex::new(after(clock.now(), &schedule)), schedule };
        let all: Arc<[Planned]> = template.schedules()?.into_iter().map(planned).collect();
        let schedules = Self { all, functions, clock: clock.clone(), place: template.place().clone() };
        for index in 0..schedules.all.len() {
            tokio::spawn(schedules.clone().keep(index));
        }
        Ok(schedules)
    }

    /// When each runs next. One that runs now still shows the moment that it runs for.
    pub fn next_runs(&self) -> Vec<NextRun> {
        let next = |planned: &Planned| NextRun { function: planned.schedule.function.clone(), at: planned.next() };
        self.all.iter().map(next).collect()
    }

    /// Runs a function's schedules now rather than at their time.
    pub async fn run_now(&self, function: &str) {
        for planned in self.all.iter().filter(|planned| planned.schedule.function == function) {
            // What goes wrong is logged.
            let _ = self.run(planned).await;
        }
    }

    /// Runs a schedule now, by its name in the template or its function's, and gives the function's answer. Nothing when
    /// there is no such schedule.
    pub async fn run_named(&self, name: &str) -> Option<Result<Bytes, InvocationError>> {
        let named = |it: &&Planned| it.schedule.name == name || it.schedule.function == name;
        Some(self.run(self.all.iter().find(named)?).await)
    }

    /// The names of all.
    pub fn names(&self) -> Vec<&str> {
        self.all.iter().map(|planned| planned.schedule.name.as_str()).collect()
    }

    async fn keep(self, index: usize) {
        loop {
            let planned = &self.all[index];
            self.clock.reaches(planned.next()).await;
            let _ = self.run(planned).await;
        }
    }

    async fn run(&self, planned: &Planned) -> Result<Bytes, InvocationError> {
        let now = self.clock.now();
        let event = Bytes::from(event(&planned.schedule, &self.place, now).to_string());
        let answer = self.functions.invoke(&planned.schedule.function, event).await;
        if let Err(error) = &answer {
            tracing::warn!(schedule = planned.schedule.name, %error, "a scheduled run failed");
        }
        *planned.next.lock().unwrap_or_else(PoisonError::into_inner) = after(now, &planned.schedule);
        answer
    }
}

impl Planned {
    fn next(&self) -> Timestamp {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn after(now: Timestamp, schedule: &Schedule) -> Timestamp {
    let every = SignedDuration::try_from(schedule.every).unwrap_or(SignedDuration::MAX);
    now.saturating_add(every).unwrap_or(Timestamp::MAX)
}

/// The event of EventBridge.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html>
fn event(schedule: &Schedule, place: &Place, now: Timestamp) -> Value {
    json!({
        "version": "0",
        "id": Uuid::new_v4().to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": place.account,
        // Whole seconds, as EventBridge writes them.
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": place.region,
        "resources": [format!("arn:aws:events:{}:{}:rule/{}", place.region, place.account, schedule.name)],
        "detail": {},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::tests::{place, template};

    #[test]
    fn the_event_is_eventbridges() {
        let schedule = template().schedules().unwrap().remove(0);
        let mut event = event(&schedule, &place(), "2026-11-23T20:00:00.5Z".parse().unwrap());
        assert!(event["id"].take().is_string());

        assert_eq!(
            event,
            json!({
                "version": "0",
                "id": null,
                "detail-type": "Scheduled Event",
                "source": "aws.events",
                "account": "000000000000",
                "time": "2026-11-23T20:00:00Z",
                "region": "us-east-1",
                "resources": ["arn:aws:events:us-east-1:000000000000:rule/DueWorkFunctionEveryMinute"],
                "detail": {},
            })
        );
        event["id"] = json!("1");
        serde_json::from_value::<aws_lambda_events::eventbridge::EventBridgeEvent<Value>>(event).unwrap();
    }
}
