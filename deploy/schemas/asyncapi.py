"""Writes the AsyncAPI document: which message travels on which Kafka topic, and how."""

import json

import yaml

from descriptors import INPUT_TOPICS, PACKAGE
from json_schema import ID, JSONSchemas

# Direction as Leadline sees it, what the channel carries, and what a record's key is, if it has one.
PROGRAM_KEY = "Program id."
CHANNELS = {
    "leadline.controls": ("receive", "Programs, policies, reviews and the rights of data subjects.", PROGRAM_KEY),
    "leadline.partners": ("receive", "Profiles, capacity, absences and commission terms of partners.", PROGRAM_KEY),
    "leadline.intents": ("receive", "What third parties observe about an account.", PROGRAM_KEY),
    "leadline.outcomes": ("receive", "What partners did with their leads.", PROGRAM_KEY),
    "leadline.leads": ("receive", "Leads, changes to them, and leads taken back.", PROGRAM_KEY),
    "leadline.decisions": ("send", "What Leadline did. Read it with isolation level read_committed.", PROGRAM_KEY),
    "leadline.deadletter": ("send", "Rejected records, sealed, with the reason and where they stood.", None),
    "leadline.checkpoints": ("send", "Signed size and Merkle root of each program's stream.", PROGRAM_KEY),
    "leadline.journal": ("both", "Internal: entries and batch frames, the source of truth. Entries are keyed by program id, "
                                 "batch frames have no program.", PROGRAM_KEY),
    "leadline.keys": ("both", "Internal and compacted: the wrapped keys of data subjects. A record without a value is an "
                              "erasure.", "Names the subject, so that compaction keeps one record a subject."),
}
# The record that was rejected may have named no program, so a dead letter belongs to none.
DEAD_LETTERS = "leadline.deadletter"
# Leadline's own topics carry bare protobuf; nobody else writes or reads them.
INTERNAL = {topic for topic, (way, _, _) in CHANNELS.items() if way == "both"}

ABOUT = """Leadline routes each sales lead to the channel partner most likely to win it.
Inputs and outputs are CloudEvents 1.0 in binary mode: attributes are record headers with the prefix `ce_`, the value
is the data. `content-type` says whether the value is the proto3 JSON form (`application/json`) or serialised protobuf
(`application/protobuf`) of the message that `ce_type` names; `application/*+json` counts as JSON. Structured mode
(`application/cloudevents+json`) is read as well. The record's key and `ce_partitionkey` are the program id; partitions are chosen by murmur2 of the key.
Unknown properties are ignored. An input with a `ce_source` and `ce_id` that came before changes nothing.
"""

HEADERS = {
    "title": "CloudEvents attributes", "type": "object",
    "description": "Record headers of a CloudEvent in Kafka's binary mode, UTF-8.",
    "required": ["content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_partitionkey"],
    "properties": {
        "content-type": {"description": "How the value is encoded.", "type": "string",
                         "pattern": "^application/(protobuf|([A-Za-z0-9][A-Za-z0-9!#$&^_.-]{0,99}[+])?json)( *;.*)?$"},
        "ce_specversion": {"description": "Version of CloudEvents.", "type": "string", "const": "1.0"},
        "ce_id": {"description": "Id of the event, unique within its source, without control characters. A repetition changes nothing.", "type": "string",
                  "minLength": 1, "maxLength": 256},
        "ce_source": {"description": "Who produced the event, a URI reference.", "type": "string", "format": "uri-reference",
                      "minLength": 1},
        "ce_type": {"description": "Full protobuf name of the message.", "type": "string"},
        "ce_time": {"description": "When it happened, RFC 3339.", "type": "string", "format": "date-time"},
        "ce_partitionkey": {"description": "Program id, the same as the record's key.", "type": "string", "pattern": ID},
    },
}


class Plain(yaml.SafeDumper):
    """YAML without anchors, long texts as blocks, so that a diff reads well."""

    def ignore_aliases(self, data):
        return True


def block_text(dumper, text):
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Plain.add_representer(str, block_text)


def headers_example(topic, message):
    if topic == DEAD_LETTERS:
        return {"content-type": "application/protobuf", "ce_specversion": "1.0", "ce_id": "leadline.leads/3/90417/1",
                "ce_source": "/leadline/deadletter", "ce_type": f"{PACKAGE}.{message.name}", "ce_time": "2026-03-03T09:14:02Z"}
    source = "https://forms.acme.example/it" if topic in INPUT_TOPICS else "/leadline/acme-emea"
    id = "form-7f3a91c2" if topic in INPUT_TOPICS else "acme-emea/18233/0"
    return {"content-type": "application/json", "ce_specversion": "1.0", "ce_id": id, "ce_source": source,
            "ce_type": f"{PACKAGE}.{message.name}", "ce_time": "2026-03-03T09:12:38Z", "ce_partitionkey": "acme-emea"}


def message_object(schemas, message, example):
    topic = schemas.topic(message)
    comment = schemas.comment(message.name)
    is_protobuf = topic in INTERNAL or topic == DEAD_LETTERS
    result = {"name": f"{PACKAGE}.{message.name}", "title": message.name, "summary": comment,
              "contentType": "application/protobuf" if is_protobuf else "application/json"}
    shown = {"name": message.name, "payload": example}
    if topic not in INTERNAL:
        of_type = {"type": "object", "properties": {"ce_type": {"type": "string", "const": result["name"]}}}
        result["headers"] = {"allOf": [{"$ref": "#/components/schemas/" + headers_name(topic)}, of_type]}
        shown["headers"] = headers_example(topic, message)
    result["payload"] = {"$ref": f"#/components/schemas/{message.name}"}
    if key := CHANNELS[topic][2]:
        result["bindings"] = {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": "0.5.0"}}
    result["examples"] = [shown]
    return result


def headers_name(topic):
    if topic == DEAD_LETTERS:
        return "DeadLetterHeaders"
    return "CloudEventHeaders" if topic in INPUT_TOPICS else "PublishedCloudEventHeaders"


def published_headers():
    properties = {**HEADERS["properties"],
                  "content-type": {"description": "How the value is encoded.", "type": "string",
                                   "enum": ["application/json", "application/protobuf"]},
                  "ce_id": {"type": "string", "minLength": 1,
                  "description": "Id of the event, unique within its source; a decision's is program/position/ordinal."},
                  "ce_subject": {"type": "string", "pattern": ID, "description": "The lead that the decision is about; absent where "
                                                                               "it is about none."}}
    return {**HEADERS, "title": "CloudEvents attributes of what Leadline publishes", "properties": properties}


def dead_letter_headers():
    properties = {**HEADERS["properties"], "ce_id": {"type": "string", "minLength": 1,
                  "description": "Where the rejected record stood, topic/partition/offset, and the part's number where the "
                                 "letter is spread over several records."},
                  "ce_source": {"type": "string", "const": "/leadline/deadletter"},
                  "content-type": {"type": "string", "const": "application/protobuf"},
                  "ce_time": {"type": "string", "format": "date-time", "description": "When the record was received."}}
    del properties["ce_partitionkey"]
    return {**HEADERS, "title": "CloudEvents attributes of a dead letter", "properties": properties,
            "required": [name for name in HEADERS["required"] if name in properties]}


def short(topic):
    return topic.removeprefix("leadline.")


def operations(topic, messages):
    way, about, _ = CHANNELS[topic]
    refs = [{"$ref": f"#/channels/{short(topic)}/messages/{message.name}"} for message in messages]
    ways = ("send", "receive") if way == "both" else (way,)
    return {f"{action}{short(topic).capitalize()}": {"action": action, "channel": {"$ref": f"#/channels/{short(topic)}"},
                                                    "summary": about, "messages": refs} for action in ways}


def document(schemas, examples):
    """The document as YAML text. `examples` maps message names to their JSON form."""
    carried = schemas.with_topic()
    by_topic = {topic: [m for m in carried if schemas.topic(m) == topic] for topic in CHANNELS}
    if sum(map(len, by_topic.values())) != len(carried):
        raise ValueError("a message names a topic that no channel stands for")
    channels, ops, messages = {}, {}, {}
    for topic, on_topic in by_topic.items():
        channels[short(topic)] = {
            "address": topic, "description": CHANNELS[topic][1],
            "messages": {m.name: {"$ref": f"#/components/messages/{m.name}"} for m in on_topic},
            "bindings": {"kafka": {"topic": topic, "bindingVersion": "0.5.0"}}}
        ops.update(operations(topic, on_topic))
        messages.update({m.name: message_object(schemas, m, examples[m.name]) for m in on_topic})
    whole = {
        "asyncapi": "3.1.0",
        "info": {"title": "Leadline", "version": "1.0.0", "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {"kafka": {"host": "{bootstrap}", "protocol": "kafka", "description": "The Kafka cluster.",
                              "variables": {"bootstrap": {"default": "localhost:9092",
                                                          "description": "Any broker of the cluster."}}}},
        "channels": channels, "operations": ops,
        "components": {"messages": messages, "schemas": component_schemas(schemas, carried)}}
    # A round trip through JSON proves that nothing but plain values is written.
    return ("# Generated by deploy/generate-schemas from Schemas/leadline/v1 and Schemas/examples. Do not edit.\n"
            + yaml.dump(json.loads(json.dumps(whole)), Dumper=Plain, sort_keys=False, allow_unicode=True, width=120))


def component_schemas(schemas, carried):
    writer = JSONSchemas(schemas, "#/components/schemas/")
    names = {f"{PACKAGE}.{m.name}" for m in carried}.union(*(writer.reached(m) for m in carried))
    found = {name.removeprefix(PACKAGE + "."): writer.of_name(name) for name in sorted(names)}
    return {"CloudEventHeaders": HEADERS, "PublishedCloudEventHeaders": published_headers(),
            "DeadLetterHeaders": dead_letter_headers(), **found}
