//! What keeps the product exact, taken away at the wire to see whether a test notices: conditions of writes, and what
//! functions say of the records that failed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::sites::about_write;

/// Something that is taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// The condition of every write of functions that is about this, as [`crate::sites`] writes it, its verb before it:
    /// `Put TICKET if version = :read`.
    Condition(String),
    /// The records that this function says have failed are deleted with the others.
    PartialBatch(String),
}

/// What is taken away now. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Guards(Arc<Mutex<Vec<Guard>>>);

impl Guards {
    /// From now on, without it.
    pub fn take_away(&self, guard: Guard) {
        self.gone().push(guard);
    }

    /// All of them are there again.
    pub fn put_back(&self) {
        self.gone().clear();
    }

    /// Those that are taken away.
    pub fn taken_away(&self) -> Vec<Guard> {
        self.gone().clone()
    }

    /// Whether this function's word on failed records counts.
    pub(crate) fn hears_failures_of(&self, function: &str) -> bool {
        !self.gone().iter().any(|guard| matches!(guard, Guard::PartialBatch(of) if of == function))
    }

    /// A request without what is taken away; nothing if that is all of it.
    pub(crate) fn strip(&self, service: &str, operation: &str, request: &Value) -> Option<Value> {
        let gone = self.gone();
        if gone.is_empty() {
            return None;
        }
        let mut stripped = request.clone();
        if service == "dynamodb" {
            strip_conditions(&gone, operation, &mut stripped);
        }
        (stripped != *request).then_some(stripped)
    }

    fn gone(&self) -> MutexGuard<'_, Vec<Guard>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn strip_conditions(gone: &[Guard], operation: &str, request: &mut Value) {
    let is_gone = |verb: &str, write: &Value| {
        let about = about_write(verb, write);
        gone.iter().any(|guard| matches!(guard, Guard::Condition(of) if *of == about))
    };
    let Some(writes) = request.get_mut("TransactItems").and_then(Value::as_array_mut) else {
        if is_gone(operation.trim_end_matches("Item"), request) {
            strip_condition(request);
        }
        return;
    };
    // A check is nothing but its condition.
    writes.retain(|write| !is_gone("ConditionCheck", &write["ConditionCheck"]));
    for write in writes.iter_mut().filter_map(Value::as_object_mut).flat_map(Map::iter_mut) {
        if is_gone(write.0, write.1) {
            strip_condition(write.1);
        }
    }
}

/// DynamoDB refuses values that no expression uses.
fn strip_condition(write: &mut Value) {
    let Some(write) = write.as_object_mut() else { return };
    write.remove("ConditionExpression");
    write.remove("ReturnValuesOnConditionCheckFailure");
    let change = write.get("UpdateExpression").and_then(Value::as_str).unwrap_or_default().to_owned();
    let uses = |name: &String| change.split([' ', ',', '=', '+', '(', ')']).any(|word| word == name);
    for values in ["ExpressionAttributeValues", "ExpressionAttributeNames"] {
        let Some(Value::Object(named)) = write.get_mut(values) else { continue };
        named.retain(|name, _| uses(name));
        if named.is_empty() {
            write.remove(values);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn without(guard: Guard) -> Guards {
        let guards = Guards::default();
        guards.take_away(guard);
        guards
    }

    fn put(kind: &str) -> Value {
        json!({
            "Item": {"pk": {"S": format!("T#t#{kind}#1")}, "sk": {"S": kind}},
            "ConditionExpression": "version = :read", "ExpressionAttributeValues": {":read": {"N": "1"}},
        })
    }

    #[test]
    fn the_condition_of_one_kind_of_write_goes_with_its_values_and_the_others_stay() {
        let guards = without(Guard::Condition("Put TICKET if version = :read".to_owned()));
        let request = json!({"TransactItems": [{"Put": put("TICKET")}, {"Put": put("CONTACT")}]});
        let stripped = guards.strip("dynamodb", "TransactWriteItems", &request).unwrap();
        assert_eq!(stripped["TransactItems"][0], json!({"Put": {"Item": put("TICKET")["Item"]}}));
        assert_eq!(stripped["TransactItems"][1], json!({"Put": put("CONTACT")}));
        assert_eq!(guards.strip("dynamodb", "PutItem", &put("CONTACT")), None);
        assert!(guards.strip("dynamodb", "PutItem", &put("TICKET")).is_some());
        guards.put_back();
        assert_eq!(guards.strip("dynamodb", "TransactWriteItems", &request), None);
    }

    #[test]
    fn a_change_keeps_the_values_that_it_uses_itself() {
        let guards = without(Guard::Condition("Update T SET a = :next if a = :read".to_owned()));
        let request = json!({
            "Key": {"pk": {"S": "x"}, "sk": {"S": "TT"}}, "UpdateExpression": "SET a = :next",
            "ConditionExpression": "a = :read", "ExpressionAttributeValues": {":next": {"N": "2"}, ":read": {"N": "1"}},
        });
        let guards_of = without(Guard::Condition("Update TT SET a = :next if a = :read".to_owned()));
        assert_eq!(guards.strip("dynamodb", "UpdateItem", &request), None);
        let stripped = guards_of.strip("dynamodb", "UpdateItem", &request).unwrap();
        assert_eq!(stripped["ExpressionAttributeValues"], json!({":next": {"N": "2"}}));
    }

    #[test]
    fn only_the_named_functions_word_does_not_count() {
        let guards = without(Guard::PartialBatch("ticket-creation".to_owned()));
        assert!(!guards.hears_failures_of("ticket-creation") && guards.hears_failures_of("status-updates"));
    }
}
