//! Which refusals of the table the SDK is to try again, beyond those it knows.
//!
//! The SDK repeats what was throttled, and a transaction that is still at work (`TransactionInProgressException`), up to four
//! times with full jitter. It leaves these to its caller, and here they are made its own, so that nothing above it repeats a
//! call:
//!
//! - a write of one item that meets a transaction (`TransactionConflictException`);
//! - a transaction that was cancelled by nothing but throttling.
//!
//! A transaction that another one cancelled is not repeated as it is: whoever was faster has most likely changed what its
//! conditions rest on. It is a lost race, which is decided anew (`helpdesk::retry`).

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_runtime_api::client::interceptors::context::{Error, InterceptorContext};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};

/// Tells the SDK what to try again.
#[derive(Debug)]
pub(crate) struct Contention;

impl ClassifyRetry for Contention {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let refused = context.output_or_error().and_then(Result::err).and_then(OrchestratorError::as_operation_error);
        match refused {
            Some(error) if meets_a_transaction(error) => RetryAction::transient_error(),
            Some(error) if is_throttled_transaction(error) => RetryAction::throttling_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "contention"
    }
}

fn meets_a_transaction(error: &Error) -> bool {
    let put = || error.downcast_ref::<PutItemError>().is_some_and(PutItemError::is_transaction_conflict_exception);
    let update =
        || error.downcast_ref::<UpdateItemError>().is_some_and(UpdateItemError::is_transaction_conflict_exception);
    let delete =
        || error.downcast_ref::<DeleteItemError>().is_some_and(DeleteItemError::is_transaction_conflict_exception);
    put() || update() || delete()
}

fn is_throttled_transaction(error: &Error) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.downcast_ref() else {
        return false;
    };
    let reasons = cancelled.cancellation_reasons().iter();
    let mut codes = reasons.filter_map(|reason| reason.code()).filter(|code| *code != "None").peekable();
    codes.peek().is_some() && codes.all(|code| ["ThrottlingError", "ProvisionedThroughputExceeded"].contains(&code))
}
