"""Holds the examples to the JSON Schemas: every message under Schemas/examples, and the files of deploy/examples/emea.

    schemas.py REPOSITORY

Prints what was checked; exits 1 with file, line and reason if something does not validate.
"""

import json
import sys
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

FIELDS_OF_EVENT = {"specversion", "type", "source", "id", "time", "datacontenttype", "partitionkey", "data"}


def validators(folder):
    found = {}
    for path in sorted(folder.glob("*.schema.json")):
        schema = json.loads(path.read_text())
        Draft202012Validator.check_schema(schema)
        found[path.name.removesuffix(".schema.json")] = Draft202012Validator(schema)
    return found


def faults(validator, value, where):
    for error in validator.iter_errors(value):
        yield f"{where}: {error.json_path}: {error.message[:200]}"


def messages(root):
    """Every message of the repository's examples with its kind and its place."""
    for path in sorted((root / "Schemas" / "examples").glob("*.json")):
        yield path.stem, json.loads(path.read_text()), path.relative_to(root)
    emea = root / "deploy" / "examples" / "emea"
    yield "PolicyPublished", {"policy": yaml.safe_load((emea / "policy.yaml").read_text())}, "deploy/examples/emea/policy.yaml"
    for index, partner in enumerate(yaml.safe_load((emea / "partners.yaml").read_text())["partners"]):
        yield "PartnerUpserted", partner, f"deploy/examples/emea/partners.yaml: partners[{index}]"
    for path in sorted(emea.glob("**/*.jsonl")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            event, where = json.loads(line), f"{path.relative_to(root)}:{number}"
            if unknown := set(event) - FIELDS_OF_EVENT:
                sys.exit(f"{where}: not attributes of a CloudEvent here: {sorted(unknown)}")
            yield event["type"].removeprefix("leadline.v1."), event["data"], where


def main():
    root = Path(sys.argv[1])
    schemas = validators(root / "Schemas" / "json")
    count, wrong = 0, []
    for kind, value, where in messages(root):
        count += 1
        if kind not in schemas:
            wrong.append(f"{where}: there is no schema of {kind}")
        else:
            wrong += faults(schemas[kind], value, where)
    for line in wrong[:50]:
        print(line, file=sys.stderr)
    print(f"{len(schemas)} JSON Schemas, {count} messages validated, {len(wrong)} faults")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
