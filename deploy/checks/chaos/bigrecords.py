"""Records as large as a topic takes: in their values, in one header, in many headers, in their keys.

None of them can be taken in, each for another reason, so each must come out once as a dead letter, and must not stop
the records behind it.
"""

import json

from testbed import Inputs, lead

KIBI, MEBI = 1 << 10, 1 << 20
# What Kafka's topics take by default: the size of a batch, which a record of its own makes up.
DEFAULT_BATCH_BYTES = 1_048_588
# Where the bytes are, and the size of the batch on the wire. "lead" is a valid lead with a very long message.
PLAN = [
    ("value", 900_000), ("lead", 1_000_000), ("value", 1_048_000), ("value", DEFAULT_BATCH_BYTES),
    ("header", 1_000_000), ("headers", 900_000), ("key", 1_000_000), ("value", 4 * MEBI),
    ("header", 8 * MEBI), ("key", 20 * MEBI), ("lead", 20 * MEBI), ("value", 32 * MEBI)]


def varint(number):
    """How many bytes a signed number takes in Kafka's records."""
    return max(1, (2 * number).bit_length() + 6) // 7


def batch_bytes(key, value, headers):
    """The size of a batch with this one record, as a topic's max.message.bytes counts it."""
    body = 3 + varint(len(key)) + len(key) + varint(len(value)) + len(value) + varint(len(headers))
    body += sum(varint(len(name)) + len(name) + varint(len(text)) + len(text) for name, text in headers)
    return 61 + varint(body) + body


def grown(size, make):
    """What `make(filling)` returns, filled up to a batch of exactly so many bytes, or a byte or two less."""
    filling = size - batch_bytes(*make(0))
    while batch_bytes(*make(filling)) > size:
        filling -= 1
    return make(filling)


class BigRecords:
    """Sends big records one by one, and remembers where each landed."""

    def __init__(self, address, options, batch_bytes_max, programs, chance, properties):
        self.programs, self.partitions, self.chance = programs, options.partitions, chance
        self.inputs = Inputs(address, "/big", **{
            "message.max.bytes": 256 * MEBI, "queue.buffering.max.kbytes": 512 * KIBI, "linger.ms": 0,
            "batch.num.messages": 1,
            # Patient: a record that is sent again because an answer was slow is one more.
            "message.timeout.ms": 300_000, "socket.timeout.ms": 120_000, **properties})
        self.plan = self.sizes(options.big_records, min(batch_bytes_max, options.big_bytes_max))
        # (topic, partition, offset) -> what is large in it.
        self.landed = {}
        self.number = 0

    def sizes(self, count, most):
        """Of the plan first, then more at random; what a topic does not take becomes anything that it does."""
        kinds = ["value", "lead", "header", "headers", "key"]
        plan = [(where, size if size <= most else self.chance.randint(900_000, most))
                for where, size in self.chance.sample(PLAN, min(count, len(PLAN)))]
        more = count - len(plan)
        return plan + [(self.chance.choice(kinds), self.chance.randint(900_000, most)) for _ in range(more)]

    def record(self, where, size, program):
        """Key, value and headers of a record that is malformed, and large in one place."""
        event_id = f"big-{self.number}"
        envelope = [("ce_specversion", b"1.0"), ("ce_id", event_id.encode()), ("ce_source", b"/big"),
                    ("ce_type", b"leadline.v1.LeadSubmitted"), ("content-type", b"application/json")]
        key, broken = program.encode(), b"{\"leadId\": 7"
        if where == "lead":
            body = lead(event_id)
            return grown(size, lambda filling: (key, json.dumps(dict(body, message="m" * filling)).encode(), envelope))
        if where == "header":
            return grown(size, lambda filling: (key, broken, [*envelope, ("blob", b"h" * filling)]))
        if where == "headers":
            many = [(f"h{number:06}", b"x" * 35) for number in range(size // 48)]
            return grown(size, lambda filling: (key, broken + b"x" * filling, envelope + many))
        if where == "key":
            return grown(size, lambda filling: (b"k" * filling, broken, envelope))
        return grown(size, lambda filling: (key, broken + b"x" * filling, envelope))

    def send_next(self):
        """Sends the next one, if one is left."""
        if not self.plan:
            return
        where, size = self.plan.pop()
        self.number += 1
        key, value, headers = self.record(where, size, self.chance.choice(self.programs))
        # A key that names no program belongs to no partition.
        partition = self.chance.randrange(self.partitions) if where == "key" else -1

        def landed(error, record):
            if error:
                self.inputs.failed += 1
                print(f"a record of {size} bytes, most of them in its {where}, was not delivered: {error}", flush=True)
            else:
                place = (record.topic(), record.partition(), record.offset())
                self.landed[place] = f"{size} bytes, most in its {where}"

        self.inputs.produce("leads", key, value, headers, partition, landed)
