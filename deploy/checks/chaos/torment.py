"""Kills, freezes, replaces and cuts off, in an order that a seed draws."""

import collections
import os
import random
import re
import subprocess
import time

from testbed import CRASHES, Lag, Leadline, TestBroker, say

from .bigrecords import BigRecords
from .clusters import Cluster
from .processors import SESSION_SECONDS, Processor
from .traffic import BACKLOG_PROGRAM, Traffic, programs
from .watch import OpenTransactions, Stalls, described

# What the Python clients need of the properties that Leadline is given: how to reach the cluster.
CONNECTION = ("security.", "sasl.", "ssl.", "enable.ssl.", "https.ca.")
WAKE_SECONDS = 90


def connection(options):
    """The properties that every client needs."""
    return dict(each.split("=", 1) for each in options.kafka_property if each.startswith(CONNECTION))


class Zombie:
    """A processor that is frozen: for another to take its place, or for longer than its transaction may last."""

    def __init__(self, processor, seconds, is_takeover, successor=None):
        self.processor, self.is_takeover, self.successor = processor, is_takeover, successor
        self.frozen = time.monotonic()
        self.until = self.frozen + seconds

    def is_due(self):
        """A name is taken when its new bearer works."""
        now = time.monotonic()
        if now < self.until:
            return False
        return self.successor is None or self.successor.works() or now > self.frozen + WAKE_SECONDS


class Chaos:
    """One run: the deployment, what is done to it, and what was counted."""

    def __init__(self, options, work):
        self.options, self.work = options, work
        self.leadline = Leadline(options.binary, work)
        self.chance = random.Random(options.seed)
        self.master_key = f"{work}/master.key"
        with open(self.master_key, "w", encoding="ascii") as key:
            key.write("5a" * 32 + "\n")
        os.chmod(self.master_key, 0o600)
        self.client_properties = connection(options)
        self.connection = [
            argument for pair in self.client_properties.items() for argument in ("--kafka-property", "=".join(pair))]
        self.counts, self.problems = collections.Counter(), []
        self.processors, self.zombies, self.disks = [], [], 0
        if options.broker:
            self.broker = Cluster(options.broker, options.broker_control)
        else:
            self.broker = TestBroker(options.broker_program, work)
        self.program_names = [*programs(options.programs), *([BACKLOG_PROGRAM] if options.backlog else [])]

    def wrong(self, text):
        self.problems.append(text)
        if len(self.problems) <= 40:
            say(f"WRONG: {text.splitlines()[0][:200]}")

    def disk(self):
        self.disks += 1
        folder = f"{self.work}/disk{self.disks}"
        os.makedirs(folder)
        return folder

    def perform(self):
        options = self.options
        batch_bytes_max = self.leadline.create_topics(
            self.broker.address, options.partitions, options.replicas,
            options.big_bytes_max if options.big_records else None, self.connection)
        big = BigRecords(
            self.broker.address, options, batch_bytes_max, programs(options.programs), random.Random(options.seed + 2),
            self.client_properties)
        self.traffic, self.big = Traffic(self, big), big
        self.traffic.register()
        self.traffic.send_backlog()
        self.stalls = Stalls(
            self.broker.address, options.group, options.partitions, self.client_properties, options.stall_seconds,
            self.say_where_all_stand)
        try:
            self.start()
            began = time.monotonic()
            self.traffic.start()
            self.torment(began)
            self.traffic.join()
            if self.traffic.failure:
                raise self.traffic.failure
            if self.traffic.failed:
                self.wrong(f"{self.traffic.failed} inputs were not delivered to the broker")
            say(f"{self.traffic.sent + big.number} inputs sent, the last ones in {time.monotonic() - began:.0f} s; "
                "waiting for the processors")
            self.wait_for_consumption("inputs")
            self.stalls.over.set()
        finally:
            for zombie in self.zombies:
                zombie.processor.kill()
            ended = [(processor, processor.stop()) for processor in self.processors]
        for processor, end in ended:
            if end != 0:
                self.wrong(f"{processor.name} ended with {end} on SIGTERM: {processor.words.last()}")
        self.count_words()

    def start(self):
        """The first processors find what waits, and take it in small batches."""
        began = time.monotonic()
        options = self.options
        self.processors = [
            Processor(self, number, self.disk(), options.batch_max) for number in range(options.processors)]
        if options.backlog:
            self.wait_for_consumption("the backlog")
            seconds = time.monotonic() - began
            say(f"a backlog of {options.backlog} leads was consumed in {seconds:.0f} s, "
                f"{options.backlog / seconds:.0f} a second")
        else:
            self.wait_until_all_work()
        self.stalls.start()

    # Breaking

    def torment(self, began):
        """Breaks one thing after the other until everything has been broken often enough, under load all the while."""
        options, base = self.options, self.traffic.sent
        due = self.planned()
        watch = OpenTransactions(self.broker.address, options.partitions, self.client_properties)
        least, most = began + options.seconds, began + self.patience(len(due))
        while self.traffic.is_alive() and time.monotonic() < most and (
                self.traffic.sent - base < options.inputs or time.monotonic() < least or self.zombies or due
                or self.is_short()):
            time.sleep(self.chance.uniform(0.4, 1.4))
            self.wake()
            self.revive()
            if due and self.traffic.sent - base >= due[0][0] and not self.zombies:
                due.pop(0)[1]()
            elif self.short_of_takeovers() and not self.zombies and self.chance.random() < 0.5:
                self.take_over(watch)
            elif self.counts["freezes"] < options.freezes and not self.zombies and self.chance.random() < 0.3:
                self.freeze_alone(watch)
            elif self.counts["kills"] < options.kills or self.short_of_cuts():
                self.kill(watch)
        watch.close()
        self.traffic.enough.set()

    def patience(self, breaks_of_broker):
        """How many seconds it may take until everything has been broken, generously."""
        options = self.options
        of_processors = 10 * options.kills + 80 * options.takeovers + options.freezes * (options.freeze_seconds + 30)
        of_broker = breaks_of_broker * (options.broker_freeze_seconds + 30)
        return 60 + options.seconds + options.inputs / options.rate + of_processors + of_broker

    def planned(self):
        """What happens to the broker, by how many inputs have been sent then."""
        options, due = self.options, []
        for times, action in [(options.restarts, self.restart_broker), (options.broker_freezes, self.freeze_broker),
                              (options.broker_kills, self.kill_broker)]:
            due += [(options.inputs * (number + 1) // (times + 1), action) for number in range(times)]
        self.chance.shuffle(due)
        return sorted(due, key=lambda one: one[0])

    def is_short(self):
        return (self.counts["kills"] < self.options.kills or self.counts["freezes"] < self.options.freezes
                or self.short_of_takeovers() or self.short_of_cuts())

    def short_of_takeovers(self):
        wanted = self.options.takeovers
        if self.counts["takeovers"] + self.frozen_for_takeover() < wanted:
            return True
        # A frozen processor may have had nothing to be fenced from.
        return not self.options.dynamic and not self.zombies and self.counts["fenced producers"] < wanted

    def short_of_cuts(self):
        """Whoever may not be killed cannot be killed once more for this."""
        return self.options.kills > 0 and self.counts["cut transactions"] < self.options.takeovers

    def frozen_for_takeover(self):
        return sum(zombie.is_takeover for zombie in self.zombies)

    def workers(self):
        """Processors that are neither frozen nor taking over from one that is."""
        quiet = {zombie.processor.name for zombie in self.zombies}
        return [processor for processor in self.processors if processor.name not in quiet and processor.works()]

    def excuse(self, processor):
        """What it had, and what nobody has, may stand for a while from now on."""
        self.stalls.excuse(processor.words.assigned() | self.missing())

    def freeze(self, processor, watch):
        """Stops a processor, in the middle of a transaction if a few tries find one."""
        self.excuse(processor)
        for attempt in range(15):
            processor.freeze()
            if watch.found():
                self.counts["cut transactions"] += 1
                return
            if attempt < 14:
                processor.thaw()
                time.sleep(self.chance.uniform(0.01, 0.06))

    def kill(self, watch):
        quiet = {zombie.processor.name for zombie in self.zombies}
        victims = [
            processor for processor in self.processors
            if processor.name not in quiet and processor.child.poll() is None]
        if not victims:
            return
        victim = self.chance.choice(victims)
        # Every other one at any moment, also while it starts; every other one in a transaction.
        if self.chance.random() < 0.5:
            self.freeze(victim, watch)
        self.excuse(victim)
        victim.kill()
        self.counts["kills"] += 1
        if self.chance.random() < 0.15:
            victim.lose_disk()
            self.counts["empty disks"] += 1
        victim.restart()

    def take_over(self, watch):
        """A processor freezes and another of its name takes its place; then the first wakes up, and must end.

        Dynamic members have no name: the group gives the frozen one's partitions away, and it must find back.
        """
        workers = self.workers()
        if not workers:
            return
        frozen = self.chance.choice(workers)
        self.freeze(frozen, watch)
        if self.options.dynamic:
            self.zombies.append(Zombie(frozen, SESSION_SECONDS * 2, True))
            return
        successor = Processor(self, frozen.number, self.disk())
        self.processors[self.processors.index(frozen)] = successor
        self.zombies.append(Zombie(frozen, SESSION_SECONDS + 0.5, True, successor))

    def freeze_alone(self, watch):
        """A processor freezes for longer than its transaction may last; nobody has its name, so it must go on."""
        workers = self.workers()
        if workers:
            frozen = self.chance.choice(workers)
            self.freeze(frozen, watch)
            say(f"{frozen.name} is frozen for {self.options.freeze_seconds} s")
            self.zombies.append(Zombie(frozen, self.options.freeze_seconds, False))

    def wake(self):
        for zombie in [zombie for zombie in self.zombies if zombie.is_due()]:
            self.zombies.remove(zombie)
            self.excuse(zombie.processor)
            zombie.processor.thaw()
            if zombie.successor:
                self.expect_end(zombie.processor)
            else:
                self.counts["takeovers" if zombie.is_takeover else "freezes"] += 1

    def expect_end(self, processor):
        """Somebody else has its name: it must find out, say so and end."""
        try:
            code = processor.child.wait(30)
        except subprocess.TimeoutExpired:
            self.wrong(f"{processor.name} works on although another has its name: {processor.words.last()}")
            processor.kill()
            code = None
        words = processor.words.text()
        self.counts["takeovers"] += 1
        self.counts["fenced producers"] += max(words.count("shard fenced"), len(re.findall(r"TXNERR.*_FENCED", words)))
        if code == 0 or code in CRASHES or (code is not None and "taken this one's place" not in words):
            self.wrong(f"{processor.name} ended with {code} after it woke up: {processor.words.last()}")

    def revive(self):
        """Whoever ended without being asked is started again, as a supervisor would; but nobody should have to."""
        for processor in self.processors:
            code = processor.child.poll()
            if code is not None:
                self.counts["supervised restarts"] += 1
                self.wrong(f"{processor.name} ended by itself with {code}: {processor.words.last()}")
                processor.restart()

    # Breaking the broker

    def restart_broker(self):
        """In good order. The test broker forgets open transactions, so nobody may have one then."""
        say("broker restart")
        self.quiet()
        if not self.broker.keeps_what_it_acknowledged:
            for processor in self.processors:
                code = processor.stop()
                if code != 0:
                    self.wrong(f"{processor.name} ended with {code} on SIGTERM: {processor.words.last()}")
        self.broker.stop()
        self.broker.start()
        self.counts["broker restarts"] += 1
        for processor in self.processors:
            if processor.child.poll() is not None:
                processor.restart()
        self.go_on()

    def freeze_broker(self):
        """For longer than any request waits. Somebody is killed meanwhile, and started before the broker answers."""
        seconds = self.options.broker_freeze_seconds
        say(f"the broker is frozen for {seconds} s")
        self.stalls.pause()
        self.broker.freeze()
        began = time.monotonic()
        time.sleep(min(2, seconds))
        if self.options.kills:
            victim = self.chance.choice(self.processors)
            victim.kill()
            victim.restart()
        time.sleep(max(0, seconds - (time.monotonic() - began)))
        self.broker.thaw()
        self.counts["broker freezes"] += 1
        self.stalls.go_on()

    def kill_broker(self):
        """With SIGKILL, whatever is under way."""
        say("broker kill")
        self.stalls.pause()
        self.broker.kill()
        time.sleep(2)
        self.broker.start()
        self.counts["broker kills"] += 1
        self.stalls.go_on()

    def quiet(self):
        self.stalls.pause()
        self.traffic.open.clear()
        self.traffic.inputs.flush(30)
        self.big.inputs.flush(60)

    def go_on(self):
        self.traffic.open.set()
        self.stalls.go_on()

    # Waiting

    def missing(self):
        """Partitions that nobody works on."""
        worked_on = set().union(*(processor.words.ready() for processor in self.processors))
        return set(range(self.options.partitions)) - worked_on

    def wait_until_all_work(self):
        deadline = time.monotonic() + self.options.drain_seconds
        while self.missing():
            self.revive()
            if time.monotonic() > deadline:
                raise SystemExit(f"nobody works on the partitions {sorted(self.missing())} "
                                 f"{self.options.drain_seconds} s after the start")
            time.sleep(0.2)

    def wait_for_consumption(self, what):
        """Until the group has consumed everything, and every partition is somebody's."""
        lag = Lag(self.broker.address, self.options.group, self.options.partitions, **self.client_properties)
        deadline, waiting = time.monotonic() + self.options.drain_seconds, None
        while time.monotonic() < deadline:
            self.revive()
            waiting = lag.total()
            if waiting == 0 and not self.missing():
                break
            time.sleep(0.5)
        else:
            self.wrong(f"{what}: {waiting} records were not consumed {self.options.drain_seconds} s after the last was "
                       f"sent, partitions without a processor: {sorted(self.missing())}")
        lag.close()

    def say_where_all_stand(self, partition):
        """What the processors and the group's coordinator say while a partition does not get on."""
        say(f"partition {partition} has inputs and does not get on")
        zombies = {id(zombie.processor) for zombie in self.zombies}
        for processor in [zombie.processor for zombie in self.zombies] + self.processors:
            state = "frozen" if id(processor) in zombies else f"ended with {processor.child.poll()}"
            if processor.child.poll() is None and id(processor) not in zombies:
                state = "runs"
            say(f"{processor.name}, process {processor.child.pid}, {state}: was given "
                f"{sorted(processor.words.assigned())}, works on {sorted(processor.words.ready())}; its last words:")
            print(processor.words.text().strip()[-1500:], flush=True)
        print(described(self.broker.address, self.options.group, self.client_properties), flush=True)

    def count_words(self):
        """What the logs say of restarts and fences."""
        for number in range(self.disks):
            path = f"{self.work}/disk{number + 1}.log"
            if os.path.exists(path):
                with open(path, errors="replace") as log:
                    text = log.read()
                self.counts["restarts of a shard"] += text.count("shard starts over")
                self.counts["ended transactions"] += len(re.findall(r"stood open for more than", text))

    def close(self):
        for processor in [zombie.processor for zombie in self.zombies] + self.processors:
            if processor.child.poll() is None:
                processor.child.kill()
        self.broker.close()

