#!/usr/bin/env python3
"""Erases people and searches for them. See deploy/checks/erase.

    erase.py BINARY WORK_FOLDER --people 10000 --erase 1000
"""

import argparse
import base64
import glob
import gzip
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import sealed

PROGRAM = "demo"
MARK = re.compile(rb"mark(\d{6})q", re.IGNORECASE)
# The same in UTF-16, either byte order.
WIDE_MARK = re.compile(rb"m.?a.?r.?k.?((?:\d\x00|\x00\d){6}).?q", re.IGNORECASE | re.DOTALL)


class Check:
    def __init__(self, binary, work, people, erase):
        self.binary, self.work, self.people = binary, Path(work), people
        self.data, self.key = self.work / "data", self.work / "master.key"
        self.erased = set(random.Random(1).sample(range(people), erase))
        self.faults = []

    @property
    def environment(self):
        return dict(os.environ, LEADLINE_DATA=str(self.data))

    def run(self, *arguments, stdin=None):
        environment = self.environment
        done = subprocess.run([self.binary, *map(str, arguments)], input=stdin, capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            sys.exit(f"leadline {' '.join(map(str, arguments[:3]))} ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def timed(self, what, *arguments, **more):
        began = time.monotonic()
        out = self.run(*arguments, **more)
        print(f"{what}: {time.monotonic() - began:.1f} s", flush=True)
        return out

    def expect(self, holds, what):
        print(("ok      " if holds else "FAULT   ") + what, flush=True)
        if not holds:
            self.faults.append(what)

    # The people

    def write(self):
        leads, updates, outcomes, refused, encoded = ([] for _ in range(5))
        for number in range(self.people):
            mark = f"mark{number:06d}q"
            address = f"{mark}@people-{number}.example"
            leads.append({
                "leadId": f"person-{number}", "accountDomain": f"people-{number}.example", "country": "IT", "vertical": "manufacturing",
                "dealValue": {"minorUnits": "2500000", "currency": "EUR"}, "message": f"{mark.upper()} asks for a call",
                "contact": {"email": address, "familyName": mark.capitalize(), "phone": f"+39 {mark}"}})
            if number % 25 == 0:
                updates.append({"leadId": f"person-{number}", "contact": {"email": f"second-{address}"}})
            if number % 10 == 0:
                refused.append({"leadId": "", "contact": {"email": address, "familyName": mark}})
            if number % 20 == 0:
                inner = json.dumps({"leadId": "", "contact": {"email": address}}).encode()
                encoded.append({"specversion": "1.0", "id": f"b-{number}", "source": "/check", "type": "leadline.v1.LeadSubmitted",
                                "data_base64": base64.b64encode(inner).decode()})
            if number % 10 == 5:
                refused.append({"leadId": f"person-{number}", "country": 7, "message": mark})
            if number % 50 == 0:
                outcomes.append({"leadId": f"ghost-{number}", "partnerId": "nobody", "note": f"{address} called"})
        for name, lines in [("leads", leads), ("updates", updates), ("outcomes", outcomes), ("refused", refused),
                            ("encoded", encoded)]:
            with open(self.work / f"{name}.jsonl", "w", encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in lines)

    def fill(self):
        self.run("init", self.data, "--master-key-file", self.key)
        self.run("policy", "apply", "-f", self.data / "policy.yaml")
        self.run("partners", "apply", "-f", self.data / "partners.yaml")
        for name, topic, kind in [
            ("leads", "leads", "LeadSubmitted"), ("updates", "leads", "LeadUpdated"), ("refused", "leads", "LeadSubmitted"),
            ("outcomes", "outcomes", "DealWon"),
        ]:
            check = ["--no-check"] if name == "refused" else []
            self.run("produce", topic, "--type", f"leadline.v1.{kind}", *check, self.work / f"{name}.jsonl")
        self.run("produce", "leads", "--no-check", self.work / "encoded.jsonl")
        # The search itself can fail: before they are processed, inputs stand there in clear.
        self.expect(len(self.marks_in(self.data)) == self.people, "the search finds everybody while the inputs wait in clear")
        self.timed("processed", "run", "--once", "--quiet")
        for name in ["leads", "updates", "refused", "outcomes", "encoded"]:
            (self.work / f"{name}.jsonl").unlink()

    # What is left

    def marks_in(self, folder):
        found = set()
        for path in glob.glob(f"{folder}/**/*", recursive=True):
            if not os.path.isfile(path):
                continue
            raw = Path(path).read_bytes()
            texts = [raw] + ([gzip.decompress(raw)] if raw[:2] == b"\x1f\x8b" else [])
            for text in texts:
                found |= {int(number) for number in MARK.findall(text)}
                found |= {int(number.replace(b"\0", b"")) for number in WIDE_MARK.findall(text)}
        return found

    def entries(self):
        with sqlite3.connect(f"file:{self.data}/journal.db?mode=ro", uri=True) as database:
            return [row[0] for row in database.execute("SELECT bytes FROM entries ORDER BY seq")]

    def blobs(self):
        erased, kept = [], []
        for lead, subject, blob, context in sealed.sealed_leads(self.entries(), PROGRAM.encode()):
            (erased if int(lead.split("-")[1]) in self.erased else kept).append((lead, subject, blob, context))
        return erased, kept

    def unreadable(self, what):
        """Nothing of the erased opens: not under a key of theirs, and a sample not under any key that is left."""
        keys, _ = sealed.vault_keys(self.data / "vault.db", self.key)
        erased, kept = self.blobs()
        self.expect(len(erased) == len(self.erased), f"{what}: the journal still holds the sealed part of each of {len(self.erased)}")
        self.expect(not any(subject in keys for _, subject, _, _ in erased), f"{what}: no key of an erased person is left")
        sample = random.Random(2).sample(erased, min(20, len(erased)))
        opened = sum(sealed.aes_gcm_open(key, blob, context) is not None for _, _, blob, context in sample for key in keys.values())
        self.expect(opened == 0, f"{what}: {len(sample)} sealed parts, each tried with all {len(keys)} keys: none opens")
        right = all(f"mark{int(lead.split('-')[1]):06d}q".encode() in (sealed.aes_gcm_open(keys[subject], blob, context) or b"")
                    for lead, subject, blob, context in random.Random(3).sample(kept, min(200, len(kept))))
        self.expect(right, f"{what}: everybody else's opens, by the format alone")

    def letters(self):
        """(offset, sealed size) of rejected records."""
        with sqlite3.connect(f"file:{self.data}/journal.db?mode=ro", uri=True) as database:
            rows = [row[0] for table in ("dead_letters", "parked") for row in database.execute(f"SELECT bytes FROM {table}")]
        return sum(1 for row in rows if not sealed.fields(row).get(7)), len(rows)

    # Cut short

    @staticmethod
    def records_of(number):
        """Rejected records and waiting outcomes that speak of a person, as `write` makes them."""
        return (number % 10 in (0, 5)) + (number % 20 == 0), int(number % 50 == 0)

    def kills(self, count):
        """Erases a few people at a time, each time killed somewhere and run again, and reads every certificate."""
        order = random.Random(4)
        people = sorted(self.erased)
        killed = wrong = 0
        for turn in range(count):
            group = people[turn * len(people) // count:(turn + 1) * len(people) // count]
            names = "".join(f"mark{n:06d}q@people-{n}.example\n" for n in group)
            folder = self.work / f"killed-{turn}"
            command = [self.binary, "audit", "erase", "--subjects-file", "-", "--requested-by", "by letter", "-o", str(folder)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       text=True, env=self.environment)
            process.stdin.write(names)
            process.stdin.close()
            try:
                process.wait(timeout=order.uniform(0.02, self.span))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                killed += 1
            # One that was killed after its last certificate has nothing left to do.
            if len(list(folder.glob("*.note"))) < len(group) or (self.data / "erasing.json").exists():
                self.run(*command[1:], stdin=names)
            statements = {s["leads"][0]: s for s in (json.loads(note.read_text().splitlines()[2]) for note in folder.glob("*.note"))}
            for number in group:
                letters, waiting = self.records_of(number)
                got = statements.get(f"person-{number}")
                right = got and (got["deadLettersEmptied"], got["waitingEmptied"]) == (letters, waiting) and got["keyDestroyed"]
                if not right:
                    wrong += 1
                    print(f"person-{number}: expected {letters} and {waiting}, certified {got}")
        self.expect(wrong == 0, f"{killed} of {count} runs killed and run again: every certificate says what was removed")

    def send_again(self):
        """What a nightly sync sends of people who were erased is not kept."""
        before = {row for row in self.key_ids()}
        lines = [{"leadId": f"person-{n}", "contact": {"email": f"mark{n:06d}q@people-{n}.example", "familyName": f"mark{n:06d}q"}}
                 for n in sorted(self.erased)]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        for kind in ("LeadSubmitted", "LeadUpdated"):
            self.run("produce", "leads", "--type", f"leadline.v1.{kind}", "-", stdin=text)
            self.run("run", "--once", "--quiet")
        self.expect(before == set(self.key_ids()), f"{2 * len(lines)} inputs about them afterwards made no key")
        self.expect(not self.marks_in(self.data) & self.erased, "and left no byte of theirs")

    def key_ids(self):
        return list(sealed.vault_keys(self.data / "vault.db", self.key)[0])

    def erase_all(self, certificates):
        list_file = self.work / "erase.txt"
        # By address and by lead, as requests come.
        list_file.write_text("".join(
            f"Mark{number:06d}q@people-{number}.example\n" if number % 2 else f"person-{number}\n" for number in sorted(self.erased)))

        print(self.timed(f"{len(self.erased)} erased and certified", "audit", "erase", "--subjects-file", list_file, "--requested-by",
                         "each person, by letter", "-o", certificates).strip())
        list_file.unlink()

    # The check

    def all(self, kills):
        self.write()
        self.fill()
        self.run("export", self.data / "before")
        key = self.work / "demo.key"
        key.write_text(self.run("audit", "checkpoint", "--key"))
        before = self.work / "before.checkpoint"
        before.write_text(self.run("audit", "checkpoint"))
        size = before.read_text().splitlines()[1]
        decisions = self.run("consume", "decisions", "--json", "--limit", 10 ** 9).splitlines()
        shutil.copy(self.data / "vault.db", self.work / "vault.before")
        certificates = self.work / "certificates"
        if kills:
            self.span = 1.2
            self.kills(kills)
            certificates.mkdir()
            for note in self.work.glob("killed-*/*.note"):
                shutil.copy(note, certificates)
        else:
            self.erase_all(certificates)

        found = self.marks_in(self.data) & self.erased
        self.expect(not found, f"no name or address of theirs in any byte of {sum(1 for _ in self.data.rglob('*'))} files, "
                               "write-ahead logs, free pages and the export from before included")
        self.unreadable("vault")
        emptied, all_letters = self.letters()
        expected = sum(sum(self.records_of(n)) for n in self.erased)
        self.expect(emptied == expected, f"{emptied} of {all_letters} rejected or waiting records are empty, as many as speak of them")

        after = self.run("consume", "decisions", "--json", "--limit", 10 ** 9).splitlines()
        self.expect(after[:len(decisions)] == decisions, f"all {len(decisions)} decisions are as they were, "
                                                         f"{len(after) - len(decisions)} more closed the leads")
        later = self.work / "later.proof"
        self.run("audit", "prove", "--from", size, "-o", later)
        self.run("audit", "check", before, later, "--key", key)
        self.expect(True, f"the root over {size} entries from before is that of the journal's beginning now")
        notes = sorted(certificates.glob("*.note"))
        out = self.timed("certificates checked offline", "audit", "check", *notes, "--key", key)
        self.expect(len(notes) == len(self.erased) and out.strip().endswith("verified"), f"{len(notes)} certificates verify from their files alone")
        self.timed("verify", "audit", "verify", "--checkpoint", before, "--key", key)
        self.timed("replay", "replay")
        self.run("audit", "check", self.data / "before", "--key", key)

        self.send_again()
        self.run("verify")

        # A backup of the vault from before: the journal is asked before anything is opened.
        for suffix in ["", "-wal", "-shm"]:
            Path(f"{self.data}/vault.db{suffix}").unlink(missing_ok=True)
        shutil.copy(self.work / "vault.before", self.data / "vault.db")
        somebody = min(self.erased)
        shown = self.run("leads", "show", f"person-{somebody}", "--unseal")
        self.expect("the person was erased" in shown and f"mark{somebody:06d}q" not in shown.lower(), "a vault from before opens nothing of theirs")
        self.unreadable("vault from before, once asked")
        if self.faults:
            sys.exit(f"{len(self.faults)} FAULTS")
        print("nothing readable is left")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("work")
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--erase", type=int, default=100)
    parser.add_argument("--kills", type=int, default=0, help="runs that are killed and run again, instead of the one that is not")
    given = parser.parse_args()
    Check(given.binary, given.work, given.people, given.erase).all(given.kills)


if __name__ == "__main__":
    main()
