//! Tenants' settings.

use domain::Tenant;

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

    /// Sets a tenant up, if it is not there yet. Says whether it was made.
    pub async fn create_tenant(&self, tenant: &Tenant) -> Result<bool, StorageError> {
        let mut transaction = self.transaction();
        transaction.create(item::write(&self.keys.tenant(), "tenant", tenant));
        transaction.begin_gap_checks();
        match transaction.commit().await {
            Ok(()) => Ok(true),
            Err(CommitError::Conflict) => Ok(false),
            Err(CommitError::Storage(error)) => Err(error),
        }
    }
}
