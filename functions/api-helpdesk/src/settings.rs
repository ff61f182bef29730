//! `/v1/settings`

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use axum::extract::State;
use domain::contact::wishes::{TooManyWishWords, WishWord, WishWords};
use domain::moderation::{BlockedHost, BlockedWord, TooMany};
use domain::{Detector, Moderation, Tenant};
use helpdesk::Busy;
use jiff::SignedDuration;
use rest::{Caller, Change, IfMatch, Json, Period, Role, Versioned};
use serde::Deserialize;
use storage::CommitError;
use utoipa::ToSchema;

use crate::Helpdesk;
use crate::refusal::{Refusal, session_reminder_invalid};
use crate::shape::{ConsentRule, Settings};

/// How long before its end a session may be reminded of.
const REMINDERS: RangeInclusive<SignedDuration> = Tenant::LATEST_REMINDER..=Tenant::EARLIEST_REMINDER;

/// Shows the tenant's settings.
#[utoipa::path(
    get, path = "/v1/settings", operation_id = "show_settings", tag = "settings",
    responses(
        (status = 200, description = "The settings.", body = Settings, headers(("ETag" = String))),
        (status = 404, description = "`tenant_not_set_up`."),
    )
)]
pub(crate) async fn show(State(desk): State<Helpdesk>, caller: Caller) -> Result<Versioned<Settings>, Refusal> {
    let tenant = desk.of(&caller).tenant().await?.ok_or_else(Refusal::tenant_not_set_up)?;
    Ok(Settings::versioned(&tenant))
}

/// What is to be changed. A member that is not there stays.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct SettingsChange {
    /// An ISO 8601 duration from one second to 365 days, without months and years; `null` never to reopen.
    #[serde(default)]
    #[schema(value_type = Option<String>, required = false, example = "P2D")]
    reopen_within: Change<Period>,
    /// An ISO 8601 duration from 5 minutes to 24 hours; `null`: somebody decides about each message.
    #[serde(default)]
    #[schema(value_type = Option<String>, required = false, example = "PT10M")]
    resend_unconfirmed_after: Change<Period>,
    /// An ISO 8601 duration from two minutes to 23 hours; `null` for no reminder. Sessions that are open already are reminded of
    /// by what is set when their time comes, if anything was set when they opened.
    #[serde(default)]
    #[schema(value_type = Option<String>, required = false, example = "PT1H")]
    session_reminder_before: Change<Period>,
    /// What is hidden of what customers write.
    #[serde(default)]
    #[schema(required = false)]
    moderation: ModerationChange,
    /// By which words customers end marketing, and allow it again.
    #[serde(default)]
    #[schema(required = false)]
    opt_out: OptOutChange,
    /// Whom `POST /v1/template-sends` may reach: `not_withdrawn` or `given`.
    #[schema(required = false)]
    campaign_consent: Option<ConsentRule>,
}

/// What is to be changed of the words. A member that is not there stays; one that is replaces what was, and `null` brings the
/// usual words back.
#[derive(Clone, Default, Deserialize, ToSchema)]
struct OptOutChange {
    /// At most 100 words or phrases of 1 to 64 characters. Capitals, and what stands around a word, do not matter.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, required = false, max_items = 100, example = json!(["stop", "no more offers"]))]
    stop_words: Change<Vec<WishWord>>,
    /// Likewise.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, required = false, max_items = 100, example = json!(["start"]))]
    start_words: Change<Vec<WishWord>>,
}

/// What is to be changed of moderation. A member that is not there stays; one that is replaces what was.
#[derive(Clone, Default, Deserialize, ToSchema)]
struct ModerationChange {
    /// The detectors that are to be on, of those that the settings show at first.
    #[schema(value_type = Option<Vec<String>>, example = json!(["payment_card", "bank_account"]))]
    detectors: Option<BTreeSet<Detector>>,
    /// At most 100 names such as `shop.example`; parts of them are blocked with them.
    #[schema(value_type = Option<Vec<String>>, max_items = 100, example = json!(["shop.example"]))]
    blocked_hosts: Option<Vec<BlockedHost>>,
    /// At most 100 words or phrases of 2 to 64 characters, which begin and end with a letter or digit. Capitals do not matter.
    #[schema(value_type = Option<Vec<String>>, max_items = 100, example = json!(["lottery"]))]
    blocked_words: Option<Vec<BlockedWord>>,
}

/// Changes the tenant's settings. Needs the role `admin`.
#[utoipa::path(
    patch, path = "/v1/settings", operation_id = "change_settings", tag = "settings",
    params(IfMatch),
    request_body = SettingsChange,
    responses(
        (status = 200, description = "The changed settings.", body = Settings, headers(("ETag" = String))),
        (status = 403, description = "`role_required`: only an admin may do this."),
        (status = 404, description = "`tenant_not_set_up`."),
        (status = 412, description = "`version_mismatch`: they have changed since you saw them."),
        (status = 422, description = "`body_invalid`, `block_list_too_long`, `opt_out_list_too_long`, \
                                       `resend_out_of_range` or `session_reminder_invalid`."),
    )
)]
pub(crate) async fn update(
    State(desk): State<Helpdesk>,
    caller: Caller,
    IfMatch(seen): IfMatch,
    Json(change): Json<SettingsChange>,
) -> Result<Versioned<Settings>, Refusal> {
    caller.require(Role::Admin)?;
    let tenancy = desk.of(&caller);
    for _ in 0..ATTEMPTS {
        let mut tenant = tenancy.tenant().await?.ok_or_else(Refusal::tenant_not_set_up)?;
        if seen.is_some_and(|seen| seen != tenant.version) {
            return Err(Refusal::changed());
        }
        change.clone().apply(&mut tenant)?;
        match tenancy.save_tenant(&mut tenant).await {
            Ok(()) => return Ok(Settings::versioned(&tenant)),
            // Somebody was faster: what is there now decides.
            Err(CommitError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Busy::Contended(ATTEMPTS).into())
}

/// Two who change the settings at once are rare; a third try even more.
const ATTEMPTS: u32 = 3;

impl SettingsChange {
    fn apply(self, tenant: &mut Tenant) -> Result<(), Refusal> {
        self.moderation.apply(&mut tenant.moderation)?;
        self.opt_out.apply(&mut tenant.wish_words)?;
        tenant.consent_rule = self.campaign_consent.map_or(tenant.consent_rule, Into::into);
        tenant.reopen_within = self.reopen_within.map(SignedDuration::from).apply(tenant.reopen_within);
        let resend_after = self.resend_unconfirmed_after.map(SignedDuration::from);
        tenant.resend_unconfirmed_after = resend_after.apply(tenant.resend_unconfirmed_after);
        if tenant.resend_unconfirmed_after.is_some_and(|after| !Tenant::RESEND_AFTER.contains(&after)) {
            return Err(Refusal::resend_out_of_range());
        }
        tenant.session_reminder_before =
            self.session_reminder_before.map(SignedDuration::from).apply(tenant.session_reminder_before);
        if tenant.session_reminder_before.is_some_and(|before| !REMINDERS.contains(&before)) {
            return Err(session_reminder_invalid().into());
        }
        Ok(())
    }
}

impl OptOutChange {
    fn apply(self, words: &mut WishWords) -> Result<(), TooManyWishWords> {
        match self.stop_words {
            Change::Keep => {}
            Change::Clear => words.set_stop(None)?,
            Change::Set(given) => words.set_stop(Some(given))?,
        }
        match self.start_words {
            Change::Keep => Ok(()),
            Change::Clear => words.set_start(None),
            Change::Set(given) => words.set_start(Some(given)),
        }
    }
}

impl ModerationChange {
    fn apply(self, moderation: &mut Moderation) -> Result<(), TooMany> {
        if let Some(on) = self.detectors {
            moderation.set_detectors(&on);
        }
        if let Some(hosts) = self.blocked_hosts {
            moderation.blocked.set_hosts(hosts)?;
        }
        match self.blocked_words {
            Some(words) => moderation.blocked.set_words(words),
            None => Ok(()),
        }
    }
}
