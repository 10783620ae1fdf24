#!/usr/bin/env python3
"""Holds a generated client against the document it was made of: each operation must have become a function, and the
generator must have nothing to say. `digested.py DOCUMENT CLIENT OUTPUT`"""

import json
import os
import re
import sys

METHODS = {"get", "put", "post", "delete", "patch"}


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def main():
    document, client, output = sys.argv[1:]
    with open(document, encoding="utf-8") as file:
        paths = json.load(file)["paths"]
    functions = {
        name.removesuffix(".py") for _, _, files in os.walk(os.path.join(client, "leadline_client", "api"))
        for name in files if name != "__init__.py"
    }
    wanted = [operation["operationId"] for methods in paths.values()
              for method, operation in methods.items() if method in METHODS]
    missing = [name for name in wanted if snake(name) not in functions]
    for name in missing:
        print(f"not generated: {name}", file=sys.stderr)
    with open(output, encoding="utf-8") as file:
        said = file.read()
    warned = "WARNING" in said or "Unable to parse" in said
    if warned:
        print(said, file=sys.stderr)
    print(f"{len(wanted) - len(missing)} of {len(wanted)} operations became functions")
    sys.exit(1 if missing or warned else 0)


if __name__ == "__main__":
    main()
