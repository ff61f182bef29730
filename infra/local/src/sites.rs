//! Where functions go out of themselves: every kind of call to AWS that they make, told apart by what it is about and
//! under which conditions, without whose data it is. It is as near as the wire comes to a line of their source.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Request;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::metering::Operation;
use crate::once::{self, Once};

/// The file of the data folder that keeps them, a JSON object a line, each once.
pub const FILE: &str = "sites.jsonl";

/// One kind of call of one function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Site {
    /// The function's crate.
    pub function: String,
    /// As in the metering: `dynamodb`, `sqs`, `s3`, `kms`, `secretsmanager`.
    pub service: String,
    /// As in the metering: `TransactWriteItems`.
    pub operation: String,
    /// Kinds of items with their changes and conditions, a queue, a folder of the bucket, a key.
    pub about: String,
}

/// How often each was called since the start or the last [`Sites::forget`]. Clones share them.
#[derive(Clone)]
pub struct Sites(Arc<Mutex<Counted>>);

struct Counted {
    calls: BTreeMap<Site, u64>,
    kept: Once<Site>,
}

/// A site and how often it was called.
#[derive(Clone, Debug, Serialize)]
pub struct Calls {
    #[serde(flatten)]
    site: Site,
    calls: u64,
}

impl Site {
    /// Of a call of the JSON protocols.
    pub(crate) fn of_json(call: &Operation, request: &Value) -> Self {
        let about = match call.service.as_str() {
            "dynamodb" => about_items(&call.operation, request),
            "sqs" => last_part(&request["QueueUrl"]),
            "kms" => last_part(&request["KeyId"]),
            _ => String::new(),
        };
        Self::new(call, &about)
    }

    /// Of a call to the bucket: the folder within it.
    pub(crate) fn of_object<B>(call: &Operation, request: &Request<B>) -> Self {
        let about = request.uri().path().split('/').nth(2).unwrap_or_default();
        Self::new(call, about)
    }

    fn new(call: &Operation, about: &str) -> Self {
        let Operation { function, service, operation } = call.clone();
        // Which quarter hour is counted in (`ADD q42`) depends on when it is, and is no kind of its own.
        let words = about.split(' ').map(|word| if is_quarter(word) { "q" } else { word });
        Self { function, service, operation, about: words.collect::<Vec<_>>().join(" ") }
    }
}

impl std::fmt::Display for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { function, service, operation, about } = self;
        write!(f, "{function} {service}:{operation} {about}")
    }
}

impl Sites {
    /// The sites kept in a file, made on the first run.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        Ok(Self(Arc::new(Mutex::new(Counted { calls: BTreeMap::new(), kept: Once::open(path)? }))))
    }

    /// Counts a call.
    pub fn count(&self, site: &Site) {
        let mut counted = self.counted();
        *counted.calls.entry(site.clone()).or_default() += 1;
        counted.kept.keep(site.clone());
    }

    /// How often each was called.
    pub fn calls(&self) -> Vec<Calls> {
        self.counted().calls.iter().map(|(site, calls)| Calls { site: site.clone(), calls: *calls }).collect()
    }

    /// Counts from nothing again.
    pub fn forget(&self) {
        self.counted().calls.clear();
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sites in a file.
///
/// # Errors
/// When the file cannot be read.
pub fn read(path: &Path) -> anyhow::Result<BTreeSet<Site>> {
    once::read(path)
}

fn about_items(operation: &str, request: &Value) -> String {
    match operation {
        "TransactWriteItems" | "TransactGetItems" => {
            let writes = request["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object);
            // The same for one message as for three.
            let parts: BTreeSet<String> = writes.flatten().map(|(verb, write)| about_write(verb, write)).collect();
            parts.into_iter().collect::<Vec<_>>().join(" + ")
        }
        "BatchGetItem" => {
            let tables = request["RequestItems"].as_object().into_iter().flat_map(|tables| tables.values());
            let keys = tables.filter_map(|table| table["Keys"].as_array()).flatten();
            keys.map(kind).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" + ")
        }
        "Query" => {
            let index = request["IndexName"].as_str().map(|index| format!("index {index} ")).unwrap_or_default();
            let values =
                request["ExpressionAttributeValues"].as_object().into_iter().flat_map(|values| values.values());
            let words: BTreeSet<String> = values.filter_map(|value| value["S"].as_str()).map(words).collect();
            format!("{index}{}", words.into_iter().collect::<Vec<_>>().join(" ").trim_start())
        }
        _ => about_item(request),
    }
}

/// A write as a transaction's site names it; `verb` is `Put`, `Update`, `Delete` or `ConditionCheck`.
pub(crate) fn about_write(verb: &str, write: &Value) -> String {
    format!("{verb} {}", about_item(write))
}

/// What one write or read of one item is about: the kind of item, what is changed of it, and under which condition.
fn about_item(request: &Value) -> String {
    let key = if request["Key"].is_null() { &request["Item"] } else { &request["Key"] };
    let mut about = kind(key);
    if let Some(change) = request["UpdateExpression"].as_str() {
        about += &format!(" {change}");
    }
    if let Some(condition) = request["ConditionExpression"].as_str() {
        about += &format!(" if {condition}");
    }
    about
}

fn kind(key: &Value) -> String {
    let of = |name: &str| words(key[name]["S"].as_str().unwrap_or_default());
    let (partition, sort) = (of("pk"), of("sk"));
    if sort.is_empty() || sort == partition { partition } else { format!("{partition} {sort}").trim_start().to_owned() }
}

/// The parts of a key that are names and not ids.
fn words(key: &str) -> String {
    let is_word = |part: &&str| part.len() > 1 && part.chars().all(|it| it.is_ascii_uppercase() || it == '_');
    key.split('#').filter(is_word).collect::<Vec<_>>().join("/")
}

fn is_quarter(word: &str) -> bool {
    let digits = word.strip_prefix('q').unwrap_or_default();
    digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit())
}

fn last_part(value: &Value) -> String {
    value.as_str().and_then(|value| value.rsplit('/').next()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn about(operation: &str, request: &Value) -> String {
        let call = Operation { function: "f".into(), service: "dynamodb".into(), operation: operation.into() };
        Site::of_json(&call, request).about
    }

    #[test]
    fn a_call_is_known_by_what_it_is_about_and_not_by_whose_data_it_is() {
        let get = |pk: &str, sk: &str| about("GetItem", &json!({"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}));
        assert_eq!(get("T#ten_1#CONTACT#con_1", "CONTACT"), "CONTACT");
        assert_eq!(get("T#ten_2#CONTACT#con_9", "CONTACT"), "CONTACT");
        assert_eq!(get("T#ten_1", "CHANNEL#chan_1"), "CHANNEL");
        assert_eq!(get("T#ten_1#THREAD#thr_1", "MESSAGE#000001.0001"), "THREAD MESSAGE");
        let query =
            json!({"IndexName": "due", "ExpressionAttributeValues": {":now": {"S": "0017"}, ":shard": {"S": "DUE#3"}}});
        assert_eq!(about("Query", &query), "index due DUE");
    }

    #[test]
    fn a_transaction_is_known_by_its_writes_and_their_conditions_however_many_of_a_kind() {
        let message = |n: u32| {
            json!({"Put": {
                "Item": {"pk": {"S": "T#t#THREAD#x"}, "sk": {"S": format!("MESSAGE#{n}")}},
                "ConditionExpression": "attribute_not_exists(pk)",
            }})
        };
        let ticket = json!({"Update": {
            "Key": {"pk": {"S": "T#t#TICKET#x"}, "sk": {"S": "TICKET"}}, "UpdateExpression": "SET a = :a",
        }});
        let one = about("TransactWriteItems", &json!({"TransactItems": [message(1), ticket]}));
        assert_eq!(one, "Put THREAD MESSAGE if attribute_not_exists(pk) + Update TICKET SET a = :a");
        assert_eq!(about("TransactWriteItems", &json!({"TransactItems": [ticket, message(1), message(2)]})), one);
    }

    #[test]
    fn a_quarter_hour_makes_no_kind_of_its_own() {
        let key = json!({"pk": {"S": "T#t#SERVICE"}, "sk": {"S": "SERVICE"}});
        let counts =
            |what: &str| about("UpdateItem", &json!({"Key": key, "UpdateExpression": format!("ADD {what} :one")}));
        assert_eq!((counts("q03"), counts("q42")), (counts("q"), counts("q")));
        assert_ne!(counts("queue"), counts("q"));
    }

    #[test]
    fn a_queue_a_key_and_a_folder_are_named() {
        let call = |service: &str| Operation { function: "f".into(), service: service.into(), operation: "O".into() };
        let queue = json!({"QueueUrl": "http://x/000000000000/local-inbound.fifo"});
        assert_eq!(Site::of_json(&call("sqs"), &queue).about, "local-inbound.fifo");
        assert_eq!(Site::of_json(&call("kms"), &json!({"KeyId": "arn:aws:kms:key/TokenKey"})).about, "TokenKey");
        let object = Request::put("http://x/local-media/spill/1").body(()).unwrap();
        assert_eq!(Site::of_object(&call("s3"), &object).about, "spill");
    }

    #[test]
    fn calls_add_up_until_they_are_forgotten_and_each_site_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let sites = Sites::open(&path).unwrap();
        let call = Operation { function: "f".into(), service: "s3".into(), operation: "GetObject".into() };
        let site = Site::of_json(&call, &Value::Null);
        sites.count(&site);
        sites.clone().count(&site);
        assert_eq!(serde_json::to_value(sites.calls()).unwrap()[0]["calls"], 2);
        sites.forget();
        assert!(sites.calls().is_empty());
        assert_eq!(read(&path).unwrap().into_iter().collect::<Vec<_>>(), [site]);
    }
}
