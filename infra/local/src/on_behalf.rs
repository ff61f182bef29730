//! What roles must allow although no function asks for it: AWS does it for a function, with the function's role. Reviewed
//! by hand; each entry says where AWS documents it.

use std::fmt;

use anyhow::ensure;

use crate::template::{EventSource, Function, Template};

/// Lambda's poller takes messages from a queue with the role of the function that it feeds.
const POLLER: Reason = Reason {
    actions: &["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
    who: "Lambda's poller",
    source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-lambda-function-trigger.html",
};

/// Lambda writes what a function prints with the function's role. Its log group is there already, made by the template.
const LOGS: Reason = Reason {
    actions: &["logs:CreateLogStream", "logs:PutLogEvents"],
    who: "Lambda's logging",
    source: "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html",
};

/// With active tracing Lambda sends segments with the function's role. X-Ray knows no resources.
const TRACES: Reason = Reason {
    actions: &["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    who: "Lambda's tracing",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
};

struct Reason {
    actions: &'static [&'static str],
    who: &'static str,
    source: &'static str,
}

/// One thing that AWS does for a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnBehalf {
    /// The function's crate.
    pub function: String,
    /// In IAM's words.
    pub action: &'static str,
    /// The ARN.
    pub resource: String,
    /// Who does it.
    pub who: &'static str,
    /// Where AWS says so.
    pub source: &'static str,
}

/// All that AWS does for the functions of a template.
///
/// # Errors
/// When the template is not understood.
pub fn list(template: &Template) -> anyhow::Result<Vec<OnBehalf>> {
    let (functions, queues) = (template.functions()?, template.queues()?);
    let mut all = Vec::new();
    for function in &functions {
        all.extend(LOGS.on(&function.name, &function.log_group_arn));
        if function.traced {
            all.extend(TRACES.on(&function.name, "*"));
        }
    }
    for EventSource { queue, function, .. } in template.event_sources()? {
        all.extend(queues.iter().filter(|it| it.logical_id == queue).flat_map(|it| POLLER.on(&function, &it.arn)));
    }
    Ok(all)
}

/// Refuses a template under which AWS could not do its part: AWS refuses it, too, or is silent and does not do it.
///
/// # Errors
/// When a role does not allow what stands in the [`list`].
pub fn check(template: &Template) -> anyhow::Result<()> {
    let functions = template.functions()?;
    let arns = template.arns();
    for need in list(template)? {
        let OnBehalf { function, action, resource, .. } = &need;
        let allowed = functions.iter().any(|it: &Function| it.name == *function && it.allows(action, resource));
        let resource = arns.logical(resource);
        ensure!(allowed, "infra/template.yaml: the role of {function} must allow {action} on {resource}: {need}");
    }
    Ok(())
}

impl fmt::Display for OnBehalf {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(text, "{} needs it ({})", self.who, self.source)
    }
}

impl Reason {
    fn on(&self, function: &str, resource: &str) -> Vec<OnBehalf> {
        let need = |action: &&'static str| OnBehalf {
            function: function.to_owned(),
            action,
            resource: resource.to_owned(),
            who: self.who,
            source: self.source,
        };
        self.actions.iter().map(need).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::tests::{edited, template};

    #[test]
    fn the_projects_roles_let_aws_do_its_part() {
        check(&template()).unwrap();
    }

    #[test]
    fn a_role_that_does_not_let_the_poller_delete_is_named() {
        let template = edited("- sqs:DeleteMessage\n", "- sqs:ListQueues\n");

        let error = check(&template).unwrap_err().to_string();

        assert!(error.contains("must allow sqs:DeleteMessage on "), "{error}");
        assert!(error.contains("Lambda's poller needs it (https://docs.aws.amazon.com/"), "{error}");
    }
}
