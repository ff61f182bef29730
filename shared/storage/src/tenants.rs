//! Tenants' settings.

use domain::Tenant;
use domain::allowance::Period;

use crate::error::{CommitError, StorageError};
use crate::item;
use crate::table::Tenancy;

impl Tenancy {
    /// The tenant's settings; nothing if it was never set up.
    pub async fn tenant(&self) -> Result<Option<Tenant>, StorageError> {
        self.table.get("tenant", self.keys.tenant()).await
    }

    /// Replaces the settings that were read.
    pub async fn save_tenant(&self, tenant: &mut Tenant) -> Result<(), CommitError> {
        let read = tenant.version;
        tenant.version += 1;
        self.table.replace(item::write(&self.keys.tenant(), "tenant", tenant)?, read).await
    }

    /// Replaces the settings that were read where they may say that the tenant's months begin on another day; `period` is
    /// the one it is in then.
    pub async fn replace_tenant(&self, tenant: &mut Tenant, read: &Tenant, period: &Period) -> Result<(), CommitError> {
        tenant.version = read.version + 1;
        let mut transaction = self.transaction();
        transaction.replace(item::write(&self.keys.tenant(), "tenant", tenant), read.version);
        let day = |tenant: &Tenant| (tenant.subscription_started_on.day(), tenant.time_zone.clone());
        if day(tenant) == day(read) {
            transaction.watch_period(period);
        } else {
            transaction.move_period(period);
        }
        transaction.begin_gap_checks();
        transaction.commit().await
    }

    /// Sets a tenant up, in this `period` of its allowance, if it is not there yet. Says whether it was made.
    pub async fn create_tenant(&self, tenant: &Tenant, period: &Period) -> Result<bool, StorageError> {
        let mut transaction = self.transaction();
        transaction.create(item::write(&self.keys.tenant(), "tenant", tenant));
        transaction.watch_period(period);
        transaction.begin_gap_checks();
        match transaction.commit().await {
            Ok(()) => Ok(true),
            Err(CommitError::Conflict) => Ok(false),
            Err(CommitError::Storage(error)) => Err(error),
        }
    }
}
