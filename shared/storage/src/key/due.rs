//! What a key of the due index names, read back from it.

use domain::{CampaignId, ChannelId, ContactId, MessageId, Position, TenantId, ThreadId, TicketId};

use super::GAP_CHECK;

/// The tenant whose period a key of the due index names.
pub(crate) fn read_allowance(pk: &str, sk: &str) -> Option<TenantId> {
    pk.strip_prefix("T#").filter(|_| sk == "ALLOWANCE")?.parse().ok()
}

/// The message that a key of the due index names.
pub(crate) fn read_message(pk: &str, sk: &str) -> Option<(TenantId, ThreadId, Position)> {
    let (tenant, thread) = pk.strip_prefix("T#")?.split_once("#THREAD#")?;
    let position = sk.strip_prefix("MESSAGE#")?;
    Some((tenant.parse().ok()?, thread.parse().ok()?, position.parse().ok()?))
}

/// The campaign that a key of the due index names.
pub(crate) fn read_campaign(pk: &str, sk: &str) -> Option<(TenantId, CampaignId)> {
    let (tenant, campaign) = pk.strip_prefix("T#")?.split_once("#CAMPAIGN#")?;
    (sk == "CAMPAIGN").then_some((tenant.parse().ok()?, campaign.parse().ok()?))
}

/// The tenant whose daily check a key of the due index names.
pub(crate) fn read_gap_check(pk: &str, sk: &str) -> Option<TenantId> {
    (sk == GAP_CHECK).then(|| pk.strip_prefix("T#")?.parse().ok()).flatten()
}

/// Whom a status waits for that a key of the due index names.
pub(crate) fn read_parked(pk: &str) -> Option<(TenantId, MessageId)> {
    let (tenant, message) = pk.strip_prefix("T#")?.split_once("#PARKED#")?;
    Some((tenant.parse().ok()?, message.parse().ok()?))
}

/// The ticket that a key of the due index names.
pub(crate) fn read_ticket(pk: &str) -> Option<(TenantId, TicketId)> {
    let (tenant, ticket) = pk.strip_prefix("T#")?.split_once("#TICKET#")?;
    Some((tenant.parse().ok()?, ticket.parse().ok()?))
}

/// The channel that a key of the due index names.
pub(crate) fn read_channel(pk: &str, sk: &str) -> Option<(TenantId, ChannelId)> {
    let tenant = pk.strip_prefix("T#")?;
    let channel = sk.strip_prefix("CHANNEL#")?;
    Some((tenant.parse().ok()?, channel.parse().ok()?))
}

/// The conversation that a key of the due index names.
pub(crate) fn read_conversation(pk: &str) -> Option<(TenantId, ChannelId, ContactId)> {
    let mut parts = pk.strip_prefix("T#")?.split('#');
    let tenant = parts.next()?.parse().ok()?;
    if parts.next() != Some("CONVERSATION") {
        return None;
    }
    let channel = parts.next()?.parse().ok()?;
    let contact = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some((tenant, channel, contact))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::key::{Key, Keys};

    #[test]
    fn a_conversation_is_read_back_from_its_key_and_nothing_else_is() {
        let (tenant, channel, contact) =
            (Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), Uuid::from_u128(3).into());
        let keys = Keys(tenant);
        assert_eq!(read_conversation(&keys.conversation(channel, contact).pk), Some((tenant, channel, contact)));
        assert_eq!(read_conversation(&keys.contact(contact).pk), None);
        assert_eq!(read_conversation("ROUTE#1"), None);
    }

    #[test]
    fn a_campaign_is_read_back_from_its_key_and_nothing_else_is() {
        let (tenant, campaign): (TenantId, CampaignId) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let keys = Keys(tenant);
        let key = keys.campaign(campaign);
        assert_eq!(read_campaign(&key.pk, &key.sk), Some((tenant, campaign)));
        for other in [keys.slice(campaign, 7), keys.ticket(Uuid::from_u128(3).into())] {
            assert_eq!(read_campaign(&other.pk, &other.sk), None);
        }
    }

    #[test]
    fn a_tenants_allowance_is_read_back_from_its_key_and_nothing_else_is() {
        let tenant: TenantId = Uuid::from_u128(1).into();
        let keys = Keys(tenant);
        let read = |key: Key| read_allowance(&key.pk, &key.sk);
        assert_eq!(read(keys.allowance()), Some(tenant));
        assert_eq!(
            (read(keys.tenant()), read(keys.conversation(Uuid::nil().into(), Uuid::nil().into()))),
            (None, None)
        );
    }

    #[test]
    fn a_ticket_is_read_back_from_its_key_and_nothing_else_is() {
        let (tenant, ticket) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let keys = Keys(tenant);
        assert_eq!(read_ticket(&keys.ticket(ticket).pk), Some((tenant, ticket)));
        assert_eq!(read_ticket(&keys.tickets(true)), None);
        assert_eq!(read_ticket(&keys.contact(Uuid::from_u128(3).into()).pk), None);
    }

    #[test]
    fn a_channel_is_read_back_from_its_key_and_nothing_else_is() {
        let (tenant, channel): (TenantId, ChannelId) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let keys = Keys(tenant);
        let key = keys.channel(channel);
        assert_eq!(read_channel(&key.pk, &key.sk), Some((tenant, channel)));
        for other in [keys.conversation(channel, Uuid::from_u128(3).into()), keys.tenant(), keys.credential(channel)] {
            assert_eq!(read_channel(&other.pk, &other.sk), None);
        }
    }

    #[test]
    fn a_daily_check_and_a_parked_status_are_read_back_and_are_nothing_else() {
        let (tenant, message): (TenantId, MessageId) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let keys = Keys(tenant);
        let (check, parked) = (keys.gap_check(), keys.parked(message, "read"));
        assert_eq!((read_gap_check(&check.pk, &check.sk), read_parked(&check.pk)), (Some(tenant), None));
        assert_eq!((read_gap_check(&parked.pk, &parked.sk), read_parked(&parked.pk)), (None, Some((tenant, message))));
        assert_eq!(read_channel(&check.pk, &check.sk), None);
    }

    #[test]
    fn a_message_is_read_back_from_its_key_and_nothing_else_is() {
        let (tenant, thread): (TenantId, ThreadId) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let position: Position = "000001764000.0000000001".parse().expect("a position");
        let keys = Keys(tenant);
        let key = keys.message(thread, position);
        assert_eq!(read_message(&key.pk, &key.sk), Some((tenant, thread, position)));
        for other in [keys.conversation(Uuid::from_u128(2).into(), Uuid::from_u128(3).into()), keys.tenant()] {
            assert_eq!(read_message(&other.pk, &other.sk), None);
        }
    }
}
