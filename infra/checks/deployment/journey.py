"""The main journey through the deployed API, and what must be refused on the way."""

import json
import struct
import time
import urllib.parse
import zlib

from . import seed, stack
from .report import Failed, eventually, expect, step
from .seed import ACME, GLOBEX
from .web import call

ADA = "12025550142"


def run(emulator, stack, meta, issuer):
    """Every step, in order."""
    Journey(emulator, stack, meta, issuer).run()


class Journey:
    """Who takes part."""

    def __init__(self, emulator, stack, meta, issuer):
        self.emulator, self.stack, self.meta, self.issuer = emulator, stack, meta, issuer
        self.agent = issuer.token(ACME.id, "agent")
        self.table = emulator.client("dynamodb")

    def run(self):
        with step("secrets, tenants and channels are made"):
            seed.secrets(self.emulator, self.stack)
            operator = self.issuer.token(None, "operator")
            for tenant in (ACME, GLOBEX):
                seed.tenant(self.stack, self.meta, operator, tenant)
        with step("only an operator makes tenants, and a token is kept sealed"):
            self.secrecy()
        with step("Meta's question is answered, and nobody else's"):
            self.verification()
        with step("a webhook without the right signature is refused"):
            self.unsigned_webhook()
        with step("a customer's message becomes a ticket"):
            ticket = self.ticket()
        with step("without a token, or with a wrong one, nothing is to be had"):
            self.wrong_tokens()
        with step("another tenant sees nothing of it"):
            self.other_tenant(ticket)
        with step("a reply reaches the phone once, and its ticks come back"):
            self.reply(ticket)
        with step("a reply whose answer is lost is not sent twice"):
            self.lost_answer(ticket)
            self.lost_request(ticket)
        with step("a picture goes through the bucket to the phone"):
            self.picture(ticket)
        with step("a ticket is assigned, closed and followed by another"):
            self.tickets(ticket)
        with step("an admin changes the settings, and an agent does not"):
            self.settings()
        with step("what else Meta sends is recorded, however large"):
            self.events()
            self.strange_status(ticket)
        with step("due-work wakes what waits"):
            self.due_work()
        with step("a channel is disconnected by its admin"):
            self.disconnection()
        with step("no dead letters, no refused action, no function in trouble"):
            self.nothing_wrong()
        with step("a job that can never be done is put aside, and the operator's tool tells why"):
            self.dead_letter()

    def api(self, method, path, body=None, token=None, headers=None):
        return call(method, f"{self.stack.api_url}{path}", body, token or self.agent, headers)

    def secrecy(self):
        admin = self.issuer.token(ACME.id, "admin")
        made = self.api("PUT", f"/v1/tenants/{ACME.id}", {"name": "Mine"}, admin)
        expect(made.status, 403, "an admin's tenant")
        shown = self.api("GET", f"/v1/channels/{ACME.channel_id}", token=admin)
        expect(shown.status, 200, f"an admin's look at the channel ({shown.text})")
        listed = self.api("GET", "/v1/channels", token=admin)
        expect([channel["id"] for channel in listed.json["data"]], [ACME.channel_id], "the channels")
        kept = self.table.scan(TableName=self.stack.outputs["TableName"])["Items"]
        if ACME.access_token in shown.text + listed.text + json.dumps(kept, default=repr):
            raise Failed("the access token is to be read")

    def verification(self):
        def ask(token):
            query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": token}
            return call("GET", f"{self.stack.webhook_url}?{urllib.parse.urlencode(query)}")

        right = ask(seed.VERIFY_TOKEN)
        expect((right.status, right.text), (200, "1158201444"), "the right verify token")
        expect(ask("another").status, 403, "another verify token")

    def unsigned_webhook(self):
        expect(call("POST", self.stack.webhook_url, {"object": "x"}).status, 401, "no signature")
        wrong = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
        expect(call("POST", self.stack.webhook_url, {"object": "x"}, headers=wrong).status, 401, "a wrong signature")

    def writes(self, text):
        message = {"type": "text", "text": {"body": text}}
        sent = {"from": ADA, "to": ACME.phone_number_id, "profile": "Ada", "message": message}
        expect(self.meta.given("messages", sent)["delivered"], True, "the webhook's delivery")

    def ticket(self):
        self.writes("Hello, is anybody there?")
        return eventually(lambda: self.open_tickets(), "the ticket")[0]

    def open_tickets(self, token=None):
        answer = self.api("GET", "/v1/tickets", token=token)
        expect(answer.status, 200, f"GET /v1/tickets ({answer.text})")
        return answer.json["data"]

    def wrong_tokens(self):
        url = f"{self.stack.api_url}/v1/tickets"
        expect(call("GET", url).status, 401, "no token")
        wrong = {
            "a stranger's signature": self.issuer.forged(ACME.id, "agent"),
            "another audience": self.issuer.token(ACME.id, "agent", aud="billing"),
            "another issuer": self.issuer.token(ACME.id, "agent", iss="http://localhost:1"),
            "an old token": self.issuer.token(ACME.id, "agent", exp=int(time.time()) - 60),
            "no token at all": "none",
        }
        for what, token in wrong.items():
            expect(call("GET", url, token=token).status, 401, what)
        no_tenant = self.issuer.token("", "agent")
        expect(call("GET", url, token=no_tenant).status, 403, "a token without a tenant")

    def other_tenant(self, ticket):
        stranger = self.issuer.token(GLOBEX.id, "admin")
        expect(self.open_tickets(stranger), [], "their tickets")
        paths = [f"/v1/tickets/{ticket['id']}", f"/v1/threads/{thread_of(ticket)}"]
        paths += [f"/v1/threads/{thread_of(ticket)}/messages", f"/v1/contacts/{ticket['contact_id']}"]
        for path in paths:
            expect(self.api("GET", path, token=stranger).status, 404, f"GET {path}")
        reply = self.api("POST", f"/v1/threads/{thread_of(ticket)}/messages", {"text": "Boo"}, stranger)
        expect(reply.status, 404, "their reply")

    def reply(self, ticket):
        path = f"/v1/threads/{thread_of(ticket)}/messages"
        key = {"Idempotency-Key": "try-deploy-1"}
        first = self.api("POST", path, {"text": "Yes, how can I help?"}, headers=key)
        expect(first.status, 202, f"the reply ({first.text})")
        again = self.api("POST", path, {"text": "Yes, how can I help?"}, headers=key)
        message = first.json["data"][0]["id"]
        expect((again.status, [one["id"] for one in again.json["data"]]), (202, [message]), "the same reply again")

        def read():
            return self.status(message) == "read"

        eventually(read, "the tick for read")
        shown = [message["text"] for message in self.meta.phone(ADA)]
        expect(shown, ["Hello, is anybody there?", "Yes, how can I help?"], "Ada's phone")
        texts = [message["text"] for message in self.api("GET", path).json["data"]]
        expect(texts, shown, "the thread")

    def picture(self, ticket):
        announced = {"filename": "dot.png", "mime_type": "image/png", "size": len(PICTURE)}
        upload = self.api("POST", "/v1/uploads", announced)
        expect(upload.status, 201, f"the announcement ({upload.text})")
        stored = call("PUT", upload.json["url"], PICTURE, headers=upload.json["headers"])
        expect(stored.status, 200, f"the file's way into the bucket ({stored.text})")
        message = {"text": "look", "attachments": [{"upload_id": upload.json["id"]}]}
        reply = self.api("POST", f"/v1/threads/{thread_of(ticket)}/messages", message)
        expect(reply.status, 202, f"the reply ({reply.text})")
        sent = reply.json["data"][0]["id"]
        eventually(lambda: self.status(sent) == "read", "the tick for read")
        shown = self.meta.phone(ADA)[-1]
        expect((shown["type"], shown["text"], shown["file"]["size"]), ("image", "look", len(PICTURE)), "Ada's phone")

    def tickets(self, ticket):
        path = f"/v1/tickets/{ticket['id']}"
        expect(self.api("PUT", f"{path}/owner", {"owner_id": "usr_1"}).status, 200, "the assignment")
        expect(self.api("POST", f"{path}/closure").status, 200, "the closure")
        self.writes("One more thing")
        following = eventually(lambda: self.open_tickets(), "the next ticket")
        expect(len(following), 1, "the open tickets")
        if following[0]["id"] == ticket["id"]:
            raise Failed("the closed ticket was reopened")

    def settings(self):
        change = {"reopen_within": "P2D"}
        expect(self.api("PATCH", "/v1/settings", change).status, 403, "an agent's change")
        admin = self.issuer.token(ACME.id, "admin")
        answer = self.api("PATCH", "/v1/settings", change, admin)
        expect(answer.status, 200, f"an admin's change ({answer.text})")

    def lost_answer(self, ticket):
        """Meta took the message, but we do not hear it: the ticks tell."""
        message = self.sent_into_the_dark(ticket, "Are you there?", "drop_after")
        eventually(lambda: self.status(message) == "read", "the ticks of a message whose answer was lost")

    def lost_request(self, ticket):
        """Meta never took it, and somebody lets it be."""
        message = self.sent_into_the_dark(ticket, "Forget it", "drop_before")
        eventually(lambda: self.status(message) == "unconfirmed", "the doubt")
        path = f"/v1/messages/{message}/discard"
        expect(self.api("POST", path).status, 200, "the discarding")
        expect(self.status(message), "discarded", "the message")

    def sent_into_the_dark(self, ticket, text, fault):
        self.meta.given("faults", {"match": {"to": ADA}, "times": 1, "then": fault})
        reply = self.api("POST", f"/v1/threads/{thread_of(ticket)}/messages", {"text": text})
        expect(reply.status, 202, f"the reply ({reply.text})")
        return reply.json["data"][0]["id"]

    def status(self, message):
        return self.api("GET", f"/v1/messages/{message}").json["status"]

    def events(self):
        """From each queue what is too large for the table, and for the queue itself; and what nobody connected."""
        number = {"metadata": {"phone_number_id": ACME.phone_number_id}, "messaging_product": "whatsapp"}
        for size in (10, 300_000, 1_200_000):
            self.meta_sends("account_update", {"event": "ACCOUNT_UPDATE", "filling": "x" * size})
        status = {"id": "wamid.1", "status": "of another age", "timestamp": "1", "filling": "x" * 1_200_000}
        self.meta_sends("messages", number | {"statuses": [status]})
        message = {"id": "wamid.2", "from": ADA, "timestamp": "never", "type": "text", "filling": "x" * 300_000}
        self.meta_sends("messages", number | {"messages": [message]})
        self.meta_sends("account_update", {"event": "ACCOUNT_UPDATE"}, waba_id="999")
        day = time.strftime("%Y-%m-%d", time.gmtime())
        eventually(lambda: len(self.partition(f"T#{ACME.id}#EVENTS#{day}")) == 5, "the five recorded events")
        eventually(lambda: self.partition(f"UNROUTED#{day}"), "the event of an unknown account")
        # Longer than anybody can type, but Meta does not promise that.
        self.writes("x" * 1_200_000)
        eventually(lambda: self.objects("originals/") == 1, "the original in the bucket")
        expect((self.objects("events/"), self.objects("spill/")), (4, 3), "the other objects in the bucket")

    def meta_sends(self, field, value, waba_id=ACME.waba_id):
        entry = {"id": waba_id, "changes": [{"field": field, "value": value}]}
        self.meta.given("webhooks", {"body": {"object": "whatsapp_business_account", "entry": [entry]}})

    def objects(self, prefix):
        bucket = self.stack.outputs["BucketName"]
        return self.emulator.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)["KeyCount"]

    def strange_status(self, ticket):
        """One that names a message of the customer's own waits in vain and is put away."""
        number = {"metadata": {"phone_number_id": ACME.phone_number_id}, "messaging_product": "whatsapp"}
        wamid = self.meta.phone(ADA)[0]["id"]
        status = {"id": wamid, "status": "read", "timestamp": str(int(time.time())), "recipient_id": ADA}
        self.meta_sends("messages", number | {"statuses": [status]})

    def partition(self, pk):
        values = {":pk": {"S": pk}}
        found = self.table.query(
            TableName=self.stack.outputs["TableName"], KeyConditionExpression="pk = :pk", ExpressionAttributeValues=values
        )
        return found["Items"]

    def due_work(self):
        ticket = self.open_tickets()[0]
        key = {"pk": {"S": f"T#{ACME.id}#CONVERSATION#{ACME.channel_id}#{ticket['contact_id']}"}, "sk": {"S": "CONVERSATION"}}
        name = self.stack.outputs["TableName"]
        self.table.update_item(
            TableName=name,
            Key=key,
            UpdateExpression="SET due_pk = :shard, due_sk = :time",
            ExpressionAttributeValues={":shard": {"S": "DUE#0"}, ":time": {"S": "0" * 15}},
        )
        function = next(name for name in self.stack.functions if name.endswith("due-work"))
        answer = self.emulator.client("lambda").invoke(FunctionName=f"{function}:live", Payload=b"{}")
        payload = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise Failed(f"due-work: {payload}")

        def rested():
            return "due_pk" not in self.table.get_item(TableName=name, Key=key, ConsistentRead=True)["Item"]

        eventually(rested, "the sender's look at the conversation")

    def disconnection(self):
        stranger, admin = self.issuer.token(GLOBEX.id, "admin"), self.issuer.token(ACME.id, "admin")
        path = f"/v1/channels/{ACME.channel_id}"
        expect(self.api("DELETE", path, token=stranger).status, 404, "another tenant's admin")
        expect(self.api("DELETE", path, token=admin).status, 200, "its own admin")

    def nothing_wrong(self):
        sqs = self.emulator.client("sqs")
        queues = sqs.list_queues()["QueueUrls"]
        dead = [url for url in queues if "-dlq" in url]
        expect(len(dead) > 0, True, "dead-letter queues")
        for url in dead:
            count = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
            expect(count["Attributes"]["ApproximateNumberOfMessages"], "0", url)
        logs = self.emulator.function_logs()
        groups = {line.split(": ")[0] for line in logs}
        expect(len(groups) > 0, True, "logs of functions")
        trouble = [line for line in logs if "AccessDenied" in line or '"level":"ERROR"' in line]
        if trouble:
            raise Failed("\n".join(["in the logs:", *(line[:1000] for line in trouble)]))


    def dead_letter(self):
        """Sending it back is not tried: the emulator has no `StartMessageMoveTask`."""
        sqs = self.emulator.client("sqs")
        queue = sqs.get_queue_url(QueueName=f"{stack.NAME}-account-events")["QueueUrl"]
        # Ten tries, each hidden for three minutes, are half an hour.
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
        job = sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"v": 7, "new": True}))["MessageId"]

        def listed():
            told = self.stack.tool("dead-letters", "list", "--stack", stack.NAME)
            return told if f"{stack.NAME}-account-events-dlq: 1" in told else None

        told = eventually(listed, "the dead letter", 90)
        for part in (job, "failed 10 times", "version 7 of a job is not known here; version 1 is"):
            expect(part in told, True, f"{part!r} in {told!r}")


def _png():
    """One black point."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    point = zlib.compress(bytes(4))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", point) + chunk(b"IEND", b"")


PICTURE = _png()


def thread_of(ticket):
    """A thread is born with its ticket and shares its id."""
    return ticket["id"].replace("tkt_", "thr_")
