"""Steps, and what becomes of them."""

import contextlib
import time

STARTED = time.monotonic()


class Failed(Exception):
    """The deployment does not do what it should."""


def elapsed() -> float:
    """Seconds since the beginning."""
    return time.monotonic() - STARTED


@contextlib.contextmanager
def step(sentence):
    """Says what was shown; whatever goes wrong inside is told under the same sentence."""
    try:
        yield
    except Failed as failed:
        raise Failed(f"{sentence}: {failed}") from failed
    print(f"{elapsed():6.1f} s  {sentence}", flush=True)


def eventually(look, what, seconds=40):
    """What `look` gives as soon as it gives anything."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Failed(f"{what} did not happen within {seconds} s")
        time.sleep(0.25)


def expect(actual, wanted, what):
    """Fails unless both are the same."""
    if actual != wanted:
        raise Failed(f"{what}: {actual!r} instead of {wanted!r}")
