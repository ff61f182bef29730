"""Holds the messages that were sent in a test run against a JSON schema: contract.py SCHEMA FOLDER."""

import collections
import json
import pathlib
import sys

import jsonschema


def main(schema, folder):
    schema = json.loads(pathlib.Path(schema).read_text())
    messages = [json.loads(line) for file in sorted(pathlib.Path(folder).glob("*.jsonl")) for line in file.read_text().splitlines()]
    kinds = collections.Counter(message.get("type", "none") for message in messages)
    wrong = 0
    for message in messages:
        error = jsonschema.exceptions.best_match(validator(schema, message).iter_errors(message))
        if error:
            wrong += 1
            print(f"{message.get('type')}: {error.message}\n  in {json.dumps(message)[:500]}", file=sys.stderr)
    if not messages:
        sys.exit("no message was sent")
    if wrong:
        sys.exit(f"{wrong} of {len(messages)} messages are not what Meta's schema says")
    print(f"{len(messages)} messages are what Meta's schema says: {dict(kinds.most_common())}")


def validator(schema, message):
    """The branch of the message's type, since an error in none of eleven alternatives says nothing."""
    branch = f"{message.get('type', '').capitalize()}Message"
    if branch in schema["$defs"]:
        schema = schema | {"$ref": f"#/$defs/{branch}"}
    return jsonschema.Draft202012Validator(schema)


main(*sys.argv[1:])
