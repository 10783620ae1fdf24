"""A cluster that somebody else runs, of any size."""

import subprocess

from confluent_kafka.admin import AdminClient


class Cluster:
    """Brokers that are there already; what can be done to them, a program of the user's does.

    It is called with one word, `stop`, `start`, `kill`, `freeze` or `thaw`, and returns when that is done.
    """

    keeps_what_it_acknowledged = True

    def __init__(self, address, control):
        self.address, self.control = address, control

    def order(self, word):
        done = subprocess.run([self.control, word], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{self.control} {word}: exit {done.returncode}: {done.stderr.strip()}")

    def stop(self):
        self.order("stop")

    def start(self):
        self.order("start")

    def kill(self):
        self.order("kill")

    def freeze(self):
        self.order("freeze")

    def thaw(self):
        self.order("thaw")

    def close(self):
        pass


def refuse_used(address, properties):
    """Nothing can be counted on topics that others have written to, nor should anything of theirs be broken."""
    topics = AdminClient({"bootstrap.servers": address, "log_level": 0, **properties}).list_topics(timeout=30).topics
    there = sorted(name for name in topics if name.startswith("leadline."))
    if there:
        raise SystemExit(f"the cluster has {', '.join(there)} already: chaos needs topics of its own, so delete them "
                         "or name another cluster")
