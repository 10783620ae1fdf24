"""Instances of `leadline run` that are killed, frozen and replaced."""

import os
import signal
import subprocess

from testbed import Words

# The first processor stays a member while it is frozen, so that its transactions are ended and its partitions are not
# given away; the others lose both.
SESSION_SECONDS, LONG_SESSION_SECONDS = 6, 25
REQUEST_SECONDS = 6


class Processor:
    """One instance under its name; a replacement of the same name is another process on another disk."""

    def __init__(self, run, number, folder, batch_max=200):
        self.run, self.number, self.folder, self.batch_max = run, number, folder, batch_max
        self.name = f"processor-{number}"
        self.log_path = f"{folder}.log"
        self.start()

    def start(self):
        options = self.run.options
        self.run.leadline.make_folder(self.folder, self.run.master_key, "p00")
        session = LONG_SESSION_SECONDS if self.number == 0 and not options.dynamic else SESSION_SECONDS
        properties = [
            f"session.timeout.ms={session * 1000}", "heartbeat.interval.ms=1000",
            # The test broker waits so long for somebody who asked to join and was killed before the answer.
            f"max.poll.interval.ms={LONG_SESSION_SECONDS * 1000}",
            f"socket.timeout.ms={REQUEST_SECONDS * 1000}", f"message.timeout.ms={options.transaction_seconds * 1000}",
            f"transaction.timeout.ms={options.transaction_seconds * 1000}", *options.kafka_property]
        self.words = Words(self.log_path)
        self.child = self.run.leadline.run(
            self.log_path, "run", "--data", self.folder, "--kafka", self.run.broker.address, "--group", options.group,
            *([] if options.dynamic else ["--instance-id", self.name]),
            "--batch-max", str(self.batch_max), "--linger-millis", "5",
            *[argument for each in properties for argument in ("--kafka-property", each)])

    def works(self):
        """Whether it has joined and works on a partition at least; nothing can be taken from one that has nothing."""
        return self.child.poll() is None and bool(self.words.ready())

    def freeze(self):
        self.child.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.child.send_signal(signal.SIGCONT)

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self):
        """Asks it to stop; returns how it ended. One that was being loaded when it was asked has nothing to give back."""
        self.child.send_signal(signal.SIGCONT)
        self.child.terminate()
        try:
            code = self.child.wait(60)
            return 0 if code == -signal.SIGTERM and not self.words.text() else code
        except subprocess.TimeoutExpired:
            self.child.kill()
            return f"did not stop in 60 s, see {self.log_path}"

    def restart(self):
        """What a supervisor does, after the first time with ordinary batches."""
        self.batch_max = 200
        self.start()

    def whole_log(self):
        with open(self.log_path, errors="replace") as log:
            return log.read()

    def lose_disk(self):
        for name in os.listdir(self.folder):
            path = f"{self.folder}/{name}"
            subprocess.run(["rm", "-rf", path], check=True)
