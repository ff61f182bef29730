//! What the command line asks for.

use std::time::Duration;

pub(crate) const HELP: &str = "\
Customers write and agents answer, against a local stack of their own.

  --customers N   how many people write (100)
  --messages N    how many lines each of them writes (20)
  --replies N     how many replies each of them gets (4)
  --kill SECONDS  every so many seconds a function's processes are killed, every fourth time the whole stack (never)
  --lost PERCENT  so many of Graph's answers to replies are lost, with what they answer or without it (none)
  --soak MINUTES  go on in the same stack with other people until so much time is over (one round)
  --through URL   the functions call AWS at this address, a proxy's that leads to the stack's
  --port N        the first port of the stack, for whoever has to know it before (free ones)

Instead:
  --held N        N replies wait for a number that has to be connected again, until it is; how long do those of another
                  tenant take meanwhile?
  --campaign N    a template goes to N contacts (26 at the least), of whom some opted out, are blocked or named twice, with an allowance for a
                  fifth of them; and once more for all, cancelled half-way";

/// How much, and with how much trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) customers: usize,
    pub(crate) messages: usize,
    pub(crate) replies: usize,
    pub(crate) kill_every: Option<Duration>,
    /// In percent.
    pub(crate) lost: usize,
    pub(crate) soak: Duration,
    pub(crate) through: Option<String>,
    pub(crate) port: u16,
    pub(crate) held: Option<usize>,
    pub(crate) campaign: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            customers: 100,
            messages: 20,
            replies: 4,
            kill_every: None,
            lost: 0,
            soak: Duration::ZERO,
            through: None,
            port: 0,
            held: None,
            campaign: None,
        }
    }
}

/// Reads the arguments; nothing when help is asked for.
pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options::default();
    while let Some(flag) = arguments.next() {
        if flag == "--help" {
            return Ok(None);
        }
        let value = arguments.next().ok_or_else(|| format!("{flag} needs a value"))?;
        if flag == "--through" {
            options.through = Some(value);
            continue;
        }
        let number: u32 = value.parse().map_err(|_| format!("{flag} {value}: not a number"))?;
        let count = usize::try_from(number).map_err(|error| error.to_string())?;
        match flag.as_str() {
            "--customers" => options.customers = count.max(1),
            "--messages" => options.messages = count.max(1),
            "--replies" => options.replies = count,
            "--lost" => options.lost = count.min(100),
            "--held" => options.held = Some(count.max(1)),
            "--campaign" => options.campaign = Some(count.clamp(26, 5_000)),
            "--kill" => options.kill_every = Some(Duration::from_secs(number.max(1).into())),
            "--soak" => options.soak = Duration::from_secs(60 * u64::from(number)),
            "--port" => options.port = number.try_into().map_err(|_| format!("--port {number}: not a port"))?,
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
        let options = read(&["--customers", "7", "--kill", "5", "--through", "http://proxy"]).expect("sound");
        let expected = Options {
            customers: 7,
            kill_every: Some(Duration::from_secs(5)),
            through: Some("http://proxy".to_owned()),
            ..Options::default()
        };
        assert_eq!(options, Some(expected));
        assert_eq!(read(&["--campaign", "9000"]).map(|options| options.and_then(|o| o.campaign)), Ok(Some(5_000)));
        assert_eq!(read(&["--help"]), Ok(None));
        assert_eq!(read(&["--customers", "many"]), Err("--customers many: not a number".to_owned()));
        assert_eq!(read(&["--port", "70000"]), Err("--port 70000: not a port".to_owned()));
        assert_eq!(read(&["--ships", "7"]), Err("there is no --ships".to_owned()));
        assert_eq!(read(&["--kill"]), Err("--kill needs a value".to_owned()));
    }
}
