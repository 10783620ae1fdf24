"""The verdict of an independent consumer: nothing lost, nothing doubled, nothing decided twice."""

import collections
import contextlib
import glob
import hashlib
import json
import sqlite3
import time


import sealed
from messages import journal_pb2
from testbed import INPUTS, records, say

from .processors import Processor
from .traffic import OPEN_CAP, PERIOD_CAP

COUNT_ENTRIES = "SELECT count(*) FROM entries JOIN streams USING (stream) WHERE program = ?"
LETTER_CONTEXT = b"leadline dead letter v1"
DECIDED = {"lead_assigned", "lead_escalated", "lead_merged"}


class Letters:
    """Dead letters, put together where one is spread over several records, and opened by keys from the topic."""

    def __init__(self, wrapped_keys, master_key):
        master = bytes.fromhex(open(master_key, encoding="ascii").read().strip())
        self.wrapping = sealed.sealing_key(sealed.hkdf(master, b"leadline key wrap v1"))
        self.wrapped_keys = wrapped_keys
        self.parts = collections.defaultdict(list)

    def add(self, letter):
        self.parts[(letter.origin.topic, letter.origin.partition, letter.origin.offset)].append(letter)

    @staticmethod
    def whole(letters):
        """One letter out of its parts, or what is wrong with them."""
        count = getattr(letters[0], "part_count", 0)
        if count == 0:
            return (letters[0], None) if len(letters) == 1 else (None, f"{len(letters)} letters")
        found = collections.Counter(letter.part_index for letter in letters)
        if any(letter.part_count != count for letter in letters) or found != collections.Counter(range(count)):
            return None, f"parts {sorted(found.elements())} of {count}"
        whole = journal_pb2.DeadLetter()
        whole.CopyFrom(letters[0])
        whole.sealed = b"".join(letter.sealed for letter in sorted(letters, key=lambda letter: letter.part_index))
        return whole, None

    def fault(self, letter, record):
        """What a letter fails to say of its record; None if it holds it, or its size and digest if it is too large."""
        headers = [(name.encode(), value) for name, value in record.headers() or []]
        if not letter.sealed:
            size = len(record.key() or b"") + len(record.value() or b"")
            size += sum(len(name) + len(value or b"") for name, value in headers)
            if getattr(letter, "record_bytes", 0) != size:
                return f"holds nothing, and states {getattr(letter, 'record_bytes', 0)} bytes of {size}"
            if letter.record_digest != hashlib.sha256(record.value() or b"").digest():
                return "holds nothing, and its digest is another"
            return None
        wrapped = self.wrapped_keys.get(letter.key_id)
        key = wrapped and sealed.aes_gcm_open(self.wrapping, wrapped, letter.key_id)
        plain = key and sealed.aes_gcm_open(sealed.sealing_key(key), letter.sealed, LETTER_CONTEXT)
        if not plain:
            return "cannot be opened"
        kept = journal_pb2.DeadRecord.FromString(plain)
        key = kept.key if kept.HasField("key") else None
        value = kept.value if kept.HasField("value") else None
        is_same = key == record.key() and value == record.value()
        is_same = is_same and [(header.name, header.value) for header in kept.headers] == headers
        return None if is_same else "holds another record"


class Judge:
    """Reads all topics once the processors have stopped."""

    def __init__(self, chaos):
        self.chaos, self.options = chaos, chaos.options
        self.counts, self.wrong = chaos.counts, chaos.wrong

    def read(self, topic, isolation="read_committed"):
        return records(self.chaos.broker.address, topic, isolation, **self.chaos.client_properties)

    def judge(self):
        journal = self.read("journal")
        self.count_aborted(journal)
        entries, origins = collections.defaultdict(list), collections.Counter()
        for partition, of_partition in enumerate(journal):
            for record in of_partition:
                if record.key() is None:
                    continue
                entry = journal_pb2.Entry.FromString(record.value())
                entries[record.key().decode()].append((partition, entry))
                if entry.HasField("origin"):
                    origins[(entry.origin.topic, entry.origin.partition, entry.origin.offset)] += 1
        # A disk that has them all has followed to the end.
        self.sizes = {program: len(of_program) for program, of_program in entries.items()}
        letters = self.letters()
        self.inputs_once(origins, letters)
        ids = set()
        for program in sorted(entries):
            self.stream(program, entries[program], ids)
        self.published(ids)
        checked = self.verify()
        self.empty_disk()
        say(f"seed {self.options.seed}: {self.counts['inputs on the topics']} inputs, {len(entries)} programs, "
            f"{sum(self.sizes.values())} entries, {len(letters.parts)} dead letters, {len(ids)} decisions")
        say(", ".join(f"{name} {count}" for name, count in sorted(self.counts.items())))
        say(checked)
        self.enough()

    def enough(self):
        """A run that broke too little proves nothing."""
        options, stalls = self.options, self.chaos.stalls
        needed = [
            ("kills", options.kills), ("takeovers", options.takeovers), ("freezes", options.freezes),
            ("broker restarts", options.restarts), ("broker freezes", options.broker_freezes),
            ("broker kills", options.broker_kills), ("big records", options.big_records),
            ("aborted transactions", options.takeovers)]
        if not options.dynamic:
            needed.append(("fenced producers", options.takeovers))
        for name, least in needed:
            if self.counts[name] < least:
                self.wrong(f"this run does not count: {self.counts[name]} {name}, needed {least}")
        say(f"longest wait of a partition with inputs, broker at hand: {stalls.longest:.0f} s")
        if stalls.longest > options.stall_seconds:
            self.wrong(f"partition {stalls.where} had inputs and did not get on for {stalls.longest:.0f} s, "
                       f"allowed are {options.stall_seconds}")

    def verify(self):
        """What Leadline itself says of the topics."""
        done = self.chaos.leadline.command(
            "verify", "--data", self.chaos.processors[0].folder, "--kafka", self.chaos.broker.address,
            "--group", self.options.group, *self.chaos.connection, check=False)
        if done.returncode != 0:
            self.wrong(f"leadline verify --kafka: exit {done.returncode}: {(done.stdout + done.stderr)[-800:]}")
        checked = [int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("verified: ")]
        return f"verify --kafka: exit {done.returncode}, {sum(checked)} entries in {len(checked)} partitions"

    # What came out

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

    def letters(self):
        wrapped = {}
        for of_partition in self.read("keys"):
            for record in of_partition:
                if record.value() is not None:
                    message = journal_pb2.SubjectKey.FromString(record.value())
                    wrapped[message.subject_id] = message.wrapped_key
        letters = Letters(wrapped, self.chaos.master_key)
        for of_partition in self.read("deadletter"):
            for record in of_partition:
                letters.add(journal_pb2.DeadLetter.FromString(record.value()))
        return letters

    def inputs_once(self, origins, letters):
        """Every input has one entry or one dead letter, and the dead letter is the record."""
        rest, astray = set(letters.parts), collections.defaultdict(list)
        for topic in INPUTS:
            for partition, of_partition in enumerate(self.read(topic)):
                for record in of_partition:
                    self.counts["inputs on the topics"] += 1
                    place = (f"leadline.{topic}", partition, record.offset())
                    entries = origins.pop(place, 0)
                    rest.discard(place)
                    if place in letters.parts:
                        self.letter(place, letters, record, entries)
                    elif place in self.chaos.big.landed:
                        self.wrong(f"{self.name(place)} came out {entries} times, and not as a dead letter")
                    elif entries != 1:
                        astray[(place[0], partition, entries)].append(record.offset())
        for (topic, partition, times), offsets in astray.items():
            some = f"{offsets[:5]}{'...' if len(offsets) > 5 else ''}"
            self.wrong(f"{len(offsets)} inputs of {topic} {partition} came out {times} times: offsets {some}")
        if origins or rest:
            self.wrong(f"{len(origins)} entries and {len(rest)} dead letters of inputs that do not exist")

    def letter(self, place, letters, record, entries):
        found = letters.parts[place]
        letter, fault = letters.whole(found)
        self.counts["dead: " + journal_pb2.RejectionReason.Name(found[0].reason)[17:].lower()] += 1
        # An outcome whose lead never came has an entry, which says that it waits, and then a letter.
        allowed = journal_pb2.RejectionReason.Name(found[0].reason) == "REJECTION_REASON_LEAD_NEVER_CAME"
        if letter is None or entries > allowed:
            self.wrong(f"{self.name(place)} came out as {entries} entries and as dead letters: {fault or 'one'}")
            return
        fault = letters.fault(letter, record)
        if fault:
            self.wrong(f"the dead letter of {self.name(place)} {fault}")
        if place in self.chaos.big.landed:
            self.counts["big records"] += 1
            self.counts["parts of big records"] += len(found)
            self.counts["big records not kept"] += not letter.sealed

    def name(self, place):
        what = self.chaos.big.landed.get(place)
        return f"{place[0]} {place[1]} {place[2]}" + (f" ({what})" if what else "")

    def stream(self, program, entries, ids):
        if len({partition for partition, _ in entries}) != 1:
            self.wrong(f"{program} is in more than one partition")
        holders, opened, periods = {}, collections.Counter(), collections.Counter()
        last = 0
        for index, (_, entry) in enumerate(entries):
            if entry.position != index:
                self.wrong(f"{program}: position {entry.position} stands where {index} is due")
                return
            if entry.stamp_micros < last:
                self.wrong(f"{program}: time goes back at {index}")
            last = entry.stamp_micros
            kinds = [event.WhichOneof("body") for event in entry.events]
            if entry.input.WhichOneof("body") == "lead_submitted" and not DECIDED & set(kinds):
                self.wrong(f"{program} {index}: a lead was taken and not decided: {kinds}")
            for ordinal, event in enumerate(entry.events):
                ids.add(f"{program}/{index}/{ordinal}")
                self.decided(program, index, event, holders, opened, periods, entry.stamp_micros)

    def decided(self, program, index, event, holders, opened, periods, stamp):
        kind = event.WhichOneof("body")
        body = getattr(event, kind)
        self.counts[f"event {kind}"] += 1
        if kind == "lead_assigned":
            if body.lead_id in holders:
                self.wrong(f"{program} {index}: {body.lead_id} goes to a second partner")
            holders[body.lead_id] = body.partner_id
            opened[body.partner_id] += 1
            week = (body.partner_id, (stamp - 1767571200_000000) // (7 * 86400_000000))
            periods[week] += 1
            if opened[body.partner_id] > OPEN_CAP or periods[week] > PERIOD_CAP:
                self.wrong(f"{program} {index}: {body.partner_id} is over its cap")
        elif kind in ("assignment_expired", "assignment_ended", "lead_closed"):
            holder = holders.pop(body.lead_id, None)
            if holder is not None:
                opened[holder] -= 1
            if kind != "lead_closed" and holder != body.partner_id:
                self.wrong(f"{program} {index}: {body.lead_id} is taken from {body.partner_id}, whose it was not")

    def published(self, ids):
        seen = collections.Counter()
        for of_partition in self.read("decisions"):
            for record in of_partition:
                seen[dict(record.headers())["ce_id"].decode()] += 1
        twice = sum(1 for count in seen.values() if count > 1)
        if twice or set(seen) != ids:
            self.wrong(f"decisions: {twice} twice, {len(ids - set(seen))} missing, "
                       f"{len(set(seen) - ids)} that no entry holds")

    # What the disks hold

    def empty_disk(self):
        """Processors on empty disks must reach, from the topic alone, what the others have."""
        chaos = self.chaos
        old = [f"{chaos.work}/disk{number + 1}" for number in range(chaos.disks)]
        used = chaos.processors
        # As the deployment's processors, so that `close` ends them whatever happens.
        chaos.processors = [Processor(chaos, processor.number, chaos.disk()) for processor in used]
        deadline = time.monotonic() + 180
        while chaos.missing() and time.monotonic() < deadline:
            time.sleep(0.2)
        if chaos.missing():
            self.wrong(f"processors on empty disks did not take the partitions {sorted(chaos.missing())} in 180 s")
        for processor in chaos.processors:
            code = processor.stop()
            if code != 0:
                self.wrong(f"{processor.name} on an empty disk ended with {code}: {processor.words.last()}")
        fresh = [processor.folder for processor in chaos.processors]
        same = sum(self.agree(program, fresh, old) for program in chaos.program_names)
        self.counts["states equal on an empty disk"] = same
        if same != len(chaos.program_names):
            self.wrong(f"an empty disk reached the same state for {same} of {len(chaos.program_names)} programs")

    def agree(self, program, fresh, old):
        """Whether a fresh disk holds what the longest old one held; timers may have fired since."""
        before, now = (max(folders, key=lambda folder: self.held(folder, program)) for folders in [old, fresh])
        entries = self.held(before, program)
        if not self.sizes.get(program, 1) <= entries <= self.held(now, program):
            self.wrong(f"{program}: {entries} entries on a disk, {self.held(now, program)} on an empty one")
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

    def state(self, folder, program, entries):
        """Entries and state hash of a program on a disk, decided again; None if it is not there whole."""
        done = self.chaos.leadline.command(
            "replay", "--json", "--data", folder, "--program", program, "--at", str(entries), check=False)
        try:
            return json.loads(done.stdout)["programs"][0] if done.returncode == 0 else None
        except (ValueError, LookupError):
            return None
