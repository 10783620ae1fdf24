#!/usr/bin/env python3
"""Holds a generated client against the document it was made of: each operation must have become a function that can be
imported, and the generator must have nothing to say. `digested.py DOCUMENT CLIENT OUTPUT`"""

import importlib
import json
import re
import sys

METHODS = {"get", "put", "post", "delete", "patch"}
# The generator (0.29.1) cannot write a request of several media types of which one is a list: it tests for
# `list[CloudEvent]`, which Python refuses. Its client's own HTTP client sends events.
BEYOND_THE_GENERATOR = {"sendEvents"}


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.replace(" ", "_")).lower()


def fault(operation):
    """Why an operation's function cannot be used; None if it can."""
    module = f"leadline_client.api.{snake(operation['tags'][0])}.{snake(operation['operationId'])}"
    try:
        return None if hasattr(importlib.import_module(module), "sync_detailed") else "no function"
    except (ImportError, NameError, TypeError, SyntaxError) as error:
        return repr(error)


def main():
    document, client, output = sys.argv[1:]
    sys.path.insert(0, client)
    with open(document, encoding="utf-8") as file:
        paths = json.load(file)["paths"]
    operations = [operation for methods in paths.values() for method, operation in methods.items() if method in METHODS]
    faults = {operation["operationId"]: fault(operation) for operation in operations}
    faults = {name: why for name, why in faults.items() if why}
    for name, why in faults.items():
        known = " (known)" if name in BEYOND_THE_GENERATOR else ""
        print(f"not usable: {name}: {why}{known}", file=sys.stderr)
    with open(output, encoding="utf-8") as file:
        said = file.read()
    has_warned = "WARNING" in said or "Unable to parse" in said
    if has_warned:
        print(said, file=sys.stderr)
    print(f"{len(operations) - len(faults)} of {len(operations)} operations became functions")
    sys.exit(1 if set(faults) - BEYOND_THE_GENERATOR or has_warned else 0)


if __name__ == "__main__":
    main()
