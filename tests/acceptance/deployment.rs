//! The template and the code say the same: what exists on one side only fails here. (Whether the roles allow what the
//! code does is seen after all tests, by the binary `roles`.)

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use acceptance::roles::{TEMPLATE, template};
use local::template::{Function, Queue, Route, Template};
use serde_json::Value;

use crate::architecture::{Crate, crates, workspace};

/// Event sources give a function this many times its timeout, for retries under throttling.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
const TIMEOUTS: u64 = 6;
/// The least `maxReceiveCount` that AWS recommends for a queue that feeds a function (same page).
const RECEIVES: u64 = 5;

#[test]
fn every_function_crate_is_deployed_and_nothing_else_is() {
    let deployed: BTreeSet<String> = read().functions().unwrap().into_iter().map(|it| it.name).collect();

    assert_eq!(deployed, functions().into_iter().map(|it| it.name).collect());
}

#[test]
fn the_routes_are_those_of_the_api_document_and_of_metas_webhook() {
    let mut expected = BTreeSet::from(["GET /webhooks/whatsapp".to_owned(), "POST /webhooks/whatsapp".to_owned()]);
    for noun in documented_nouns() {
        expected.extend([format!("ANY /v1/{noun}"), format!("ANY /v1/{noun}/{{proxy+}}")]);
    }

    let keys: BTreeSet<String> = read().routes().unwrap().into_iter().map(|route| route.key).collect();

    assert_eq!(keys, expected);
}

#[test]
fn every_route_leads_to_the_function_that_serves_it() {
    let functions = functions();
    for Route { key, function, authorizer } in read().routes().unwrap() {
        let path = key.split_once(' ').unwrap().1;
        assert_eq!(authorizer.is_some(), path.starts_with("/v1/"), "{key}");
        let Some(noun) = path.strip_prefix("/v1/").and_then(|rest| rest.split('/').next()) else {
            assert_eq!(function, "webhook-intake", "{key}");
            continue;
        };
        let serves = |it: &&Crate| served_nouns(it).contains(noun);
        let serving: Vec<&str> = functions.iter().filter(serves).map(|it| it.name.as_str()).collect();
        assert_eq!(serving, [function], "{key}");
    }
}

#[test]
fn the_address_shown_for_metas_console_is_the_webhooks() {
    let document = document();
    let shown = serde_yaml_ng::to_string(&document["Outputs"]["WebhookUrl"]["Value"]).unwrap();
    assert!(shown.trim_end().trim_end_matches('\'').ends_with("/webhooks/whatsapp"), "{shown}");
}

/// Cargo finds a binary only from its crate's folder: from the root it looks among the default members alone.
#[test]
fn sam_builds_each_function_in_its_own_folder() {
    let document = document();
    let resources = document["Resources"].as_mapping().unwrap().values();
    let built: BTreeMap<&str, &str> = resources
        .filter(|it| it["Type"] == "AWS::Serverless::Function")
        .map(|it| {
            let binary = it["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap();
            (binary, it["Properties"]["CodeUri"].as_str().unwrap())
        })
        .collect();

    assert_eq!(built.len(), functions().len());
    for (binary, folder) in built {
        assert_eq!(folder, format!("../functions/{binary}"));
    }
}

#[test]
fn alarms_look_where_the_functions_count() {
    let document = document();
    let mut metrics = Vec::new();
    own_metrics(&document["Resources"], &mut metrics);
    let functions = functions();
    let product: String = crates().iter().filter(|it| !it.is_in("tests")).map(code).collect();

    assert!(!metrics.is_empty());
    for Metric { name, namespace, function } in metrics {
        assert_eq!(namespace, "!Ref AWS::StackName", "{name}");
        assert!(functions.iter().any(|it| it.name == function), "{name} of {function}");
        assert!(product.contains(&format!("\"{name}\"")), "nobody counts {name}");
    }
}

#[test]
fn a_function_gets_the_variables_that_it_reads_and_no_others() {
    let functions = functions();
    let runtime = crates().into_iter().find(|it| it.name == "runtime").unwrap();
    let through_runtime = read_by_runtime(&runtime);
    for deployed in read().functions().unwrap() {
        let code = code(functions.iter().find(|it| it.name == deployed.name).unwrap());
        let mut reads = names_in(&code, &["variable"]);
        for (method, names) in &through_runtime {
            if code.contains(&format!(".{method}(")) || code.contains(&format!("::{method}(")) {
                reads.extend(names.iter().cloned());
            }
        }
        let given: BTreeSet<String> = deployed.environment.keys().cloned().collect();
        assert_eq!(given, reads, "{}: what the template gives, and what the code reads", deployed.name);
        for (name, value) in deployed.environment {
            assert!(!value.is_empty(), "{}: {name} is empty, which counts as missing", deployed.name);
        }
    }
}

#[test]
fn a_function_is_started_by_what_it_takes() {
    let template = read();
    let by_route = template.routes().unwrap().into_iter().map(|it| (it.function, "requests"));
    let by_queue = template.event_sources().unwrap().into_iter().map(|it| (it.function, "messages"));
    let by_schedule = template.schedules().unwrap().into_iter().map(|it| (it.function, "the time"));
    let started: BTreeSet<(String, &str)> = by_route.chain(by_queue).chain(by_schedule).collect();

    let takes = |it: Crate| {
        let code = code(&it);
        let takes = |event: &str| code.contains(event);
        let event = if takes("RequestContext") || takes("lambda_http::") {
            "requests"
        } else if takes("SqsEvent") {
            "messages"
        } else {
            "the time"
        };
        (it.name, event)
    };
    assert_eq!(started, functions().into_iter().map(takes).collect());
}

#[test]
fn every_queue_of_work_feeds_one_function_that_has_the_time_and_names_its_failures() {
    let template = read();
    let sources = template.event_sources().unwrap();
    for queue in queues_of_work(&template) {
        let fed: Vec<_> = sources.iter().filter(|source| source.queue == queue.logical_id).collect();
        let [source] = fed.as_slice() else { panic!("{} feeds {fed:?}", queue.logical_id) };
        let timeout = function(&template, &source.function).timeout.as_secs();
        let visible_after = number(&queue, "VisibilityTimeout");
        assert!(visible_after >= TIMEOUTS * timeout, "{}: {visible_after} s", queue.logical_id);
        assert!(source.partial_responses, "{} lacks ReportBatchItemFailures", queue.logical_id);
        // A batch of a FIFO queue is at most ten.
        assert!((1..=10).contains(&source.batch_size), "{}", queue.logical_id);
    }
    let work: BTreeSet<String> = queues_of_work(&template).into_iter().map(|it| it.logical_id).collect();
    assert_eq!(sources.into_iter().map(|it| it.queue).collect::<BTreeSet<_>>(), work);
}

#[test]
fn every_queue_of_work_has_a_dead_letter_queue_of_its_own_and_none_is_left_over() {
    let template = read();
    let mut left_over: BTreeMap<String, Queue> = dead_letter_queues(&template);
    for queue in queues_of_work(&template) {
        let redrive: Value = serde_json::from_str(&queue.attributes["RedrivePolicy"]).unwrap();
        let arn = redrive["deadLetterTargetArn"].as_str().unwrap();
        let letters = left_over.remove(arn).unwrap_or_else(|| panic!("{} sends to {arn}", queue.logical_id));
        let receives = redrive["maxReceiveCount"].as_u64().unwrap();
        assert!(receives >= RECEIVES, "{}: {receives}", queue.logical_id);
        // What does not fit there is lost.
        for setting in ["FifoQueue", "MaximumMessageSize"] {
            assert_eq!(letters.attributes.get(setting), queue.attributes.get(setting), "{}", queue.logical_id);
        }
        let kept = number(&letters, "MessageRetentionPeriod");
        assert!(kept >= number(&queue, "MessageRetentionPeriod"), "{}", queue.logical_id);
    }
    assert!(left_over.is_empty(), "{left_over:?}");
}

/// A record that is not done stays hidden for the visibility timeout, and waits meanwhile.
#[test]
fn one_attempt_that_failed_sets_off_no_alarm_of_work_that_waits() {
    let document = document();
    let resources = &document["Resources"];
    let properties = resources.as_mapping().unwrap().values().map(|it| &it["Properties"]);
    let waits: Vec<_> = properties.filter(|it| it["MetricName"] == "ApproximateAgeOfOldestMessage").collect();
    for queue in queues_of_work(&read()) {
        let name = &resources[queue.logical_id.as_str()]["Properties"]["QueueName"];
        let of_queue: Vec<_> = waits.iter().filter(|alarm| alarm["Dimensions"][0]["Value"] == *name).collect();
        let [alarm] = of_queue.as_slice() else { panic!("{} has {} alarms", queue.logical_id, of_queue.len()) };
        let threshold = alarm["Threshold"].as_u64().unwrap();
        let hidden = number(&queue, "VisibilityTimeout");
        assert!(threshold > hidden, "{}: {threshold} s, and {hidden} s hidden", queue.logical_id);
        let says = alarm["AlarmDescription"].as_str().unwrap();
        assert!(says.ends_with(&format!(" {} minutes.", threshold / 60)), "{says}");
    }
}

#[test]
fn every_queue_takes_the_largest_job_that_is_packed() {
    for queue in queues_of_work(&read()) {
        let takes = number(&queue, "MaximumMessageSize");
        assert!(takes > u64::try_from(queues::packing::BODY_CAP).unwrap(), "{}: {takes}", queue.logical_id);
    }
}

#[test]
fn every_queue_that_a_function_sends_to_is_one_of_work() {
    let template = read();
    let urls: BTreeSet<String> =
        queues_of_work(&template).into_iter().map(|it| template.name_of(&it.logical_id).unwrap()).collect();
    let sent_to: BTreeSet<String> = template
        .functions()
        .unwrap()
        .into_iter()
        .flat_map(|it| it.environment)
        .filter(|(name, _)| name.ends_with("_QUEUE_URL"))
        .map(|(_, url)| url)
        .collect();
    assert_eq!(sent_to, urls);
}

fn read() -> Template {
    template().unwrap()
}

/// The template as it is written.
fn document() -> serde_yaml_ng::Value {
    serde_yaml_ng::from_str(TEMPLATE).unwrap()
}

fn functions() -> Vec<Crate> {
    crates().into_iter().filter(|it| it.is_in("functions")).collect()
}

fn function(template: &Template, name: &str) -> Function {
    template.functions().unwrap().into_iter().find(|it| it.name == name).unwrap()
}

fn queues_of_work(template: &Template) -> Vec<Queue> {
    template.queues().unwrap().into_iter().filter(|it| !it.is_dead_letter_queue()).collect()
}

/// By ARN.
fn dead_letter_queues(template: &Template) -> BTreeMap<String, Queue> {
    let all = template.queues().unwrap().into_iter().filter(Queue::is_dead_letter_queue);
    all.map(|queue| (queue.arn.clone(), queue)).collect()
}

fn number(queue: &Queue, setting: &str) -> u64 {
    let value = queue.attributes.get(setting).unwrap_or_else(|| panic!("{} says no {setting}", queue.logical_id));
    value.parse().unwrap()
}

/// A metric that an alarm looks at and AWS does not count.
struct Metric {
    name: String,
    namespace: String,
    function: String,
}

fn own_metrics(value: &serde_yaml_ng::Value, found: &mut Vec<Metric>) {
    let below: Vec<&serde_yaml_ng::Value> = match value {
        serde_yaml_ng::Value::Mapping(mapping) => mapping.values().collect(),
        serde_yaml_ng::Value::Sequence(sequence) => sequence.iter().collect(),
        serde_yaml_ng::Value::Tagged(tagged) => vec![&tagged.value],
        _ => return,
    };
    below.into_iter().for_each(|value| own_metrics(value, found));
    let (Some(name), Some(namespace)) = (value.get("MetricName"), value.get("Namespace")) else { return };
    let text = |value| serde_yaml_ng::to_string(value).unwrap().trim().to_owned();
    if text(namespace).starts_with("AWS/") {
        return;
    }
    let function = text(&value["Dimensions"][0]["Value"]);
    found.push(Metric { name: text(name), namespace: text(namespace), function });
}

/// The nouns of `infra/openapi*.json`.
fn documented_nouns() -> BTreeSet<String> {
    let mut nouns = BTreeSet::new();
    for path in fs::read_dir(workspace().join("infra")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.starts_with("openapi") && name.ends_with(".json") {
            let document: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            nouns.extend(document["paths"].as_object().unwrap().keys().map(|path| noun(path)));
        }
    }
    assert!(!nouns.is_empty());
    nouns
}

/// The nouns of the handlers in a function's code.
fn served_nouns(function: &Crate) -> BTreeSet<String> {
    code(function).split("path = \"").skip(1).map(noun).collect()
}

/// `tickets` of `/v1/tickets/{id}/closure`.
fn noun(path: &str) -> String {
    let rest = path.strip_prefix("/v1/").unwrap_or_else(|| panic!("{path} is outside /v1"));
    rest.split(['/', '"']).next().unwrap().to_owned()
}

fn code(of: &Crate) -> String {
    let lines = of.code().into_iter().map(|(_, line)| line);
    lines.filter(|line| !line.starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// What each public method of `Runtime` reads for a function that calls it. Lambda itself sets those of AWS:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
fn read_by_runtime(runtime: &Crate) -> BTreeMap<String, BTreeSet<String>> {
    let code = code(runtime);
    let mut reads = BTreeMap::new();
    for method in code.split("pub fn ").skip(1) {
        let name = method.split(['(', '<']).next().unwrap().to_owned();
        let names = names_in(method, &["optional", "required", "variable"]).into_iter();
        let of_template: BTreeSet<String> =
            names.filter(|name| !name.starts_with(['_']) && !name.starts_with("AWS_")).collect();
        if !of_template.is_empty() {
            reads.insert(name, of_template);
        }
    }
    reads
}

/// The literals that are given to functions of these names.
fn names_in(code: &str, readers: &[&str]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for reader in readers {
        let call = format!("{reader}(\"");
        names.extend(code.split(&call).skip(1).map(|call| call.split('"').next().unwrap().to_owned()));
    }
    names
}
