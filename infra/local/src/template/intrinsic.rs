//! CloudFormation's references: `!Ref`, `!GetAtt`, `!Sub`, `!Join`; and its conditions: `!If` with `!Equals` and `!Not`.

use std::collections::BTreeMap;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};
use serde_yaml_ng::Value as Yaml;

use super::{Place, Written};

/// Resolves what a template's values refer to.
pub(super) struct Resolver<'a> {
    place: &'a Place,
    parameters: &'a BTreeMap<String, String>,
    conditions: &'a BTreeMap<String, Yaml>,
    resources: &'a BTreeMap<String, Written>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        place: &'a Place,
        parameters: &'a BTreeMap<String, String>,
        conditions: &'a BTreeMap<String, Yaml>,
        resources: &'a BTreeMap<String, Written>,
    ) -> Self {
        Self { place, parameters, conditions, resources }
    }

    /// Whether a condition of the template holds.
    pub(super) fn holds(&self, condition: &str) -> anyhow::Result<bool> {
        let written = self.conditions.get(condition).ok_or_else(|| anyhow!("no condition is called {condition}"))?;
        self.is_true(written)
    }

    fn is_true(&self, condition: &Yaml) -> anyhow::Result<bool> {
        let Yaml::Tagged(tagged) = condition else { bail!("a condition is !Equals or !Not") };
        match (tagged.tag.to_string().trim_start_matches('!'), tagged.value.as_sequence().map(Vec::as_slice)) {
            ("Equals", Some([one, other])) => Ok(self.resolve(one)? == self.resolve(other)?),
            ("Not", Some([condition])) => Ok(!self.is_true(condition)?),
            (other, _) => bail!("!{other} is not understood in a condition here"),
        }
    }

    /// The value with every reference replaced by what it refers to.
    pub(super) fn resolve(&self, value: &Yaml) -> anyhow::Result<Value> {
        Ok(match value {
            Yaml::Tagged(tagged) => self.intrinsic(&tagged.tag.to_string(), &tagged.value)?,
            Yaml::Mapping(mapping) => Value::Object(
                mapping
                    .iter()
                    .map(|(key, value)| Ok((text(key), self.resolve(value)?)))
                    .collect::<anyhow::Result<_>>()?,
            ),
            Yaml::Sequence(items) => {
                Value::Array(items.iter().map(|item| self.resolve(item)).collect::<anyhow::Result<_>>()?)
            }
            plain => serde_json::to_value(plain)?,
        })
    }

    fn intrinsic(&self, tag: &str, value: &Yaml) -> anyhow::Result<Value> {
        let resolved = match tag.trim_start_matches('!') {
            "Ref" => self.name(&text(value))?,
            "GetAtt" => {
                let path = text(value);
                let (name, attribute) = path.split_once('.').ok_or_else(|| anyhow!("!GetAtt {path}: no attribute"))?;
                self.attribute(name, attribute)?
            }
            "Sub" => self.substituted(&text(value))?,
            "Join" => self.joined(value)?,
            // The other branch may name what is not there.
            "If" => return self.resolve(self.branch(value)?),
            other => bail!("!{other} is not understood here"),
        };
        Ok(Value::String(resolved))
    }

    /// What `!Ref` gives: a pseudo parameter, a parameter, or a resource's name.
    fn name(&self, name: &str) -> anyhow::Result<String> {
        let pseudo = match name {
            "AWS::AccountId" => Some(self.place.account.as_str()),
            "AWS::Partition" => Some("aws"),
            "AWS::Region" => Some(self.place.region.as_str()),
            "AWS::StackName" => Some(self.place.stack.as_str()),
            "AWS::URLSuffix" => Some("amazonaws.com"),
            _ => self.parameters.get(name).map(String::as_str),
        };
        if let Some(value) = pseudo {
            return Ok(value.to_owned());
        }
        // There are no versions here, so that a function is its own alias.
        if let Some(function) = name.strip_suffix(".Alias") {
            return self.attribute(function, "Arn");
        }
        let (kind, properties) = self.resource(name)?;
        Ok(reference(self.place, name, kind, &properties))
    }

    fn attribute(&self, name: &str, attribute: &str) -> anyhow::Result<String> {
        let (kind, properties) = self.resource(name)?;
        Ok(match attribute {
            "Arn" => arn(self.place, name, kind, &properties),
            "ApiEndpoint" => self.place.api_url.clone(),
            other => bail!("!GetAtt {name}.{other} is not understood here"),
        })
    }

    /// A resource with only the property that names it: names refer to no resources, so this ends.
    fn resource(&self, name: &str) -> anyhow::Result<(&str, Value)> {
        let written = self.resources.get(name).ok_or_else(|| anyhow!("nothing is called {name}"))?;
        let property = name_property(&written.kind);
        let value = match written.properties.get(property) {
            Some(value) => json!({ property: self.resolve(value)? }),
            None => json!({}),
        };
        Ok((&written.kind, value))
    }

    fn substituted(&self, text: &str) -> anyhow::Result<String> {
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (path, after) = after.split_once('}').ok_or_else(|| anyhow!("!Sub {text}: a brace is open"))?;
            result.push_str(before);
            result.push_str(&match path.split_once('.') {
                Some((name, attribute)) => self.attribute(name, attribute)?,
                None => self.name(path)?,
            });
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }

    fn branch<'b>(&self, value: &'b Yaml) -> anyhow::Result<&'b Yaml> {
        match value.as_sequence().map(Vec::as_slice) {
            Some([condition, then, otherwise]) => Ok(if self.holds(&text(condition))? { then } else { otherwise }),
            _ => bail!("!If wants a condition and two values"),
        }
    }

    fn joined(&self, value: &Yaml) -> anyhow::Result<String> {
        match self.resolve(value)? {
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(separator), Value::Array(items)] => {
                    Ok(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(separator))
                }
                _ => bail!("!Join wants a separator and a list"),
            },
            _ => bail!("!Join wants a list"),
        }
    }
}

/// What `!Ref` gives for a resource of a kind.
pub(super) fn reference(place: &Place, logical_id: &str, kind: &str, properties: &Value) -> String {
    let name = name(logical_id, kind, properties);
    match kind {
        "AWS::SQS::Queue" => format!("{}/{}/{name}", place.aws_url, place.account),
        "AWS::SecretsManager::Secret" => arn(place, logical_id, kind, properties),
        _ => name,
    }
}

/// What `!GetAtt ….Arn` gives for a resource of a kind.
pub(super) fn arn(place: &Place, logical_id: &str, kind: &str, properties: &Value) -> String {
    let name = name(logical_id, kind, properties);
    let Place { region, account, .. } = place;
    match kind {
        "AWS::DynamoDB::Table" => format!("arn:aws:dynamodb:{region}:{account}:table/{name}"),
        "AWS::IAM::Role" => format!("arn:aws:iam::{account}:role/{name}"),
        "AWS::KMS::Key" => format!("arn:aws:kms:{region}:{account}:key/{name}"),
        "AWS::Logs::LogGroup" => format!("arn:aws:logs:{region}:{account}:log-group:{name}:*"),
        "AWS::S3::Bucket" => format!("arn:aws:s3:::{name}"),
        "AWS::SQS::Queue" => format!("arn:aws:sqs:{region}:{account}:{name}"),
        // Secrets Manager puts six characters of its own at the end.
        "AWS::SecretsManager::Secret" => format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}-aaaaaa"),
        "AWS::Serverless::Function" => format!("arn:aws:lambda:{region}:{account}:function:{name}"),
        _ => name,
    }
}

fn name(logical_id: &str, kind: &str, properties: &Value) -> String {
    properties.get(name_property(kind)).and_then(Value::as_str).unwrap_or(logical_id).to_owned()
}

/// The property that names a resource of a kind; without one its logical id does.
fn name_property(kind: &str) -> &'static str {
    match kind {
        "AWS::DynamoDB::Table" => "TableName",
        "AWS::IAM::Role" => "RoleName",
        "AWS::Logs::LogGroup" => "LogGroupName",
        "AWS::S3::Bucket" => "BucketName",
        "AWS::SQS::Queue" => "QueueName",
        "AWS::SecretsManager::Secret" => "Name",
        "AWS::Serverless::Function" => "FunctionName",
        _ => "",
    }
}

/// A YAML scalar as CloudFormation's strings see it.
pub(super) fn text(value: &Yaml) -> String {
    match value {
        Yaml::String(text) => text.clone(),
        Yaml::Bool(value) => value.to_string(),
        Yaml::Number(value) => value.to_string(),
        _ => String::new(),
    }
}
