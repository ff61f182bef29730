//! Work that was given up, and why; and back with it: `cargo run -- dead-letters list|replay`, here and on AWS.

use std::fmt::Write as _;

use anyhow::Context;
use queues::{DeadLetter, DeadLetterQueue, DeadLetters};
use storage::{Directory, Table};

use crate::account;
use crate::command::{Account, DeadLetters as Asked, Verb};

/// Does what is asked, and gives lines to print.
///
/// # Errors
/// When no stack is there, or it does not answer.
pub async fn run(asked: &Asked) -> anyhow::Result<String> {
    let (config, stack) = match &asked.of {
        Account::Local(data) => (account::of_running(data)?, account::STACK.to_owned()),
        Account::Aws(stack) => (runtime::sdk_config_from_environment().context("no way to AWS")?, stack.clone()),
    };
    let letters = DeadLetters::new(&config);
    let directory = Directory::new(Table::new(&config, account::table_of(&stack)));
    let wanted = |queue: &DeadLetterQueue| asked.queue.as_ref().is_none_or(|name| queue.name.contains(name.as_str()));
    let mut text = String::new();
    for queue in letters.queues(&stack).await?.into_iter().filter(wanted) {
        match asked.verb {
            Verb::List => list(&letters, &directory, &queue, &mut text).await?,
            Verb::Replay if queue.size == 0 => {}
            Verb::Replay => {
                letters.replay(&queue).await.with_context(|| format!("{} stays as it is", queue.name))?;
                writeln!(text, "{}: {} go back to their queue", queue.name, queue.size)?;
            }
        }
    }
    Ok(if text.is_empty() { "no dead letters\n".to_owned() } else { text })
}

async fn list(
    letters: &DeadLetters,
    directory: &Directory,
    queue: &DeadLetterQueue,
    text: &mut String,
) -> anyhow::Result<()> {
    let listed = letters.list(queue).await?;
    if !listed.is_empty() {
        writeln!(text, "{}: {}", queue.name, listed.len())?;
    }
    for letter in &listed {
        writeln!(text, "  {}", line(letter, directory).await?)?;
    }
    Ok(())
}

/// What a job says is not shown: it may be a customer's message.
async fn line(letter: &DeadLetter, directory: &Directory) -> anyhow::Result<String> {
    let sent = letter.sent_at.map_or_else(String::new, |at| format!("  here since {at:.0}"));
    let reason = match directory.failure(&letter.id).await? {
        Some(failed) => {
            let trace = failed.trace_id.map_or_else(String::new, |id| format!("  trace {id}"));
            format!("failed {} times, last {:.0}: {}{trace}", failed.receives, failed.at, failed.reason)
        }
        None => "no reason was kept: its function died or ran out of time, or the table was away; its log may say more"
            .to_owned(),
    };
    Ok(format!("{}{sent}  {reason}", letter.id))
}
