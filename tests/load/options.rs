//! What the command line asks for.

use std::time::Duration;

pub(crate) const HELP: &str = "\
Customers write and agents answer, against a local stack of their own.

  --customers N   how many people write (100)
  --messages N    how many lines each of them writes (20)
  --replies N     how many replies each of them gets (4)
  --kill SECONDS  every so many seconds a function's processes are killed, every fourth time the whole stack (never)
  --campaign N    instead, a template goes to N contacts, of whom some opted out, are blocked or named twice, with an
                  allowance for a fifth of them; and once more for all, cancelled half-way
  --soak MINUTES  begin again until so much time is over (one round)";

/// How much, and with how much trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) customers: usize,
    pub(crate) messages: usize,
    pub(crate) replies: usize,
    pub(crate) kill_every: Option<Duration>,
    pub(crate) soak: Duration,
    pub(crate) campaign: Option<usize>,
}

/// Reads the arguments; nothing when help is asked for.
pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options =
        Options { customers: 100, messages: 20, replies: 4, kill_every: None, soak: Duration::ZERO, campaign: None };
    while let Some(flag) = arguments.next() {
        if flag == "--help" {
            return Ok(None);
        }
        let value = arguments.next().ok_or_else(|| format!("{flag} needs a number"))?;
        let number: u32 = value.parse().map_err(|_| format!("{flag} {value}: not a number"))?;
        let count = usize::try_from(number).map_err(|error| error.to_string())?;
        match flag.as_str() {
            "--customers" => options.customers = count.max(1),
            "--messages" => options.messages = count.max(1),
            "--replies" => options.replies = count,
            "--campaign" => options.campaign = Some(count.clamp(1, 5_000)),
            "--kill" => options.kill_every = Some(Duration::from_secs(number.max(1).into())),
            "--soak" => options.soak = Duration::from_secs(60 * u64::from(number)),
            _ => return Err(format!("there is no {flag}")),
        }
    }
    Ok(Some(options))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Option<Options>, String> {
        parse(arguments.iter().map(ToString::to_string))
    }

    #[test]
    fn what_is_not_said_has_a_sensible_value_and_what_is_wrong_is_named() {
        let options = read(&["--customers", "7", "--kill", "5"]).expect("sound").expect("no help");
        assert_eq!((options.customers, options.messages, options.kill_every), (7, 20, Some(Duration::from_secs(5))));
        assert_eq!(options.campaign, None);
        assert_eq!(read(&["--campaign", "9000"]).map(|options| options.and_then(|o| o.campaign)), Ok(Some(5_000)));
        assert_eq!(read(&["--help"]), Ok(None));
        assert_eq!(read(&["--customers", "many"]), Err("--customers many: not a number".to_owned()));
        assert_eq!(read(&["--ships", "7"]), Err("there is no --ships".to_owned()));
        assert_eq!(read(&["--kill"]), Err("--kill needs a number".to_owned()));
    }
}
