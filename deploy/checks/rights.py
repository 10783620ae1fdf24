#!/usr/bin/env python3
"""People's rights on a broker, on two machines one after the other. See deploy/checks/rights."""

import json
import os
import signal
import sqlite3
import sys

import testbed
from basics import Findings
from testbed import Inputs, Leadline, TestBroker, Words, lead, say, wait_until

PROGRAM = "acme"
LANGUAGES = ["en", "de", "fr", "it", "es"]
# Who is erased: by an address, by a lead, and whoever holds an address that another had before.
ERASED = ["p3@mail.example", "lead-4", "given@mail.example"]
MARKERS = {"p3@mail.example": b"Marker3", "lead-4": b"Marker4", "given@mail.example": b"Marker12"}


class Machine:
    """A data folder, and the processor that runs on it."""

    def __init__(self, leadline, work, name, address):
        self.leadline, self.work, self.name, self.address = leadline, work, name, address
        self.folder, self.log, self.process = f"{work}/{name}", f"{work}/{name}.log", None
        leadline.make_folder(self.folder, f"{work}/keys/master.key", PROGRAM)

    def start(self):
        words = Words(self.log)
        self.process = self.leadline.run(
            self.log, "run", "--data", self.folder, "--kafka", self.address, "--batch-max", "50")
        wait_until(lambda: words.ready(), 120, f"{self.name} takes no partition: {words.last()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(60) != 0:
            raise SystemExit(f"{self.name} ended with {self.process.returncode}")

    def ask(self, *arguments, check=True):
        return self.leadline.command(*arguments, "--data", self.folder, check=check)

    def write(self, *arguments):
        return self.ask(*arguments, "--kafka", self.address)

    def dossier(self, who, *more):
        done = self.ask("audit", "dossier", "--subject", who, "--reason", "check", "--json", "-", *more, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def leads(self, who, *more):
        """The ids of a person's leads, or why there are none."""
        found = self.dossier(who, *more)
        return None if found is None else sorted(item["lead"] for item in found["leads"])

    def statuses(self):
        lines = self.ask("leads", "list", "--json").stdout.splitlines()
        return {item["lead"]: item["status"] for item in map(json.loads, lines)}


def person(number, address=None):
    body = lead(f"lead-{number}")
    body["contact"] = {"email": address or f"p{number}@mail.example", "fullName": f"Marker{number} Person"}
    body["message"] = f"Marker{number} would like to be called"
    return body


def send_people(inputs):
    for number in range(1, 12):
        inputs.send("leads", PROGRAM, "LeadSubmitted", f"e{number}", person(number))
    inputs.send("leads", PROGRAM, "LeadSubmitted", "given", person(13, "given@mail.example"))
    corrected = {"leadId": "lead-13", "contact": {"email": "kept@mail.example", "fullName": "Marker13 Person"}}
    inputs.send("leads", PROGRAM, "LeadUpdated", "corrected", corrected)
    inputs.send("leads", PROGRAM, "LeadSubmitted", "taken", person(12, "given@mail.example"))
    # A rejected record and an early outcome speak of people too.
    inputs.send("leads", PROGRAM, "LeadSubmitted", "bad", {**person(3), "leadId": ""})
    inputs.send("outcomes", PROGRAM, "DealWon", "early", {
        "leadId": "never-came", "partnerId": "partner0", "note": "p3@mail.example says Marker3"})
    # Sent again by a nightly synchronisation.
    inputs.send("leads", PROGRAM, "LeadSubmitted", "again", {**person(3), "leadId": "lead-3b"})
    inputs.flush()


def use_rights(machine, findings):
    by = ["--requested-by", "the person"]
    machine.write("rights", "object", "--subject", "p5@mail.example", *by)
    machine.write("rights", "restrict", "--subject", "P6@MAIL.example", *by)
    machine.write("rights", "review", "--subject", "lead-7", *by)
    machine.write("rights", "restrict", "--subject", "p8@mail.example", *by)
    machine.write("rights", "lift", "--subject", "p8@mail.example", *by)
    shown = json.loads(machine.ask("rights", "show", "--subject", "p5@mail.example", "--json").stdout)
    findings.equal(shown["objected"], True, "the objection stands")


def questions(machine, findings):
    """Everything that must hold on whichever machine is asked."""
    where = f"on {machine.name}"
    findings.equal(machine.leads("given@mail.example"), ["lead-12"], f"who holds the address now, {where}")
    findings.equal(machine.leads("kept@mail.example"), ["lead-13"], f"who held it before, {where}")
    findings.equal(machine.leads("lead-13"), ["lead-13"], f"the former holder's lead, {where}")
    findings.equal(machine.leads("p3@mail.example"), ["lead-3", "lead-3b"], f"a lead that came twice, {where}")
    # A lift lets leads go on their way by a timer.
    wait_until(lambda: machine.statuses()["lead-8"] != "escalated", 60, "the lifted lead stays where it is")
    statuses = machine.statuses()
    findings.equal(statuses["lead-6"], "escalated", f"restricted, {where}")
    findings.equal(statuses["lead-5"], "objected", f"objected, {where}")
    findings.equal(statuses["lead-8"], "assigned", f"restricted and lifted, {where}")
    for number, language in enumerate(LANGUAGES):
        letter = f"{machine.work}/letter.{machine.name}.{language}.html"
        machine.ask("audit", "dossier", "--subject", f"p{number + 1}@mail.example", "--edition", "subject",
                    "--language", language, "--reason", "Art. 15", "--html", letter)
        with open(letter, encoding="utf-8") as page:
            text = page.read()
        findings.equal(f'<html lang="{language}">' in text and f"Marker{number + 1}" in text, True,
                       f"the letter in {language}, {where}")


def erase(machine, findings):
    for number, who in enumerate(ERASED):
        note = f"{machine.work}/erasure-{number}.note"
        machine.write("audit", "erase", "--subject", who, "--requested-by", "the person", "-o", note)
        key = f"{machine.work}/log.vkey"
        with open(key, "w", encoding="utf-8") as file:
            file.write(machine.ask("audit", "checkpoint", "--key").stdout)
        findings.equal(machine.leadline.command("audit", "check", note, "--key", key, check=False).returncode, 0,
                       f"the certificate of {who}")


def gone(machine, findings):
    where = f"on {machine.name}"
    findings.equal(machine.leads("p3@mail.example"), None, f"an erased address, {where}")
    findings.equal(machine.leads("given@mail.example"), None, f"an erased holder's address, {where}")
    findings.equal(machine.leads("kept@mail.example"), ["lead-13"], f"who held that address before, {where}")
    findings.equal(machine.leads("p1@mail.example"), ["lead-1"], f"somebody else, {where}")
    tombstones = 0
    for parent, _, names in os.walk(machine.folder):
        if "vault.db" in names:
            vault = sqlite3.connect(f"file:{parent}/vault.db?mode=ro", uri=True)
            tombstones += vault.execute("SELECT count(*) FROM tombstones").fetchone()[0]
            vault.close()
    findings.equal(tombstones >= len(ERASED), True, f"{tombstones} tombstones, {where}")
    for parent, _, names in os.walk(machine.folder):
        for name in names:
            with open(os.path.join(parent, name), "rb") as file:
                content = file.read()
            for who, marker in MARKERS.items():
                # "Marker1" is the beginning of other people's.
                findings.equal(marker in content, False, f"{who} in {name}, {where}")


def main():
    arguments = testbed.options(__doc__).parse_args()
    findings = Findings()
    with testbed.workplace("rights", arguments.keep) as work:
        leadline = Leadline(arguments.binary, work)
        broker = TestBroker(arguments.broker_program, work)
        machines = []
        try:
            leadline.create_topics(broker.address, 1)
            one, two = (Machine(leadline, work, name, broker.address) for name in ("one", "two"))
            machines = [one, two]
            inputs = Inputs(broker.address, "/rights")
            inputs.register(PROGRAM, partners=3, open_cap=100, period_cap=1_000)
            one.start()
            send_people(inputs)
            wait_until(lambda: len(one.statuses()) == 14, 120, "the leads do not come")
            say("14 leads are there")
            use_rights(one, findings)
            questions(one, findings)
            one.stop()
            two.start()
            say("the second machine has taken over on an empty disk")
            wait_until(lambda: len(two.statuses()) == 14, 120, "the leads are not there")
            questions(two, findings)
            erase(two, findings)
            gone(two, findings)
            two.stop()
            one.start()
            say("the first machine is back from before the erasures")
            gone(one, findings)
            one.stop()
            for machine in machines:
                checked = machine.ask("audit", "verify", check=False)
                findings.equal(checked.returncode, 0, f"verify on {machine.name}: {checked.stdout[-300:]}")
        finally:
            for machine in machines:
                if machine.process and machine.process.poll() is None:
                    machine.process.kill()
            broker.close()
    for wrong in findings.wrong:
        print(f"not as it must be: {wrong}")
    say(f"{findings.checked} things looked at, {len(findings.wrong)} wrong")
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
