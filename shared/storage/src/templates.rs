//! Templates, by their account.

use std::fmt;
use std::str::FromStr;

use domain::template::{Category, Status};
use domain::{Template, TemplateId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{CommitError, StorageError};
use crate::item::{self, Attributes};
use crate::key::Keys;
use crate::page::{self, InvalidCursor, Page};
use crate::table::Tenancy;

/// Which templates a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateFilter {
    /// Without one, all but the deleted.
    pub status: Option<Status>,
    pub category: Option<Category>,
    pub language: Option<String>,
    /// Each has to be a part of the name.
    pub words: Vec<String>,
}

/// The template after which a list goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateCursor {
    waba_id: String,
    name: String,
    language: String,
}

/// How far an account's templates were read from Meta.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSync {
    /// When the last listing that came to its end was begun: what Meta said before is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synced_at: Option<Timestamp>,
    /// A listing that has not come to its end yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<BegunListing>,
}

/// A listing that stopped on its way and can go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunListing {
    pub at: Timestamp,
    /// Meta's cursor; nothing at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What was in it so far.
    pub seen: Vec<TemplateId>,
}

/// Where a template is.
#[derive(Serialize, Deserialize)]
struct Place {
    waba_id: String,
    name: String,
    language: String,
}

/// What a list looks at, at most, for one page, whatever it filters out.
const LOOKED_AT: usize = 1_000;
/// How many are read by one query of an account's whole list; about a megabyte, which is DynamoDB's most.
const READ_AT_ONCE: i32 = 1_000;
/// What stands before the name in a sort key.
const PREFIX: &str = "TEMPLATE#";

impl TemplateCursor {
    const KIND: &str = "w1";

    fn of(template: &Template) -> Self {
        let Template { waba_id, name, language, .. } = template.clone();
        Self { waba_id, name, language }
    }
}

impl fmt::Display for TemplateCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&page::encode(Self::KIND, &format!("{}#{}#{}", self.waba_id, self.language, self.name)))
    }
}

impl FromStr for TemplateCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let place = page::decode(Self::KIND, text)?;
        let mut parts = place.splitn(3, '#').map(str::to_owned);
        let mut part = || parts.next().ok_or(InvalidCursor);
        Ok(Self { waba_id: part()?, language: part()?, name: part()? })
    }
}

impl TemplateFilter {
    fn shows(&self, template: &Template) -> bool {
        let status = match &self.status {
            Some(status) => template.status() == status,
            None => !template.is_deleted(),
        };
        status
            && self.category.as_ref().is_none_or(|category| template.category() == category)
            && self.language.as_ref().is_none_or(|language| template.language == *language)
            && self.words.iter().all(|word| template.name.contains(word.as_str()))
    }
}

impl Tenancy {
    /// The template with this id.
    pub async fn template(&self, id: TemplateId) -> Result<Option<Template>, StorageError> {
        let place: Option<Place> = self.table.get("template's place", self.keys.template_place(id)).await?;
        let Some(place) = place else { return Ok(None) };
        self.template_named(&place.waba_id, &place.name, &place.language).await
    }

    /// The template of an account with this name in this language.
    pub async fn template_named(
        &self,
        waba_id: &str,
        name: &str,
        language: &str,
    ) -> Result<Option<Template>, StorageError> {
        self.table.get("template", self.keys.template(waba_id, name, language)).await
    }

    /// Templates of these accounts, account by account and by name, then language.
    pub async fn templates(
        &self,
        accounts: &[String],
        filter: &TemplateFilter,
        limit: u16,
        after: Option<&TemplateCursor>,
    ) -> Result<Page<Template, TemplateCursor>, StorageError> {
        let mut data: Vec<Template> = Vec::new();
        let mut looked_at = 0;
        // An account that was disconnected since is passed over, and so are those before it.
        for account in accounts.iter().filter(|account| after.is_none_or(|after| **account >= after.waba_id)) {
            let mut start = after.filter(|after| after.waba_id == *account).map(|after| self.place_of(after));
            loop {
                let (found, rest) = self.stored_page(account, PREFIX, start, i32::from(limit).max(100)).await?;
                for template in found {
                    looked_at += 1;
                    let next = Some(TemplateCursor::of(&template));
                    if filter.shows(&template) {
                        data.push(template);
                    }
                    if data.len() == usize::from(limit) || looked_at >= LOOKED_AT {
                        return Ok(Page { data, next });
                    }
                }
                if rest.is_none() {
                    break;
                }
                start = rest;
            }
        }
        Ok(Page { data, next: None })
    }

    /// Every template of an account: at most the 6,000 that Meta allows and those that were deleted lately.
    pub async fn templates_of(&self, waba_id: &str) -> Result<Vec<Template>, StorageError> {
        self.all_stored(waba_id, PREFIX).await
    }

    /// The template of this name in every language that it is in.
    pub async fn template_languages(&self, waba_id: &str, name: &str) -> Result<Vec<Template>, StorageError> {
        self.all_stored(waba_id, &format!("{PREFIX}{name}#")).await
    }

    /// Stores a template that was not known. Its version is 0.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when it is there already.
    pub async fn create_template(&self, template: &Template) -> Result<(), CommitError> {
        let Template { id, waba_id, name, language, .. } = template.clone();
        // Where it is going to be, first: a place that leads to nothing does no harm.
        let place = Place { waba_id, name, language };
        self.table.put(item::write(&self.keys.template_place(id), "template's place", &place)?).await?;
        self.table.create(write(self.keys, template)?).await
    }

    /// Replaces the template that was read.
    pub async fn save_template(&self, template: &mut Template) -> Result<(), CommitError> {
        let read = template.version;
        template.version += 1;
        self.table.replace(write(self.keys, template)?, read).await
    }

    /// How far the account's templates were read from Meta.
    pub async fn template_sync(&self, waba_id: &str) -> Result<TemplateSync, StorageError> {
        let found = self.table.get("template sync", self.keys.template_sync(waba_id)).await?;
        Ok(found.unwrap_or_default())
    }

    /// Keeps how far they were read. Of two at a time the last one counts: each is true by itself.
    pub async fn save_template_sync(&self, waba_id: &str, sync: &TemplateSync) -> Result<(), StorageError> {
        self.table.put(item::write(&self.keys.template_sync(waba_id), "template sync", sync)?).await
    }

    async fn all_stored(&self, waba_id: &str, prefix: &str) -> Result<Vec<Template>, StorageError> {
        let (mut all, mut start) = (Vec::new(), None);
        loop {
            let (found, rest) = self.stored_page(waba_id, prefix, start, READ_AT_ONCE).await?;
            all.extend(found);
            if rest.is_none() {
                return Ok(all);
            }
            start = rest;
        }
    }

    async fn stored_page(
        &self,
        waba_id: &str,
        prefix: &str,
        start: Option<Attributes>,
        limit: i32,
    ) -> Result<(Vec<Template>, Option<Attributes>), StorageError> {
        let query = self.query(self.keys.templates(waba_id), prefix).limit(limit).set_exclusive_start_key(start);
        let answer = query.send().await.map_err(StorageError::unavailable("Query"))?;
        let rest = answer.last_evaluated_key().cloned();
        let found = answer.items.unwrap_or_default().into_iter().map(|found| item::read("template", found));
        Ok((found.collect::<Result<_, _>>()?, rest))
    }

    fn place_of(&self, cursor: &TemplateCursor) -> Attributes {
        self.keys.template(&cursor.waba_id, &cursor.name, &cursor.language).attributes()
    }
}

fn write(keys: Keys, template: &Template) -> Result<Attributes, StorageError> {
    let key = keys.template(&template.waba_id, &template.name, &template.language);
    let mut item = item::write(&key, "template", template)?;
    if template.is_deleted() {
        item::expire(&mut item, template.standing.at + Template::KEPT_DELETED);
    }
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_as_it_was_given_and_no_other_text_is_one() {
        let cursor = TemplateCursor { waba_id: "1".into(), name: "n".repeat(512), language: "en_US".into() };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        let short = page::encode(TemplateCursor::KIND, "1#en");
        for text in ["", "w1.", "t1.MSNlbiNu", short.as_str()] {
            assert_eq!(text.parse::<TemplateCursor>(), Err(InvalidCursor), "{text}");
        }
    }
}
