//! What a message takes of the tenant's allowance (F21) and below Meta's limit (F24), while it does.

use super::{Delivery, Status};
use crate::allowance::{Charge, PeriodId, Settlement};
use crate::ids::MessageId;

impl Delivery {
    /// What it takes of the allowance; nothing for what counts nothing.
    pub fn charge(&self) -> Option<Charge> {
        self.charge
    }

    /// It takes its share of the period in which it is accepted (F21).
    pub fn charge_to(&mut self, period: PeriodId) {
        self.charge = Some(Charge::reserved(period));
    }

    /// The charge follows the status. Says what that changes in the period's count.
    pub fn settle_charge(&mut self) -> Option<Settlement> {
        let status = self.status;
        self.charge.as_mut()?.follow(status)
    }

    /// What was given back is taken by others, and stays given back.
    pub fn forgo_charge(&mut self) {
        if let Some(charge) = &mut self.charge {
            charge.forgo();
        }
    }

    /// It belongs to a conversation that counts against Meta's limit, begun by this message or by itself.
    pub fn hold_place_of(&mut self, first: MessageId) {
        self.holds_place_of = Some(first);
    }

    /// It failed, so it takes no place any more. Says which it had, once; one of which nobody knows whether it was sent keeps it.
    pub fn leave_place(&mut self) -> Option<MessageId> {
        let left = self.holds_place_of.take_if(|_| self.status == Status::Failed);
        self.left_place_of = left.or(self.left_place_of);
        left
    }

    /// It arrived though it had failed, so it takes its place again. Says which it had, once.
    pub fn return_to_place(&mut self) -> Option<MessageId> {
        let left = self.left_place_of.take_if(|_| self.status.is_delivered());
        self.holds_place_of = left.or(self.holds_place_of);
        left
    }
}
