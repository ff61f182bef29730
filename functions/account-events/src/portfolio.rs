//! What Meta tells of the business behind an account is kept (F24).

use std::error::Error;

use jiff::Timestamp;
use queues::jobs::EventItem;
use storage::Directory;

/// Keeps it by Meta's time. Says nothing for other items, and otherwise whether it was news.
pub(crate) async fn hear(
    directory: &Directory,
    item: &EventItem,
    received_at: Timestamp,
) -> Result<Option<bool>, Box<dyn Error>> {
    let (Some(said), Some(waba_id)) = (whatsapp::portfolio::of_webhook(&item.field, &item.value), &item.waba_id) else {
        return Ok(None);
    };
    let Some(tenancy) = directory.tenant_of_waba(waba_id).await? else { return Ok(None) };
    Ok(Some(tenancy.hear_of_portfolio(waba_id, &[said], item.time.unwrap_or(received_at)).await?))
}
