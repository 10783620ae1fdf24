#!/usr/bin/env python3
"""Verifies proofs, checkpoints and cosignatures that Leadline made, from RFC 9162 and the C2SP texts alone.

Reads one JSON object a line on stdin: {"kind": "inclusion" | "consistency" | "note", ...}. Says how many it verified.
The first that does not hold ends it with exit code 1. Digests are hexadecimal.
"""

import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def inclusion(leaf, index, size, path, root):
    """RFC 9162, section 2.1.3.2."""
    assert index < size
    fn, sn, r = index, size - 1, leaf
    for p in path:
        assert sn != 0
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0 and r == root


def consistency(first, second, first_hash, second_hash, path):
    """RFC 9162, section 2.1.4.2."""
    if first == second or first == 0:
        assert not path and (first == 0 or first_hash == second_hash)
        return
    assert path
    if first & (first - 1) == 0:
        path = [first_hash] + path
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        assert sn != 0
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0 and fr == first_hash and sr == second_hash


def note(text, vkeys):
    """C2SP signed-note, tlog-checkpoint and tlog-cosignature: every given key must have signed."""
    body, _, lines = text.rpartition("\n\n")
    message = (body + "\n").encode()
    origin, size, root = body.split("\n")[:3]
    assert origin and str(int(size)) == size and len(base64.b64decode(root, validate=True)) == 32
    signatures = {tuple(line.split(" ")[1:]) for line in lines.splitlines() if line.startswith("\u2014 ")}
    for vkey in vkeys:
        name, key_id, encoded = vkey.split("+", 2)
        key = base64.b64decode(encoded, validate=True)
        assert hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_id
        mine = [base64.b64decode(s) for n, s in signatures if n == name and base64.b64decode(s)[:4].hex() == key_id]
        assert mine
        for signature in mine:
            signed, rest = message, signature[4:]
            if key[0] == 4:
                signed = b"cosignature/v1\ntime %d\n" % int.from_bytes(rest[:8], "big") + message
                rest = rest[8:]
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(rest, signed)


def main():
    h = bytes.fromhex
    count = 0
    for line in sys.stdin:
        case = json.loads(line)
        path = [h(digest) for digest in case.get("path", [])]
        if case["kind"] == "inclusion":
            inclusion(h(case["leaf"]), case["index"], case["size"], path, h(case["root"]))
        elif case["kind"] == "consistency":
            consistency(case["first"], case["second"], h(case["firstRoot"]), h(case["secondRoot"]), path)
        else:
            note(case["note"], case["keys"])
        count += 1
    print(count)


if __name__ == "__main__":
    main()
