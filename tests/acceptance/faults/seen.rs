//! What the people of a journey see in the end, without ids and times.

use std::collections::{BTreeMap, BTreeSet};

use acceptance::{Customer, GraphRequest, Thread, World, astray, texts};
use serde_json::Value;

/// All that anybody sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Each of the customer's threads.
    threads: Vec<Vec<Row>>,
    /// On the customer's phone, each in its order. A reply that comes late stands below what was written meanwhile.
    wrote: Vec<String>,
    received: Vec<Shown>,
    /// Each thread's.
    tickets: Vec<Ticket>,
    /// How many contacts the customer is, and how many the threads are with.
    contacts: [usize; 2],
    /// How often Meta took each message to the customer, whatever became of its answer.
    taken: BTreeMap<String, usize>,
    /// What the threads took of the tenant's allowance, and how much of that is still set aside for what is under way.
    counted: i64,
    reserved: i64,
    /// What else a journey looks at.
    pub(super) besides: Vec<String>,
}

/// A message in its thread.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    direction: String,
    words: String,
    /// Its file: whether it is there, and how large.
    file: String,
    status: String,
    /// Its steps, if one comes twice or out of order. Otherwise they are not told apart: what Meta reports late may be missing.
    astray: Vec<String>,
}

/// A thread's ticket, and whether its customer may be written to freely.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ticket {
    status: String,
    unread: i64,
    in_session: bool,
}

/// A message on a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    words: String,
    /// Bytes of its file.
    size: Option<u64>,
}

/// How a message of ours ends whose answer was lost, until Meta or a person says more.
const UNCONFIRMED: &str = "unconfirmed";

impl Seen {
    /// What there is to see of a customer now.
    pub(super) async fn of(world: &World, customer: &Customer, threads: &[Thread]) -> Self {
        let received = customer.phone().got().await;
        let sizes = received.iter().map(|message| message["file"]["size"].as_u64());
        let received = texts(&received).into_iter().zip(sizes).map(|(words, size)| Shown { words, size }).collect();
        let mut seen = Self { wrote: customer.phone().wrote().await, received, ..Self::default() };
        for thread in threads {
            let messages = world.agent().messages(thread).await;
            seen.threads
                .push(texts(&messages).into_iter().zip(&messages).map(|(words, it)| Row::of(words, it)).collect());
            seen.tickets.push(Ticket::of(world, thread).await);
        }
        let of_threads = threads.iter().map(Thread::contact_id).collect::<BTreeSet<_>>().len();
        let path = format!("/v1/contacts?phone=%2B{}", customer.number);
        seen.contacts = [world.agent().gets_in_the_end(&path).await.data().len(), of_threads];
        for request in world.graph_requests_to(&customer.name).await.iter().filter(|request| is_taken(request)) {
            *seen.taken.entry(words(&request.body)).or_default() += 1;
        }
        let ledger = world.agent().pages("/v1/usage/ledger?limit=100").await;
        let theirs = ledger.iter().filter(|entry| threads.iter().any(|thread| entry["thread_id"] == thread.id));
        let counts = |states: &[&str]| {
            let those = theirs.clone().filter(|entry| states.iter().any(|state| entry["status"] == *state));
            those.filter_map(|entry| entry["count"].as_i64()).sum()
        };
        seen.counted = counts(&["reserved", "used"]);
        seen.reserved = counts(&["reserved"]);
        seen
    }

    /// Only this.
    pub(super) fn only(besides: Vec<String>) -> Self {
        Self { besides, ..Self::default() }
    }

    /// What there is to see of somebody else, too.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.threads.extend(other.threads);
        self.wrote.extend(other.wrote);
        self.received.extend(other.received);
        self.tickets.extend(other.tickets);
        self.contacts = [0, 1].map(|which| self.contacts[which] + other.contacts[which]);
        for (words, times) in other.taken {
            *self.taken.entry(words).or_default() += times;
        }
        self.counted += other.counted;
        self.reserved += other.reserved;
        self.besides.extend(other.besides);
        self
    }

    /// How many messages of ours nobody knows the fate of.
    pub(super) fn unconfirmed(&self) -> usize {
        self.threads.iter().flatten().filter(|row| row.status == UNCONFIRMED).count()
    }

    /// Whether it is known of each message what became of it, and none went astray.
    pub(super) fn is_clear(&self) -> bool {
        self.unconfirmed() == 0 && self.threads.iter().flatten().all(|row| row.astray.is_empty())
    }

    /// The same, but for what is unconfirmed and may have arrived or not, once.
    pub(super) fn is_as(&self, expected: &Self) -> bool {
        let rows = |seen: &Self| -> Vec<Vec<Row>> {
            let known = |row: &Row, other: Option<&Row>| match other {
                Some(other) if row.status == UNCONFIRMED => Row { status: other.status.clone(), ..row.clone() },
                _ => row.clone(),
            };
            let of = |(n, thread): (usize, &Vec<Row>)| {
                let other = |m: usize| expected.threads.get(n).and_then(|thread| thread.get(m));
                thread.iter().enumerate().map(|(m, row)| known(row, other(m))).collect()
            };
            seen.threads.iter().enumerate().map(of).collect()
        };
        let unsure: Vec<&String> = self.unsure().collect();
        let known = |shown: &[Shown]| -> Vec<Shown> {
            shown.iter().filter(|shown| !unsure.contains(&&shown.words)).cloned().collect()
        };
        let at_most_once = |words: &&String| self.received.iter().filter(|shown| shown.words == **words).count() <= 1;
        // What is unsure may not have been taken; nothing is taken more often than without faults.
        let taken = |seen: &Self| seen.taken.values().sum::<usize>();
        let times = |(words, times): (&String, &usize)| expected.taken.get(words).is_some_and(|most| times <= most);
        let is_taken = self.taken.iter().all(times) && taken(self) + unsure.len() >= taken(expected);
        let others = |seen: &Self| (seen.wrote.clone(), seen.tickets.clone(), seen.besides.clone());
        let counts = |seen: &Self| (seen.contacts, seen.counted);
        rows(self) == expected.threads
            && others(self) == others(expected)
            && counts(self) == counts(expected)
            // What is known to have been sent is not set aside any more.
            && usize::try_from(self.reserved - expected.reserved).is_ok_and(|left| left <= unsure.len())
            && known(&self.received) == known(&expected.received)
            && is_taken
            && unsure.iter().all(at_most_once)
    }

    fn unsure(&self) -> impl Iterator<Item = &String> {
        self.threads.iter().flatten().filter(|row| row.status == UNCONFIRMED).map(|row| &row.words)
    }
}

impl Row {
    fn of(words: String, message: &Value) -> Self {
        let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
        // A file that nothing was written below is called by its name here and by its kind on the phone.
        let unnamed = message["attachments"][0]["filename"] == words;
        let words = if unnamed { format!("[{}]", text("type")) } else { words };
        let of_file = |file: &Value| format!("{} {} {}", file["status"], file["mime_type"], file["size"]);
        let file = message["attachments"].as_array().into_iter().flatten().map(of_file).collect();
        Self { direction: text("direction"), words, file, status: text("status"), astray: astray(message) }
    }
}

impl Ticket {
    async fn of(world: &World, thread: &Thread) -> Self {
        let agent = world.agent();
        let ticket = agent.gets_in_the_end(&format!("/v1/tickets/{}", thread.ticket_id())).await.body;
        let thread = agent.gets_in_the_end(&format!("/v1/threads/{}", thread.id)).await.body;
        Self {
            status: ticket["status"].as_str().unwrap_or_default().to_owned(),
            unread: ticket["unread_count"].as_i64().unwrap_or(-1),
            in_session: thread["session"]["open"] == true,
        }
    }
}

/// Whether Meta did what it was asked for.
pub(super) fn is_taken(request: &GraphRequest) -> bool {
    request.status == Some(200)
        || ["drop_after", "drop_half", "hang"].iter().any(|fault| request.fault.as_deref() == Some(fault))
}

/// What a message to Graph says: its text, what is written below its file, or its kind.
fn words(body: &Value) -> String {
    let kind = body["type"].as_str().unwrap_or_default();
    let words = body[kind]["body"].as_str().or(body[kind]["caption"].as_str()).or(body[kind]["name"].as_str());
    words.map_or_else(|| format!("[{kind}]"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(status: &str, received: &[&str]) -> Seen {
        let [direction, words, file, status] = ["outgoing", "hi", "", status].map(str::to_owned);
        let received: Vec<Shown> =
            received.iter().map(|words| Shown { words: (*words).to_owned(), size: None }).collect();
        let taken = [("hi".to_owned(), received.len())].into_iter().filter(|(_, times)| *times > 0).collect();
        let row = Row { direction, words, file, status, astray: Vec::new() };
        Seen { threads: vec![vec![row]], received, taken, ..Seen::default() }
    }

    #[test]
    fn what_is_unconfirmed_may_have_arrived_once_or_not_and_everything_else_is_the_same() {
        let expected = seen("read", &["hi"]);
        assert!(expected.is_as(&expected));
        assert!(seen("unconfirmed", &["hi"]).is_as(&expected) && seen("unconfirmed", &[]).is_as(&expected));
        assert!(!seen("unconfirmed", &["hi", "hi"]).is_as(&expected));
        for other in [seen("sent", &["hi"]), seen("read", &[]), seen("read", &["hi", "hi"]), Seen::default()] {
            assert!(!other.is_as(&expected), "{other:?}");
        }
        let twice = BTreeMap::from([("hi".to_owned(), 2)]);
        for status in ["read", "unconfirmed"] {
            assert!(!Seen { taken: twice.clone(), ..seen(status, &["hi"]) }.is_as(&expected), "Meta took it twice");
        }
        assert!(!Seen { counted: 1, ..expected.clone() }.is_as(&expected));
        assert!(!Seen { contacts: [2, 1], ..expected.clone() }.is_as(&expected));
        assert!(!Seen { reserved: 1, ..expected.clone() }.is_as(&expected), "it is still set aside");
        assert!(Seen { reserved: 1, ..seen("unconfirmed", &[]) }.is_as(&expected));
        let ticket = Ticket { status: "open".to_owned(), unread: 0, in_session: true };
        assert!(!Seen { tickets: vec![ticket], ..expected.clone() }.is_as(&expected));
    }

    #[test]
    fn a_step_may_be_missing_and_none_comes_twice_or_goes_back() {
        let row = |steps: &[&str]| {
            let steps: Vec<Value> = steps.iter().map(|step| json!({ "status": step })).collect();
            Row::of("hi".to_owned(), &json!({ "direction": "outgoing", "status": "read", "statuses": steps }))
        };
        let whole = row(&["queued", "sent", "delivered", "read"]);
        assert_eq!((row(&["queued", "read"]), row(&[])), (whole.clone(), whole.clone()));
        for steps in [["queued", "read", "sent"], ["queued", "read", "read"], ["queued", "lost", "read"]] {
            let seen = Seen { threads: vec![vec![row(&steps)]], ..Seen::default() };
            assert!(!seen.is_clear() && !seen.is_as(&Seen { threads: vec![vec![whole.clone()]], ..Seen::default() }));
        }
    }

    #[test]
    fn what_is_asked_of_graph_is_known_by_its_words() {
        let text = json!({ "type": "text", "text": { "body": "hi" } });
        let file = json!({ "type": "image", "image": { "id": "1", "caption": "look" } });
        let bare = json!({ "type": "image", "image": { "id": "1" } });
        let template = json!({ "type": "template", "template": { "name": "spring_offer" } });
        assert_eq!([text, file, bare, template].map(|body| words(&body)), ["hi", "look", "[image]", "spring_offer"]);
    }
}
