#!/usr/bin/env python3
"""How long `leadline run` takes to end after SIGTERM. See deploy/checks/stop."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import testbed
from testbed import CRASHES, Inputs, Leadline, TestBroker, Words, free_port, lead, say, wait_until

PARTITIONS = 12
LIMIT, LIMIT_WITH_BATCH, LIMIT_SECOND, LIMIT_FIRST_WORD = 5, 10, 1, 10
GIVE_UP = 30
PROGRAMS = ["p00", "p01", "p02", "p03"]


class Load(threading.Thread):
    """Leads without end, so that there is always a batch under way."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.inputs = Inputs(address, "/stop")

    def run(self):
        number = 0
        while not self.over.wait(0.02):
            if len(self.inputs.producer) > 20_000:
                self.inputs.producer.poll(0)
                continue
            for _ in range(40):
                number += 1
                program, lead_id = PROGRAMS[number % len(PROGRAMS)], f"lead-{number}"
                self.inputs.send("leads", program, "LeadSubmitted", lead_id, lead(lead_id))


class Silence(threading.Thread):
    """A port that accepts and never says a word."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.connections = []

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                self.connections.append(self.socket.accept()[0])

    def close(self):
        self.socket.close()
        for connection in self.connections:
            connection.close()


class Row:
    """One line of the table: a state of broker and processor, the signal, and what came of it."""

    def __init__(self, broker, processor, away, is_second=False, signal_number=signal.SIGTERM, is_first_process=False):
        self.broker, self.processor, self.away = broker, processor, away
        self.is_second, self.signal_number, self.is_first_process = is_second, signal_number, is_first_process
        self.seconds = self.code = self.first_word = None
        self.faults = []

    @property
    def limit(self):
        if self.is_second:
            return LIMIT_SECOND
        return LIMIT_WITH_BATCH if self.processor == "working" else LIMIT

    def name(self):
        return f"{self.broker} {self.processor} {self.signals()}"

    def signals(self):
        how = " twice" if self.is_second else ", process 1" if self.is_first_process else ""
        return self.signal_number.name + how

    def line(self):
        if self.seconds is None:
            seconds = "-" if self.code is not None else f"over {GIVE_UP}"
        else:
            seconds = f"{self.seconds:.2f}"
        verdict = " ".join("; ".join(self.faults).split()) or "ok"
        columns = [self.broker, self.processor, self.away, self.signals(), seconds, self.limit, str(self.code), verdict]
        return self.COLUMNS.format(*columns)

    COLUMNS = "{:<13} {:<12} {:>6}  {:<18} {:>12} {:>6}  {:>5}  {}"
    HEADER = COLUMNS.format("broker", "processor", "away s", "signal", "ended after", "limit", "code", "")


def rows(away):
    """`away` is how long the broker has been so, at most, when the signal comes: no request waits any more then."""
    yield Row("at hand", "starting", 0.2)
    yield Row("at hand", "taking over", 0)
    yield Row("at hand", "idle", 1)
    yield Row("at hand", "idle", 1, signal_number=signal.SIGINT)
    yield Row("at hand", "working", 1)
    yield Row("at hand", "working", 1, is_second=True)
    yield Row("at hand", "idle", 1, is_first_process=True)
    for broker in ["killed", "frozen"]:
        for processor in ["taking over", "idle", "working"]:
            yield Row(broker, processor, 1)
            yield Row(broker, processor, away)
        yield Row(broker, "working", 1, is_second=True)
        yield Row(broker, "working", away, is_second=True)
    for broker in ["never there", "silent"]:
        yield Row(broker, "starting", 2)
        yield Row(broker, "starting", 20)
        yield Row(broker, "starting", 2, is_second=True)
        # As in a container without an init: the system drops signals that its first process has not prepared for.
        yield Row(broker, "starting", 2, is_first_process=True)


class Scene:
    """A broker of its own and one processor, for one row."""

    def __init__(self, row, options, work):
        self.row, self.work = row, work
        self.leadline = Leadline(options.binary, work)
        self.load = None
        self.broker = None
        if row.broker == "never there":
            self.address = f"127.0.0.1:{free_port()}"
        elif row.broker == "silent":
            self.broker = Silence()
            self.broker.start()
            self.address = self.broker.address
        else:
            self.broker = TestBroker(options.broker_program, work)
            self.address = self.broker.address
            self.leadline.create_topics(self.address, PARTITIONS)
            inputs = Inputs(self.address, "/stop")
            for program in PROGRAMS:
                inputs.register(program, 3, 100, 1000)

    def play(self):
        self.start()
        if self.row.processor == "taking over":
            wait_until(self.words.assigned, 60, "no partition was assigned")
        elif self.row.processor != "starting":
            wait_until(lambda: len(self.words.ready()) == PARTITIONS, 120, "the shards do not get ready")
        if self.row.processor == "working":
            self.load = Load(self.address)
            self.load.start()
            wait_until(lambda: self.words.text().count(" batch") > 20, 60, "nothing is processed")
        if self.row.broker in ("killed", "frozen"):
            self.broker.kill() if self.row.broker == "killed" else self.broker.freeze()
        self.wait()
        self.end()
        self.judge()

    def start(self):
        self.leadline.make_folder(f"{self.work}/data", f"{self.work}/master.key", "p00")
        self.words = Words(f"{self.work}/run.log")
        self.began = time.monotonic()
        self.child = self.leadline.run(
            f"{self.work}/run.log", "run", "--data", f"{self.work}/data", "--kafka", self.address,
            "--instance-id", "one",
            under=["unshare", "--pid", "--fork", "--kill-child", "--"] if self.row.is_first_process else [])

    def signal(self):
        """Sends the row's signal to the processor, a child of `unshare` where it is to be a first process."""
        if self.row.is_first_process:
            with open(f"/proc/{self.child.pid}/task/{self.child.pid}/children", encoding="ascii") as children:
                for child in children.read().split():
                    os.kill(int(child), self.row.signal_number)
        else:
            self.child.send_signal(self.row.signal_number)

    def wait(self):
        """Lets the broker be away for a while, and notes when the processor says its first word."""
        until = time.monotonic() + self.row.away
        while time.monotonic() < until:
            if self.row.first_word is None and os.path.getsize(f"{self.work}/run.log") > 0:
                self.row.first_word = time.monotonic() - self.began
            if self.child.poll() is not None:
                return
            time.sleep(0.02)

    def end(self):
        row = self.row
        if self.child.poll() is not None:
            row.code = self.child.returncode
            row.faults.append(f"ended by itself before the signal: {self.words.last(200)}")
            return
        self.signal()
        if row.is_second:
            time.sleep(0.1)
            if self.child.poll() is None:
                self.signal()
        sent = time.monotonic()
        try:
            row.code = self.child.wait(GIVE_UP)
            row.seconds = time.monotonic() - sent
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def judge(self):
        row = self.row
        if row.code is not None and row.code in CRASHES:
            row.faults.append(f"crashed: {self.words.last(200)}")
        elif row.broker == "at hand" and row.processor in ("idle", "working") and not row.is_second and row.code != 0:
            row.faults.append(f"code {row.code} although everything was at hand: {self.words.last(200)}")
        if row.code is None or (row.seconds or 0) > row.limit:
            row.faults.append("too slow")
        silent = row.first_word or row.away
        if row.processor == "starting" and min(row.away, silent) > LIMIT_FIRST_WORD:
            row.faults.append(f"said nothing for {silent:.0f} s")

    def close(self):
        if self.load:
            self.load.over.set()
            self.load.join()
            self.load.inputs.producer.purge()
        if getattr(self, "child", None) and self.child.poll() is None:
            self.child.kill()
        if self.broker:
            self.broker.close()


def main():
    parser = testbed.options(__doc__, prog="deploy/checks/stop")
    parser.add_argument(
        "--away-seconds", type=int, default=45, help="how long the broker is away in the long rows, default 45")
    parser.add_argument(
        "--only", default="", help="rows whose broker, processor and signal contain this, such as 'frozen' or 'twice'")
    options = parser.parse_args()
    faults = 0
    with testbed.workplace("stop", options.keep) as work:
        chosen = [row for row in rows(options.away_seconds) if options.only in row.name()]
        if subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True).returncode != 0:
            print("SKIPPED: rows of a first process: a namespace for them needs root", file=sys.stderr)
            chosen = [row for row in chosen if not row.is_first_process]
        say(f"{len(chosen)} rows, in {work}")
        print(Row.HEADER, flush=True)
        for number, row in enumerate(chosen):
            folder = f"{work}/{number}"
            os.makedirs(folder)
            scene = Scene(row, options, folder)
            try:
                scene.play()
            finally:
                scene.close()
            print(row.line(), flush=True)
            faults += bool(row.faults)
        if faults:
            sys.exit(f"{faults} of {len(chosen)} rows do not hold")
    say("every row holds")


if __name__ == "__main__":
    main()
