"""What the checks that need a broker share: a broker of their own, processors, and a program's first inputs.

Scripts get it through deploy/checks/with-broker, which brings the broker, its Python clients and the release build.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from basics import free_port, wait_until  # noqa: F401
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

INPUTS = ["controls", "partners", "intents", "outcomes", "leads"]
# Signals by which a process says that it crashed; SIGKILL and SIGTERM come from outside.
CRASHES = {-signal.SIGSEGV, -signal.SIGILL, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGTRAP, -signal.SIGFPE}


def say(text):
    print(f"{time.strftime('%H:%M:%S', time.gmtime())} {text}", flush=True)


def options(description, **more):
    """A parser with what deploy/checks/with-broker gives to every script; who ends the script ends what it started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter, **more)
    parser.add_argument("--broker-program", required=True, help=argparse.SUPPRESS)
    parser.add_argument(
        "--binary", required=True, metavar="FILE",
        help="the leadline to check; without it the release build is made and taken")
    parser.add_argument("--keep", action="store_true", help="leaves folders and logs behind")
    return parser


@contextlib.contextmanager
def workplace(name, keep):
    """A folder that is gone afterwards unless something went wrong; in memory where the machine has that."""
    work = tempfile.mkdtemp(prefix=f"{name}.", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    try:
        yield work
    except BaseException:
        print(f"folders and logs are in {work}", file=sys.stderr)
        raise
    if not keep:
        shutil.rmtree(work, ignore_errors=True)


class TestBroker:
    """The test broker on a port of its own; its data stays while it restarts.

    It differs from Apache Kafka where it matters here: it evicts no member of a group, times no transaction out,
    answers a fetch at once with whatever is there, and loses about a second of acknowledged writes when it is killed.
    """

    keeps_what_it_acknowledged = False

    def __init__(self, program, work, port=None):
        self.program, self.work = program, work
        self.port = port or free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.start()

    def start(self):
        with open(f"{self.work}/broker.log", "ab") as log:
            self.child = subprocess.Popen(
                [self.program, "start", "--only", "kafka", "--host", "127.0.0.1", "--kafka-port", str(self.port),
                 "--data-dir", f"{self.work}/broker"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_until(self.answers, 120, "the broker does not answer")

    def answers(self):
        try:
            return AdminClient({"bootstrap.servers": self.address, "log_level": 0}).list_topics(timeout=2) is not None
        except KafkaException:
            return False

    def stop(self):
        self.child.send_signal(signal.SIGCONT)
        self.child.terminate()
        # It writes all it has into one file, which takes a while after large records; who ends it before loses them.
        self.child.wait(300)

    def kill(self):
        self.child.kill()
        self.child.wait()

    def freeze(self):
        self.child.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.child.send_signal(signal.SIGCONT)

    def close(self):
        if self.child.poll() is None:
            self.kill()


class Leadline:
    """The binary, run in an environment that says nothing about other folders and clusters."""

    def __init__(self, binary, work):
        # A copy, so that a build meanwhile changes nothing.
        self.binary = shutil.copy(binary, f"{work}/leadline")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("LEADLINE_")}

    def command(self, *arguments, check=True):
        done = subprocess.run(
            [self.binary, *arguments], capture_output=True, text=True, env=self.environment, stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise SystemExit(f"leadline {' '.join(arguments)}: exit {done.returncode}: {said}")
        return done

    def knows(self, option, *command):
        return option in self.command(*command, "--help").stdout

    def create_topics(self, address, partitions, replicas=1, input_bytes=None, more=()):
        """Makes the topics; returns the largest batch that an input topic takes, in bytes."""
        size = ["--partitions", str(partitions), "--replicas", str(replicas)]
        arguments = ["topics", "create", "--kafka", address, *size, *more]
        largest = 1_048_588
        if input_bytes and self.knows("--input-bytes-max", "topics", "create"):
            arguments += ["--input-bytes-max", str(input_bytes)]
            largest = input_bytes
        self.command(*arguments)
        return largest

    def make_folder(self, folder, master_key, program):
        """A data folder without any broker, so that nothing is registered by it."""
        if not os.path.exists(f"{folder}/leadline.json"):
            shutil.rmtree(folder, ignore_errors=True)
            self.command("init", "--master-key-file", master_key, "--program", program, folder)

    def run(self, log_path, *arguments, under=()):
        """Starts a process whose words go to the end of a log file, under another program if one is named."""
        with open(log_path, "ab") as log:
            return subprocess.Popen(
                [*under, self.binary, *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                env=self.environment)


class Words:
    """What a process says in its log, from a place on."""

    def __init__(self, path):
        self.path = path
        self.start = os.path.getsize(path) if os.path.exists(path) else 0

    def text(self):
        with open(self.path, "rb") as log:
            log.seek(self.start)
            return log.read().decode(errors="replace")

    def last(self, characters=500):
        """How it ended, in its own words: what the crash was, or its last lines."""
        text = self.text().strip()
        crash = re.search(r"^.*(Program crashed|Fatal error|Assertion).*$", text, re.MULTILINE)
        return crash[0] if crash else text[-characters:]

    def assigned(self):
        """The partitions that the group has given it, as it says itself."""
        held = set()
        for line in self.text().splitlines():
            if line.endswith(" assigned"):
                held |= self.partitions(line)
            elif line.endswith((" revoking", " lost")):
                held -= self.partitions(line)
        return held

    @staticmethod
    def partitions(line):
        """The partitions that a line names."""
        found = re.search(r"partitions?=\[?([\d, ]*)", line)
        return {int(number) for number in re.findall(r"\d+", found[1])} if found else set()

    def ready(self):
        """The partitions that it works on now: caught up, and neither given back nor started over since."""
        working = set()
        for line in self.text().splitlines():
            if line.endswith(" shard ready"):
                working |= self.partitions(line)
            elif line.endswith((" shard starts over", " shard fenced", " revoking", " lost")):
                working -= self.partitions(line)
        return working


class Inputs:
    """Sends CloudEvents to the input topics by an independent client."""

    def __init__(self, address, source, **properties):
        self.source = source
        self.producer = Producer({
            "bootstrap.servers": address, "partitioner": "murmur2_random", "linger.ms": 5,
            "message.timeout.ms": 120_000, "log_level": 0, **properties})
        self.sent = self.failed = 0

    def send(self, topic, program, kind, event_id, body, partition=-1):
        value = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = [("ce_specversion", b"1.0"), ("ce_id", event_id.encode()), ("ce_source", self.source.encode()),
                   ("ce_type", f"leadline.v1.{kind}".encode()), ("content-type", b"application/json")]
        self.produce(topic, program.encode(), value, headers, partition)

    def produce(self, topic, key, value, headers, partition=-1, on_delivery=None):
        arguments = {"key": key, "value": value, "headers": headers, "on_delivery": on_delivery or self.delivered}
        if partition >= 0:
            arguments["partition"] = partition
        while True:
            try:
                self.producer.produce(f"leadline.{topic}", **arguments)
                break
            except BufferError:
                self.producer.poll(0.1)
        self.producer.poll(0)
        self.sent += 1

    def delivered(self, error, _):
        if error:
            self.failed += 1

    def flush(self, seconds=60):
        return self.producer.flush(seconds)

    def register(self, program, partners, open_cap, period_cap):
        """A program with its policy and its partners: in order, before anything else."""
        self.send("controls", program, "ProgramRegistered", f"{program}-reg", {"name": program, "currency": "EUR"})
        self.flush()
        self.send("controls", program, "PolicyPublished", f"{program}-policy", {"policy": {
            "name": "check", "attemptsMax": 3, "priorWinRateBasisPoints": 2000, "priorStrengthDeals": 8,
            "fitFadeOutcomes": 500, "sla": {"firstResponseMinutes": 240}, "fitWeights": {"country": 1, "winRate": 1},
            "periodDays": 7, "periodAnchor": "2026-01-05T00:00:00Z", "defaultDealValueMinorUnits": "2500000",
            "humanQueue": "people",
            "hardRules": [{"name": "serves-country", "require": {"partnerCovers": {
                "leadField": "LEAD_FIELD_COUNTRY", "partnerList": "PARTNER_LIST_COUNTRIES"}}}]}})
        self.flush()
        for partner in range(partners):
            self.send("partners", program, "PartnerUpserted", f"{program}-partner{partner}", {
                "partnerId": f"partner{partner}", "name": f"Partner {partner}",
                "countries": ["IT", "DE", "FR"][partner % 3:] + ["ES"],
                "capacity": {"openLeadsMax": open_cap, "leadsPerPeriodMax": period_cap}})
        self.flush()


def lead(lead_id, country="IT", minor_units=2_500_000, domain=None):
    """A lead's body, with contact data."""
    return {"leadId": lead_id, "accountDomain": domain or f"{lead_id}.example", "country": country,
            "contact": {"email": f"{lead_id}@person.example", "fullName": "Kim Example"},
            "dealValue": {"minorUnits": str(minor_units), "currency": "EUR"}}


class Lag:
    """How much of the inputs a consumer group has not consumed, by partition."""

    def __init__(self, address, group, partitions, **properties):
        self.consumer = Consumer({"bootstrap.servers": address, "group.id": group, "log_level": 0, **properties})
        self.places = [
            TopicPartition(f"leadline.{topic}", partition) for topic in INPUTS for partition in range(partitions)]

    def read(self):
        """Per partition (records waiting, records consumed); None if the cluster does not say."""
        try:
            committed = self.consumer.committed(self.places, timeout=10)
            ends = [self.consumer.get_watermark_offsets(place, timeout=10)[1] for place in self.places]
        except KafkaException:
            return None
        rows = {}
        for place, end in zip(committed, ends):
            next_offset = max(0, place.offset)
            waiting, consumed = rows.get(place.partition, (0, 0))
            rows[place.partition] = (waiting + max(0, end - next_offset), consumed + next_offset)
        return rows

    def total(self):
        rows = self.read()
        return None if rows is None else sum(waiting for waiting, _ in rows.values())

    def close(self):
        self.consumer.close()


def records(address, topic, isolation="read_committed", **properties):
    """Every record of a topic, partition by partition, in order, as an independent consumer sees it."""
    name = f"leadline.{topic}"
    consumer = Consumer({
        "bootstrap.servers": address, "group.id": "look", "isolation.level": isolation, "enable.auto.commit": False,
        "auto.offset.reset": "earliest", "enable.partition.eof": True, "log_level": 0,
        # The test broker sends all that waits in one answer, whatever was asked for.
        "receive.message.max.bytes": 2_000_000_000, **properties})
    partitions = consumer.list_topics(name, timeout=10).topics[name].partitions
    places = [TopicPartition(name, partition, 0) for partition in partitions]
    ends = {place.partition: consumer.get_watermark_offsets(place, timeout=10)[1] for place in places}
    reached, found = dict.fromkeys(ends, 0), {partition: [] for partition in ends}
    consumer.assign(places)
    deadline = time.monotonic() + 120
    while any(reached[partition] < end for partition, end in ends.items()):
        if time.monotonic() > deadline:
            raise SystemExit(f"{name} could not be read to its end: {reached} of {ends}")
        for record in consumer.consume(10_000, 0.2):
            if not record.error():
                found[record.partition()].append(record)
                reached[record.partition()] = record.offset() + 1
            # The end of a partition is no record, but may lie behind the last one: a transaction's marker.
            elif record.error().code() == KafkaError._PARTITION_EOF:
                reached[record.partition()] = max(reached[record.partition()], record.offset())
    consumer.close()
    return [found[partition] for partition in sorted(found)]
