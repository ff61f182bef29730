//! What was lost, doubled or out of order.

use std::collections::HashMap;
use std::fmt;

use acceptance::{World, astray, texts};
use serde_json::Value;

use crate::Pairs;
use crate::options::Options;
use crate::people::{HELLO, Pair, every_thread_of, line, reply};
use crate::unconfirmed::Reasons;

#[derive(Debug, Default)]
pub(crate) struct Verdict {
    lost: usize,
    doubled: usize,
    /// What nobody wrote.
    unexpected: usize,
    out_of_order: usize,
    /// Not known to have been sent, shown so, and never sent again by itself.
    unconfirmed: usize,
    /// Of these, those that nothing explains.
    unexplained: usize,
    /// Sent, and not shown as read, which all are; or a step of theirs came twice or out of order.
    statuses: usize,
    /// Shown as failed: nothing here gives Meta a reason to refuse.
    failed: usize,
    dead_letters: usize,
}

impl Verdict {
    /// Compares what everybody wrote with what everybody sees.
    pub(crate) async fn of(world: &World, pairs: &Pairs, options: &Options, reasons: &Reasons) -> Self {
        let mut verdict = Self { dead_letters: world.dead_letters().await.len(), ..Self::default() };
        for pair in pairs {
            verdict.look_at(pair, options, reasons).await;
        }
        verdict.look_for_twins(world, pairs).await;
        verdict
    }

    pub(crate) fn is_sound(&self) -> bool {
        let wrong = self.lost + self.doubled + self.unexpected + self.out_of_order;
        wrong + self.unexplained + self.statuses + self.failed + self.dead_letters == 0
    }

    async fn look_at(&mut self, pair: &Pair, options: &Options, reasons: &Reasons) {
        let messages = pair.agent().messages(&pair.thread).await;
        let (incoming, outgoing): (Vec<Value>, Vec<Value>) =
            messages.into_iter().partition(|message| message["direction"] == "incoming");

        let written: Vec<String> = std::iter::once(HELLO.to_owned()).chain((0..options.messages).map(line)).collect();
        self.compare(&written, &texts(&incoming));

        let asked: Vec<String> = (0..options.replies).map(reply).collect();
        self.compare(&asked, &texts(&outgoing));
        // What is sent must be on the phone, once and in order; what is unconfirmed may be.
        let is = |message: &Value, status: &str| message["status"] == status;
        let unsure: Vec<String> =
            texts(&outgoing.iter().filter(|it| is(it, "unconfirmed")).cloned().collect::<Vec<_>>());
        let unexplained = outgoing.iter().filter(|it| is(it, "unconfirmed") && !reasons.explain(it));
        let unexplained = unexplained.inspect(|it| eprintln!("unexplained: {}", reasons.known_of(it))).count();
        let failed = outgoing.iter().filter(|it| is(it, "failed")).count();
        // By now nothing waits for anything.
        self.lost += outgoing.iter().filter(|it| is(it, "queued") || is(it, "sending")).count();
        self.unconfirmed += unsure.len();
        self.unexplained += unexplained;
        self.failed += failed;
        let left: Vec<Value> = outgoing.into_iter().filter(|it| !is(it, "unconfirmed") && !is(it, "failed")).collect();
        let is_behind = |message: &&Value| !is(message, "read") || !astray(message).is_empty();
        let behind = left.iter().filter(is_behind).inspect(|it| eprintln!("behind or astray: {it}")).count();
        self.statuses += behind;
        let received = pair.customer.phone().received().await;
        self.doubled += unsure.iter().filter(|text| received.iter().filter(|it| it == text).count() > 1).count();
        let received: Vec<String> = received.into_iter().filter(|text| !unsure.contains(text)).collect();
        self.compare(&texts(&left), &received);
    }

    /// Who writes is one contact with one ticket.
    async fn look_for_twins(&mut self, world: &World, pairs: &Pairs) {
        let agent = world.agent();
        let mut tickets: HashMap<String, usize> = HashMap::new();
        for (number, _) in every_thread_of(&agent).await {
            *tickets.entry(number).or_default() += 1;
        }
        for Pair { customer, .. } in pairs {
            let path = format!("/v1/contacts?phone=%2B{}", customer.number);
            let contacts = agent.gets_in_the_end(&path).await.data().len();
            let tickets = tickets.get(&customer.number).copied().unwrap_or_default();
            if (contacts, tickets) != (1, 1) {
                eprintln!("{} is {contacts} contacts with {tickets} tickets", customer.name);
            }
            self.lost += usize::from(contacts == 0) + usize::from(tickets == 0);
            self.doubled += contacts.saturating_sub(1) + tickets.saturating_sub(1);
        }
    }

    fn compare(&mut self, expected: &[String], found: &[String]) {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        found.iter().for_each(|text| *counts.entry(text).or_default() += 1);
        self.lost += expected.iter().filter(|text| !counts.contains_key(text.as_str())).count();
        let doubled: Vec<&&str> = counts.iter().filter(|(_, count)| **count > 1).map(|(text, _)| text).collect();
        if !doubled.is_empty() {
            eprintln!("doubled: {doubled:?}");
        }
        self.doubled += doubled.len();
        let place: HashMap<&str, usize> = expected.iter().enumerate().map(|(n, text)| (text.as_str(), n)).collect();
        let unexpected: Vec<&String> = found.iter().filter(|text| !place.contains_key(text.as_str())).collect();
        if !unexpected.is_empty() {
            eprintln!("unexpected: {unexpected:?}");
        }
        self.unexpected += unexpected.len();
        let places: Vec<usize> = found.iter().filter_map(|text| place.get(text.as_str()).copied()).collect();
        self.out_of_order += places.windows(2).filter(|pair| pair[0] > pair[1]).count();
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} lost, {} doubled, {} unexpected, {} out of order, {} unconfirmed ({} unexplained), {} failed, \
             {} with statuses lost or astray, {} dead letters",
            self.lost,
            self.doubled,
            self.unexpected,
            self.out_of_order,
            self.unconfirmed,
            self.unexplained,
            self.failed,
            self.statuses,
            self.dead_letters
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(expected: &[&str], found: &[&str]) -> [usize; 4] {
        let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut verdict = Verdict::default();
        verdict.compare(&owned(expected), &owned(found));
        [verdict.lost, verdict.doubled, verdict.unexpected, verdict.out_of_order]
    }

    #[test]
    fn each_kind_of_fault_is_seen() {
        assert_eq!(compared(&["a", "b", "c"], &["a", "b", "c"]), [0, 0, 0, 0]);
        assert_eq!(compared(&["a", "b", "c"], &["a", "c"]), [1, 0, 0, 0]);
        assert_eq!(compared(&["a", "b", "c"], &["a", "b", "b", "c"]), [0, 1, 0, 0]);
        assert_eq!(compared(&["a", "b", "c"], &["a", "x", "b", "c", "x"]), [0, 1, 2, 0]);
        assert_eq!(compared(&["a", "b", "c"], &["b", "a", "c"]), [0, 0, 0, 1]);
    }
}
