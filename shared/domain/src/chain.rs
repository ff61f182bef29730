//! Errors in logs.

use std::error::Error;

/// An error and all its sources in one line, outermost first: what is logged, once, at the edge. (A log of the error alone
/// would leave its cause out.)
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("storage did not answer")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("access denied")]
    struct Inner;

    #[test]
    fn the_cause_stands_behind_the_error() {
        assert_eq!(chain(&Outer(Inner)), "storage did not answer: access denied");
    }
}
