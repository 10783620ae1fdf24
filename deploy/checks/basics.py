"""What every check needs, from the standard library alone: a free port, a wait, and what was found wrong."""

import socket
import time


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_until(condition, seconds, what):
    """Looks until a condition holds; its value. Ends the check if it never does."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {seconds} s in vain: {what}")
        time.sleep(0.05)


class Findings:
    """What is not as it must be."""

    def __init__(self):
        self.checked, self.wrong = 0, []

    def equal(self, found, expected, what):
        self.checked += 1
        if found != expected:
            self.wrong.append(f"{what}: {found}, not {expected}")
