"""The stack: `infra/template.yaml` on the emulator, through `sam deploy`."""

import dataclasses
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys

from samtranslator.yaml_helper import yaml_parse

from . import account, graph, issuer, report

NAME = "try-deploy"
FUNCTION = "AWS::Serverless::Function"
PARAMETERS = {
    "Stage": "proof",
    "JwtIssuer": issuer.Issuer.url,
    "JwtAudience": issuer.AUDIENCE,
    "GraphBaseUrl": graph.URL,
    "AlarmAddress": "alarms@example.com",
}


@dataclasses.dataclass
class Stack:
    """The deployed stack."""

    outputs: dict
    api_id: str
    functions: list
    binaries: pathlib.Path

    @property
    def api_url(self):
        """Where the API answers, by path: names below localhost are not known to every resolver."""
        return f"{account.URL}/_aws/execute-api/{self.api_id}/$default"

    @property
    def webhook_url(self):
        """Where Meta sends."""
        return f"{self.api_url}/webhooks/whatsapp"

    @staticmethod
    def deploy(emulator, source: pathlib.Path, binaries: pathlib.Path, work: pathlib.Path):
        """Deploys the template, as an operator would."""
        template = work / "template.json"
        template.write_text(json.dumps(_packaged(source, binaries, work)))
        sam = pathlib.Path(sys.executable).with_name("sam")
        command = [str(sam), "deploy", "--template-file", str(template), "--stack-name", NAME, "--resolve-s3"]
        command += ["--capabilities", "CAPABILITY_IAM", "--no-progressbar", "--no-confirm-changeset"]
        command += ["--parameter-overrides", *(f"{name}={value}" for name, value in PARAMETERS.items())]
        log = work / "sam.log"
        environment = {**os.environ, **account.ENVIRONMENT}
        done = subprocess.run(command, cwd=work, env=environment, stdout=log.open("w"), stderr=subprocess.STDOUT)
        cloudformation = emulator.client("cloudformation")
        if done.returncode:
            raise report.Failed("\n".join(_reasons(cloudformation) or [log.read_text()[-2000:]]))
        described = cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]
        resources = cloudformation.describe_stack_resources(StackName=NAME)["StackResources"]
        ids = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
        outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
        functions = [r["PhysicalResourceId"] for r in resources if r["ResourceType"] == "AWS::Lambda::Function"]
        return Stack(outputs, ids["HttpApi"], functions, binaries)

    def tool(self, *asked):
        """What the operator's tool prints, with the account's credentials."""
        environment = {**account.ENVIRONMENT, "AWS_REGION": account.REGION}
        done = subprocess.run([str(self.binaries / "local"), *asked], env=environment, capture_output=True, text=True)
        report.expect(done.returncode, 0, f"{' '.join(asked)} ({done.stderr.strip()})")
        return done.stdout


def _reasons(cloudformation):
    """What CloudFormation says of the resources that it could not make."""
    try:
        events = cloudformation.describe_stack_events(StackName=NAME)["StackEvents"]
    except cloudformation.exceptions.ClientError:
        return []
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    return [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed]


def _packaged(source, binaries, work):
    """The template with the binaries where `sam build` would have put them, and without what the emulator lacks."""
    template = yaml_parse(source.read_text())
    machine = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    common = template["Globals"]["Function"]
    common["Architectures"] = [machine]
    # The emulator has no CodeDeploy: a new version takes over at once.
    del common["DeploymentPreference"]
    for name, resource in list(template["Resources"].items()):
        # Nor has it alarms on several metrics together, nor the TLS that the bucket demands.
        several = resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
        if several or resource["Type"] == "AWS::S3::BucketPolicy":
            del template["Resources"][name]
        elif resource["Type"] == FUNCTION:
            folder = work / name
            folder.mkdir()
            binary = resource.pop("Metadata")["BuildProperties"]["Binary"]
            shutil.copy(binaries / binary, folder / "bootstrap")
            # Symbols would be most of the upload.
            subprocess.run(["strip", str(folder / "bootstrap")], check=True)
            resource["Properties"]["CodeUri"] = str(folder)
            del resource["Properties"]["DeploymentPreference"]
    secrets = [name for name, it in template["Resources"].items() if it["Type"] == "AWS::SecretsManager::Secret"]
    return _adapted(template, secrets)


def _adapted(value, secrets):
    """What the emulator understands otherwise than AWS.

    `!Ref` of a secret is its ARN on AWS, and its name on the emulator. `SendMessageBatch` needs the permission
    `sqs:SendMessage` on AWS, and one of its own name on the emulator.
    """
    if isinstance(value, dict):
        if value.get("Ref") in secrets:
            return {"Fn::GetAtt": [value["Ref"], "Id"]}
        return {name: _adapted(inner, secrets) for name, inner in value.items()}
    if isinstance(value, list):
        batch = ["sqs:SendMessageBatch"] if "sqs:SendMessage" in value else []
        return [_adapted(inner, secrets) for inner in value] + batch
    return value
