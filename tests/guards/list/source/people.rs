//! Who somebody is, and what they want to hear: what `domain` decides of it.

use super::edit;
use super::rules::rule;
use crate::list::Guard;

const CONTACT: &str = "shared/domain/src/contact.rs";
const DECISIONS: &str = "shared/domain/src/contact/wishes/decisions.rs";
const MERGE: &str = "shared/domain/src/contact/merge.rs";
const WISHES: &str = "shared/domain/src/contact/wishes.rs";

pub(super) fn guards() -> Vec<Guard> {
    const REFUSED: &[&str] = &["contact::wishes::tests::\
                               what_was_refused_while_two_were_one_counts_for_both_and_what_one_had_refused_before_for_that_one"];
    let blocked = "self.blocked.as_ref().is_some_and(|block| sent_at.as_second() >= block.at.as_second())";
    vec![
        rule(
            "a number that was given up is given up in whichever writing it is kept",
            edit(
                CONTACT,
                "digits == written.digits() || key.is_exact() && key == MatchingKey::of_digits(written.digits())",
                "digits == written.digits()",
            ),
            &["contact::tests::a_number_that_was_given_up_is_not_matched_in_its_other_writing_either"],
        ),
        rule(
            "a survivor is asked for what the other gave up",
            edit(
                MERGE,
                "self.former_identities.extend(«former_identities.iter().cloned()»);",
                "former_identities[..0].iter().cloned()",
            ),
            &["contact::tests::a_survivor_is_asked_for_what_the_other_gave_up"],
        ),
        rule(
            "nothing goes to who is blocked",
            edit(WISHES, "return Err(NotWanted::Blocked { since })", "()"),
            &["contact::wishes::tests::nothing_goes_to_who_is_blocked"],
        ),
        rule(
            "no marketing goes to who opted out",
            edit(WISHES, "!matches!(category, Category::Utility | Category::Authentication)", "false"),
            &["contact::wishes::tests::who_opted_out_gets_no_marketing_and_everything_else"],
        )
        .of_the_few(),
        rule(
            "no campaign reaches who withdrew their consent",
            edit(WISHES, "Err(NotWanted::ConsentWithdrawn { since: *since })", "Ok(())"),
            &["contact::wishes::tests::a_campaign_asks_for_consent_and_a_single_template_does_not"],
        ),
        rule(
            "a campaign asks for consent where the tenant wants that",
            edit(WISHES, "Err(NotWanted::NoConsent)", "Ok(())"),
            &["contact::wishes::tests::a_campaign_asks_for_consent_and_a_single_template_does_not"],
        ),
        rule(
            "what somebody writes who is blocked is not received",
            edit(WISHES, blocked, "false"),
            &["contact::wishes::tests::nothing_goes_to_who_is_blocked"],
        ),
        rule(
            "an older word replaces no newer one",
            edit(DECISIONS, "at.as_second() < last.confirmed_at.as_second()", "false"),
            &["contact::wishes::tests::an_older_word_never_replaces_a_newer_one_however_late_it_comes"],
        ),
        rule(
            "what was given up is not theirs any more",
            edit(CONTACT, "at <= former.until", "true"),
            &["contact::tests::what_was_given_up_was_theirs_until_then"],
        ),
        rule(
            "two contacts do not become one that has too many names",
            edit(MERGE, "self.identities.len() + identities.len() > Self::MAX_IDENTITIES", "false"),
            &["contact::tests::two_contacts_with_too_many_identities_stay_two"],
        ),
        rule(
            "undoing a merge leaves what was changed since",
            edit(MERGE, "taken.is_some() && place.as_ref() == taken", "taken.is_some()"),
            &["contact::tests::what_was_changed_after_a_merge_stays_when_it_is_undone"],
        ),
        rule(
            "what a survivor refused before a merge is not the other's after it",
            edit(WISHES, "known.marketing.last() != Some(said)", "true"),
            REFUSED,
        ),
        rule(
            "why a survivor was blocked before a merge is not the other's after it",
            edit(WISHES, "is_since(block.at)", "true"),
            REFUSED,
        ),
        rule(
            "what was allowed to two who were one is allowed to the one who stood for both",
            edit(WISHES, "said.choice == Stance::OptedOut", "true"),
            &["contact::wishes::tests::a_later_word_of_their_own_counts_and_what_was_allowed_is_not_taken_over"],
        ),
        rule(
            "a consent of two who were one is that of the one who stood for both",
            edit(WISHES, "said.choice.status == ConsentStatus::Withdrawn", "true"),
            &["contact::wishes::tests::a_later_word_of_their_own_counts_and_what_was_allowed_is_not_taken_over"],
        ),
        rule(
            "undoing a merge leaves wishes that were uttered since",
            edit(MERGE, "taken.wishes.as_ref().filter(|wishes| wishes.after == self.wishes)", "taken.wishes.as_ref()"),
            &["contact::tests::a_survivor_has_the_wishes_of_both_and_its_own_again_when_they_are_parted"],
        ),
    ]
}
