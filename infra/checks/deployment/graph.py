"""Meta's side: the Graph simulator beside the emulator."""

import os
import pathlib
import subprocess
import urllib.error

from . import report
from .web import call

ADDRESS = "127.0.0.1:7720"
URL = f"http://{ADDRESS}"
APP_SECRET = "try-deploy-app-secret"


class Graph:
    """Answers while it is entered."""

    def __init__(self, binaries: pathlib.Path, work: pathlib.Path, webhook_url: str):
        self._command = [str(binaries / "examples/serve"), ADDRESS, str(work / "graph.db"), webhook_url]

    def __enter__(self):
        self._process = subprocess.Popen(self._command, env={**os.environ, "APP_SECRET": APP_SECRET})
        report.eventually(self._answers, "the start of the Graph simulator", 20)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(10)

    def _answers(self):
        try:
            return call("GET", f"{URL}/_simulator/webhooks").status == 200
        except urllib.error.URLError:
            return False

    def given(self, path, body):
        """What the simulator's own address answers to a POST."""
        answer = call("POST", f"{URL}/_simulator/{path}", body)
        report.expect(answer.status // 100, 2, f"POST /_simulator/{path} ({answer.text})")
        return answer.json

    def phone(self, number):
        """What a customer's phone shows."""
        return call("GET", f"{URL}/_simulator/phones/{number}").json["shows"]
