"""Starts everything, deploys, runs the journey, and ends everything it started."""

import contextlib
import pathlib
import subprocess
import sys
import tempfile

from . import journey, report
from .account import Account
from .graph import Graph
from .issuer import Issuer
from .stack import Stack


def main(binaries: pathlib.Path, template: pathlib.Path) -> int:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="try-deploy-") as folder, contextlib.ExitStack() as running:
        work = pathlib.Path(folder)
        issuer = running.enter_context(Issuer())
        account = running.enter_context(Account(work))
        try:
            with report.step("the template is deployed"):
                stack = Stack.deploy(account, template, binaries, work)
            graph = running.enter_context(Graph(binaries, work, stack.webhook_url))
            journey.run(account, stack, graph, issuer)
        except report.Failed as failed:
            print(f"\nFAILED: {failed}", file=sys.stderr)
            print("\n".join(["", *account.complaints()][-40:]), file=sys.stderr)
            return 1
    print(f"\nThe deployment works ({report.elapsed():.0f} s).")
    return 0


sys.exit(main(*map(pathlib.Path, sys.argv[1:])))
