//! A thread that goes on for others: their messages as one list.

use domain::{Message, ThreadId, Ticket};

use super::MessageCursor;
use crate::error::StorageError;
use crate::item::{self, text};
use crate::page::{Order, Page};
use crate::table::Tenancy;

impl Tenancy {
    /// The messages of a ticket's thread in their order, with those of the threads that it goes on for.
    pub async fn messages_of(
        &self,
        ticket: &Ticket,
        order: Order,
        limit: u16,
        after: Option<&MessageCursor>,
    ) -> Result<Page<Message, MessageCursor>, StorageError> {
        let own = ticket.thread_id();
        if ticket.joined.is_empty() {
            return self.messages(own, order, limit, after).await;
        }
        let after = after.map(|after| (after.position, after.thread.unwrap_or(own)));
        let (mut found, mut ends) = (Vec::new(), Vec::new());
        for thread in std::iter::once(own).chain(ticket.joined.iter().map(|joined| ThreadId::of(*joined))) {
            let (messages, rest) = self.messages_around(thread, order, limit, after).await?;
            ends.extend(messages.last().filter(|_| rest).map(|last| last.position));
            found.extend(messages);
        }
        // A query also ends at 1 MB: of a thread that goes on, nothing is known beyond its last message here.
        let nearest = match order {
            Order::OldestFirst => ends.into_iter().min(),
            Order::NewestFirst => ends.into_iter().max(),
        };
        let place = |message: &Message| (message.position, message.thread_id);
        found.retain(|message| after.is_none_or(|after| comes_after(order, &place(message), &after)));
        found.retain(|message| nearest.is_none_or(|end| !comes_after(order, &message.position, &end)));
        found.sort_by_key(place);
        if order == Order::NewestFirst {
            found.reverse();
        }
        let more = nearest.is_some() || found.len() > usize::from(limit);
        found.truncate(limit.into());
        let next = found.last().filter(|_| more);
        let next = next.map(|last| MessageCursor { position: last.position, thread: Some(last.thread_id) });
        Ok(Page { data: found, next })
    }

    /// As many messages of one thread as a page may need, or as one query answers, and whether there are more. The one at
    /// the cursor itself is among them: whether it was shown already depends on its thread.
    async fn messages_around(
        &self,
        thread: ThreadId,
        order: Order,
        limit: u16,
        after: Option<(domain::Position, ThreadId)>,
    ) -> Result<(Vec<Message>, bool), StorageError> {
        let key = |position| self.keys.message(thread, position);
        let all = key(domain::Position::default()).pk;
        let at = after.map(|(position, _)| key(position).sk);
        // `~` stands behind every digit.
        let (first, last) = match order {
            Order::OldestFirst => (at.unwrap_or_else(|| "MESSAGE#".to_owned()), "MESSAGE#~".to_owned()),
            Order::NewestFirst => ("MESSAGE#".to_owned(), at.unwrap_or_else(|| "MESSAGE#~".to_owned())),
        };
        let answer = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .consistent_read(true)
            .key_condition_expression("pk = :thread AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":thread", text(all))
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last))
            .scan_index_forward(order == Order::OldestFirst)
            .limit(i32::from(limit) + 1)
            .send()
            .await
            .map_err(StorageError::unavailable("Query"))?;
        let more = answer.last_evaluated_key().is_some();
        let items = answer.items.unwrap_or_default().into_iter();
        let messages = items.map(|found| item::read("message", found)).collect::<Result<_, _>>()?;
        Ok((messages, more))
    }
}

fn comes_after<P: Ord>(order: Order, place: &P, after: &P) -> bool {
    match order {
        Order::OldestFirst => place > after,
        Order::NewestFirst => place < after,
    }
}
