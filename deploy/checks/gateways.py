#!/usr/bin/env python3
"""Two gateways and a processor on a broker. See deploy/checks/gateways."""

import concurrent.futures
import http.client
import json
import re
import signal
import sys
import time

import testbed
from basics import Findings
from receiver import Receiver
from testbed import Inputs, Leadline, TestBroker, Words, say, wait_until

PROGRAM = "acme"
# How soon a revocation must have reached the other gateway.
REVOKED_WITHIN_SECONDS = 2
WAITING = 12


class Machine:
    """A data folder and the process that runs on it."""

    def __init__(self, leadline, work, name, address):
        self.leadline, self.name, self.address = leadline, name, address
        self.folder, self.log, self.process = f"{work}/{name}", f"{work}/{name}.log", None
        leadline.make_folder(self.folder, f"{work}/keys/master.key", PROGRAM)

    def ask(self, *arguments):
        return self.leadline.command(*arguments, "--data", self.folder)

    def start(self, command, *more):
        words = Words(self.log)
        self.process = self.leadline.run(
            self.log, command, "--data", self.folder, "--kafka", self.address, *more)
        return words

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(60) != 0:
            raise SystemExit(f"{self.name} ended with {self.process.returncode}")

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Processor(Machine):
    def decide(self):
        # Under one name, so that a replacement takes the place of one that was killed.
        words = self.start("run", "--instance-id", "processor")
        wait_until(lambda: len(words.ready()) == 2, 120, f"{self.name} takes no partitions: {words.last()}")


class Gateway(Machine):
    def serve(self, *more):
        self.words = words = self.start(
            "serve", "--no-processor", "--port", "0", "--quota-factor", "100", "--webhooks-to-loopback", *more)
        found = wait_until(
            lambda: re.search(r"Serving \S+ at http://127\.0\.0\.1:(\d+)", words.text()), 120,
            f"{self.name} does not serve: {words.last()}")
        self.port = int(found[1])

    def sends(self):
        """True if it said last that it sends webhooks."""
        said = re.findall(r"sends (no )?webhooks", self.words.text())
        return self.process.poll() is None and said[-1:] == [""]

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def call(self, method, path, key=None, body=None, **headers):
        """The status and the body, read as JSON."""
        connection = self.connect()
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            fields["Authorization"] = f"Bearer {key}"
        if body is not None:
            fields["Content-Type"] = "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), fields)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else None

    def session(self, method, path, cookie=None, body=None):
        """Asks as a browser does: the status, the body, and the cookie that was set."""
        connection = self.connect()
        fields = {"Sec-Fetch-Site": "same-origin"}
        if cookie:
            fields["Cookie"] = cookie
        if body is not None:
            fields["Content-Type"] = "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), fields)
        answer = connection.getresponse()
        text, given = answer.read(), answer.headers["Set-Cookie"]
        connection.close()
        return answer.status, json.loads(text) if text else None, given.split(";")[0] if given else None

    def decisions(self, key, after=PROGRAM):
        """The ids of every decision after a cursor, page by page."""
        found = []
        while True:
            _, page = self.call("GET", f"/v1/decisions?limit=5&after={after}", key)
            found += [decision["id"] for decision in page["decisions"]]
            if not page["decisions"]:
                return found
            after = page["next"]

    def feed(self, key, count, last=None):
        """The ids of so many events of the feed, from the beginning or after the last that was seen."""
        connection = self.connect()
        headers = {"Authorization": f"Bearer {key}"}
        if last:
            headers["Last-Event-ID"] = last
        connection.request("GET", "/v1/feed" if last else f"/v1/feed?after={PROGRAM}", headers=headers)
        answer, found = connection.getresponse(), []
        while len(found) < count:
            line = answer.readline().decode()
            if not line:
                break
            if line.startswith("id: "):
                found.append(line[4:].strip())
        connection.close()
        return found


def body(name):
    return {"country": "IT", "contact": {"email": f"{name}@mail.example", "givenName": "Kim"}}


def submit_and_read(one, two, key, findings):
    status, answer = one.call("POST", "/v1/leads", key, {"leadId": "first", **body("first")}, Prefer="wait=20")
    findings.equal((status, answer.get("status")), (200, "decided"), f"a lead that was waited for: {answer}")
    status, _ = wait_until(
        lambda: (found := two.call("GET", "/v1/leads/first", key))[0] == 200 and found, 20, "the other has no lead")
    status, contact = two.call("GET", "/v1/leads/first/contact", key, Leadline_Reason="check")
    findings.equal((status, "first@mail.example" in json.dumps(contact)), (200, True), "contact data at the other")
    status, explained = two.call("GET", "/v1/leads/first/explanation", key)
    findings.equal(status, 200, f"the explanation at the other: {explained}")
    status, preview = two.call("POST", "/v1/preview", key, {"country": "IT"})
    findings.equal(status, 200, f"a preview at the other: {preview}")
    status, refused = two.call("POST", "/v1/leads", key, {"leadId": "bad", "country": "Italy"})
    findings.equal((status, refused.get("field")), (422, "country"), "what intake refuses is refused at once")
    status, answer = two.call(
        "POST", "/v1/events", key, body=None, **{"ce-specversion": "1.0"})
    findings.equal(status in (400, 415), True, f"an event without a body: {status} {answer}")
    for gateway in (one, two):
        status, ready = gateway.call("GET", "/readyz")
        findings.equal((status, "recordsBehind" in ready), (200, True), f"the readiness of {gateway.name}")


def repeat_at_both(one, two, key, findings):
    """One key, sent to both at once: one lead, and one of the answers says that it is a repeat."""
    def send(gateway):
        return gateway.call("POST", "/v1/leads", key, body("twice"), Idempotency_Key="form-1", Prefer="wait=20")

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, [one, two]))
    findings.equal([status for status, _ in answers], [200, 200], "a repeat at the other")
    findings.equal(len({answer["lead"] for _, answer in answers}), 1, "the lead of a repeat")
    findings.equal(sorted(answer["repeated"] for _, answer in answers), [False, True], "which was the repeat")
    lead = answers[0][1]["lead"]
    listed = wait_until(
        lambda: [row["lead"] for row in two.call("GET", "/v1/leads?limit=200", key)[1]["leads"]].count(lead), 20,
        "the lead is not listed")
    findings.equal(listed, 1, "how often the lead stands there")
    other = {**body("twice"), "country": "DE"}
    status, refused = two.call("POST", "/v1/leads", key, other, Idempotency_Key="form-1", Prefer="wait=20")
    findings.equal(status, 422, f"the same key with other content: {refused}")


def revoke(one, two, admin, findings):
    made = json.loads(one.ask(
        "access", "create", "--role", "producer", "--source", "/form", "--json", "--kafka", one.address).stdout)
    wait_until(lambda: two.call("GET", "/v1/me", made["key"])[0] == 200, 20, "the other does not know a new key")
    status, _ = one.call("DELETE", f"/v1/keys/{made['id']}", admin)
    began = time.monotonic()
    findings.equal(status, 200, "a key is revoked at one")
    findings.equal(one.call("GET", "/v1/me", made["key"])[0], 401, "the key where it was revoked")
    wait_until(lambda: two.call("GET", "/v1/me", made["key"])[0] == 401, 20, "the other takes a revoked key")
    seconds = time.monotonic() - began
    findings.equal(seconds < REVOKED_WITHIN_SECONDS, True, f"a revocation takes {seconds:.1f} s to the other gateway")
    say(f"revoked at one, refused at the other {seconds * 1000:.0f} ms later")


def sign_in(one, two, admin, findings):
    """A session is begun at one gateway and used at the other, and ends everywhere with a sign-out at either."""
    made = json.loads(one.ask(
        "access", "create", "--role", "admin", "--source", "*", "--json", "--kafka", one.address).stdout)
    wait_until(lambda: two.call("GET", "/v1/me", made["key"])[0] == 200, 20, "the other does not know a new key")

    def begin(gateway):
        status, answer, cookie = gateway.session("POST", "/v1/session", body={"key": made["key"]})
        findings.equal((status, bool(cookie)), (201, True), f"signing in at {gateway.name}: {answer}")
        return cookie

    def ends(gateway, cookie, what):
        began = time.monotonic()
        wait_until(lambda: gateway.session("GET", "/v1/me", cookie)[0] == 401, 20, what)
        seconds = time.monotonic() - began
        findings.equal(seconds < REVOKED_WITHIN_SECONDS, True, f"a sign-out takes {seconds:.1f} s to the other gateway")
        return seconds

    for here, there in ((one, two), (two, one)):
        cookie = begin(here)
        wait_until(lambda: there.session("GET", "/v1/me", cookie)[0] == 200, 20, "the other does not know the session")
        status, lead, _ = there.session(
            "POST", "/v1/leads", cookie, {"leadId": f"by-session-{here.name}", "country": "IT"})
        findings.equal(status in (200, 202), True, f"a lead under the session at {there.name}: {lead}")
        # What is asked there keeps it alive here, and its end there ends it here.
        status, answer, _ = there.session("DELETE", "/v1/session", cookie)
        findings.equal(status, 200, f"signing out at {there.name}: {answer}")
        findings.equal(there.session("GET", "/v1/me", cookie)[0], 401, "the session where it was signed out")
        seconds = ends(here, cookie, f"{here.name} takes a session that was signed out at {there.name}")
        say(f"signed in at {here.name}, out at {there.name}: refused {seconds * 1000:.0f} ms later")
    cookies = [begin(one), begin(two)]
    for gateway in (one, two):
        for cookie in cookies:
            wait_until(lambda: gateway.session("GET", "/v1/me", cookie)[0] == 200, 20, "a session is not known everywhere")
    status, answer = one.call("DELETE", "/v1/sessions", made["key"])
    findings.equal(status, 200, f"signing out everywhere: {answer}")
    for cookie in cookies:
        ends(two, cookie, "a session outlives signing out everywhere")
    cookie = begin(one)
    wait_until(lambda: two.session("GET", "/v1/me", cookie)[0] == 200, 20, "the other does not know the session")
    findings.equal(one.call("DELETE", f"/v1/keys/{made['id']}", admin)[0], 200, "a session's key is revoked")
    ends(two, cookie, "a session outlives its key at the other")


def erase_tasks(one, two, key, findings):
    """What each gateway keeps of its agents' tasks goes with the person, wherever the erasure was asked for."""
    tasks = {}
    for gateway in (one, two):
        data = {"skill": "route_lead", "leadId": f"task-{gateway.name}", "waitSeconds": 20, **body("agent")}
        message = {"messageId": "m-1", "role": "ROLE_USER", "parts": [{"data": data}]}
        status, answer = gateway.call(
            "POST", "/a2a/message:send", key, {"message": {**message, "messageId": f"m-{gateway.name}"}},
            **{"A2A-Version": "1.0"})
        findings.equal(status, 200, f"an agent's message at {gateway.name}: {answer}")
        tasks[gateway.name] = f"/a2a/tasks/{answer['task']['id']}"

    def shown(gateway):
        return gateway.call("GET", tasks[gateway.name], key, **{"A2A-Version": "1.0"})[0]

    findings.equal([shown(one), shown(two)], [200, 200], "tasks before the erasure")
    wanted = {"subjects": ["agent@mail.example"], "requestedBy": "by letter", "reason": "check"}
    status, listed = one.call("POST", "/v1/rights/erase", key, wanted)
    findings.equal(status, 200, f"an erasure is listed: {listed}")
    status, done = one.call("POST", "/v1/rights/erase", key, {**wanted, "confirm": listed["confirm"]})
    findings.equal(status, 200, f"an erasure at a gateway: {done}")
    findings.equal(shown(one), 404, "the task where the erasure was asked for")
    wait_until(lambda: shown(two) == 404, 20, "the other gateway still has the person's task")
    say("a person was erased at one: the tasks of both gateways are gone")


def take_over(one, two, first, second, key, findings):
    """Submissions wait while nobody decides; the replacement answers them."""
    first.kill()

    def send(number):
        gateway = (one, two)[number % 2]
        return gateway.call(
            "POST", "/v1/leads", key, body(f"waits-{number}"), Idempotency_Key=f"waits-{number}", Prefer="wait=30")

    with concurrent.futures.ThreadPoolExecutor(WAITING) as pool:
        answers = [pool.submit(send, number) for number in range(WAITING)]
        time.sleep(1)
        findings.equal([answer.done() for answer in answers].count(True), 0, "answered while nobody decides")
        second.decide()
        statuses = [answer.result()[0] for answer in answers]
    say("the processor was killed and replaced while submissions waited")
    findings.equal(statuses, [200] * WAITING, "submissions that waited for a replacement")
    leads = {send(number)[1]["lead"] for number in range(WAITING)}
    findings.equal(len(leads), WAITING, "leads of submissions that were sent again")


def follow(one, two, key, findings):
    """A feed that was read in part at one goes on at the other."""
    every = one.decisions(key)
    findings.equal(len(every) > 10, True, f"{len(every)} decisions are there")
    wait_until(lambda: two.decisions(key) == every, 20, "the other has other decisions")
    seen = one.feed(key, 5)
    rest = two.feed(key, len(every) - 5, last=seen[-1])
    findings.equal(seen + rest, every, "the feed, begun at one and continued at the other")


class Hook:
    """An endpoint of the program, made at one gateway, and its receiver."""

    def __init__(self, gateway, key):
        self.key, self.receiver = key, Receiver()
        status, made = gateway.call("POST", "/v1/webhooks", key, {"url": self.receiver.url})
        if status != 201:
            raise SystemExit(f"the endpoint is not made: {made}")
        self.path, self.begin = f"/v1/webhooks/{made['webhook']}", made["cursor"]
        self.receiver.expect_secret(made["secret"])

    def refuse(self, gateway, name):
        """Refuses what comes from now on, and returns once something was."""
        self.receiver.status, before = 503, len(self.receiver.refused)
        gateway.call("POST", "/v1/leads", self.key, {"leadId": name, **body(name)}, Prefer="wait=20")
        wait_until(lambda: len(self.receiver.refused) > before, 60, "nothing is delivered that could be refused")

    def take(self):
        self.receiver.status = 204

    def whole(self, gateway, findings, what):
        """Waits until every decision was taken, and judges what came."""
        ids = gateway.decisions(self.key, self.begin)
        wait_until(
            lambda: len(self.receiver.taken()) >= len(ids), 120,
            f"{what}: {len(self.receiver.taken())} of {len(ids)} were taken")
        findings.equal(self.receiver.judge(ids), [], what)
        say(f"{what}: {len(self.receiver.came)} webhooks for {len(ids)} decisions")


def shard_moves(hook, one, two, first, second, key, findings):
    """Another processor takes the shards while webhooks are retried; then each decision comes, in order."""
    hook.refuse(one, "refused")
    take_over(one, two, first, second, key, findings)
    hook.take()
    # Any gateway makes what waits due, not the one that sends alone.
    status, answer = [gateway for gateway in (one, two) if not gateway.sends()][0].call(
        "PATCH", hook.path, key, {"enabled": True})
    findings.equal(status, 200, f"an endpoint is switched on: {answer}")
    hook.whole(two, findings, "a shard taken over while webhooks were retried")


def deliverer_dies(hook, one, two, key, findings):
    """The gateway that sends is killed between two tries; the other goes on by itself, with the same message."""
    findings.equal([gateway.sends() for gateway in (one, two)].count(True), 1, "one gateway sends")
    dead, other = (one, two) if one.sends() else (two, one)
    hook.refuse(other, "kept-from-it")
    waits = hook.receiver.refused[-1]
    # What is written down is with the other before the first dies: one try failed.
    wait_until(
        lambda: other.call("GET", hook.path, key)[1].get("failures", 0) > 0, 20, "the failure is not written down")
    dead.kill()
    hook.take()
    for number in range(6):
        name = f"after-{number}"
        other.call("POST", "/v1/leads", key, {"leadId": name, **body(name)}, Prefer="wait=20")
    hook.whole(other, findings, "the gateway that sent was killed while it retried")
    findings.equal(hook.receiver.came.count(waits) >= 2, True, "the refused message came again, under its id")
    findings.equal(other.sends(), True, "the other gateway sends")
    status, log = other.call("GET", f"{hook.path}/deliveries?limit=500", key)
    statuses = [row.get("status") for row in log["deliveries"]] if status == 200 else []
    findings.equal((503 in statuses, 204 in statuses), (True, True), "tries of both gateways stand in one log")
    # The dead one comes back and stands by.
    dead.serve()
    findings.equal((dead.sends(), other.sends()), (False, True), "which gateway sends after a restart")
    # One that is stopped in order gives the sending up.
    other.stop()
    wait_until(dead.sends, 30, "nobody sends after the other stopped")
    dead.call("POST", "/v1/leads", key, {"leadId": "last", **body("last")}, Prefer="wait=20")
    hook.whole(dead, findings, "the gateway that sent was stopped")
    other.serve()


def main():
    arguments = testbed.options(__doc__).parse_args()
    findings, machines = Findings(), []
    with testbed.workplace("gateways", arguments.keep) as work:
        leadline = Leadline(arguments.binary, work)
        broker = TestBroker(arguments.broker_program, work)
        try:
            leadline.create_topics(broker.address, 2)
            first, second = (Processor(leadline, work, name, broker.address) for name in ("first", "second"))
            one, two = (Gateway(leadline, work, name, broker.address) for name in ("one", "two"))
            machines = [first, second, one, two]
            Inputs(broker.address, "/check").register(PROGRAM, partners=3, open_cap=100, period_cap=1_000)
            first.decide()
            admin = json.loads(one.ask(
                "access", "create", "--role", "admin", "--source", "*", "--json", "--kafka", one.address).stdout)["key"]
            one.serve()
            two.serve()
            say("two gateways serve")
            wait_until(lambda: two.call("GET", "/v1/me", admin)[0] == 200, 20, "the other does not know the key")
            hook = Hook(two, admin)
            submit_and_read(one, two, admin, findings)
            repeat_at_both(one, two, admin, findings)
            revoke(one, two, admin, findings)
            sign_in(one, two, admin, findings)
            erase_tasks(one, two, admin, findings)
            shard_moves(hook, one, two, first, second, admin, findings)
            deliverer_dies(hook, one, two, admin, findings)
            follow(one, two, admin, findings)
            for machine in (one, two, second):
                machine.stop()
        finally:
            for machine in machines:
                machine.kill()
            broker.close()
            for wrong in findings.wrong:
                print(f"not as it must be: {wrong}")
    say(f"{findings.checked} things looked at, {len(findings.wrong)} wrong")
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
