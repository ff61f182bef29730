//! `/v1/template-sends` (F27)

pub(crate) mod cancel;
pub(crate) mod results;

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use domain::{CampaignId, ChannelId, ContactId};
use helpdesk::{Campaigning, NewCampaign};
use http::StatusCode;
use queues::Trace;
use queues::jobs::CampaignJob;
use rest::{Caller, Id, IdempotencyKey, Json, LargeJson, fingerprint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Helpdesk;
use crate::refusal::{self, Refusal};
use crate::shape::TemplateSend;
use crate::threads::messages::{Template, Variables};

/// A template, and who is to get it.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct NewTemplateSend {
    /// The number to send from.
    #[schema(value_type = String, example = "chn_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    channel_id: ChannelId,
    /// For all of them. A file that is uploaded for its header stays as long as it is needed.
    template: Template,
    /// 1 to 5,000 contacts, in the order in which they are decided. Whoever is named twice gets it once.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 5000)]
    contact_ids: Vec<ContactId>,
    /// What variables stand for in the message of one contact, by its id: before what they stand for in all. At most 4,000
    /// bytes for each.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, Variables>>, required = false)]
    variables_by_contact: BTreeMap<ContactId, Variables>,
}

/// Sends a template to many contacts.
///
/// It is accepted as a job: the contacts are decided one by one, in slices, each as if the template were sent to them alone.
/// What a single message would be refused for is their `reason` then: the allowance, an opt-out, a block, a variable without
/// a value. Their consent is asked for, too (`campaign_consent` in the settings). A slice goes out before the next one is
/// decided, so that replies of agents are not delayed. Their tickets get no owner by it, and stay as unread as they were.
#[utoipa::path(
    post, path = "/v1/template-sends", operation_id = "create_template_send", tag = "template-sends",
    params(IdempotencyKey),
    request_body = NewTemplateSend,
    responses(
        (status = 202, description = "The job.", body = TemplateSend),
        (status = 404, description = "There is no channel `channel_id`."),
        (status = 409, description = "`channel_disconnected`, `template_not_sendable` or `template_recategorised`: as for a \
                                      single message."),
        (status = 413, description = "`body_too_large`: it has more than 5 MB."),
        (status = 422, description = "`recipients_invalid` (with the `limit`), `variables_too_long` (with the `contact_id` and \
                                      the `limit`), `no_such_template`, `no_such_upload`, `upload_missing`, `upload_expired`, \
                                      `media_not_allowed`, `idempotency_key_reused` or `body_invalid`."),
        (status = 503, description = "`busy`: repeat it after the seconds in `Retry-After`, with the same \
                                      `Idempotency-Key`."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    key: Option<IdempotencyKey>,
    LargeJson(asked): LargeJson<NewTemplateSend>,
) -> Result<(StatusCode, Json<TemplateSend>), Refusal> {
    let tenancy = desk.of(&caller);
    let new = asked.into_new(&caller, key.as_ref())?;
    let Helpdesk { objects, outbound, .. } = &desk;
    let now = &|| desk.now();
    let with = Campaigning { tenancy: &tenancy, objects, outbound, now };
    let campaign = helpdesk::create_campaign(with, new).await?;
    let job = CampaignJob { tenant_id: caller.tenant(), campaign_id: campaign.id };
    helpdesk::tell_of_campaign(&desk.knocks, job, now(), now()).await;
    Ok((StatusCode::ACCEPTED, Json(campaign.into())))
}

/// Shows how far a job is.
#[utoipa::path(
    get, path = "/v1/template-sends/{id}", operation_id = "show_template_send", tag = "template-sends",
    params(("id" = String, Path, description = "The job.")),
    responses((status = 200, description = "The job. It can be looked up for 90 days.", body = TemplateSend)),
)]
pub(crate) async fn show(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<CampaignId>,
) -> Result<Json<TemplateSend>, Refusal> {
    let campaign = desk.of(&caller).campaign(id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(campaign.into()))
}

impl NewTemplateSend {
    fn into_new(self, caller: &Caller, key: Option<&IdempotencyKey>) -> Result<NewCampaign, Refusal> {
        let idempotency = key.map(|key| {
            let asked = serde_json::to_string(&self).unwrap_or_default();
            helpdesk::IdempotencyKey::of_client(key.hash(caller.user()), fingerprint([asked.as_str()]))
        });
        let Self { channel_id, template, contact_ids, mut variables_by_contact } = self;
        let named: BTreeSet<&ContactId> = contact_ids.iter().collect();
        if variables_by_contact.keys().any(|contact| !named.contains(contact)) {
            return Err(refusal::variables_of_nobody().into());
        }
        let mut own = |contact: ContactId| variables_by_contact.remove(&contact).map(Variables::into_values);
        let recipients = contact_ids.into_iter().map(|contact| (contact, own(contact).unwrap_or_default()));
        Ok(NewCampaign {
            channel_id,
            recipients: recipients.collect(),
            template: template.into_new(None)?,
            author: caller.user().clone(),
            idempotency,
            trace_id: Trace::current_id(),
        })
    }
}
