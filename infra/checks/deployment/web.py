"""HTTP."""

import dataclasses
import json
import urllib.error
import urllib.request


@dataclasses.dataclass
class Answer:
    """What a request was answered with."""

    status: int
    headers: dict
    text: str

    @property
    def json(self):
        """The body, read as JSON; nothing if it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


def call(method, url, body=None, token=None, headers=None):
    """Sends a request; `body` is JSON unless it is bytes."""
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **(headers or {})}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, data, sent, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return Answer(response.status, dict(response.headers), response.read().decode())
    except urllib.error.HTTPError as error:
        return Answer(error.code, dict(error.headers), error.read().decode())
