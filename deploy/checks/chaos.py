#!/usr/bin/env python3
"""Kills, stops and fences processors on a real broker while producers duplicate and reorder; then counts.

Run it through deploy/chaos, which brings what it needs. The verdict is an independent consumer's (confluent-kafka,
read_committed): for every program positions without gap or repeat, each accepted lead decided, no lead with two
partners at once, caps never exceeded, every input journaled once or dead-lettered once.
"""

import argparse
import collections
import contextlib
import glob
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from leadline.v1 import journal_pb2

PARTITIONS, PROGRAMS, PROCESSORS, PARTNERS = 12, 30, 3, 6
OPEN_CAP, PERIOD_CAP = 60, 400
SESSION_SECONDS = 6
GROUP = "chaos"
COUNT_ENTRIES = "SELECT count(*) FROM entries JOIN streams USING (stream) WHERE program = ?"
INPUTS = ["controls", "partners", "intents", "outcomes", "leads"]


def say(text):
    print(f"{time.strftime('%H:%M:%S', time.gmtime())} {text}", flush=True)


class Broker:
    """The broker under test; its data stays while it restarts."""

    def __init__(self, program, work):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.program, self.data, self.log = program, f"{work}/broker", open(f"{work}/broker.log", "ab")
        self.address = f"127.0.0.1:{self.port}"
        self.start()

    def start(self):
        self.child = subprocess.Popen(
            [self.program, "start", "--only", "kafka", "--host", "127.0.0.1", "--kafka-port", str(self.port), "--data-dir", self.data],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)

    def stop(self):
        self.child.terminate()
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class Processor:
    """One instance under its name; a replacement of the same name is another process on another disk."""

    def __init__(self, run, name, folder):
        self.run, self.name, self.folder = run, name, folder
        os.makedirs(folder, exist_ok=True)
        self.log_path = f"{folder}.log"
        self.start()

    def start(self):
        if not os.listdir(self.folder):
            shutil.rmtree(self.folder)
            self.run.command("init", "--master-key-file", self.run.master_key, "--program", "p00", self.folder)
        log = open(self.log_path, "ab")
        self.log_start = os.path.getsize(self.log_path)
        self.child = subprocess.Popen(
            [self.run.binary, "run", "--data", self.folder, "--kafka", self.run.broker.address, "--group", GROUP, "--instance-id", self.name,
             "--batch-max", "200", "--linger-millis", "5", "--kafka-property", f"session.timeout.ms={SESSION_SECONDS * 1000}",
             "--kafka-property", "heartbeat.interval.ms=1000"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def send(self, signal_number):
        self.child.send_signal(signal_number)

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self):
        """Asks it to stop; returns how it ended."""
        self.child.terminate()
        try:
            return self.child.wait(60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return f"did not stop in 60 s, see {self.log_path}"

    def words(self):
        with open(self.log_path, "rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")


class Traffic(threading.Thread):
    """Producers that duplicate, reorder, contradict themselves and send rubbish."""

    def __init__(self, run, count, per_second, seed):
        super().__init__(daemon=True)
        self.run_of, self.count, self.per_second = run, count, per_second
        self.chance = random.Random(seed)
        self.sent = 0
        self.failure = None
        self.failed = 0
        self.open = threading.Event()
        self.open.set()
        # Inputs go on beyond their count until this is set, so that whatever is broken is broken under load.
        self.enough = threading.Event()
        self.producer = Producer({"bootstrap.servers": run.broker.address, "partitioner": "murmur2_random", "linger.ms": 5,
                                  "message.timeout.ms": 120000, "log_level": 0})
        self.recent = collections.deque(maxlen=400)

    def produce(self, topic, program, type_name, event_id, value, partition=-1):
        headers = [("ce_specversion", b"1.0"), ("ce_id", event_id.encode()), ("ce_source", b"/chaos"),
                   ("ce_type", f"leadline.v1.{type_name}".encode()), ("content-type", b"application/json")]
        arguments = {"key": program.encode(), "value": value, "headers": headers, "on_delivery": self.delivered}
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

    def register(self):
        """Programs, policies, partners: in order, before anything else."""
        for number in range(PROGRAMS):
            program = f"p{number:02}"
            say_event = lambda topic, kind, event_id, body: self.produce(topic, program, kind, event_id, json.dumps(body).encode())
            say_event("controls", "ProgramRegistered", f"{program}-reg", {"name": program, "currency": "EUR"})
            self.producer.flush()
            say_event("controls", "PolicyPublished", f"{program}-policy", {"policy": {
                "name": "chaos", "attemptsMax": 3, "priorWinRateBasisPoints": 2000, "priorStrengthDeals": 8, "fitFadeOutcomes": 500,
                "sla": {"firstResponseMinutes": 240}, "fitWeights": {"country": 1, "winRate": 1},
                "periodDays": 7, "periodAnchor": "2026-01-05T00:00:00Z", "defaultDealValueMinorUnits": "2500000", "humanQueue": "people",
                "hardRules": [{"name": "serves-country", "require": {"partnerCovers": {
                    "leadField": "LEAD_FIELD_COUNTRY", "partnerList": "PARTNER_LIST_COUNTRIES"}}}]}})
            self.producer.flush()
            for partner in range(PARTNERS):
                say_event("partners", "PartnerUpserted", f"{program}-partner{partner}", {
                    "partnerId": f"partner{partner}", "name": f"Partner {partner}", "countries": ["IT", "DE", "FR"][partner % 3:] + ["ES"],
                    "capacity": {"openLeadsMax": OPEN_CAP, "leadsPerPeriodMax": PERIOD_CAP}})
        self.producer.flush()

    def run(self):
        try:
            self.work()
        except Exception as error:
            self.failure = error

    def work(self):
        began, made, late = time.monotonic(), 0, []
        target = self.sent + self.count
        while self.sent < target or not self.enough.is_set():
            if not self.open.is_set():
                paused = time.monotonic()
                self.open.wait()
                began += time.monotonic() - paused
            program = f"p{self.chance.randrange(PROGRAMS):02}"
            lead = f"lead-{made}"
            made += 1
            self.story(program, lead, late)
            self.chance.shuffle(late)
            while len(late) > 300:
                self.again(*late.pop())
            ahead = (self.count - (target - self.sent)) / self.per_second - (time.monotonic() - began)
            if ahead > 0.01:
                self.producer.flush(1)
                time.sleep(min(ahead, 0.2))
        self.producer.flush(60)

    def again(self, *event):
        """Sends an event, now and then twice, and one of the last ones once more."""
        self.produce(*event)
        self.recent.append(event)
        if self.chance.random() < 0.06:
            self.produce(*event)
        if self.chance.random() < 0.06:
            self.produce(*self.chance.choice(self.recent))

    def story(self, program, lead, late):
        """A lead and what becomes of it; everything after the lead comes when it comes, at times before the lead."""
        chance = self.chance
        body = {"leadId": lead, "accountDomain": f"company{chance.randrange(5000)}.example",
                "contact": {"email": f"{lead}@person.example", "fullName": "Kim Example"},
                "country": chance.choice(["IT", "DE", "FR", "ES", "PT"]),
                "dealValue": {"minorUnits": str(chance.randrange(1, 9_000_000)), "currency": "EUR"}}
        first = ("leads", program, "LeadSubmitted", f"{lead}-s", json.dumps(body).encode())
        if chance.random() < 0.1:
            late.append(first)
        else:
            self.again(*first)
        dice = chance.random()
        if dice < 0.02:
            self.produce("leads", program, "LeadSubmitted", f"{lead}-x", b"{\"leadId\": 7")
        elif dice < 0.03:
            self.produce("leads", program, "LeadSubmitted", f"{lead}-s", json.dumps(dict(body, country="GR")).encode())
        elif dice < 0.04:
            self.produce("leads", program, "LeadSubmitted", f"{lead}-w", json.dumps(dict(body, leadId=f"{lead}-w")).encode(),
                         chance.randrange(PARTITIONS))
        elif dice < 0.05:
            self.produce("intents", "nobody", "IntentObserved", f"{lead}-i", b"{}")
        partner = f"partner{chance.randrange(PARTNERS)}"
        who = {"leadId": lead, "partnerId": partner}
        late.append(("outcomes", program, "LeadDeclined" if chance.random() < 0.4 else "LeadAccepted", f"{lead}-a", json.dumps(who).encode()))
        for number in range(PARTNERS):
            # Nobody here knows who got it: whoever did not is disregarded.
            if chance.random() < 0.5:
                continue
            who = {"leadId": lead, "partnerId": f"partner{number}"}
            if chance.random() < 0.3:
                late.append(("outcomes", program, "DealWon", f"{lead}-w{number}", json.dumps(
                    dict(who, amount={"minorUnits": "100000", "currency": "EUR"})).encode()))
            else:
                late.append(("outcomes", program, "DealLost", f"{lead}-l{number}", json.dumps(who).encode()))


class OpenTransactions:
    """Sees from outside whether somebody who is frozen holds a transaction open."""

    def __init__(self, address):
        self.consumers = [Consumer({"bootstrap.servers": address, "group.id": "watch", "isolation.level": level, "log_level": 0})
                          for level in ["read_committed", "read_uncommitted"]]
        self.places = [TopicPartition("leadline.journal", partition) for partition in range(PARTITIONS)]

    def found(self):
        """Whether records of the journal stay uncommitted for 60 ms; whoever works commits in less."""
        try:
            before = self.uncommitted()
            time.sleep(0.06)
            return any(first and first == then for first, then in zip(before, self.uncommitted()))
        except KafkaException:
            return False

    def uncommitted(self):
        """Per partition the range of records that are there and not committed; None without any."""
        stable, last = ([consumer.get_watermark_offsets(place, timeout=5)[1] for place in self.places] for consumer in self.consumers)
        return [(low, high) if low < high else None for low, high in zip(stable, last)]

    def close(self):
        for consumer in self.consumers:
            consumer.close()


class Chaos:
    def __init__(self, options, work):
        self.options, self.work = options, work
        # A copy, so that a build meanwhile changes nothing.
        self.binary = shutil.copy(options.binary, f"{work}/leadline")
        self.chance = random.Random(options.seed)
        self.master_key = f"{work}/master.key"
        with open(self.master_key, "w") as key:
            key.write("5a" * 32 + "\n")
        os.chmod(self.master_key, 0o600)
        self.broker = Broker(options.broker, work)
        self.counts = collections.Counter()
        self.disks = 0
        self.problems = []

    def command(self, *arguments, check=True):
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True)
        if check and done.returncode != 0:
            raise SystemExit(f"leadline {' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
        return done

    def disk(self):
        self.disks += 1
        return f"{self.work}/disk{self.disks}"

    def perform(self):
        for attempt in range(20):
            done = self.command("topics", "create", "--kafka", self.broker.address, "--partitions", str(PARTITIONS), "--replicas", "1", check=False)
            if done.returncode == 0:
                break
        else:
            raise SystemExit(f"topics create: {done.stderr}")
        traffic = Traffic(self, self.options.inputs, self.options.rate, self.options.seed + 1)
        traffic.register()
        self.processors = [Processor(self, f"processor-{n}", self.disk()) for n in range(PROCESSORS)]
        traffic.start()
        began = time.monotonic()
        self.zombies = []
        try:
            self.torment(traffic, began)
            traffic.join()
            if traffic.failure:
                raise traffic.failure
            if traffic.failed:
                self.problems.append(f"{traffic.failed} inputs were not delivered to the broker")
            say(f"{traffic.sent} inputs sent in {time.monotonic() - began:.0f} s; waiting for the processors")
            self.drain()
        finally:
            for zombie in self.zombies:
                zombie[0].kill()
            ended = [processor.stop() for processor in self.processors]
        for processor, end in zip(self.processors, ended):
            if end != 0:
                self.problems.append(f"{processor.name} ended with {end}: {processor.words()[-600:]}")
        self.judge(traffic)

    # Breaking

    def torment(self, traffic, began):
        wanted = self.options
        restarts_at = [wanted.inputs * (n + 1) // (wanted.restarts + 1) for n in range(wanted.restarts)]
        base, watch = traffic.sent, OpenTransactions(self.broker.address)
        patience = began + wanted.seconds + wanted.inputs / wanted.rate + 10 * (wanted.kills + 8 * wanted.takeovers) + 60
        while traffic.is_alive() and time.monotonic() < patience and (
                traffic.sent - base < wanted.inputs or self.zombies or restarts_at or time.monotonic() - began < wanted.seconds
                or self.counts["kills"] < wanted.kills or self.short_of_fences() or self.counts["cut transactions"] < wanted.takeovers):
            time.sleep(self.chance.uniform(0.4, 1.4))
            self.resume()
            self.revive()
            if restarts_at and traffic.sent - base >= restarts_at[0] and not self.zombies:
                restarts_at.pop(0)
                self.restart_broker(traffic)
            elif self.short_of_fences() and not self.zombies and self.chance.random() < 0.5:
                self.take_over(watch)
            elif self.counts["kills"] < wanted.kills or self.counts["cut transactions"] < wanted.takeovers:
                self.kill(watch)
        watch.close()
        traffic.enough.set()

    def short_of_fences(self):
        return min(self.counts["takeovers"] + len(self.zombies), self.counts["fenced producers"]) < self.options.takeovers

    def freeze(self, processor, watch):
        """Stops a processor, in the middle of a transaction if a few tries find one."""
        for attempt in range(15):
            processor.send(signal.SIGSTOP)
            if watch.found():
                self.counts["cut transactions"] += 1
                return
            if attempt < 14:
                processor.send(signal.SIGCONT)
                time.sleep(self.chance.uniform(0.01, 0.06))

    def kill(self, watch):
        quiet = {zombie[2] for zombie in self.zombies}
        victim = self.chance.choice([p for p in self.processors if p.name not in quiet])
        # Every other one at any moment, every other one in a transaction.
        if victim.child.poll() is None and self.chance.random() < 0.5:
            self.freeze(victim, watch)
        victim.kill()
        self.counts["kills"] += 1
        if self.chance.random() < 0.15:
            shutil.rmtree(victim.folder)
            os.makedirs(victim.folder)
            self.counts["empty disks"] += 1
        victim.start()

    def take_over(self, watch):
        """A processor freezes; another of its name takes its place; then the first wakes up."""
        index = self.chance.randrange(PROCESSORS)
        frozen = self.processors[index]
        if frozen.child.poll() is not None:
            return
        self.freeze(frozen, watch)
        self.processors[index] = Processor(self, frozen.name, self.disk())
        self.zombies.append((frozen.child, time.monotonic() + SESSION_SECONDS + 0.5, frozen.name, frozen))

    def resume(self):
        """Wakes who has been frozen beyond the session's time; it must find that it is fenced, and end."""
        for zombie in list(self.zombies):
            child, until, name, processor = zombie
            if time.monotonic() < until:
                continue
            child.send_signal(signal.SIGCONT)
            try:
                code = child.wait(30)
            except subprocess.TimeoutExpired:
                self.problems.append(f"{name} works on although another has its name")
                child.kill()
                code = None
            words = processor.words()
            self.counts["takeovers"] += 1
            self.counts["fenced producers"] += words.count("shard fenced")
            if code == 0 or (code is not None and "taken this one's place" not in words):
                self.problems.append(f"{name} ended with {code} after it woke up: {words[-500:]}")
            self.zombies.remove(zombie)

    def revive(self):
        """What a supervisor does."""
        for processor in self.processors:
            code = processor.child.poll()
            if code is not None:
                self.counts["supervised restarts"] += 1
                say(f"{processor.name} ended by itself with {code}: {processor.words().strip().splitlines()[-1:]}")
                processor.start()

    def restart_broker(self, traffic):
        say("broker restart")
        traffic.open.clear()
        traffic.producer.flush(30)
        for processor in self.processors:
            code = processor.stop()
            if code != 0:
                self.problems.append(f"{processor.name} ended with {code} on SIGTERM: {processor.words()[-500:]}")
        self.broker.stop()
        self.broker.start()
        self.counts["broker restarts"] += 1
        for processor in self.processors:
            processor.start()
        traffic.open.set()

    def drain(self):
        """Waits until the group has consumed everything."""
        consumer = Consumer({"bootstrap.servers": self.broker.address, "group.id": GROUP, "log_level": 0})
        places = [TopicPartition(f"leadline.{topic}", partition) for topic in INPUTS for partition in range(PARTITIONS)]
        deadline = time.monotonic() + self.options.drain_seconds
        lag = None
        while time.monotonic() < deadline:
            self.revive()
            try:
                ends = [consumer.get_watermark_offsets(place, timeout=10)[1] for place in places]
                lag = sum(max(0, end - max(0, committed.offset)) for end, committed in zip(ends, consumer.committed(places, timeout=10)))
            except KafkaException as error:
                say(f"lag not known: {error}")
                lag = None
            if lag == 0 and self.ready(self.processors) >= PARTITIONS:
                consumer.close()
                return
            time.sleep(0.5)
        self.problems.append(f"{lag} inputs were not consumed {self.options.drain_seconds} s after the last was sent")
        consumer.close()

    # Judging

    def read(self, topic, isolation):
        """Every record of a topic, partition by partition, in order."""
        consumer = Consumer({"bootstrap.servers": self.broker.address, "group.id": "judge", "isolation.level": isolation,
                             "enable.auto.commit": False, "auto.offset.reset": "earliest", "enable.partition.eof": True, "log_level": 0})
        records = [[] for _ in range(PARTITIONS)]
        for partition in range(PARTITIONS):
            place = TopicPartition(f"leadline.{topic}", partition, 0)
            end = consumer.get_watermark_offsets(place, timeout=10)[1]
            consumer.assign([place])
            reached, deadline = 0, time.monotonic() + 60
            while reached < end and time.monotonic() < deadline:
                for record in consumer.consume(10000, 0.2):
                    if record.error():
                        reached = max(reached, record.offset() or 0)
                    else:
                        records[partition].append(record)
                        reached = record.offset() + 1
            if reached < end:
                self.problems.append(f"partition {partition} of leadline.{topic} could be read to {reached} of {end} only")
        consumer.close()
        return records

    def judge(self, traffic):
        journal = self.read("journal", "read_committed")
        self.count_aborted(journal)
        programs, origins = collections.defaultdict(list), collections.Counter()
        for partition, records in enumerate(journal):
            for record in records:
                if record.key() is None:
                    continue
                entry = journal_pb2.Entry.FromString(record.value())
                programs[record.key().decode()].append((partition, entry))
                if entry.HasField("origin"):
                    origins[(entry.origin.topic, entry.origin.partition, entry.origin.offset)] += 1
        # A disk that has them all has followed to the end.
        self.sizes = {program: len(entries) for program, entries in programs.items()}
        rejected = self.reasons(origins)
        self.inputs_once(origins)
        ids = set()
        for program in sorted(programs):
            self.stream(program, programs[program], ids)
        self.published(ids)
        for processor in self.processors:
            self.counts["restarts of a shard"] += open(processor.log_path, errors="replace").read().count("shard starts over")
        verify = self.command("verify", "--data", self.processors[0].folder, "--kafka", self.broker.address, check=False)
        if verify.returncode != 0:
            self.problems.append(f"leadline verify --kafka: exit {verify.returncode}: {(verify.stdout + verify.stderr)[-800:]}")
        self.empty_disk()
        say(f"seed {self.options.seed}: {traffic.sent} inputs, {len(programs)} programs, {sum(map(len, programs.values()))} entries, "
            f"{rejected} dead letters, {len(ids)} decisions")
        say(", ".join(f"{name} {count}" for name, count in sorted(self.counts.items())))
        checked = [int(line.split()[1]) for line in verify.stdout.splitlines() if line.startswith("verified: ")]
        say(f"verify --kafka: exit {verify.returncode}, {sum(checked)} entries in {len(checked)} partitions")
        for name, least in [("fenced producers", self.options.takeovers), ("takeovers", self.options.takeovers),
                            ("aborted transactions", self.options.takeovers)]:
            if self.counts[name] < least:
                self.problems.append(f"this run does not count: {self.counts[name]} {name}, needed {least}")

    def count_aborted(self, committed):
        """A run of journal records that only `read_uncommitted` shows is a transaction that was aborted."""
        for seen, kept in zip(self.read("journal", "read_uncommitted"), committed):
            kept_offsets = {record.offset() for record in kept}
            before = None
            for record in seen:
                if record.offset() not in kept_offsets and before != record.offset() - 1:
                    self.counts["aborted transactions"] += 1
                if record.offset() not in kept_offsets:
                    before = record.offset()

    def reasons(self, origins):
        """Dead letters by where their record stood."""
        rejected = 0
        for records in self.read("deadletter", "read_committed"):
            for record in records:
                letter = journal_pb2.DeadLetter.FromString(record.value())
                origins[(letter.origin.topic, letter.origin.partition, letter.origin.offset)] += 1
                rejected += 1
                self.counts["dead: " + journal_pb2.RejectionReason.Name(letter.reason)[17:].lower()] += 1
        return rejected

    def inputs_once(self, origins):
        seen = 0
        for topic in INPUTS:
            for partition, records in enumerate(self.read(topic, "read_committed")):
                for record in records:
                    seen += 1
                    times = origins.pop((f"leadline.{topic}", partition, record.offset()), 0)
                    if times != 1:
                        self.problems.append(f"leadline.{topic} {partition} {record.offset()} came out {times} times")
        self.counts["inputs on the topics"] = seen
        if origins:
            self.problems.append(f"{len(origins)} entries or dead letters of inputs that do not exist")

    def stream(self, program, entries, ids):
        if len({partition for partition, _ in entries}) != 1:
            self.problems.append(f"{program} is in more than one partition")
        holders, opened, periods = {}, collections.Counter(), collections.Counter()
        last = 0
        for index, (_, entry) in enumerate(entries):
            if entry.position != index:
                self.problems.append(f"{program}: position {entry.position} stands where {index} is due")
                return
            if entry.stamp_micros < last:
                self.problems.append(f"{program}: time goes back at {index}")
            last = entry.stamp_micros
            kinds = [event.WhichOneof("body") for event in entry.events]
            if entry.input.WhichOneof("body") == "lead_submitted" and not {"lead_assigned", "lead_escalated", "lead_merged"} & set(kinds):
                self.problems.append(f"{program} {index}: a lead was taken and not decided: {kinds}")
            for ordinal, event in enumerate(entry.events):
                ids.add(f"{program}/{index}/{ordinal}")
                self.decided(program, index, event, holders, opened, periods, entry.stamp_micros)

    def decided(self, program, index, event, holders, opened, periods, stamp):
        kind = event.WhichOneof("body")
        body = getattr(event, kind)
        self.counts[f"event {kind}"] += 1
        if kind == "lead_assigned":
            if body.lead_id in holders:
                self.problems.append(f"{program} {index}: {body.lead_id} goes to a second partner")
            holders[body.lead_id] = body.partner_id
            opened[body.partner_id] += 1
            week = (body.partner_id, (stamp - 1767571200_000000) // (7 * 86400_000000))
            periods[week] += 1
            if opened[body.partner_id] > OPEN_CAP or periods[week] > PERIOD_CAP:
                self.problems.append(f"{program} {index}: {body.partner_id} is over its cap")
        elif kind in ("assignment_expired", "assignment_ended", "lead_closed"):
            holder = holders.pop(body.lead_id, None)
            if holder is not None:
                opened[holder] -= 1
            if kind != "lead_closed" and holder != body.partner_id:
                self.problems.append(f"{program} {index}: {body.lead_id} is taken from {body.partner_id}, whose it was not")

    def published(self, ids):
        seen = collections.Counter()
        for records in self.read("decisions", "read_committed"):
            for record in records:
                seen[dict(record.headers())["ce_id"].decode()] += 1
        twice = sum(1 for count in seen.values() if count > 1)
        if twice or set(seen) != ids:
            self.problems.append(f"decisions: {twice} twice, {len(ids - set(seen))} missing, {len(set(seen) - ids)} that no entry holds")

    def empty_disk(self):
        """Processors on empty disks must reach, from the topic alone, what the others have."""
        fresh = [Processor(self, processor.name, self.disk()) for processor in self.processors]
        deadline = time.monotonic() + 180
        while self.ready(fresh) < PARTITIONS and time.monotonic() < deadline:
            time.sleep(0.2)
        for processor in fresh:
            code = processor.stop()
            if code != 0:
                self.problems.append(f"{processor.name} on an empty disk ended with {code}: {processor.words()[-500:]}")
        old = [f"{self.work}/disk{n + 1}" for n in range(self.disks - len(fresh))]
        same = sum(self.agree(f"p{number:02}", [one.folder for one in fresh], old) for number in range(PROGRAMS))
        self.counts["states equal on an empty disk"] = same
        if same != PROGRAMS:
            self.problems.append(f"an empty disk reached the same state for {same} of {PROGRAMS} programs")

    def agree(self, program, fresh, old):
        """Whether a fresh disk holds what the longest old one held; timers may have fired since."""
        before, now = (max(folders, key=lambda folder: self.held(folder, program)) for folders in [old, fresh])
        entries = self.held(before, program)
        if not self.sizes.get(program, 1) <= entries <= self.held(now, program):
            self.problems.append(f"{program}: {entries} entries on a disk, {self.held(now, program)} on an empty one")
            return False
        states = [self.state(folder, program, entries) for folder in [before, now]]
        return states[0] is not None and states[1] is not None and states[0]["stateHash"] == states[1]["stateHash"]

    @staticmethod
    def held(folder, program):
        """How many entries of a program a disk holds."""
        most = 0
        for file in glob.glob(f"{folder}/shards/*/journal.db"):
            with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as journal:
                most = max(most, journal.execute(COUNT_ENTRIES, (program,)).fetchone()[0])
        return most

    @staticmethod
    def ready(processors):
        """Partitions that these processors have caught up with since they were started."""
        return sum(len(set(re.findall(r"partition=(\d+) \[KafkaTransport\] shard ready", processor.words()))) for processor in processors)

    def state(self, folder, program, entries=None):
        """Entries and state hash of a program on a disk, every decision decided again; None if it is not there whole."""
        done = self.command("replay", "--json", "--data", folder, "--program", program, *(["--at", str(entries)] if entries else []), check=False)
        try:
            return json.loads(done.stdout)["programs"][0] if done.returncode == 0 else None
        except (ValueError, LookupError):
            return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", required=True)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--rate", type=int, default=600, help="inputs a second")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--takeovers", type=int, default=10)
    parser.add_argument("--restarts", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=0, help="goes on at least so long")
    parser.add_argument("--drain-seconds", type=int, default=300)
    parser.add_argument("--keep", action="store_true", help="leaves the folders and logs behind")
    options = parser.parse_args()
    work = tempfile.mkdtemp(prefix="chaos.", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    say(f"seed {options.seed}, in {work}")
    chaos = Chaos(options, work)
    try:
        chaos.perform()
    finally:
        for child in [p.child for p in getattr(chaos, "processors", [])] + [chaos.broker.child]:
            if child.poll() is None:
                child.kill()
        if not options.keep and not chaos.problems and sys.exc_info()[0] is None:
            shutil.rmtree(work, ignore_errors=True)
    for problem in chaos.problems[:40]:
        print(f"WRONG: {problem}", file=sys.stderr)
    if chaos.problems:
        print(f"{len(chaos.problems)} problems; logs in {work}; seed {options.seed}", file=sys.stderr)
        sys.exit(1)
    say("nothing lost, nothing doubled")


if __name__ == "__main__":
    main()
