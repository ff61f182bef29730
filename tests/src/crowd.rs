//! A whole campaign with all that can befall one, and what the rules say of it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};

use crate::agent::{Agent, Thread};
use crate::campaigns::Somebody;
use crate::customer::Customer;
use crate::poll::eventually;
use crate::world::World;

/// How many are in a campaign, and what befalls how many of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowd {
    /// All that are named, those who are named twice counted twice.
    pub named: usize,
    pub opted_out: usize,
    pub blocked: usize,
    pub duplicates: usize,
    /// What is left of the tenant's allowance.
    pub allowance: usize,
}

/// A crowd in a world of its own.
pub struct Gathered {
    crowd: Crowd,
    world: World,
    /// Those who opted out come first, then the blocked.
    people: Vec<Somebody>,
    /// As they are named.
    named: Vec<String>,
    /// Somebody who is no part of it, in a session.
    ben: (Customer, Thread),
    tells: Tells,
}

/// Hears how far it is: thousands take many minutes.
pub type Tells = fn(&str);

/// What came of a campaign.
#[derive(Debug)]
pub struct Played {
    /// The job as it was in the end.
    pub job: Value,
    /// The result of each who was named.
    pub results: Vec<Value>,
    /// How long each reply took to the phone that an agent wrote in the middle of it.
    pub replies: Vec<Duration>,
    pub took: Duration,
}

/// So many requests are made at once.
const AT_ONCE: usize = 8;
/// How often a job is looked at: seldom enough not to be a load of its own.
const LOOKS: Duration = Duration::from_millis(200);
/// So many people are decided in one go.
const SLICE: usize = 25;
/// So many people are made before that is told.
const TOLD: usize = 500;

impl Crowd {
    /// The people, their wishes and the allowance.
    pub async fn gathers(self, world: &World, tells: Tells) -> Gathered {
        let (agent, ben) = (world.agent(), world.customer("Ben, who is no part of it"));
        let thread = ben.writes("hello").await;
        world.has_an_allowance_of(self.allowance).await;
        let (mut people, whole) = (Vec::new(), self.named - self.duplicates);
        while people.len() < whole {
            people.extend(world.people(people.len()..whole.min(people.len() + TOLD)).await);
            tells(&format!("{} of {whole} contacts are made", people.len()));
        }
        stream::iter(&people[..self.opted_out])
            .for_each_concurrent(AT_ONCE, async |(id, _)| {
                agent.changes_contact(id, json!({ "marketing": { "status": "opted_out" } })).await;
            })
            .await;
        let blocked = &people[self.opted_out..self.opted_out + self.blocked];
        stream::iter(blocked).for_each_concurrent(AT_ONCE, async |(id, _)| agent.blocks(id).await).await;
        let twice = people.iter().rev().take(self.duplicates);
        let named = people.iter().chain(twice).map(|(id, _)| id.clone()).collect();
        Gathered { crowd: self, world: world.clone(), people, named, ben: (ben, thread), tells }
    }

    /// So many are decided when it is cancelled half-way, or more of the same slice.
    fn half(&self) -> usize {
        self.named - self.named / 2
    }

    /// What the rules say of each who is named, in their order.
    fn expected(&self) -> Vec<&'static str> {
        let eligible = self.named - self.opted_out - self.blocked - self.duplicates;
        let accepted = eligible.min(self.allowance);
        let parts = [
            ("contact_opted_out", self.opted_out),
            ("contact_blocked", self.blocked),
            ("sent", accepted),
            ("allowance_exhausted", eligible - accepted),
            ("duplicate", self.duplicates),
        ];
        parts.into_iter().flat_map(|(word, count)| std::iter::repeat_n(word, count)).collect()
    }
}

impl Gathered {
    /// The seeded marketing template to all of them, while an agent replies to somebody else so many times.
    pub async fn plays(&self, replies: usize) -> Played {
        let began = Instant::now();
        let id = self.begins().await;
        let replies = self.replies_meanwhile(&id, replies).await;
        let job = self.job_once(&id, |job| job["status"] == "done").await;
        let took = began.elapsed();
        Played { job, results: self.agent().results_of_job(&id).await, replies, took }
    }

    /// The same, with an allowance for all, cancelled when half of them are decided.
    pub async fn plays_half(&self) -> Played {
        let used = self.usage("used").await;
        self.world.has_an_allowance_of(used + self.crowd.named).await;
        let half = self.crowd.half();
        // Nobody else is decided before the slice of the last of them has left: time to cancel it.
        let (_, last) = &self.people[half - 1];
        self.world.fault(&last.name, 1, json!({ "delay_ms": 10_000 })).await;
        let began = Instant::now();
        let id = self.begins().await;
        self.job_once(&id, |job| self.crowd.named - count(job, "undecided") >= half).await;
        let path = format!("/v1/template-sends/{id}/cancel");
        self.agent().calls(Method::POST, &path, None).await.expecting(200);
        self.job_once(&id, |job| count(job, "waiting") == 0).await;
        let took = began.elapsed();
        // Whatever was still to come would come by then.
        self.world.clock().advance("PT10M").await;
        let job = self.agent().job(&id).await;
        Played { job, results: self.agent().results_of_job(&id).await, replies: Vec::new(), took }
    }

    /// In what the whole, the first to go to this crowd, differs from what the rules say.
    pub async fn faults_of(&self, played: &Played) -> Vec<String> {
        let expected = self.crowd.expected();
        let mut faults = self.faults_by_result(played, &expected, &vec![0; self.people.len()]).await;
        let sent = expected.iter().filter(|word| **word == "sent").count();
        note(&mut faults, "left of the allowance", self.usage("remaining").await, self.crowd.allowance - sent);
        faults
    }

    /// Likewise of one that was cancelled after `first` had gone to all: who was decided by then got what the rules say, and
    /// nobody else anything.
    pub async fn faults_of_half(&self, first: &Played, played: &Played) -> Vec<String> {
        let decided = self.crowd.named - count(&played.job, "undecided");
        let whole = Crowd { allowance: self.crowd.named, ..self.crowd }.expected();
        let mut expected = whole[..decided].to_vec();
        expected.resize(self.crowd.named, "cancelled");
        let before: Vec<usize> = words(&first.results).map(|word| usize::from(word == "sent")).collect();
        let mut faults = self.faults_by_result(played, &expected, &before[..self.people.len()]).await;
        // It is cancelled while the slice that made it half of them leaves.
        let half = self.crowd.half();
        if !(half..half + SLICE).contains(&decided) || decided == self.crowd.named {
            faults.push(format!("{decided} were decided when it was cancelled half-way"));
        }
        faults
    }

    /// `before` is how many messages each had already.
    async fn faults_by_result(&self, played: &Played, expected: &[&str], before: &[usize]) -> Vec<String> {
        let mut faults = Vec::new();
        for (index, (word, expected)) in words(&played.results).zip(expected).enumerate() {
            note(&mut faults, &format!("result {index}"), word, *expected);
        }
        note(&mut faults, "results", played.results.len(), self.crowd.named);
        let of = |word: &str| expected.iter().filter(|expected| **expected == word).count();
        for (member, word) in [("sent", "sent"), ("accepted", "sent"), ("undecided", "cancelled")] {
            note(&mut faults, member, count(&played.job, member), of(word));
        }
        for reason in ["contact_opted_out", "contact_blocked", "allowance_exhausted", "duplicate"] {
            note(&mut faults, reason, count(&played.job["refused"], reason), of(reason));
        }
        let sent_before: usize = before.iter().sum();
        note(&mut faults, "used", self.usage("used").await, sent_before + of("sent"));
        note(&mut faults, "reserved", self.usage("reserved").await, 0);
        self.compare_ledger(played, &mut faults).await;
        self.compare_phones(expected, before, &mut faults).await;
        faults
    }

    /// Each message of it is a line, and the lines are what is used.
    async fn compare_ledger(&self, played: &Played, faults: &mut Vec<String>) {
        let lines = self.agent().pages("/v1/usage/ledger?limit=100").await;
        let counts = |line: &&Value| line["status"] != "released" && line["count"] != 0;
        let counted: Vec<&Value> = lines.iter().filter(counts).collect();
        let sum: usize = counted.iter().map(|line| count(line, "count")).sum();
        note(faults, "sum of the ledger", sum, self.usage("used").await);
        let named: BTreeSet<&str> = counted.iter().filter_map(|line| line["message_id"].as_str()).collect();
        let sent = played.results.iter().filter_map(|result| result["message_id"].as_str());
        let missing = sent.filter(|message| !named.contains(message)).count();
        note(faults, "messages without a line", missing, 0);
    }

    async fn compare_phones(&self, expected: &[&str], before: &[usize], faults: &mut Vec<String>) {
        let got = stream::iter(&self.people).map(async |(_, person)| person.phone().got().await.len());
        let got: Vec<usize> = got.buffered(AT_ONCE).collect().await;
        for (index, (got, before)) in got.into_iter().zip(before).enumerate() {
            let expected = before + usize::from(expected[index] == "sent");
            note(faults, &format!("messages on the phone of {index}"), got, expected);
        }
    }

    /// Replies at equal parts of the way; how long each took to the phone.
    async fn replies_meanwhile(&self, job: &str, replies: usize) -> Vec<Duration> {
        let (ben, thread) = &self.ben;
        let mut took = Vec::with_capacity(replies);
        for part in 1..=replies {
            // The first one when the first slice has gone: then the next is under way.
            let left = self.crowd.named - 1 - (part - 1) * self.crowd.named / replies.max(1);
            self.job_once(job, |job| count(job, "undecided") <= left).await;
            let text = format!("here we are, {part}");
            let asked_at = Instant::now();
            self.agent().replies_to(thread, &text).await.expecting(202);
            eventually("the reply", async || ben.phone().received().await.contains(&text).then_some(())).await;
            took.push(asked_at.elapsed());
        }
        took
    }

    async fn begins(&self) -> String {
        self.agent().sends_to_many(&self.named).await.expecting(202).id().to_owned()
    }

    /// The job once it is so, however long that takes as long as something happens.
    async fn job_once(&self, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let (mut last, mut since) = (Value::Null, Instant::now());
        loop {
            let job = self.agent().job(id).await;
            if job["undecided"] != last["undecided"] {
                (self.tells)(&format!(
                    "{} undecided, {} waiting, {} sent",
                    job["undecided"], job["waiting"], job["sent"]
                ));
            }
            if is_so(&job) {
                return job;
            }
            if job != last {
                (last, since) = (job, Instant::now());
            }
            assert!(since.elapsed() < Duration::from_secs(60), "the job does not go on: {last}");
            tokio::time::sleep(LOOKS).await;
        }
    }

    async fn usage(&self, member: &str) -> usize {
        count(&self.agent().get("/v1/usage").await.expecting(200).body, member)
    }

    fn agent(&self) -> Agent {
        self.world.agent()
    }
}

/// A result's status, or why there is none.
fn words(results: &[Value]) -> impl Iterator<Item = &str> {
    results.iter().map(|result| result["reason"].as_str().or(result["status"].as_str()).unwrap_or_default())
}

/// What is not told is nothing.
fn count(of: &Value, member: &str) -> usize {
    of[member].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(0)
}

fn note<T: Copy + PartialEq + std::fmt::Display>(faults: &mut Vec<String>, what: &str, found: T, expected: T) {
    if found != expected {
        faults.push(format!("{what}: {found} and not {expected}"));
    }
}
