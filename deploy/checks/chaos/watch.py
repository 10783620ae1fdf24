"""Looks on from outside: open transactions, and partitions that do not get on."""

import threading
import time

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from testbed import Lag


class OpenTransactions:
    """Sees from outside whether somebody who is frozen holds a transaction open."""

    def __init__(self, address, partitions, properties):
        common = {"bootstrap.servers": address, "group.id": "watch", "log_level": 0, **properties}
        self.consumers = [
            Consumer({**common, "isolation.level": level}) for level in ["read_committed", "read_uncommitted"]]
        self.places = [TopicPartition("leadline.journal", partition) for partition in range(partitions)]

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
        stable, last = (self.ends(consumer) for consumer in self.consumers)
        return [(low, high) if low < high else None for low, high in zip(stable, last)]

    def ends(self, consumer):
        return [consumer.get_watermark_offsets(place, timeout=5)[1] for place in self.places]

    def close(self):
        for consumer in self.consumers:
            consumer.close()


def described(address, group, properties):
    """The group's state and members, as its coordinator tells them."""
    try:
        admin = AdminClient({"bootstrap.servers": address, "log_level": 0, **properties})
        found = admin.describe_consumer_groups([group], request_timeout=10)[group].result()
    except KafkaException as error:
        return f"the coordinator does not describe the group: {error}"
    members = [
        f"{member.group_instance_id or member.client_id} {member.member_id}: "
        f"{sorted({place.partition for place in member.assignment.topic_partitions})}" for member in found.members]
    return "\n".join([f"the group is {found.state.name}", *members])


class Stalls(threading.Thread):
    """Measures how long a partition with inputs goes without progress, from when its processor was last broken."""

    def __init__(self, address, group, partitions, properties, limit_seconds, exceeded):
        """Calls `exceeded` with the partition when one first stands for longer than the limit."""
        super().__init__(daemon=True)
        self.lag = Lag(address, group, partitions, **properties)
        self.limit_seconds, self.exceeded = limit_seconds, exceeded
        # Per partition since when it stands, and how many records were consumed then.
        self.since = {}
        self.excused = set()
        self.longest, self.where = 0.0, None
        self.over, self.paused = threading.Event(), threading.Event()

    def run(self):
        while not self.over.wait(1):
            rows = None if self.paused.is_set() else self.lag.read()
            now = time.monotonic()
            if rows is None or self.paused.is_set():
                # A broker that is away is nobody's idleness.
                self.since.clear()
                continue
            for partition, (waiting, consumed) in rows.items():
                began, before = self.since.get(partition, (now, None))
                if waiting == 0 or consumed != before or partition in self.excused:
                    self.excused.discard(partition)
                    self.since[partition] = (now, consumed)
                elif now - began > self.longest:
                    if now - began > self.limit_seconds >= self.longest:
                        self.exceeded(partition)
                    self.longest, self.where = now - began, partition
        self.lag.close()

    def excuse(self, partitions):
        """Begins anew for partitions whose processor was just killed, frozen or woken."""
        self.excused |= partitions

    def pause(self):
        self.paused.set()

    def go_on(self):
        self.paused.clear()
