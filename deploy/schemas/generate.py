"""Writes what follows from the .proto files: see deploy/generate-schemas, which calls this."""

import argparse
import json
import sys
from pathlib import Path

import asyncapi
import clear_fields
import iso
import json_members
import json_schema
import limits
import mapping
from compatibility import breaking_changes
from descriptors import SchemaError, Schemas


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--described", type=Path, required=True, help="descriptor set with comments and imports")
    parser.add_argument("--compiled", type=Path, required=True, help="descriptor set of our own files, bare")
    parser.add_argument("--schemas", type=Path, required=True, help="the folder Schemas")
    parser.add_argument("--swift", type=Path, required=True, help="where Swift files go")
    parser.add_argument("--core", type=Path, required=True, help="where Swift files of the core go")
    parser.add_argument("--breaking", action="store_true", help="accept changes that break older readers")
    return parser.parse_args()


def write_descriptor_set(compiled, target, accept_breaking):
    new = compiled.read_bytes()
    broken = breaking_changes(target.read_bytes(), new) if target.exists() else []
    for change in broken:
        print(change, file=sys.stderr)
    if broken and not accept_breaking:
        raise SchemaError("the changes above break readers of older messages; nothing was written")
    target.write_bytes(new)


def write_json_schemas(documents, folder):
    folder.mkdir(exist_ok=True)
    for stale in folder.glob("*.schema.json"):
        stale.unlink()
    for name, document in documents.items():
        (folder / f"{name}.schema.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def read_examples(schemas, folder):
    names = {message.name for message in schemas.with_topic()}
    present = {path.stem for path in folder.glob("*.json")}
    if names != present:
        raise SchemaError(f"examples missing: {sorted(names - present)}, left over: {sorted(present - names)}")
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in names}


def main():
    given = arguments()
    schemas = Schemas(given.described.read_bytes())
    examples = read_examples(schemas, given.schemas / "examples")
    # All is worked out before anything is written, so that a refused schema leaves the old files alone.
    tables, kinds = clear_fields.clear_fields(schemas), clear_fields.message_kinds(schemas)
    members = json_members.json_members(schemas)
    swift = {"Mapping": mapping.mappings(schemas), "BodyFields": mapping.body_tables(schemas),
             "LeadWordsOnWire": mapping.wire_words(schemas), "Limits": limits.limits(schemas), "ISOCodes": iso.iso_codes()}
    words = mapping.lead_words(schemas)
    documents = {message.name: json_schema.document(schemas, message) for message in schemas.with_topic()}
    channels = asyncapi.document(schemas, examples)
    write_descriptor_set(given.compiled, given.schemas / "leadline-v1.binpb", given.breaking)
    (given.swift / "ClearFields.swift").write_text(tables)
    (given.swift / "MessageKind.swift").write_text(kinds)
    (given.swift / "JSONMember.swift").write_text(members)
    for name, text in swift.items():
        (given.swift / f"{name}.swift").write_text(text)
    (given.core / "LeadAttributes.swift").write_text(words)
    write_json_schemas(documents, given.schemas / "json")
    (given.schemas / "asyncapi.yaml").write_text(channels)


if __name__ == "__main__":
    try:
        main()
    except SchemaError as error:
        sys.exit(f"generate-schemas: {error}")
