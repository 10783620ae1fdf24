#!/usr/bin/env python3
"""A backlog of one program's leads, read in small batches. See deploy/checks/backlog."""

import collections
import os
import subprocess
import sys
import time

import testbed
from messages import journal_pb2
from testbed import CRASHES, Inputs, Lag, Leadline, TestBroker, Words, lead, records, say, wait_until

PARTITIONS, PROGRAM = 12, "demo"


class Run:
    """The README's steps once, from an empty broker on."""

    def __init__(self, options, work):
        self.options, self.work = options, work
        self.leadline = Leadline(options.binary, work)
        self.broker = TestBroker(options.broker_program, work)
        self.data = f"{work}/data"
        self.child = None

    def perform(self):
        """What went wrong; None if nothing did."""
        self.leadline.create_topics(self.broker.address, PARTITIONS)
        kafka = ["--kafka", self.broker.address]
        self.leadline.command("init", *kafka, "--master-key-file", f"{self.work}/master.key", self.data)
        self.start()
        wait_until(self.works, 120, "the shards do not get ready")
        for what in ["policy", "partners"]:
            self.leadline.command(what, "apply", "--data", self.data, *kafka, "-f", f"{self.data}/{what}.yaml")
        fault = self.consume("what was applied") or self.stop()
        if fault:
            return f"before the backlog: {fault}"
        self.send()
        began = time.monotonic()
        self.start()
        fault = self.consume("the backlog")
        self.seconds = time.monotonic() - began
        return fault or self.stop() or self.count()

    def start(self):
        self.words = Words(f"{self.work}/run.log")
        self.child = self.leadline.run(
            f"{self.work}/run.log", "run", "--data", self.data, "--kafka", self.broker.address, "--instance-id", "one",
            "--batch-max", str(self.options.batch_max))

    def works(self):
        """True as well if it has ended, which `consume` then finds."""
        return len(self.words.ready()) == PARTITIONS or self.child.poll() is not None

    def send(self):
        inputs = Inputs(self.broker.address, "/backlog")
        for number in range(self.options.leads):
            inputs.send("leads", PROGRAM, "LeadSubmitted", f"lead-{number}", lead(f"lead-{number}"))
        if inputs.flush(120) or inputs.failed:
            raise SystemExit("the broker did not take the leads")

    def consume(self, what):
        lag = Lag(self.broker.address, "leadline", PARTITIONS)
        deadline = time.monotonic() + self.options.seconds_max
        try:
            while lag.total() != 0:
                code = self.child.poll()
                if code is not None:
                    kind = " (a crash)" if code in CRASHES else ""
                    return f"ended by itself with {code}{kind}: {self.words.last(300)}"
                if time.monotonic() > deadline:
                    return f"{what} was not consumed in {self.options.seconds_max} s, {lag.total()} records wait"
                time.sleep(0.2)
        finally:
            lag.close()
        return None

    def stop(self):
        self.child.terminate()
        try:
            code = self.child.wait(60)
        except subprocess.TimeoutExpired:
            return "did not end in 60 s after SIGTERM"
        return None if code == 0 else f"exit {code} on SIGTERM: {self.words.last(300)}"

    def count(self):
        """Every lead has one entry, as an independent consumer sees it."""
        leads = collections.Counter()
        for of_partition in records(self.broker.address, "journal"):
            for record in of_partition:
                if record.key() is not None:
                    entry = journal_pb2.Entry.FromString(record.value())
                    if entry.input.WhichOneof("body") == "lead_submitted":
                        leads[entry.input.lead_submitted.lead_id] += 1
        wanted = {f"lead-{number}" for number in range(self.options.leads)}
        twice = sum(count > 1 for count in leads.values())
        if twice or set(leads) != wanted:
            return f"{len(wanted - set(leads))} leads are not in the journal, {twice} are there twice"
        return None

    def close(self):
        if self.child and self.child.poll() is None:
            self.child.kill()
        self.broker.close()


def main():
    parser = testbed.options(__doc__, prog="deploy/checks/backlog")
    parser.add_argument("--leads", type=int, default=30_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--batch-max", type=int, default=50)
    parser.add_argument("--seconds-max", type=int, default=300, help="how long the leads may take, default 300")
    options = parser.parse_args()
    faults = 0
    with testbed.workplace("backlog", options.keep) as work:
        for number in range(options.times):
            folder = f"{work}/{number}"
            os.makedirs(folder)
            run = Run(options, folder)
            try:
                fault = run.perform()
            finally:
                run.close()
            faults += fault is not None
            say(f"{number + 1} of {options.times}: " + (
                f"WRONG: {fault}" if fault else f"{options.leads} leads in {run.seconds:.0f} s, "
                f"{options.leads / run.seconds:.0f} a second, each in the journal once"))
        if faults:
            sys.exit(f"{faults} of {options.times} times it went wrong")
    say("the backlog was taken in every time")


if __name__ == "__main__":
    main()
