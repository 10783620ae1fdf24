"""What the checks of the gateway share: a folder of their own, a server on it, and a client that says nothing it is not
told to. Python's standard library alone."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from basics import free_port, wait_until


def say(text):
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def workplace(name, keep=False):
    """A folder that is gone afterwards, unless something went wrong."""
    work = tempfile.mkdtemp(prefix=f"{name}.")
    try:
        yield work
    except BaseException:
        say(f"folders and logs are in {work}")
        raise
    if not keep:
        shutil.rmtree(work, ignore_errors=True)


class Child:
    """A process that serves HTTP on a port: `child`, `port`, and the folder of its log, `work`."""

    def answers(self):
        if self.child.poll() is not None:
            raise SystemExit(f"the server ended with {self.child.returncode}: see {self.work}/serve.log")
        try:
            return Client(self.port).ask("GET", "/readyz").status == 200
        except OSError:
            return False

    def kill(self):
        self.child.kill()
        self.child.wait()


class Server(Child):
    """`leadline serve` on a folder that was made for it: one partner network, keys as they are asked for."""

    def __init__(self, binary, work, *options):
        # A copy, so that a build meanwhile changes nothing.
        self.binary = shutil.copy(binary, f"{work}/leadline")
        self.work, self.folder, self.options = work, f"{work}/data", options
        self.port, self.child = free_port(), None
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("LEADLINE_")}
        self.environment["LEADLINE_DATA"] = self.folder
        self.command("init", "--master-key-file", f"{work}/keys/master.key", "--program", "check", self.folder)
        self.widen(f"{self.folder}/partners.yaml")
        self.command("policy", "apply", "-f", f"{self.folder}/policy.yaml")
        self.command("partners", "apply", "-f", f"{self.folder}/partners.yaml")

    @staticmethod
    def widen(path):
        """No partner is ever full, so that each lead is assigned."""
        with open(path, encoding="utf-8") as file:
            text = file.read()
        text = re.sub(r"(open_leads_max|leads_per_period_max): \d+", r"\1: 1000000", text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def command(self, *arguments):
        done = subprocess.run(
            [self.binary, *arguments], capture_output=True, text=True, env=self.environment, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise SystemExit(f"leadline {' '.join(arguments)}: exit {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout

    def key(self, *options):
        return json.loads(self.command("access", "create", "--json", *options))["key"]

    def start(self):
        with open(f"{self.work}/serve.log", "ab") as log:
            self.child = subprocess.Popen(
                [self.binary, "serve", "--port", str(self.port), *self.options], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, env=self.environment)
        wait_until(self.answers, 120, "the server does not answer")

    def stop(self):
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()
                raise SystemExit("the server did not stop within 60 s of SIGTERM") from None

    def resident_mebibytes(self):
        with open(f"/proc/{self.child.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) / 1024


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Client:
    """Asks over one connection that is kept, from an address of this machine."""

    def __init__(self, port, key=None, source="127.0.0.1", seconds=30):
        self.port, self.key, self.source, self.seconds, self.connection = port, key, source, seconds, None

    def ask(self, method, path, body=None, **headers):
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            fields.setdefault("Authorization", f"Bearer {self.key}")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            fields.setdefault("Content-Type", "application/json")
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=self.seconds, source_address=(self.source, 0))
        try:
            self.connection.request(method, path, body, fields)
            response = self.connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
            if response.will_close:
                self.close()
            return answer
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None


def lead(name):
    """A lead's body, with contact data."""
    return {"leadId": name, "accountDomain": f"{name}.example", "country": "CH", "language": "en",
            "product": "line-control", "contact": {"email": f"{name}@person.example", "givenName": "Kim"},
            "dealValue": {"minorUnits": "6000000", "currency": "EUR"}}
