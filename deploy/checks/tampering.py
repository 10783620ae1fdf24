#!/usr/bin/env python3
"""Changes what a data folder holds, one thing after the other, and looks whether `leadline verify` finds it.

    tampering.py BINARY DATA PROGRAM [HOW_MANY] [SEED]   flips single bits in stored entries; the position must be named
    tampering.py BINARY --table [--write]                every column of every table of every file, in a folder made for it;
                                                         compares the table with the one in the auditor's page, or writes it

Of a table up to three rows are tried; every row where their order comes from random keys, so that each run finds the same.
A column is found if every change to it that was tried ends with exit code 1. What is not found must be named in NOT_COVERED
with the reason, and what is named there must not be found.
"""

import difflib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../docs/auditor.md")
BEGIN, END = "<!-- tampering table: begin -->\n", "<!-- tampering table: end -->\n"
ROWS_TRIED = 3
RANDOM_ORDER = {("vault.db", "aliases"), ("vault.db", "keys"), ("vault.db", "tombstones")}
GATEWAY = "who may ask the gateway for what; nothing of the journal hangs on it, and whoever may write it can widen a key"
DERIVED = "derived.db is made again from the journal; nothing is proven by it"
NOT_COVERED = {
    ("access.db", "keys"): GATEWAY,
    ("access.db", "sessions"): GATEWAY,
    ("journal.db", "records"): "what waits and is not decided yet; nothing says what it was",
    ("journal.db", "imports"): "how far an import came; repeating one adds nothing, for its events keep their ids",
    ("journal.db", "topics", "last_received"): "a lower value is overtaken by the clock; one below a waiting record is found",
    ("checkpoints.db", "checkpoints", "seq"): "the order of signing; a checkpoint's size says the same",
    ("checkpoints.db", "checkpoints", "signed_micros"): "when, by the signer's clock; the signature is over size and root",
    ("checkpoints.db", "cosignatures"): "checked where the witness's key is given, by `audit check`",
    ("checkpoints.db", "rotations", "seq"): "statements name each other; their order in the file says nothing",
    ("checkpoints.db", "first_key"): "the log key beside the master key counts where it is there, else the key you name",
    ("checkpoints.db", "checkpoints", "(row)"): "one that is gone is missed by whoever keeps it elsewhere; the others still cover",
    ("checkpoints.db", "rotations", "(row)"): "the key file beside the master key holds the statements too",
    ("derived.db", "grdb_migrations"): DERIVED,
    ("derived.db", "kept_records"): "carries a code under the master key: what was changed is not used, and counted again from the journal",
    ("derived.db", "projection_cursors"): DERIVED,
    ("tree.db", "trees"): "made again from the journal; nothing is signed or proven before it is held against that",
    ("vault.db", "aliases"): "the journal holds no address to compare with; two who are found first, and one who leads to no key, are found",
    ("vault.db", "tombstones"): "those of people are found; one of a rejected record's key is not in the journal",
}


def run(binary, *arguments, code=0, text=None):
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, input=text)
    if done.returncode != code:
        sys.exit(f"leadline {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def flip(binary, data, program, count, seed):
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
    return missed == 0


def make(binary, root):
    """A small folder that has something in as many tables as a folder without a cluster can."""
    data, key = f"{root}/data", f"{root}/master.key"
    os.environ["LEADLINE_DATA"] = data
    run(binary, "init", data, "--program", "demo", "--master-key-file", key)
    run(binary, "policy", "apply", "-f", f"{data}/policy.yaml")
    run(binary, "partners", "apply", "-f", f"{data}/partners.yaml")

    def produce(topic, kind, text):
        with open(f"{root}/events.jsonl", "w") as file:
            file.write(text + "\n")
        run(binary, "produce", topic, "--type", f"leadline.v1.{kind}", f"{root}/events.jsonl")

    for n in range(4):
        produce("leads", "LeadSubmitted", '{"leadId":"l%d","country":"IT","accountDomain":"c%d.example","contact":{"email":"p%d@x.example"}}' % (n, n, n))
    produce("intents", "FirmographicsObserved", '{"accountDomain":"c1.example","employees":90}')
    run(binary, "run", "--once", "--quiet")
    run(binary, "audit", "checkpoint")
    run(binary, "audit", "records", "--section", "policies")
    run(binary, "audit", "rotate-key")
    produce("outcomes", "DealWon", '{"leadId":"l9","partnerId":"nobody","amount":{"minorUnits":"1","currency":"EUR"}}')
    for _ in range(2):
        with open(f"{root}/bad.jsonl", "w") as file:
            file.write('{"leadId":"","message":"x"}\n')
        run(binary, "produce", "leads", "--raw", f"{root}/bad.jsonl")
    run(binary, "run", "--once", "--quiet")
    run(binary, "audit", "erase", "--subject", "p0@x.example", "--requested-by", "x", "-o", f"{root}/erased.note")
    run(binary, "leads", "show", "l1", "--unseal", "--reason", "table")
    run(binary, "run", "--once", "--quiet")
    run(binary, "access", "create", "--role", "manager")
    produce("leads", "LeadUpdated", '{"leadId":"l2","employees":90}')
    return data


def variants(value):
    if value is None:
        return [1]
    if isinstance(value, int):
        return [value + 1, value - 1] if value > 0 else [value + 1]
    if isinstance(value, bytes):
        return [value[:-1] + bytes([value[-1] ^ 1])] if value else [b"\0"]
    return [value + "x"] if value else ["x"]


def trials(folder, file, table, column):
    """Statements with arguments, each of which changes one thing."""
    db = sqlite3.connect(f"{folder}/{file}")
    names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    rows = db.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall()
    if len(rows) > ROWS_TRIED and (file, table) not in RANDOM_ORDER:
        rows = [rows[0], rows[len(rows) // 2], rows[-1]]
    place = " AND ".join(f"{name} IS ?" for name in names)
    for row in rows:
        if column is None:
            yield f"DELETE FROM {table} WHERE {place}", row
            continue
        for value in variants(row[names.index(column)]):
            yield f"UPDATE {table} SET {column} = ? WHERE {place}", (value, *row)


def found(binary, data, root, file, statement, arguments):
    """Nil where SQLite itself refuses the change."""
    copy = f"{root}/copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(data, copy, ignore=shutil.ignore_patterns("*-shm", "*-wal"))
    db = sqlite3.connect(f"{copy}/{file}", isolation_level=None)
    for (trigger,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {trigger}")
    try:
        db.execute(statement, arguments)
    except sqlite3.Error:
        return None
    finally:
        db.close()
    return subprocess.run([binary, "verify", "--data", copy], capture_output=True).returncode == 1


def table(binary):
    lines, problems = ["| file | table | column | changed, or the row taken out |", "| --- | --- | --- | --- |"], []
    with tempfile.TemporaryDirectory() as root:
        data = make(binary, root)
        run(binary, "verify", "--data", data)
        for file in [name for name in os.listdir(data) if name.endswith(".db")]:
            sqlite3.connect(f"{data}/{file}").execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for file in sorted(name for name in os.listdir(data) if name.endswith(".db")):
            db = sqlite3.connect(f"{data}/{file}")
            tables = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
            for name in [name for name in tables if not name.startswith("sqlite_")]:
                columns = [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
                for column in columns + [None]:
                    results = [found(binary, data, root, file, *trial) for trial in trials(data, file, name, column)]
                    results = [result for result in results if result is not None]
                    reason = NOT_COVERED.get((file, name, column or "(row)"), NOT_COVERED.get((file, name)))
                    if not results:
                        verdict = "SQLite refuses it" if column and db.execute(f"SELECT 1 FROM {name}").fetchone() else "empty in this folder"
                        verdict += f"; not covered: {reason}" if reason else ""
                    elif all(results):
                        verdict = "found"
                        if reason and (file, name) not in NOT_COVERED:
                            problems.append(f"{file} {name}.{column} is found, and named as not covered")
                    elif reason is not None:
                        verdict = f"not covered: {reason}"
                    else:
                        verdict = "NOT FOUND"
                        problems.append(f"{file} {name}.{column or '(row)'}: {results.count(False)} of {len(results)} changes not found")
                    lines.append(f"| {file} | {name} | {column or '(row)'} | {verdict} |")
    return "\n".join(lines) + "\n", problems


def main():
    if sys.argv[2] != "--table":
        count = int(sys.argv[4]) if len(sys.argv) > 4 else 5
        seed = int(sys.argv[5]) if len(sys.argv) > 5 else random.randrange(1 << 32)
        sys.exit(0 if flip(sys.argv[1], sys.argv[2], sys.argv[3], count, seed) else 1)
    text, problems = table(os.path.abspath(sys.argv[1]))
    page = open(PAGE).read()
    head, _, rest = page.partition(BEGIN)
    old, _, tail = rest.partition(END)
    if "--write" in sys.argv:
        with open(PAGE, "w") as file:
            file.write(head + BEGIN + text + END + tail)
    elif old != text:
        sys.stderr.writelines(line for line in difflib.ndiff(old.splitlines(True), text.splitlines(True)) if line[0] in "+-")
        problems.append("the table in deploy/docs/auditor.md is not what was found; write it with tampering.py BINARY --table --write")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{text.count(chr(10)) - 2} columns and rows: {text.count('| found |')} found, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
