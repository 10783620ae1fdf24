"""Reads the options of deploy/chaos, runs it, and says what came out."""

import random
import sys

import testbed
from testbed import say

from .clusters import refuse_used
from .judge import Judge
from .torment import Chaos, connection

DESCRIPTION = """Breaks a deployment on Kafka for a while, at random, then has an independent consumer (confluent-kafka,
read_committed) prove that nothing was lost, doubled or decided twice: for every program positions without gap or
repeat, each accepted lead decided, no lead with two partners at once, caps never exceeded, every input journaled once
or dead-lettered once, every dead letter opened and compared with its record."""


def parse():
    parser = testbed.options(DESCRIPTION, prog="deploy/chaos")
    size_options(parser.add_argument_group("size"))
    break_options(parser.add_argument_group("what is broken"))
    place_options(parser.add_argument_group("where", "Without --broker, the test broker, which runs for this alone."))
    return parser, parser.parse_args()


def size_options(group):
    group.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    group.add_argument("--inputs", type=int, default=100_000, help="default 100000")
    group.add_argument("--rate", type=int, default=600, help="inputs a second, default 600")
    group.add_argument("--seconds", type=int, default=0, help="goes on at least so long")
    group.add_argument("--partitions", type=int, default=12, help="of every topic, default 12")
    group.add_argument("--programs", type=int, default=30, help="default 30")
    group.add_argument("--processors", type=int, default=3, help="default 3")
    group.add_argument(
        "--backlog", type=int,
        help="leads of one program that wait when the processors start; default as many as --inputs, at most 30000")
    group.add_argument(
        "--batch-max", type=int, default=50,
        help="records a batch until a processor is restarted, default 50; then 200")
    group.add_argument(
        "--big-records", type=int, default=12, help="inputs of 900,000 bytes and more among the others, default 12")
    group.add_argument(
        "--big-bytes-max", type=int, default=32 << 20,
        help="the largest of them, where input topics can be made to take it; default 32 MiB")
    group.add_argument(
        "--drain-seconds", type=int, default=300,
        help="how long the processors may take for what is left at the end, default 300")


def break_options(group):
    group.add_argument("--kills", type=int, default=100, help="processors killed (SIGKILL), default 100")
    group.add_argument(
        "--takeovers", type=int, default=10,
        help="processors frozen (SIGSTOP) while another takes their place, default 10")
    group.add_argument(
        "--freezes", type=int, default=1, help="processors frozen for longer than a transaction may last, default 1")
    group.add_argument(
        "--freeze-seconds", type=int, default=20,
        help="for how long, default 20; Kafka looks every 10 s for transactions to end")
    group.add_argument(
        "--transaction-seconds", type=int, default=8,
        help="the processors' transaction.timeout.ms, in seconds; default 8")
    group.add_argument(
        "--stall-seconds", type=int,
        help="how long a partition with inputs may go without progress; default --freeze-seconds + 30")
    group.add_argument("--restarts", type=int, help="broker restarts in good order, default 2")
    group.add_argument(
        "--broker-freezes", type=int, help="the broker frozen (SIGSTOP) for longer than requests wait, default 1")
    group.add_argument("--broker-freeze-seconds", type=int, default=12, help="for how long, default 12")
    group.add_argument(
        "--broker-kills", type=int, default=0,
        help="the broker killed (SIGKILL), default 0: the test broker loses about a second of what it acknowledged, so "
        "the count cannot come out even there")


def place_options(group):
    group.add_argument("--broker", metavar="HOST:PORT", help="a cluster without Leadline's topics, of any size")
    group.add_argument(
        "--broker-control", metavar="PROGRAM",
        help="does to that cluster what it is called with: stop, start, kill, freeze or thaw; without it nothing is "
        "done to it")
    group.add_argument("--replicas", type=int, default=1, help="of every topic, default 1")
    group.add_argument("--group", default="chaos", help="the consumer group, default chaos")
    group.add_argument(
        "--kafka-property", action="append", default=[], metavar="NAME=VALUE",
        help="for the processors, and where it is about the connection for producers and consumers too; may be "
        "repeated")
    group.add_argument(
        "--dynamic", action="store_true",
        help="members without an instance id; needs a broker that evicts whoever is killed")


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
        parser.error("--dynamic needs --broker: the test broker never evicts a member that was killed or frozen, so "
                     "its partitions would be nobody's")
    if options.broker:
        refuse_used(options.broker, connection(options))
    if options.freezes and options.freeze_seconds <= options.transaction_seconds:
        parser.error("--freeze-seconds must be more than --transaction-seconds")
    if options.broker_kills and not options.broker:
        print("warning: the test broker loses about a second of acknowledged writes when it is killed; what is missing "
              "then is its doing", file=sys.stderr)


def main():
    parser, options = parse()
    check(parser, options)
    with testbed.workplace("chaos", options.keep) as work:
        say(f"seed {options.seed}, in {work}")
        chaos = Chaos(options, work)
        try:
            chaos.perform()
            Judge(chaos).judge()
        finally:
            chaos.close()
        for problem in chaos.problems[:40]:
            print(f"WRONG: {problem}", file=sys.stderr)
        if chaos.problems:
            sys.exit(f"{len(chaos.problems)} problems; seed {options.seed}")
    say("nothing lost, nothing doubled")


if __name__ == "__main__":
    main()
