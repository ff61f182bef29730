//! ARNs back to the names that the template gives.

use std::collections::BTreeMap;

use super::{Template, intrinsic};

/// The logical id of every resource that has an ARN.
#[derive(Clone, Debug)]
pub struct Arns(BTreeMap<String, String>);

impl Template {
    /// The ARNs of the template's resources.
    pub fn arns(&self) -> Arns {
        let arn = |id: &String, kind: &str, properties| intrinsic::arn(&self.place, id, kind, properties);
        let all = self.resources.iter().map(|(id, it)| (arn(id, &it.kind, &it.properties), id.clone()));
        Arns(all.filter(|(arn, _)| arn.starts_with("arn:")).collect())
    }
}

impl Arns {
    /// The logical id that an ARN stands for, with what the ARN has below it: `HelpdeskTable/index/due`. Objects go by
    /// the first part of their key: `MediaBucket/spill/*`. What is not of the template stays what it is.
    pub fn logical(&self, arn: &str) -> String {
        let of_resource = |(known, id): (&String, &String)| {
            let below = arn.strip_prefix(known.as_str())?;
            match below.strip_prefix('/') {
                _ if below.is_empty() => Some(id.clone()),
                Some(key) if arn.starts_with("arn:aws:s3:::") => Some(match key.split_once('/') {
                    Some((prefix, _)) => format!("{id}/{prefix}/*"),
                    None => format!("{id}/{key}"),
                }),
                Some(_) => Some(format!("{id}{below}")),
                None => None,
            }
        };
        self.0.iter().find_map(of_resource).unwrap_or_else(|| arn.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use crate::template::tests::template;

    #[test]
    fn an_arn_is_told_by_its_logical_id_and_what_is_below() {
        let arns = template().arns();
        let logical = |arn: &str| arns.logical(arn);

        assert_eq!(logical("arn:aws:dynamodb:us-east-1:000000000000:table/local-helpdesk"), "HelpdeskTable");
        let index = "arn:aws:dynamodb:us-east-1:000000000000:table/local-helpdesk/index/due";
        assert_eq!(logical(index), "HelpdeskTable/index/due");
        assert_eq!(logical("arn:aws:sqs:us-east-1:000000000000:local-inbound.fifo"), "InboundQueue");
        let bucket = "arn:aws:s3:::local-media-000000000000-us-east-1";
        assert_eq!(logical(&format!("{bucket}/spill/2026/x")), "MediaBucket/spill/*");
        assert_eq!(logical(&format!("{bucket}/spill/*")), "MediaBucket/spill/*");
        assert_eq!(logical(bucket), "MediaBucket");
        assert_eq!(logical("*"), "*");
        assert_eq!(
            logical("arn:aws:sqs:us-east-1:000000000000:local-inbound.fifo2"),
            "arn:aws:sqs:us-east-1:000000000000:local-inbound.fifo2"
        );
    }
}
