//! What the command line says.

use std::path::PathBuf;

use domain::MessageId;

/// The folder that keeps the stack's data unless `--data` names another.
pub const DEFAULT_DATA: &str = ".local";
/// The first port of the block unless `--port` names another.
pub const DEFAULT_PORT: u16 = 7400;

/// What `--help` prints.
pub const HELP: &str = "\
The AWS account on one machine: the stack of infra/template.yaml with its stand-ins for AWS and Meta.

Usage: cargo run [-- OPTIONS]
       cargo run -- trace MESSAGE_ID [--data DIR]    One message's story, with times, from a running stack
       cargo run -- dead-letters list|replay [--queue NAME] [--data DIR | --stack NAME]
                                                     Work that was given up, and why; or all of it back to its queue.
                                                     With --stack, that of a stack on AWS, by the credentials and region
                                                     in AWS's usual environment variables

Options:
  --fresh       Forget what an earlier run kept, and start anew
  --port N      First port of the block (default 7400); 0 takes free ports
  --data DIR    Where data, logs and stack.json are kept (default .local)
  --template F  Another template than infra/template.yaml as it was built in, to try a change of it
  --through URL The functions call AWS at this address: a proxy's that leads to the stack's own, which is the block's third port
  --help        This text
";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Run the stack until it is told to stop.
    Run(Options),
    /// Be one process of a function; the stack starts itself so.
    Function {
        /// The function's crate.
        name: String,
        /// The file that holds the clock's offset.
        clock: PathBuf,
    },
    /// Tell one message's story.
    Trace {
        /// The message.
        message: MessageId,
        /// The data folder of the stack that has it.
        data: PathBuf,
    },
    /// Look at work that was given up, or send it back.
    DeadLetters(DeadLetters),
    /// Print the help.
    Help,
}

/// What is to be done with work that was given up.
#[derive(Debug, PartialEq, Eq)]
pub struct DeadLetters {
    /// Look, or send back.
    pub verb: Verb,
    /// Only of the queue whose name holds this.
    pub queue: Option<String>,
    /// Whose.
    pub of: Account,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// They are shown.
    List,
    /// They go back to where they came from.
    Replay,
}

/// Where a stack is.
#[derive(Debug, PartialEq, Eq)]
pub enum Account {
    /// On this machine, with this data folder.
    Local(PathBuf),
    /// On AWS, by this name.
    Aws(String),
}

/// How the stack is run.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// Where everything is kept.
    pub data: PathBuf,
    /// Whether what an earlier run kept is removed first.
    pub start: Start,
    /// The first port of the block; 0 for free ones.
    pub port: u16,
    /// Another template than the project's own.
    pub template: Option<PathBuf>,
    /// Where the functions call AWS, if not at the stand-ins' own address.
    pub through: Option<String>,
}

/// What happens to the data of an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It is used.
    Continue,
    /// It is removed.
    Fresh,
}

/// A command line that means nothing; the text says what to do instead.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CommandError {
    /// Not an option of ours.
    #[error("there is no option `{0}`; `--help` lists those there are")]
    Unknown(String),
    /// An option without its value.
    #[error("`{0}` needs a value; `--help` shows how")]
    MissingValue(String),
    /// An id of another kind, or none.
    #[error("`{0}` is no message's id; one is `msg_` and 32 hexadecimal digits, as the API shows it")]
    NotAMessage(String),
    /// Neither of the two things that can be done with dead letters.
    #[error("`dead-letters {0}` is nothing that can be done; `list` and `replay` are")]
    NotAVerb(String),
    /// A port that is not one.
    #[error("`{0}` is not a port; give a number from 0 to 65530")]
    NotAPort(String),
}

/// Reads the arguments that follow the program's name.
///
/// # Errors
/// When an option is unknown or its value is missing or wrong.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, CommandError> {
    let mut arguments = arguments.into_iter().peekable();
    if arguments.next_if(|first| first == "function").is_some() {
        let name = arguments.next().ok_or_else(|| CommandError::MissingValue("function".into()))?;
        let clock = arguments.next().ok_or_else(|| CommandError::MissingValue("function".into()))?;
        return Ok(Command::Function { name, clock: clock.into() });
    }
    if arguments.next_if(|first| first == "dead-letters").is_some() {
        return dead_letters(arguments).map(Command::DeadLetters);
    }
    let traced = match arguments.next_if(|first| first == "trace") {
        Some(_) => Some(message(arguments.next().ok_or_else(|| CommandError::MissingValue("trace".into()))?)?),
        None => None,
    };
    let mut options = Options {
        data: DEFAULT_DATA.into(),
        start: Start::Continue,
        port: DEFAULT_PORT,
        template: None,
        through: None,
    };
    while let Some(argument) = arguments.next() {
        let (flag, inline) = match argument.split_once('=') {
            Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value =
            || inline.clone().or_else(|| arguments.next()).ok_or_else(|| CommandError::MissingValue(flag.clone()));
        match flag.as_str() {
            "--fresh" => options.start = Start::Fresh,
            "--port" => options.port = port(&value()?)?,
            "--data" => options.data = value()?.into(),
            "--template" => options.template = Some(value()?.into()),
            "--through" => options.through = Some(value()?),
            "--help" | "-h" => return Ok(Command::Help),
            _ => return Err(CommandError::Unknown(flag)),
        }
    }
    Ok(match traced {
        Some(message) => Command::Trace { message, data: options.data },
        None => Command::Run(options),
    })
}

fn dead_letters(mut arguments: impl Iterator<Item = String>) -> Result<DeadLetters, CommandError> {
    let verb = match arguments.next().as_deref() {
        Some("list") => Verb::List,
        Some("replay") => Verb::Replay,
        other => return Err(CommandError::NotAVerb(other.unwrap_or_default().to_owned())),
    };
    let mut asked = DeadLetters { verb, queue: None, of: Account::Local(DEFAULT_DATA.into()) };
    while let Some(flag) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| CommandError::MissingValue(flag.clone()));
        match flag.as_str() {
            "--queue" => asked.queue = Some(value()?),
            "--data" => asked.of = Account::Local(value()?.into()),
            "--stack" => asked.of = Account::Aws(value()?),
            _ => return Err(CommandError::Unknown(flag)),
        }
    }
    Ok(asked)
}

fn message(text: String) -> Result<MessageId, CommandError> {
    text.parse().map_err(|_| CommandError::NotAMessage(text))
}

/// Room is left above for the block.
fn port(text: &str) -> Result<u16, CommandError> {
    text.parse().ok().filter(|port| *port <= 65530).ok_or_else(|| CommandError::NotAPort(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, CommandError> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn nothing_runs_the_stack_on_its_fixed_ports() {
        let expected =
            Options { data: ".local".into(), start: Start::Continue, port: 7400, template: None, through: None };
        assert_eq!(parsed(""), Ok(Command::Run(expected)));
    }

    #[test]
    fn values_come_after_a_space_or_an_equals_sign() {
        let template = Some("/tmp/t.yaml".into());
        let through = Some("http://127.0.0.1:9999".into());
        let expected = Command::Run(Options { data: "/tmp/x".into(), start: Start::Fresh, port: 0, template, through });
        let spaced = "--fresh --port 0 --data /tmp/x --template /tmp/t.yaml --through http://127.0.0.1:9999";
        assert_eq!(parsed(spaced).as_ref(), Ok(&expected));
        let joined = "--through=http://127.0.0.1:9999 --template=/tmp/t.yaml --data=/tmp/x --port=0 --fresh";
        assert_eq!(parsed(joined), Ok(expected));
    }

    #[test]
    fn a_wrong_option_says_where_to_look() {
        let error = parsed("--prot 1").unwrap_err();
        assert_eq!(error.to_string(), "there is no option `--prot`; `--help` lists those there are");
        assert_eq!(parsed("--port"), Err(CommandError::MissingValue("--port".into())));
        assert_eq!(parsed("--port 70000"), Err(CommandError::NotAPort("70000".into())));
    }

    #[test]
    fn a_message_is_traced_by_its_id() {
        let id = "msg_00000000000000000000000000000001";
        let expected = Command::Trace { message: id.parse().unwrap(), data: "/d".into() };
        assert_eq!(parsed(&format!("trace {id} --data /d")), Ok(expected));
        assert_eq!(parsed("trace thr_1"), Err(CommandError::NotAMessage("thr_1".into())));
        assert_eq!(parsed("trace"), Err(CommandError::MissingValue("trace".into())));
    }

    #[test]
    fn dead_letters_are_those_of_this_machine_unless_a_stack_is_named() {
        let local = DeadLetters { verb: Verb::List, queue: None, of: Account::Local(".local".into()) };
        assert_eq!(parsed("dead-letters list"), Ok(Command::DeadLetters(local)));
        let aws = DeadLetters { verb: Verb::Replay, queue: Some("inbound".into()), of: Account::Aws("prod".into()) };
        assert_eq!(parsed("dead-letters replay --stack prod --queue inbound"), Ok(Command::DeadLetters(aws)));
        assert_eq!(parsed("dead-letters delete"), Err(CommandError::NotAVerb("delete".into())));
        assert_eq!(parsed("dead-letters list --stack"), Err(CommandError::MissingValue("--stack".into())));
    }

    #[test]
    fn the_stack_starts_itself_as_a_function() {
        let expected = Command::Function { name: "due-work".into(), clock: "/d/clock".into() };
        assert_eq!(parsed("function due-work /d/clock"), Ok(expected));
    }
}
