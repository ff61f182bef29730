"""Secrets, tenants and channels, as an operator makes them."""

import dataclasses
import json

from . import graph
from .report import expect
from .web import call


@dataclasses.dataclass
class Tenant:
    """A tenant with one number."""

    id: str
    name: str
    waba_id: str
    phone_number_id: str
    number: str
    channel_id: str | None = None

    @property
    def access_token(self):
        """With which we speak to Meta for it."""
        return f"token-of-{self.name}"


ACME = Tenant("ten_0192a000000070008000000000000001", "Acme", "101", "201", "+12025550101")
GLOBEX = Tenant("ten_0192a000000070008000000000000002", "Globex", "102", "202", "+12025550102")
VERIFY_TOKEN = "try-deploy-verify-token"


def secrets(emulator, stack):
    """Fills in what the template leaves empty."""
    value = {"app_secrets": [graph.APP_SECRET], "verify_tokens": [VERIFY_TOKEN]}
    client = emulator.client("secretsmanager")
    client.put_secret_value(SecretId=stack.outputs["MetaAppSecretId"], SecretString=json.dumps(value))


def tenant(stack, meta, operator, tenant):
    """Makes a tenant and connects its number, which Meta knows already."""
    number = {"waba_id": tenant.waba_id, "phone_number_id": tenant.phone_number_id, "access_token": tenant.access_token}
    meta.given("numbers", number | {"display_phone_number": tenant.number, "verified_name": tenant.name})
    settings = {"name": tenant.name, "time_zone": "Europe/Berlin", "subscription_started_on": "2026-01-31"}
    made = call("PUT", f"{stack.api_url}/v1/tenants/{tenant.id}", settings, operator)
    expect(made.status, 201, f"PUT /v1/tenants ({made.text})")
    connected = call("POST", f"{stack.api_url}/v1/channels", number | {"tenant_id": tenant.id}, operator)
    expect(connected.status, 201, f"POST /v1/channels ({connected.text})")
    tenant.channel_id = connected.json["id"]
