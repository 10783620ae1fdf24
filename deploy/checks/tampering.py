#!/usr/bin/env python3
"""Flips single bits in stored entries, one after the other, and expects `leadline verify` to name the position.

    tampering.py BINARY DATA PROGRAM [HOW_MANY] [SEED]
"""

import random
import sqlite3
import subprocess
import sys


def main():
    binary, data, program = sys.argv[1:4]
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else random.randrange(1 << 32)
    chance, journal, missed = random.Random(seed), sqlite3.connect(f"{data}/journal.db", isolation_level=None), 0
    stream = journal.execute("SELECT stream FROM streams WHERE program = ?", (program,)).fetchone()[0]
    size = journal.execute("SELECT count(*) FROM entries WHERE stream = ?", (stream,)).fetchone()[0]
    for _ in range(count):
        position = chance.randrange(size)
        place = (stream, position)
        stored = journal.execute("SELECT bytes FROM entries WHERE stream = ? AND position = ?", place).fetchone()[0]
        changed, at = bytearray(stored), chance.randrange(len(stored))
        changed[at] ^= 1 << chance.randrange(8)
        journal.execute("UPDATE entries SET bytes = ? WHERE stream = ? AND position = ?", (bytes(changed), *place))
        found = subprocess.run([binary, "verify", "--data", data, "--program", program], capture_output=True, text=True)
        journal.execute("UPDATE entries SET bytes = ? WHERE stream = ? AND position = ?", (stored, *place))
        if found.returncode != 1 or f"position {position}" not in found.stdout + found.stderr:
            missed += 1
            print(f"byte {at} of position {position}: exit {found.returncode}: {found.stdout}{found.stderr}", file=sys.stderr)
    print(f"seed {seed}: {count} flipped bits, {count - missed} found and named")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
