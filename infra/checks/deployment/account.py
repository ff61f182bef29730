"""An AWS account on this machine: ministack, with permissions enforced."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

from . import report

REGION = "us-east-1"
PORT = 4566
# By number: below a name, the SDKs would make a host name of every bucket's.
URL = f"http://127.0.0.1:{PORT}"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ENDPOINT_URL": URL,
    "SAM_CLI_TELEMETRY": "0",
}


class Account:
    """Runs while it is entered."""

    def __init__(self, work: pathlib.Path):
        self.log = work / "ministack.log"
        self.work = work

    def __enter__(self):
        settings = {
            "AUTH": "true",
            "GATEWAY_PORT": str(PORT),
            "LAMBDA_EXECUTOR": "local",
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": REGION,
            "TMPDIR": str(self.work),
        }
        command = [str(pathlib.Path(sys.executable).with_name("ministack"))]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **ENVIRONMENT, **settings},
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        report.eventually(self._answers, "the start of ministack", 60)
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)

    def _answers(self):
        try:
            return urllib.request.urlopen(f"{URL}/_ministack/health", timeout=2).status == 200
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def client(self, service):
        """A client as the account's owner."""
        return boto3.client(
            service,
            endpoint_url=URL,
            region_name=REGION,
            aws_access_key_id=ENVIRONMENT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    def complaints(self):
        """What functions and emulator say went wrong: refused actions before all else."""
        lines = self.function_logs() + self.log.read_text(errors="replace").splitlines()
        return [line[:2000] for line in lines if re.search(r"AccessDenied|not authorized|\"ERROR\"|Traceback| ERROR ", line)]

    def function_logs(self):
        """Every line of every function."""
        logs = self.client("logs")
        lines = []
        for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]:
            name = group["logGroupName"]
            events = logs.filter_log_events(logGroupName=name)["events"]
            lines += [f"{name}: {event['message'].rstrip()}" for event in events]
        return lines
