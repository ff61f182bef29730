//! What was decided is only written while what it rests on is still so.

#![expect(clippy::unwrap_used, reason = "this is all tests")]

mod conditions {
    mod conversations;
    mod items;
    mod lost_answers;
    mod marks;
    mod people;
}
mod samples;
mod table;
