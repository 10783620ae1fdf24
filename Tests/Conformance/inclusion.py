#!/usr/bin/env python3
"""Verifies that an entry stands in a program's journal, from what the gateway's REST answers alone.

  inclusion.py URL POSITION            with an auditor's key in LEADLINE_KEY_AUDITOR

Three answers: the entry's bytes, the proof (C2SP tlog-proof, which ends in a signed checkpoint) and the key of the log.
The key belongs in a place where nobody who can write to the service can change it; here it is asked for too. What is
checked is RFC 9162 (the path) and C2SP signed-note (the checkpoint), and nothing of Leadline's own. Exit code 1 where
it does not hold. Needs `cryptography` for Ed25519.
"""

import base64
import hashlib
import json
import os
import sys
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def ask(url, path):
    request = urllib.request.Request(
        url + path, headers={"Authorization": "Bearer " + os.environ["LEADLINE_KEY_AUDITOR"]})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        return answer.read()


def root_of(leaf, index, size, path):
    """The root that a leaf leads to (RFC 9162, section 2.1.3.2); None if the path is not one of such a tree."""
    def node(left, right):
        return hashlib.sha256(b"\x01" + left + right).digest()

    if index >= size:
        return None
    first, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if first & 1 or first == last:
            found = node(step, found)
            while not first & 1 and first != 0:
                first, last = first >> 1, last >> 1
        else:
            found = node(found, step)
        first, last = first >> 1, last >> 1
    return found if last == 0 else None


def checkpoint(note, verifier_key):
    """Size and root of a signed checkpoint. Raises InvalidSignature if the key has not signed it."""
    body, _, signatures = note.rpartition("\n\n")
    name, key_id, encoded = verifier_key.split("+", 2)
    key = base64.b64decode(encoded, validate=True)
    if key[0] != 1 or hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() != key_id:
        raise InvalidSignature("the key is no Ed25519 key of this name")
    for line in signatures.splitlines():
        dash, signer, value = line.split(" ")
        signature = base64.b64decode(value, validate=True)
        if dash == "\u2014" and signer == name and signature[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], (body + "\n").encode())
            _, size, root = body.split("\n")[:3]
            return int(size), base64.b64decode(root, validate=True)
    raise InvalidSignature("the key has not signed the checkpoint")


def holds(entry, proof, position, verifier_key):
    """Whether the entry's bytes stand at the position under the proof's checkpoint."""
    head, _, note = proof.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or f"index {position}" not in lines[1:3]:
        return False
    path = [base64.b64decode(line, validate=True) for line in lines[lines.index(f"index {position}") + 1:]]
    try:
        size, root = checkpoint(note, verifier_key)
    except InvalidSignature:
        return False
    return root_of(hashlib.sha256(b"\x00" + entry).digest(), position, size, path) == root


def main():
    url, position = sys.argv[1], int(sys.argv[2])
    entry = ask(url, f"/v1/audit/entries/{position}")
    proof = ask(url, f"/v1/audit/proofs/{position}").decode()
    key = json.loads(ask(url, "/v1/audit/key"))["verifierKey"]
    if not holds(entry, proof, position, key):
        raise SystemExit(f"the entry at {position} is not proven")
    # A proof that would take anything proves nothing.
    altered = [
        (entry + b"\x00", proof, position), (entry[:-1], proof, position), (entry, proof, position + 1),
        (entry, proof.replace(f"index {position}", f"index {position + 1}"), position + 1),
    ]
    if any(holds(*case, key) for case in altered):
        raise SystemExit("something that was altered passes")
    print(f"entry {position}: {len(entry)} bytes, proven under the log's key; {len(altered)} altered ones are not")


if __name__ == "__main__":
    main()
