"""Reads the options of deploy/chaos, runs it, and says what came out."""

import random
import shutil
import sys
import tempfile
import os

import testbed
from testbed import say

from .judge import Judge
from .torment import Chaos

DESCRIPTION = """Breaks a deployment on Kafka for a while, at random, then has an independent consumer (confluent-kafka, read_committed)
prove that nothing was lost, doubled or decided twice: for every program positions without gap or repeat, each accepted lead
decided, no lead with two partners at once, caps never exceeded, every input journaled once or dead-lettered once, every dead letter
opened and compared with its record."""


def parse():
    parser = testbed.options(DESCRIPTION, prog="deploy/chaos")
    size = parser.add_argument_group("size")
    size.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    size.add_argument("--inputs", type=int, default=100_000, help="default 100000")
    size.add_argument("--rate", type=int, default=600, help="inputs a second, default 600")
    size.add_argument("--seconds", type=int, default=0, help="goes on at least so long")
    size.add_argument("--partitions", type=int, default=12)
    size.add_argument("--programs", type=int, default=30)
    size.add_argument("--processors", type=int, default=3)
    size.add_argument("--backlog", type=int, help="leads of one program that wait when the processors start; default as many as --inputs, at most 30000")
    size.add_argument("--batch-max", type=int, default=50, help="records in a batch until a processor is restarted, default 50; then 200")
    size.add_argument("--big-records", type=int, default=12, help="inputs of 900,000 bytes and more among the others")
    size.add_argument("--big-bytes-max", type=int, default=32 << 20, help="the largest of them, where input topics can be made to take it")
    size.add_argument("--drain-seconds", type=int, default=300, help="how long the processors may take for what is left at the end")
    breaks = parser.add_argument_group("what is broken")
    breaks.add_argument("--kills", type=int, default=100, help="processors killed (SIGKILL)")
    breaks.add_argument("--takeovers", type=int, default=10, help="processors frozen (SIGSTOP) while another takes their place")
    breaks.add_argument("--freezes", type=int, default=1, help="processors frozen for longer than a transaction may last")
    breaks.add_argument("--freeze-seconds", type=int, default=20, help="for how long; Kafka looks for transactions to end every 10 s")
    breaks.add_argument("--transaction-seconds", type=int, default=8, help="the processors' transaction.timeout.ms, in seconds")
    breaks.add_argument("--stall-seconds", type=int, help="how long a partition with inputs may go without progress; default --freeze-seconds + 30")
    breaks.add_argument("--restarts", type=int, help="broker restarts in good order, default 2")
    breaks.add_argument("--broker-freezes", type=int, help="the broker frozen (SIGSTOP) for longer than requests wait, default 1")
    breaks.add_argument("--broker-freeze-seconds", type=int, default=12)
    breaks.add_argument("--broker-kills", type=int, default=0, help="the broker killed (SIGKILL), default 0: the test broker loses about a "
                        "second of what it acknowledged, so the count cannot come out even there")
    where = parser.add_argument_group("where", "Without --broker, the test broker, which runs for this alone.")
    where.add_argument("--broker", metavar="HOST:PORT", help="a cluster without Leadline's topics, of any size")
    where.add_argument("--broker-control", metavar="PROGRAM", help="does to that cluster what it is called with: stop, start, kill, freeze or "
                       "thaw; without it nothing is done to it")
    where.add_argument("--replicas", type=int, default=1)
    where.add_argument("--group", default="chaos")
    where.add_argument("--kafka-property", action="append", default=[], metavar="NAME=VALUE", help="for the processors, and where it is about the "
                       "connection for the producers and consumers too; may be repeated")
    where.add_argument("--dynamic", action="store_true", help="members without an instance id; needs a broker that evicts whoever is killed")
    return parser, parser.parse_args()


def check(parser, options):
    """Refuses what cannot come out right, and fills in what depends on the broker."""
    can_be_broken = not options.broker or options.broker_control
    if not can_be_broken and (options.restarts or options.broker_freezes or options.broker_kills):
        parser.error("what is to be done to the brokers needs --broker-control")
    options.restarts = (2 if can_be_broken else 0) if options.restarts is None else options.restarts
    options.broker_freezes = (1 if can_be_broken else 0) if options.broker_freezes is None else options.broker_freezes
    options.backlog = min(options.inputs, 30_000) if options.backlog is None else options.backlog
    options.stall_seconds = options.stall_seconds or options.freeze_seconds + 30
    if options.dynamic and not options.broker:
        parser.error("--dynamic needs --broker: the test broker never evicts a member that was killed, so its partitions would be nobody's")
    if options.freezes and options.freeze_seconds <= options.transaction_seconds:
        parser.error("--freeze-seconds must be more than --transaction-seconds")
    if options.broker_kills and not options.broker:
        print("WARNING: the test broker loses about a second of acknowledged writes when it is killed; what is missing then is its doing",
              file=sys.stderr)


def main():
    parser, options = parse()
    check(parser, options)
    work = tempfile.mkdtemp(prefix="chaos.", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    say(f"seed {options.seed}, in {work}")
    chaos = Chaos(options, work)
    try:
        chaos.perform()
        Judge(chaos).judge()
    finally:
        chaos.close()
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
