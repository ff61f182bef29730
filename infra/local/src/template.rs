//! `infra/template.yaml`, read as CloudFormation and SAM would read it, as far as it goes.

mod arns;
mod function;
mod gateway;
mod intrinsic;
mod store;

pub use arns::Arns;
pub use function::{EventSource, Function, Schedule, Statement};
pub use gateway::{Authorizer, Route};
pub use store::{CorsRule, Queue, Table};

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use intrinsic::Resolver;

/// The file itself; a change of it is a change of this crate.
const TEMPLATE: &str = include_str!("../../template.yaml");

/// Where the stack stands: what CloudFormation's pseudo parameters and generated names would say.
#[derive(Clone, Debug)]
pub struct Place {
    /// The region's name.
    pub region: String,
    /// The account's twelve digits.
    pub account: String,
    /// The stack's name, with which every other name begins.
    pub stack: String,
    /// The address at which the account answers.
    pub aws_url: String,
    /// The address of the HTTP API.
    pub api_url: String,
}

/// The template with every reference resolved.
#[derive(Debug)]
pub struct Template {
    resources: BTreeMap<String, Resource>,
    place: Place,
}

#[derive(Debug)]
struct Resource {
    kind: String,
    properties: Value,
    metadata: Value,
}

/// A resource as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    #[serde(rename = "Type")]
    kind: String,
    condition: Option<String>,
    #[serde(default)]
    properties: serde_yaml_ng::Value,
    #[serde(default)]
    metadata: serde_yaml_ng::Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(default)]
    parameters: BTreeMap<String, Parameter>,
    #[serde(default)]
    conditions: BTreeMap<String, serde_yaml_ng::Value>,
    #[serde(default)]
    globals: BTreeMap<String, serde_yaml_ng::Value>,
    resources: BTreeMap<String, Written>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    default: Option<serde_yaml_ng::Value>,
}

impl Template {
    /// The project's template, at a place, with values for its parameters.
    ///
    /// # Errors
    /// When it holds something that is not understood, or names what it does not hold.
    pub fn read(place: Place, parameters: &BTreeMap<String, String>) -> anyhow::Result<Self> {
        Self::parse(TEMPLATE, place, parameters).context("infra/template.yaml")
    }

    /// Any template, such as the project's with a change.
    ///
    /// # Errors
    /// As [`Template::read`].
    pub fn parse(text: &str, place: Place, given: &BTreeMap<String, String>) -> anyhow::Result<Self> {
        let document: Document = serde_yaml_ng::from_str(text)?;
        let mut parameters = BTreeMap::new();
        for (name, parameter) in document.parameters {
            let value = given.get(&name).cloned().or_else(|| parameter.default.as_ref().map(intrinsic::text));
            parameters.insert(name.clone(), value.ok_or_else(|| anyhow!("the parameter {name} has no value"))?);
        }
        let resolver = Resolver::new(&place, &parameters, &document.conditions, &document.resources);
        let globals = document.globals.get("Function").map(|value| resolver.resolve(value)).transpose()?;
        let mut resources = BTreeMap::new();
        for (name, written) in &document.resources {
            if let Some(condition) = &written.condition
                && !resolver.holds(condition)?
            {
                continue;
            }
            let mut properties = resolver.resolve(&written.properties).with_context(|| name.clone())?;
            if let (true, Some(globals)) = (written.kind == Function::KIND, &globals) {
                properties = merged(globals.clone(), properties);
            }
            let metadata = resolver.resolve(&written.metadata)?;
            resources.insert(name.clone(), Resource { kind: written.kind.clone(), properties, metadata });
        }
        Ok(Self { resources, place })
    }

    /// Where the stack stands.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The value that `!Ref` gives for a resource.
    ///
    /// # Errors
    /// When the template has no such resource.
    pub fn name_of(&self, logical_id: &str) -> anyhow::Result<String> {
        let resource = self.resources.get(logical_id).ok_or_else(|| anyhow!("the template has no {logical_id}"))?;
        Ok(intrinsic::reference(&self.place, logical_id, &resource.kind, &resource.properties))
    }

    /// The value that `!GetAtt ….Arn` gives for a resource.
    ///
    /// # Errors
    /// When the template has no such resource.
    pub fn arn_of(&self, logical_id: &str) -> anyhow::Result<String> {
        let resource = self.resources.get(logical_id).ok_or_else(|| anyhow!("the template has no {logical_id}"))?;
        Ok(intrinsic::arn(&self.place, logical_id, &resource.kind, &resource.properties))
    }

    /// The properties of every resource of a kind, by logical id.
    fn all<T: DeserializeOwned>(&self, kind: &str) -> anyhow::Result<Vec<(&str, T)>> {
        self.resources
            .iter()
            .filter(|(_, resource)| resource.kind == kind)
            .map(|(name, resource)| {
                let properties = T::deserialize(&resource.properties).with_context(|| name.clone())?;
                Ok((name.as_str(), properties))
            })
            .collect()
    }

    /// The logical id of the resource of a kind that has this ARN.
    fn by_arn(&self, kind: &str, arn: &str) -> anyhow::Result<&str> {
        self.resources
            .iter()
            .filter(|(_, resource)| resource.kind == kind)
            .find(|(name, resource)| intrinsic::arn(&self.place, name, &resource.kind, &resource.properties) == arn)
            .map(|(name, _)| name.as_str())
            .ok_or_else(|| anyhow!("no {kind} is {arn}"))
    }
}

/// SAM's globals: what the resource says wins, objects are merged.
fn merged(below: Value, above: Value) -> Value {
    match (below, above) {
        (Value::Object(mut below), Value::Object(above)) => {
            for (key, value) in above {
                let value = match below.remove(&key) {
                    Some(under) => merged(under, value),
                    None => value,
                };
                below.insert(key, value);
            }
            Value::Object(below)
        }
        (_, above) => above,
    }
}

/// The project's template as tests see it.
#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn place() -> Place {
        Place {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            stack: "local".into(),
            aws_url: "http://127.0.0.1:7402".into(),
            api_url: "http://127.0.0.1:7400".into(),
        }
    }

    pub(crate) fn template() -> Template {
        let parameters = BTreeMap::from([("JwtIssuer".to_owned(), "http://127.0.0.1:7403/issuer".to_owned())]);
        Template::read(place(), &parameters).unwrap()
    }

    /// The same with the first `from` replaced, to see what is made of a mistake.
    pub(crate) fn edited(from: &str, to: &str) -> Template {
        let parameters = BTreeMap::from([("JwtIssuer".to_owned(), "http://127.0.0.1:7403/issuer".to_owned())]);
        Template::parse(&TEMPLATE.replacen(from, to, 1), place(), &parameters).unwrap()
    }

    #[test]
    fn a_parameter_without_a_value_is_named() {
        let text = "{Parameters: {Missing: {Type: String}}, Resources: {}}";
        let error = Template::parse(text, place(), &BTreeMap::new()).unwrap_err();

        assert!(error.to_string().contains("the parameter Missing has no value"));
    }

    #[test]
    fn a_user_pool_is_made_only_where_no_issuer_is_given() {
        assert!(template().name_of("Users").is_err());
        assert!(template().routes().unwrap().iter().any(|route| {
            route.authorizer.as_ref().is_some_and(|it| it.issuer.ends_with("/issuer") && it.audience == ["helpdesk"])
        }));
    }

    #[test]
    fn what_a_condition_chooses_counts_and_the_rest_is_not_even_read() {
        let text = r#"
Parameters: {Issuer: {Type: String, Default: ""}}
Conditions: {Own: !Equals [!Ref Issuer, ""], Other: !Not [!Equals [!Ref Issuer, ""]]}
Resources:
  Own: {Type: AWS::S3::Bucket, Condition: Own, Properties: {BucketName: !If [Other, !Ref Nowhere, mine]}}
  Other: {Type: AWS::S3::Bucket, Condition: Other, Properties: {BucketName: !Ref Nowhere}}
"#;
        let template = Template::parse(text, place(), &BTreeMap::new()).unwrap();

        assert_eq!(template.name_of("Own").unwrap(), "mine");
        assert!(template.name_of("Other").is_err());
    }

    #[test]
    fn a_function_gets_its_environment_with_names_resolved_and_the_globals_below() {
        let functions = template().functions().unwrap();
        let intake = functions.iter().find(|function| function.name == "webhook-intake").unwrap();

        assert_eq!(intake.timeout.as_secs(), 10);
        assert_eq!(intake.memory_mb, 256);
        assert_eq!(intake.environment["LOG_LEVEL"], "info");
        assert_eq!(intake.environment["BUCKET_NAME"], "local-media-000000000000-us-east-1");
        assert_eq!(intake.environment["INBOUND_QUEUE_URL"], "http://127.0.0.1:7402/000000000000/local-inbound.fifo");
    }

    #[test]
    fn a_function_may_do_what_its_role_says_on_the_resources_it_names() {
        let functions = template().functions().unwrap();
        let due_work = functions.iter().find(|function| function.name == "due-work").unwrap();

        let index = "arn:aws:dynamodb:us-east-1:000000000000:table/local-helpdesk/index/due";
        assert!(due_work.allows("dynamodb:Query", index));
        assert!(!due_work.allows("dynamodb:Scan", index));
        assert!(!due_work.allows("dynamodb:Query", &index.replace("due", "another")));
    }

    #[test]
    fn queues_know_where_their_dead_letters_go() {
        let queues = template().queues().unwrap();
        let inbound = queues.iter().find(|queue| queue.logical_id == "InboundQueue").unwrap();

        assert_eq!(inbound.name, "local-inbound.fifo");
        assert_eq!(inbound.attributes["FifoQueue"], "true");
        assert_eq!(inbound.attributes["VisibilityTimeout"], "180");
        let redrive: Value = serde_json::from_str(&inbound.attributes["RedrivePolicy"]).unwrap();
        assert_eq!(redrive["deadLetterTargetArn"], "arn:aws:sqs:us-east-1:000000000000:local-inbound-dlq.fifo");
        assert_eq!(redrive["maxReceiveCount"], 10);
        assert_eq!(queues.iter().filter(|queue| queue.is_dead_letter_queue()).count(), 6);
    }

    #[test]
    fn every_queue_of_work_has_its_event_source_and_what_waits_for_a_time_its_schedule() {
        let template = template();

        let sources = template.event_sources().unwrap();
        let bounded = sources.iter().filter(|source| source.maximum_concurrency.is_some());
        assert_eq!(bounded.map(|source| source.queue.as_str()).collect::<Vec<_>>(), ["KnocksQueue"]);
        let sources: Vec<_> = sources.into_iter().map(|source| (source.queue, source.function)).collect();
        let expected = [
            ("AccountEventsQueue", "account-events"),
            ("MediaQueue", "media-download"),
            ("KnocksQueue", "outbound-sender"),
            ("OutboundQueue", "outbound-sender"),
            ("StatusesQueue", "status-updates"),
            ("InboundQueue", "ticket-creation"),
        ];
        assert_eq!(sources, expected.map(|(queue, function)| (queue.to_owned(), function.to_owned())));

        let schedules = template.schedules().unwrap();
        let schedules: Vec<_> = schedules.iter().map(|it| (it.function.as_str(), it.every.as_secs())).collect();
        assert_eq!(schedules, [("due-work", 60), ("quota-reset", 300)]);
    }

    #[test]
    fn routes_lead_to_functions_and_only_the_webhook_is_open() {
        let routes = template().routes().unwrap();

        for route in routes {
            let open = route.key.ends_with("/webhooks/whatsapp");
            assert_eq!(route.authorizer.is_none(), open, "{}", route.key);
            let with_tokens = ["tenants", "channels", "templates"].iter().any(|noun| route.key.contains(noun));
            let api = if with_tokens { "api-channels" } else { "api-helpdesk" };
            assert_eq!(route.function, if open { "webhook-intake" } else { api });
        }
    }

    #[test]
    fn the_table_is_described_as_create_table_wants_it() {
        let table = template().table().unwrap();

        assert_eq!(table.name, "local-helpdesk");
        assert_eq!(table.ttl_attribute.as_deref(), Some("expires_at"));
        assert!(table.create.get("StreamSpecification").is_none(), "each write would cost as much as a day of writes");
        let indexes = table.create["GlobalSecondaryIndexes"].as_array().unwrap();
        let due = indexes.iter().find(|index| index["IndexName"] == "due").unwrap();
        assert_eq!(due["Projection"]["ProjectionType"], "KEYS_ONLY");
    }
}
