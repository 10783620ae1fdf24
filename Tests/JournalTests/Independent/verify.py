#!/usr/bin/env python3
"""Checks what Leadline hands to an auditor, from RFC 9162, RFC 8032 and the C2SP texts alone; needs no library.

    verify.py KEY FILE...    checkpoints, tlog-proofs, consistency proofs, archives' folders and access logs

KEY is a verifier key, or a file with one. Archives and access logs are held against the checkpoints named before them.
Says what holds, one line a file; the first that does not ends it with exit code 1."""

import base64, functools, gzip, hashlib, json, os, re, sys

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, I = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
BASE = (4 * pow(5, P - 2, P) % P).to_bytes(32, "little")

def decode(raw):
    """RFC 8032, section 5.1.3."""
    y, odd = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * I % P
    assert y < P and (x * x - square) % P == 0
    x = x if x & 1 == odd else P - x
    return x, y, 1, x * y % P
def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P
def times(scalar, a, total=(0, 1, 1, 0)):
    while scalar:
        total, a, scalar = add(total, a) if scalar & 1 else total, add(a, a), scalar >> 1
    return total

def is_signed(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(s, decode(BASE)), add(decode(signature[:32]), times(challenge, decode(key)))
    return s < L and all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
leaf, node = lambda data: sha(b"\0", data), lambda a, b: sha(b"\1", a, b)

def walk(fn, sn, hashes, path):
    """RFC 9162, sections 2.1.3.2 and 2.1.4.2: the hashes that a path leads to."""
    for step in path:
        assert sn
        if fn & 1 or fn == sn:
            hashes = [node(step, one) for one in hashes]
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            hashes = hashes[:-1] + [node(hashes[-1], step)]
        fn, sn = fn >> 1, sn >> 1
    assert not sn
    return hashes
def consistency(first, second, old, new, path):
    if first == second or not first:
        return not path and (not first or old == new)
    path = [old] + path if first & first - 1 == 0 else path
    shift = (first & -first).bit_length() - 1
    return walk(first - 1 >> shift, second - 1 >> shift, [path[0], path[0]], path[1:]) == [old, new]

def checkpoint(text, keys):
    body, _, signatures = text.rpartition("\n\n")
    origin, size, root, *more = body.split("\n")
    for name, key in keys:
        ident = sha(origin.encode() + b"\n\1" + key)[:4]
        for line in re.findall(rf"^\u2014 {re.escape(origin)} (\S+)$", signatures, re.M):
            raw = base64.b64decode(line)
            if name in (origin, origin.rpartition("/")[0]) and raw[:4] == ident:
                assert is_signed(key, (body + "\n").encode(), raw[4:]), "a wrong signature"
                return origin, int(size), base64.b64decode(root), [m for m in more if m.startswith("leadline-access ")]
    raise AssertionError("signed by no key that was given")

def archive(folder, keys, held):
    read = lambda name: open(f"{folder}/{name}", "rb").read()
    named = dict(reversed(line.split("  ", 1)) for line in read("MANIFEST").decode().splitlines())
    assert all(hashlib.sha256(read(path)).hexdigest() == digest for path, digest in named.items()), "a file was changed"
    there = {os.path.relpath(f"{at}/{name}", folder) for at, _, names in os.walk(folder) for name in names}
    assert there == {"MANIFEST", "MANIFEST.note", *named}, "a file was put in or taken out"
    body, _, lines = read("MANIFEST.note").decode().rpartition("\n\n")
    raws = [base64.b64decode(line.split(" ")[2]) for line in lines.splitlines()]
    assert body.endswith("sha256 " + sha(read("MANIFEST")).hex())
    assert any(is_signed(key, (body + "\n").encode(), raw[4:]) for _, key in keys for raw in raws), "manifest not signed"
    for program in json.loads(read("archive.json"))["programs"]:
        place, size = f"programs/{program['folder']}", program.get("first", 0)
        stack = list(zip([1 << i for i in range(63, -1, -1) if size >> i & 1], map(bytes.fromhex, program.get("peaksBefore", []))))
        link = bytes.fromhex(program["linkBefore"]) if size else sha(b"leadline chain v1\n" + program["program"].encode())
        notes = [checkpoint(note, keys) for note in read(f"{place}/checkpoints.txt").decode().split("--\n") if note] + held
        due = {n[1]: n[2] for n in notes if n[0].endswith("/" + program["program"]) and n[1] > size}
        data = gzip.decompress(read(f"{place}/entries.gz"))
        while data:
            length = int.from_bytes(data[:4], "big")
            entry, data, size = leaf(data[4 : 4 + length]), data[4 + length :], size + 1
            link, stack = sha(b"\2", link, entry), stack + [(1, entry)]
            while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
                stack[-2:] = [(2 * stack[-1][0], node(stack[-2][1], stack[-1][1]))]
            if size in due:
                root = functools.reduce(lambda right, left: node(left, right), [r for _, r in reversed(stack)])
                assert root == due.pop(size), f"another root at {size} entries"
        assert link.hex() == program["head"] and not due and size == max(n[1] for n in notes), "not all of it is signed"
    return f"archive of {len(named)} files"

def access(data, keys, held):
    previous, digests, between = "0" * 64, {}, []
    for line in data.split(b"\n")[:-1]:
        parts = re.fullmatch(rb'(.*),"signature":"([^"]+)"}', line)
        if not parts and not between.append(line):
            continue
        record, message = json.loads(line), b"leadline access v1\n" + parts[1] + b"}"
        assert record["previous"] == previous and record["number"] == len(digests) + 1, "a line is gone or was put in"
        assert record.get("torn") == (leaf(b"\n".join(between)).hex() if between else None), "a line was changed"
        assert any(is_signed(key, message, base64.b64decode(parts[2])) for _, key in keys), "a line was changed"
        previous, between = leaf(line).hex(), []
        digests[record["number"]] = previous
    for _, number, digest in [anchor.split(" ") for note in held for anchor in note[3]]:
        assert digests.get(int(number)) == digest, "the access log lacks what a checkpoint names"
    return f"access log of {len(digests)} lines"

def check(path, keys, held):
    if os.path.isdir(path):
        return archive(path, keys, held)
    data = open(path, "rb").read()
    if path.endswith(".jsonl"):
        return access(data, keys, held)
    head, _, rest = data.decode().partition("\n\n")
    title, *lines = head.split("\n")
    if title == "c2sp.org/tlog-proof@v1":
        entry = base64.b64decode(lines.pop(0)[6:])
        index, found = int(lines[0].split(" ")[1]), checkpoint(rest, keys)
        assert index < found[1]
        assert walk(index, found[1] - 1, [leaf(entry)], [base64.b64decode(line) for line in lines[1:]]) == [found[2]]
        return f"entry {index} of {found[1]}"
    if title == "leadline consistency proof v1":
        old, new = [checkpoint(note, keys) for note in rest.split("\n--\n")]
        assert consistency(old[1], new[1], old[2], new[2], [base64.b64decode(line) for line in lines])
        return f"{new[1]} entries begin with {old[1]}"
    held.append(checkpoint(data.decode(), keys))
    return f"checkpoint over {held[-1][1]} entries"

def main():
    keys, held, text = [], [], open(sys.argv[1]).read() if os.path.exists(sys.argv[1]) else sys.argv[1]
    for name, ident, encoded in [line.split("+", 2) for line in text.split("\n") if line and line[0] != "#"]:
        raw = base64.b64decode(encoded)
        assert raw[0] == 1 and sha(name.encode() + b"\n" + raw)[:4].hex() == ident
        keys.append((name, raw[1:]))
    for path in sys.argv[2:]:
        try:
            print(f"{path}: {check(path, keys, held)}")
        except Exception as error:
            sys.exit(f"{path}: NOT VERIFIED: {error!r}")
main()
