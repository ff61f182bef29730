//! Numbers, campaigns and settings.

use super::{PUT_ALWAYS, REPLACE_ALWAYS, condition};
use crate::list::Guard;
use crate::list::source::edit;

const BLOCK: &str = "shared/storage/src/allowance/block.rs";
const CAMPAIGNS: &str = "shared/storage/src/campaigns.rs";
const CHANNELS: &str = "shared/storage/src/channels.rs";
const DIRECTORY: &str = "shared/storage/src/directory.rs";
const HELD: &str = "shared/storage/src/held.rs";
const IDEMPOTENCY: &str = "shared/storage/src/idempotency.rs";
const PORTFOLIOS: &str = "shared/storage/src/portfolios.rs";
const TEMPLATES: &str = "shared/storage/src/templates.rs";
const TENANTS: &str = "shared/storage/src/tenants.rs";

const NUMBER_IS_FREE: &str =
    "let condition = «\"attribute_not_exists(pk) OR attribute_exists(channel.disconnected_at)\"»;";
const ANY_ROUTE: &str = "\"attribute_not_exists(pk) OR attribute_exists(pk)\"";

pub(super) fn guards() -> Vec<Guard> {
    [of_numbers(), of_campaigns(), of_tenants()].concat()
}

fn of_numbers() -> Vec<Guard> {
    vec![
        condition(
            "a number is connected once",
            [
                edit(
                    CHANNELS,
                    "None => «transaction.create(write(self.keys, channel))»",
                    "transaction.put_always(write(self.keys, channel))",
                ),
                edit(DIRECTORY, NUMBER_IS_FREE, ANY_ROUTE),
            ],
            &["conditions::items::a_channel_is_connected_once_and_changed_as_it_was_read"],
            &["Put CHANNEL if attribute_not_exists(pk)"],
        ),
        condition(
            "a number is one tenant's",
            [edit(DIRECTORY, NUMBER_IS_FREE, ANY_ROUTE)],
            &[
                "conditions::items::a_number_and_its_account_are_one_tenants",
                "conditions::items::a_number_that_was_let_go_is_anybodys_and_leads_back_until_somebody_has_it",
            ],
            &["Put ROUTE if attribute_not_exists(pk) OR attribute_exists(channel.disconnected_at)"],
        )
        .of_the_few(),
        condition(
            "an account is one tenant's",
            [edit(DIRECTORY, "Some(\"attribute_not_exists(numbers) OR tenant_id = :owner\")", "None")],
            &["conditions::items::a_number_and_its_account_are_one_tenants"],
            &["Update WABA ROUTE if attribute_not_exists(numbers) OR tenant_id = :owner"],
        ),
        condition(
            "a number is connected again as it was read",
            [edit(
                CHANNELS,
                "transaction.replace(write(self.keys, channel), read.version)",
                "transaction.put_always(write(self.keys, channel))",
            )],
            &["conditions::items::a_channel_is_connected_once_and_changed_as_it_was_read"],
            &["Put CHANNEL if version = :read"],
        ),
        condition(
            "a number is disconnected as it was read",
            [edit(
                CHANNELS,
                "«transaction.replace(write(self.keys, channel), read)»;\n        transaction.delete",
                "{ let _ = read; transaction.put_always(write(self.keys, channel)) }",
            )],
            &["conditions::items::a_channel_is_connected_once_and_changed_as_it_was_read"],
            &["Put CHANNEL if version = :read"],
        ),
        condition(
            "a number is changed as it was read, where its admins need not hear of it",
            [edit(
                CHANNELS,
                "return «self.table.replace(write(self.keys, channel)?, read).await»;",
                "{ let _ = read; Ok(self.table.put(write(self.keys, channel)?).await?) }",
            )],
            &["conditions::items::a_channel_is_connected_once_and_changed_as_it_was_read"],
            &["Put CHANNEL if version = :read"],
        ),
        condition(
            "a number is changed as it was read, so that its admins hear of a trouble once",
            [edit(
                CHANNELS,
                "«transaction.replace(write(self.keys, channel), read)»;\n        transaction.record_notice",
                "{ let _ = read; transaction.put_always(write(self.keys, channel)) }",
            )],
            &["conditions::items::of_several_who_tell_the_admins_of_a_channel_one_does"],
            &["Put CHANNEL if version = :read"],
        ),
        condition(
            "nobody waits for a number that may send by now",
            [edit(HELD, "self.check(&self.tenancy.keys.channel(channel.id), channel.version)", "()")],
            &["conditions::conversations::nobody_waits_for_a_number_that_may_send_by_now"],
            &["ConditionCheck CHANNEL if version = :read"],
        ),
        condition(
            "a template is kept once",
            [edit(
                TEMPLATES,
                "self.table.create(write(self.keys, template)?).await",
                "Ok(self.table.put(write(self.keys, template)?).await?)",
            )],
            &["conditions::items::a_template_is_kept_once_and_changed_as_it_was_read"],
            &["Put TEMPLATES TEMPLATE if attribute_not_exists(pk)"],
        ),
        condition(
            "a template is changed as it was read",
            [edit(
                TEMPLATES,
                "self.table.replace(write(self.keys, template)?, read).await",
                "{ let _ = read; Ok(self.table.put(write(self.keys, template)?).await?) }",
            )],
            &["conditions::items::a_template_is_kept_once_and_changed_as_it_was_read"],
            &["Put TEMPLATES TEMPLATE if version = :read"],
        ),
        condition(
            "what Meta says of a business at once is all kept",
            [
                edit(
                    PORTFOLIOS,
                    "self.table.replace(written, found.version).await",
                    "{ let _ = found; Ok(self.table.put(written).await?) }",
                ),
                edit(PORTFOLIOS, "self.table.create(written).await", "Ok(self.table.put(written).await?)"),
            ],
            &["conditions::items::what_meta_says_of_a_business_at_once_is_all_kept"],
            &["Put PORTFOLIO if attribute_not_exists(pk)", "Put PORTFOLIO if version = :read"],
        ),
    ]
}

fn of_campaigns() -> Vec<Guard> {
    vec![
        condition(
            "a campaign is made once",
            [edit(CAMPAIGNS, "write(self.tenancy.keys, campaign);\n        «self.create(item)»", PUT_ALWAYS)],
            &["conditions::items::a_campaign_and_its_slices_are_changed_as_they_were_read"],
            &["Put CAMPAIGN if attribute_not_exists(pk)"],
        ),
        condition(
            "a campaign is begun, cancelled and changed as it was read, alone",
            [edit(
                CAMPAIGNS,
                "self.table.replace(write(self.keys, campaign)?, read).await",
                "{ let _ = read; Ok(self.table.put(write(self.keys, campaign)?).await?) }",
            )],
            &["conditions::items::a_campaign_and_its_slices_are_changed_as_they_were_read"],
            &["Put CAMPAIGN if version = :read"],
        ),
        condition(
            "a campaign is changed as it was read, with its slice",
            [edit(
                CAMPAIGNS,
                "write(self.tenancy.keys, campaign);\n        «self.replace(item, read)»",
                REPLACE_ALWAYS,
            )],
            &["conditions::items::a_campaign_and_its_slices_are_changed_as_they_were_read"],
            &["Put CAMPAIGN if version = :read"],
        ),
        condition(
            "a slice is changed as it was read",
            [edit(CAMPAIGNS, "slice, campaign.created_at);\n        «self.replace(item, read)»", REPLACE_ALWAYS)],
            &["conditions::items::a_campaign_and_its_slices_are_changed_as_they_were_read"],
            &["Put CAMPAIGN SLICE if version = :read"],
        ),
        condition(
            "a campaign takes no more than it has set aside",
            [edit(
                BLOCK,
                "Some(\"amount >= :count AND charge_state = :reserved\")",
                "Some(\"charge_state = :reserved\")",
            )],
            &["a_block_never_gives_more_than_it_has"],
            &["Update ALLOWANCE/LEDGER ENTRY if amount >= :count AND charge_state = :reserved"],
        )
        .of_the_few(),
        condition(
            "what a campaign has set aside is given back once",
            [edit(
                BLOCK,
                "Some(\"amount = :left AND charge_state = :reserved\")",
                "Some(\"amount = :left OR charge_state = :reserved\")",
            )],
            &["conditions::marks::what_several_give_back_at_once_is_given_back_once"],
            &["Update ALLOWANCE/LEDGER ENTRY if amount = :left AND charge_state = :reserved"],
        ),
    ]
}

fn of_tenants() -> Vec<Guard> {
    vec![
        condition(
            "a tenant is set up once",
            [edit(
                TENANTS,
                "transaction.create(item::write(&self.keys.tenant(), \"tenant\", tenant))",
                "transaction.put_always(item::write(&self.keys.tenant(), \"tenant\", tenant))",
            )],
            &["conditions::items::a_tenant_is_set_up_once_and_changed_as_it_was_read"],
            &["Put TENANT if attribute_not_exists(pk)"],
        ),
        condition(
            "a tenant's settings are changed as they were read",
            [edit(
                TENANTS,
                "self.table.replace(item::write(&self.keys.tenant(), \"tenant\", tenant)?, read).await",
                "{ let _ = read; Ok(self.table.put(item::write(&self.keys.tenant(), \"tenant\", tenant)?).await?) }",
            )],
            &["conditions::items::a_tenant_is_set_up_once_and_changed_as_it_was_read"],
            &["Put TENANT if version = :read"],
        ),
        condition(
            "a tenant is replaced as it was read",
            [edit(
                TENANTS,
                "transaction.replace(item::write(&self.keys.tenant(), \"tenant\", tenant), read.version)",
                "transaction.put_always(item::write(&self.keys.tenant(), \"tenant\", tenant))",
            )],
            &["conditions::items::a_tenant_is_set_up_once_and_changed_as_it_was_read"],
            &["Put TENANT if version = :read"],
        ),
        condition(
            "a key is good for one reply",
            [edit(
                IDEMPOTENCY,
                "let key = self.tenancy.keys.idempotency(hash);\n        let item = item::write(&key, \"idempotency\", answered).map(|mut item| {\n            item::expire(&mut item, until);\n            item\n        });\n        «self.create(item)»",
                PUT_ALWAYS,
            )],
            &["conditions::items::a_key_is_good_for_one_answer_of_each_route"],
            &["Put IDEMPOTENCY if attribute_not_exists(pk)"],
        ),
        condition(
            "a key is good for one contact",
            [edit(
                IDEMPOTENCY,
                "let key = self.tenancy.keys.idempotency(&of_contacts(hash));\n        let item = item::write(&key, \"idempotency\", answered).map(|mut item| {\n            item::expire(&mut item, until);\n            item\n        });\n        «self.create(item)»",
                PUT_ALWAYS,
            )],
            &["conditions::items::a_key_is_good_for_one_answer_of_each_route"],
            &["Put IDEMPOTENCY if attribute_not_exists(pk)"],
        ),
        condition(
            "a key is good for one campaign",
            [edit(
                CAMPAIGNS,
                "item::expire(&mut item, until);\n            item\n        });\n        «self.create(item)»",
                PUT_ALWAYS,
            )],
            &["conditions::items::a_key_is_good_for_one_answer_of_each_route"],
            &["Put IDEMPOTENCY if attribute_not_exists(pk)"],
        ),
    ]
}
