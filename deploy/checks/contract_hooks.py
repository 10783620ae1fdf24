"""What schemathesis does beside its own work while deploy/checks/contract runs it: it asks about objects that are there,
and writes down what was answered to which operation."""

import ast
import gc
import json
import os
import random
import threading

import schemathesis

# Python before 3.11.5 counts the depth of every syntax tree that is being made in one place: a second one begun meanwhile,
# by another thread or out of the garbage collector, ends a whole phase with "AST constructor recursion depth mismatch"
# (python/cpython#106905). So one is made at a time.
parse, one_at_a_time = ast.parse, threading.RLock()


def parse_alone(*arguments, **named):
    with one_at_a_time:
        collects = gc.isenabled()
        gc.disable()
        try:
            return parse(*arguments, **named)
        finally:
            if collects:
                gc.enable()


ast.parse = parse_alone

with open(os.environ["CONTRACT_SEEDS"], encoding="utf-8") as seeds:
    SEEDS = json.load(seeds)
# How often a valid id that was made up is taken as it is: what is not there must be asked for too.
MADE_UP = 0.2
chance = random.Random(1)


def mode(case, place):
    """"positive" or "negative" for a part of a request; None where it has none."""
    if case.meta is None:
        return None
    for name, part in case.meta.components.items():
        if name.value == place:
            return part.mode.value
    return None


def is_linked(case):
    """True where the path's ids come from an earlier answer."""
    return case.meta is not None and case.meta.phase.name.value == "stateful"


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    return {"data": value if isinstance(value, bytes) else str(value).encode()}


@schemathesis.hook
def before_call(context, case, kwargs):
    name_the_change(case)
    make_binary(case)
    if not case.path_parameters or is_linked(case) or mode(case, "path") == "negative":
        return
    if chance.random() < MADE_UP:
        return
    for name in case.path_parameters:
        if SEEDS.get(name):
            case.path_parameters[name] = chance.choice(SEEDS[name])


def name_the_change(case):
    """Gives each request a key of its own: one key with other content is refused, as documented."""
    if mode(case, "header") != "negative" and "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = f"{chance.getrandbits(64):x}"


def make_binary(case):
    """Of an event in binary mode the body is the message that its headers name, which a schema of the body can't say."""
    if case.operation.path != "/v1/events" or case.media_type != "application/json" or mode(case, "body") != "positive":
        return
    if mode(case, "header") == "negative":
        return
    headers = {"ce-specversion": "1.0", "ce-id": f"{chance.getrandbits(64):x}", "ce-source": SEEDS["source"],
               "ce-type": "leadline.v1.LeadSubmitted"}
    for name in [name for name in case.headers or {} if name.lower().startswith("ce-")]:
        del case.headers[name]
    case.headers.update(headers)
    case.body = {"leadId": f"binary-{chance.getrandbits(32):x}", "country": "IT"}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """The document's version has no place for QUERY (RFC 10008), which one path takes; its own tests ask by it."""
    allowed = [value for name, values in response.headers.items() if name.lower() == "allow" for value in values]
    return case.operation.path != "/v1/preview" or (
        response.request.method != "QUERY" and "QUERY" not in "".join(allowed))


@schemathesis.hook
def after_call(context, case, response):
    row = {"operation": case.operation.definition.raw.get("operationId"), "status": response.status_code,
           "phase": case.meta.phase.name.value if case.meta else None}
    if response.status_code >= 400:
        try:
            row["problem"] = response.json().get("type")
        except ValueError:
            pass
    with open(os.environ["CONTRACT_ANSWERS"], "a", encoding="utf-8") as answers:
        answers.write(json.dumps(row) + "\n")
