//! What a campaign sets aside, so that its thousands do not each meet at the one count of their tenant.

use domain::BlockId;
use domain::allowance::{ChargeState, LedgerEntry, PeriodId, Reversal};
use jiff::Timestamp;

use super::read_entry;
use crate::error::{CommitError, StorageError};
use crate::item::{self, number};
use crate::table::Tenancy;
use crate::transaction::{Limit, Transaction};

impl Tenancy {
    /// What is left of what was set aside; nothing if it never was, or was given back.
    pub async fn left_of_block(&self, period: PeriodId, block: BlockId) -> Result<u64, StorageError> {
        Ok(self.block(period, block).await?.map_or(0, |entry| entry.counts()))
    }

    async fn block(&self, period: PeriodId, block: BlockId) -> Result<Option<LedgerEntry>, StorageError> {
        let found = self.table.get_item(self.keys.ledger(period, block.into())).await?;
        found.map(read_entry).transpose()
    }

    /// Gives back what is left of what was set aside, and says how much that was. Doing it twice is as doing it once.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when some of it was taken at the same moment.
    pub async fn give_back(&self, period: PeriodId, block: BlockId, now: Timestamp) -> Result<u64, CommitError> {
        let held = self.block(period, block).await?.filter(|entry| entry.state == ChargeState::Reserved);
        // Where all of it was used, it still counts among what is set aside.
        let Some((left, aside)) = held.map(|entry| (entry.counts(), entry.aside.unwrap_or(0))) else { return Ok(0) };
        let reversal = Reversal { at: now, reason: "given_back".to_owned() };
        let mut transaction = self.transaction();
        let values = [
            (":left", number(left)),
            (":reserved", item::value("charge", &ChargeState::Reserved)?),
            (":released", item::value("charge", &ChargeState::Released)?),
            (":reversal", item::value("reversal", &reversal)?),
        ];
        let change = "SET charge_state = :released, reversal = :reversal";
        let condition = Some("amount = :left AND charge_state = :reserved");
        transaction.update(&self.keys.ledger(period, block.into()), change, condition, values);
        let change = "SET taken = taken - :left, aside = if_not_exists(aside, :aside) - :aside";
        let values = [(":left", number(left)), (":aside", number(aside))];
        transaction.update(&self.keys.taken(period), change, None, values);
        transaction.commit().await?;
        Ok(left)
    }
}

impl Transaction {
    /// Takes for these lines what was set aside for them, if so much of it is left.
    pub fn reserve_from(&mut self, period: PeriodId, block: BlockId, entries: &[LedgerEntry]) {
        let count: u64 = entries.iter().map(LedgerEntry::counts).sum();
        let reserved = match item::value("charge", &ChargeState::Reserved) {
            Ok(reserved) => reserved,
            Err(error) => return self.fail(error),
        };
        let key = self.tenancy.keys.ledger(period, block.into());
        let values = [(":count", number(count)), (":reserved", reserved)];
        let condition = Some("amount >= :count AND charge_state = :reserved");
        self.counted(Limit::Allowance, |transaction| {
            transaction.update(&key, "SET amount = amount - :count", condition, values);
        });
        self.enter_ledger(entries);
    }
}
