"""Many clients of a live feed in one process: what each costs the server in memory, and how long after an event was sent
it is with each."""

import contextlib
import re
import resource
import select
import socket
import threading
import time

from load_peers import shares_of_memory

MARK = re.compile(rb"feed-(\d+)\.")


def room_for(count):
    """So many connections at one time, here and in the servers that are started from here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count * 2 + 1_000
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))


class Crowd:
    """Clients that follow one feed, and when each event was with each of them."""

    def __init__(self, port, request, count):
        self.sockets, self.rest, self.poll = {}, {}, select.epoll()
        self.arrivals = {}
        for number in range(count):
            client = socket.socket()
            # A server takes so many connections from one address.
            client.bind((f"127.0.3.{1 + number // 200}", 0))
            client.settimeout(30)
            client.connect(("127.0.0.1", port))
            client.sendall(request)
            head = client.recv(4096)
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"a feed was not opened: {head[:100]!r}")
            client.setblocking(False)
            self.sockets[client.fileno()], self.rest[client.fileno()] = client, b""
            self.poll.register(client.fileno(), select.EPOLLIN)

    def follow(self, expected, seconds):
        """Reads until each client has had so many events."""
        deadline, left = time.monotonic() + seconds, expected * len(self.sockets)
        while left > 0 and time.monotonic() < deadline:
            for descriptor, _ in self.poll.poll(0.1):
                left -= self.take(descriptor)
        return left == 0

    def take(self, descriptor):
        data = self.sockets[descriptor].recv(262_144)
        if not data:
            raise SystemExit("a feed ended")
        now, data, found = time.monotonic(), self.rest[descriptor] + data, 0
        *events, self.rest[descriptor] = data.split(b"\n\n")
        for event in events:
            mark = MARK.search(event)
            if mark:
                self.arrivals.setdefault(int(mark[1]), []).append(now)
                found += 1
        return found

    def close(self):
        for client in self.sockets.values():
            client.close()
        self.poll.close()


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]


def measure(port, request, pids, count, events, a_second, send):
    """Memory a client in kB, and the lag of events from before they are sent until a client has them, in ms.

    - send: sends the event with a number; it must hold `feed-<number>.`.
    """
    before = shares_of_memory(pids())
    crowd = Crowd(port, request, count)
    try:
        time.sleep(2)
        kilobytes, sent, failed = (shares_of_memory(pids()) - before) / count, {}, []

        def send_all():
            begun = time.monotonic()
            for number in range(events):
                time.sleep(max(0, begun + number / a_second - time.monotonic()))
                sent[number] = time.monotonic()
                try:
                    send(number)
                except BaseException as error:  # Told of by whoever waits.
                    failed.append(error)
                    return

        sender = threading.Thread(target=send_all)
        sender.start()
        is_whole = crowd.follow(events, events / a_second + 60)
        sender.join()
        if failed:
            raise failed[0]
        if not is_whole:
            raise SystemExit(f"not every feed client had every event: {sum(map(len, crowd.arrivals.values()))}")
        lags = [(at - sent[number]) * 1_000 for number, times in crowd.arrivals.items() for at in times]
        return {"kilobytes": kilobytes, "p50": percentile(lags, 50), "p99": percentile(lags, 99), "most": max(lags)}
    finally:
        crowd.close()
        with contextlib.suppress(OSError):
            crowd.poll.close()
