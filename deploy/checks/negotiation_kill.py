#!/usr/bin/env python3
"""Negotiations whose server is killed. See deploy/checks/negotiation-kill."""

import collections
import concurrent.futures
import http.client
import http.server
import json
import os
import random
import sys
import threading
import time

import testbed
from basics import Findings, free_port, wait_until
from gateways import Gateway, Processor, PROGRAM
from receiver import Receiver
from served import Child, Client, Server
from testbed import Inputs, Leadline, TestBroker, say

KILLS = int(os.environ.get("KILLS", "3"))
SEED = int(os.environ.get("SEED", str(int(time.time()) % 100_000)))
LEADS = 4
# Who answers in time, who does not, and whom nobody delivers to; each group serves a country of its own.
ANSWERING = ["accepts", "counters", "outside", "declines", "crashes", "twice"]
MUTE = ["hangs", "late", "rubbish", "slowly"]
COUNTRIES = {"IS": ANSWERING, "MT": MUTE, "CY": ["by-hand"]}
SHORT_MILLIS = 800


class Agents(http.server.ThreadingHTTPServer):
    """Agents of partners, each behind a path of its own, that answer offers in their manner."""

    daemon_threads = True

    def __init__(self):
        self.lock = threading.Lock()
        # By partner, messages in the order in which they came; by message, its bytes.
        self.came, self.bodies, self.wrong = collections.defaultdict(list), {}, []
        self.mode, self.reached, self.go, self.replied = "answer", threading.Event(), threading.Event(), threading.Event()
        # How a partner answers by itself, beside its reply.
        self.aside = None
        super().__init__(("127.0.0.1", free_port()), Answering)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, partner):
        return f"http://127.0.0.1:{self.server_port}/agent/{partner}"

    def handle_error(self, request, client_address):
        """A delivery that a kill cuts off is what is tried here."""

    def hold(self):
        """From here on whoever asks waits for its answer."""
        self.reached.clear()
        self.go.clear()
        self.mode = "hold"

    def answer(self):
        """From here on everybody is answered, also who waits."""
        self.replied.clear()
        self.mode = "answer"
        self.go.set()

    def take(self, partner, body):
        """Notes a message; its id, the offer, and how often it came."""
        request = json.loads(body)
        message = request["params"]["message"]
        offer = message["parts"][0]["data"]["data"]
        name = message["messageId"]
        with self.lock:
            if name != f"offer-{offer['offerId']}" or request["id"] != name:
                self.wrong.append(f"{name} is no name of {offer['offerId']}")
            if self.bodies.setdefault(name, body) != body:
                self.wrong.append(f"the bytes of {name} changed")
            self.came[partner].append(name)
            return name, offer, self.came[partner].count(name)


class Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        agents, length = self.server, int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        if agents.mode == "refuse":
            return self.reply(503, b"")
        partner = self.path.rpartition("/")[2]
        name, offer, times = agents.take(partner, body)
        if agents.mode == "hold":
            agents.reached.set()
            agents.go.wait(120)
        manner = partner.removeprefix("p-")
        if manner == "hangs" or (manner == "crashes" and times == 1):
            self.close_connection = True
            if manner == "hangs":
                time.sleep(5)
            return None
        if manner == "late":
            time.sleep(SHORT_MILLIS / 1000 + 0.2)
        if manner == "rubbish":
            return self.reply(200, b"<html>OFFER_ANSWER_ACCEPTED</html>")
        answer = {"answer": "OFFER_ANSWER_ACCEPTED"}
        if manner == "declines":
            answer = {"answer": "OFFER_ANSWER_DECLINED", "reason": "REFUSAL_REASON_PRICE"}
        if manner in ("counters", "outside"):
            asked = 1_200 if manner == "counters" else 9_000
            answer = {"answer": "OFFER_ANSWER_COUNTERED", "terms": {"commissionBasisPoints": asked}}
        part = {"data": answer, "mediaType": "application/json"}
        message = {"messageId": f"re-{name}", "role": "ROLE_AGENT", "parts": [part]}
        self.reply(200, json.dumps({"jsonrpc": "2.0", "id": name, "result": {"message": message}}).encode())
        agents.replied.set()
        if manner == "twice" and agents.aside:
            agents.aside(partner, offer)
        return None

    def reply(self, status, body):
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            # Whoever asked is dead.
            self.close_connection = True

    def log_message(self, *_):
        pass


class Embedded(Server):
    """`leadline serve` on its own log."""

    name, wait_seconds = "embedded", 20

    def __init__(self, binary, work, _):
        super().__init__(binary, work, "--quota-factor", "1000", "--webhooks-to-loopback")

    def checked(self):
        return [["verify"], ["replay"]]

    def close(self):
        self.child and self.child.poll() is None and self.kill()


class OnBroker(Child):
    """`leadline serve --kafka`: gateway and processor in one process."""

    # Once its claim to send is stale, whoever is there again delivers.
    name, wait_seconds = "kafka", 45

    def __init__(self, binary, work, broker_program):
        self.work, self.port, self.child = work, free_port(), None
        self.leadline = Leadline(binary, work)
        self.broker = TestBroker(broker_program, work)
        self.folder = f"{work}/one"
        self.leadline.make_folder(self.folder, f"{work}/keys/master.key", PROGRAM)
        self.leadline.create_topics(self.broker.address, 2)
        Inputs(self.broker.address, "/check").register(PROGRAM, partners=1, open_cap=100, period_cap=1_000)

    @property
    def place(self):
        return ["--data", self.folder, "--kafka", self.broker.address]

    def key(self, *options):
        return json.loads(self.leadline.command("access", "create", "--json", *self.place, *options).stdout)["key"]

    def start(self):
        self.child = self.leadline.run(
            f"{self.work}/serve.log", "serve", *self.place, "--instance-id", "one", "--port", str(self.port),
            "--quota-factor", "1000", "--webhooks-to-loopback")
        wait_until(self.answers, 120, "the instance does not answer")

    def stop(self):
        self.child.terminate()
        if self.child.wait(60) != 0:
            raise SystemExit(f"the instance ended with {self.child.returncode}")

    def command(self, *arguments):
        return self.leadline.command(*arguments).stdout

    def checked(self):
        return [["verify", *self.place], ["replay", "--data", self.folder, "--program", PROGRAM]]

    def close(self):
        if self.child and self.child.poll() is None:
            self.kill()
        self.broker.close()


def policy(answer_millis):
    return {
        "name": "negotiated", "attemptsMax": 3, "fitWeights": {"country": 10}, "sla": {"firstResponseMinutes": 240},
        "periodDays": 7, "humanQueue": "people",
        "hardRules": [{"name": "serves", "require": {"partnerCovers": {
            "leadField": "LEAD_FIELD_COUNTRY", "partnerList": "PARTNER_LIST_COUNTRIES"}}}],
        "negotiation": {"rounds": 2, "askedAtOnce": 2, "answerMillis": answer_millis, "commissionMaxBasisPoints": 1_500}}


class Run:
    """One server, its agents, and what was asked of it."""

    def __init__(self, server, findings):
        self.server, self.findings, self.chance = server, findings, random.Random(SEED)
        self.agents, self.hook = Agents(), Receiver()
        self.names, self.kills, self.seconds = {}, collections.Counter(), []
        server.start()
        self.key = server.key("--role", "admin", "--source", "*")
        wait_until(lambda: self.ask("GET", "/v1/me").status == 200, 30, "the key is not known")
        self.begin = self.ask("GET", "/v1/decisions?limit=500").json()["next"]
        self.change(policy(server.wait_seconds * 1_000))
        self.partners = {}
        for country, manners in COUNTRIES.items():
            for manner in manners:
                self.partner(f"p-{manner}", country, manner != "by-hand")
        made = self.ask("POST", "/v1/webhooks", {"url": self.hook.url, "kinds": ["leadline.v1.LeadAssigned"]}).json()
        self.hook.expect_secret(made["secret"])
        second = self.server.key("--role", "partner", "--partner", "p-twice")
        self.agents.aside = lambda _, offer: self.quietly(
            "POST", f"/v1/leads/{offer['leadId']}/offers/{offer['offerId']}/answer",
            {"answer": "OFFER_ANSWER_DECLINED", "reason": "REFUSAL_REASON_NO_CAPACITY"}, second,
            Idempotency_Key=f"second-{offer['offerId']}")

    def ask(self, method, path, body=None, key=None, **headers):
        return Client(self.server.port, key or self.key, seconds=60).ask(method, path, body, **headers)

    def quietly(self, *arguments, **headers):
        """Asks whoever may be dead by now; nothing where it is."""
        try:
            return self.ask(*arguments, **headers)
        except (OSError, http.client.HTTPException):
            return None

    def decided(self, method, path, body, once, key=None):
        """Asks until it is decided, whatever is killed meanwhile."""
        def told():
            answer = self.quietly(method, path, body, key, Idempotency_Key=once, Prefer="wait=20")
            if answer and answer.status not in (200, 202, 429, 503):
                raise SystemExit(f"{method} {path}: {answer.status} {answer.body}")
            return answer.json() if answer and answer.status == 200 else None
        return wait_until(told, 120, f"{method} {path} is not decided")

    def change(self, body):
        self.decided("PUT", "/v1/policy", body, f"policy-{time.monotonic_ns()}")

    def partner(self, partner, country, has_agent):
        body = {"countries": [country], "name": f"Name of {partner}", "capacity": {"openLeadsMax": 100_000}}
        self.decided("PUT", f"/v1/partners/{partner}", body, f"partner-{partner}")
        self.partners[partner] = has_agent
        if has_agent:
            made = self.ask("POST", "/v1/webhooks", {
                "url": self.agents.url(partner), "format": "a2a", "partner": partner})
            if made.status != 201:
                raise SystemExit(f"no endpoint for {partner}: {made.status} {made.body}")

    # Leads

    def body(self, name):
        return {"leadId": name, "country": self.names[name], "contact": {"email": f"{name}@person.example"},
                "dealValue": {"minorUnits": "6000000", "currency": "EUR"}}

    def submit(self, count, country):
        """Sends leads at one time; what each was answered, nothing where nobody answered."""
        names = [f"lead-{len(self.names) + index}" for index in range(count)]
        self.names.update(dict.fromkeys(names, country))
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            answers = pool.map(lambda name: self.quietly(
                "POST", "/v1/leads", self.body(name), Idempotency_Key=name, Prefer="wait=20"), names)
        return dict(zip(names, answers))

    def offers(self, names):
        """Offers that leads brought, as (lead, offer)."""
        found = []
        for name in names:
            told = self.decided("POST", "/v1/leads", self.body(name), name)
            found += [
                (name, one["data"]["offerId"])
                for one in told["decisions"] if one["type"] == "leadline.v1.OfferMade"]
        return found

    def again(self, phase):
        """Kills it and starts it again."""
        self.server.kill()
        self.kills[phase] += 1
        self.agents.answer()
        began = time.monotonic()
        self.server.start()
        self.seconds.append(time.monotonic() - began)

    # Phases

    def after_the_offer(self):
        """Offers are in the journal, and no agent has them yet."""
        self.agents.mode = "refuse"
        names = self.submit(LEADS, "IS")
        self.findings.equal(len(self.offers(names)) >= LEADS, True, "leads that are offered")
        self.again("after the offer was made")

    def while_answering(self):
        """An agent has the offer and has not answered."""
        self.agents.hold()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            sending = pool.submit(self.submit, LEADS, "IS")
            if not self.agents.reached.wait(60):
                raise SystemExit("no agent is asked")
            self.again("while an agent answers")
            sending.result()

    def after_the_answer(self):
        """An agent has answered; whether that is in the journal nobody knows."""
        self.agents.answer()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            sending = pool.submit(self.submit, LEADS, "IS")
            if not self.agents.replied.wait(60):
                raise SystemExit("no agent has answered")
            time.sleep(self.chance.uniform(0, 0.03))
            self.again("after an answer was sent")
            sending.result()

    def after_it_was_taken(self):
        """An answer is durable, and perhaps not decided yet."""
        offer = self.offers(self.submit(1, "CY"))[0]
        path, answer = f"/v1/leads/{offer[0]}/offers/{offer[1]}/answer", {"answer": "OFFER_ANSWER_ACCEPTED"}
        key = self.server.key("--role", "partner", "--partner", "p-by-hand")
        wait_until(lambda: self.ask("GET", "/v1/me", key=key).status == 200, 30, "the key is not known")
        taken = self.ask("POST", path, answer, key)
        self.findings.equal(taken.status, 202, f"an answer that is taken: {taken.body}")
        self.again("after an answer was taken in")
        told = self.decided("POST", path, answer, f"by-hand-{offer[1]}", key)
        self.findings.equal(
            told.get("disregarded", {}).get("reason"), "offerOver", f"the answer was decided: {told}")

    def after_the_agreement(self):
        """An agreement and its assignment are in the journal; nobody was told of them."""
        self.hook.status, before = 503, len(self.hook.refused)
        self.agents.answer()
        self.submit(LEADS, "IS")
        wait_until(lambda: len(self.hook.refused) > before, 60, "no assignment is told")
        self.again("after the agreement, before it was told")
        self.hook.status = 204

    def at_the_deadline(self):
        """An offer's time passes while nobody looks."""
        self.change(policy(SHORT_MILLIS))
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            began = time.time()
            sending = pool.submit(self.submit, LEADS, "MT")
            time.sleep(max(0, began + SHORT_MILLIS / 1000 + self.chance.uniform(-0.05, 0.1) - time.time()))
            self.again("at a deadline")
            sending.result()
        self.change(policy(self.server.wait_seconds * 1_000))

    # What came of it

    def pages(self):
        found, after = [], self.begin
        while True:
            page = self.ask("GET", f"/v1/decisions?after={after}&limit=500").json()
            found += page["decisions"]
            after = page["next"]
            if page["end"]:
                return found

    def settled(self):
        """Every decision, once no offer is open and each lead has a place."""
        for name in self.names:
            self.decided("POST", "/v1/leads", self.body(name), name)

        def is_settled():
            decisions = self.pages()
            ends = collections.Counter(one["type"].rpartition(".")[2] for one in decisions)
            placed = {one["subject"] for one in decisions
                      if one["type"] in ("leadline.v1.LeadAssigned", "leadline.v1.LeadEscalated")}
            return decisions if ends["OfferMade"] == ends["OfferClosed"] and placed >= set(self.names) else None

        return wait_until(is_settled, 240, "some lead is not settled")

    def leads(self):
        found, path = [], "/v1/leads?limit=200"
        while path:
            answer = self.ask("GET", path)
            found += [item["lead"] for item in answer.json()["leads"]]
            link = answer.headers["Link"]
            path = link[link.index("<") + 1:link.index(">")] if link else None
        return found


def judge_offers(decisions, findings):
    """Each offer ended once; each lead is in one place; an agreement is what its lead was assigned by."""
    made, closed, held = {}, collections.defaultdict(list), {}
    order = collections.defaultdict(list)
    for one in decisions:
        kind, data, lead = one["type"].rpartition(".")[2], one["data"], one.get("subject")
        if kind == "OfferMade":
            findings.equal(data["offerId"] in made, False, f"offer {data['offerId']} is made once")
            findings.equal(held.get(lead), None, f"{lead} is offered while somebody holds it")
            made[data["offerId"]] = data
            order[data["partnerId"]].append(data["offerId"])
        elif kind == "OfferClosed":
            closed[data["offerId"]].append(data["status"])
        elif kind == "LeadAssigned":
            findings.equal(held.get(lead), None, f"{lead} is assigned while somebody holds it")
            held[lead] = data["partnerId"]
            if data.get("offerId"):
                findings.equal(
                    closed[data["offerId"]], ["OFFER_STATUS_AGREED"], f"{lead} was assigned by an agreement")
                findings.equal(made[data["offerId"]]["partnerId"], data["partnerId"], f"who agreed has {lead}")
        elif kind in ("AssignmentExpired", "AssignmentEnded", "LeadEscalated", "LeadClosed"):
            held.pop(lead, None)
    for offer in made:
        findings.equal(len(closed[offer]), 1, f"offer {offer} ended once: {closed[offer]}")
    return made, closed, order


def judge_messages(agents, order, closed, findings):
    """The same message with every try, each partner's in their order, and none that an answer came to was left out."""
    findings.equal(agents.wrong, [], "messages are the same with every try")
    for partner, offers in order.items():
        if partner == "p-by-hand":
            continue
        came = list(dict.fromkeys(agents.came[partner]))
        wanted = [f"offer-{offer}" for offer in offers if f"offer-{offer}" in came]
        findings.equal(came, wanted, f"{partner} was asked in order")
        for offer in offers:
            if closed[offer][0] in ("OFFER_STATUS_AGREED", "OFFER_STATUS_COUNTER_OUT_OF_RANGE"):
                findings.equal(f"offer-{offer}" in came, True, f"{partner} was asked about {offer}, which it answered")


def negotiate(kind, arguments, findings):
    with testbed.workplace(f"negotiation-kill-{kind.name}", arguments.keep) as work:
        server = kind(arguments.binary, work, arguments.broker_program)
        try:
            run = Run(server, findings)
            for _ in range(KILLS):
                for phase in (run.after_the_offer, run.while_answering, run.after_the_answer, run.after_it_was_taken,
                              run.after_the_agreement, run.at_the_deadline):
                    phase()
            decisions = run.settled()
            leads = collections.Counter(run.leads())
            for name in run.names:
                findings.equal(leads[name], 1, f"{name} is there once")
            findings.equal(set(leads) - set(run.names), set(), "there are no other leads")
            made, closed, order = judge_offers(decisions, findings)
            judge_messages(run.agents, order, closed, findings)
            assigned = [one["id"] for one in decisions if one["type"] == "leadline.v1.LeadAssigned"]
            wait_until(lambda: len(run.hook.taken()) >= len(assigned), 120, "assignments are not told")
            findings.equal(run.hook.judge(assigned), [], "assignments are told at least once and in order")
            server.stop()
            # Nobody is there any more to be asked.
            run.agents.shutdown()
            for command in server.checked():
                said = server.command(*command)
                say(f"{kind.name}: {command[0]}: {said.strip().splitlines()[-1]}")
            kinds = collections.Counter(status.removeprefix("OFFER_STATUS_").lower() for one in closed.values() for status in one)
            messages = sum(len(came) for came in run.agents.came.values())
            say(f"{kind.name}, seed {SEED}: {len(run.names)} leads, {len(made)} offers ({dict(kinds)}), "
                f"{messages} messages of which {messages - len(run.agents.bodies)} again; "
                f"answers again {max(run.seconds):.1f} s after a kill at the latest")
            for phase, count in run.kills.items():
                say(f"{kind.name}: killed {count} times {phase}")
        finally:
            server.close()


class Shifts:
    """Two gateways and a processor, and an agent that one of them is asking."""

    def __init__(self, arguments, work, findings):
        self.findings = findings
        self.leadline = Leadline(arguments.binary, work)
        self.broker = TestBroker(arguments.broker_program, work)
        self.agents, self.count = Agents(), 0
        self.leadline.create_topics(self.broker.address, 2)
        Inputs(self.broker.address, "/check").register(PROGRAM, partners=1, open_cap=100, period_cap=1_000)
        self.processors = [Processor(self.leadline, work, name, self.broker.address) for name in ("first", "second")]
        self.gateways = [Gateway(self.leadline, work, name, self.broker.address) for name in ("one", "two")]
        self.processors[0].decide()
        self.key = json.loads(self.gateways[0].ask(
            "access", "create", "--role", "admin", "--source", "*", "--json", "--kafka", self.broker.address).stdout)["key"]
        for gateway in self.gateways:
            gateway.serve()
            wait_until(lambda gateway=gateway: gateway.call("GET", "/v1/me", self.key)[0] == 200, 30, "the key is not known")
        one = self.gateways[0]
        self.begin = one.call("GET", "/v1/decisions?limit=500", self.key)[1]["next"]
        for path, body in (("/v1/policy", policy(120_000)),
                           ("/v1/partners/p-accepts", {"countries": ["IS"], "capacity": {"openLeadsMax": 1_000}})):
            status, answer = one.call("PUT", path, self.key, body, Prefer="wait=30")
            if status != 200:
                raise SystemExit(f"{path}: {status} {answer}")
        status, made = one.call("POST", "/v1/webhooks", self.key, {
            "url": self.agents.url("p-accepts"), "format": "a2a", "partner": "p-accepts"})
        if status != 201:
            raise SystemExit(f"the endpoint is not made: {made}")

    def machines(self):
        return self.processors + self.gateways

    def deciding(self):
        return next(one for one in self.processors if one.process and one.process.poll() is None)

    def shift(self, what, kills_gateway, kills_processor):
        """Kills whoever is at work while the agent thinks, and has others take their places."""
        sender = wait_until(
            lambda: next((one for one in self.gateways if one.sends()), None), 60, "nobody sends webhooks")
        other = next(one for one in self.gateways if one is not sender)
        self.agents.hold()
        name, self.count = f"moved-{self.count}", self.count + 1
        body = {"leadId": name, "country": "IS", "contact": {"email": f"{name}@person.example"}}
        status, told = other.call("POST", "/v1/leads", self.key, body, Prefer="wait=30", Idempotency_Key=name)
        self.findings.equal(status, 200, f"{name} is offered: {told}")
        if not self.agents.reached.wait(60):
            raise SystemExit("the agent is not asked")
        began = time.monotonic()
        if kills_gateway:
            sender.kill()
        if kills_processor:
            dead = self.deciding()
            dead.kill()
        self.agents.answer()
        if kills_processor:
            next(one for one in self.processors if one is not dead).decide()

        def agreed():
            decisions = self.decisions(other)
            return any(one["type"] == "leadline.v1.LeadAssigned" and one["subject"] == name and one["data"].get("offerId")
                       for one in decisions)

        wait_until(agreed, 110, f"nobody goes on with {name}")
        offer = next(one["data"]["offerId"] for one in self.decisions(other)
                     if one["type"] == "leadline.v1.OfferMade" and one["subject"] == name)
        times = self.agents.came["p-accepts"].count(f"offer-{offer}")
        self.findings.equal(times >= (2 if kills_gateway else 1), True, f"{what}: the message came {times} times")
        say(f"takeover, {what}: the message came {times} times, agreed {time.monotonic() - began:.1f} s after the kill")
        if kills_gateway:
            sender.serve()

    def decisions(self, gateway):
        found, after = [], self.begin
        while True:
            _, page = gateway.call("GET", f"/v1/decisions?after={after}&limit=500", self.key)
            found += page["decisions"]
            after = page["next"]
            if page["end"]:
                return found

    def judge(self):
        made, closed, order = judge_offers(self.decisions(self.gateways[1]), self.findings)
        self.findings.equal(len(made), self.count, "offers that were made")
        judge_messages(self.agents, order, closed, self.findings)
        for offer in made:
            self.findings.equal(f"offer-{offer}" in self.agents.bodies, True, f"{offer} came at least once")
        deciding = self.deciding()
        for machine in self.gateways + [deciding]:
            machine.stop()
        checked = deciding.ask("verify", "--kafka", self.broker.address)
        say(f"takeover: verify: {checked.stdout.strip().splitlines()[-1]}")
        replayed = deciding.ask("replay", "--program", PROGRAM)
        say(f"takeover: replay: {replayed.stdout.strip().splitlines()[-1]}")


def take_over(arguments, findings):
    with testbed.workplace("negotiation-kill-takeover", arguments.keep) as work:
        shifts = Shifts(arguments, work, findings)
        try:
            for _ in range(max(1, KILLS // 2)):
                shifts.shift("the gateway that delivered was killed", True, False)
                shifts.shift("the processor was killed", False, True)
                shifts.shift("both were killed", True, True)
            shifts.judge()
        finally:
            for machine in shifts.machines():
                machine.kill()
            shifts.broker.close()


def simulate(arguments, findings):
    """The example agents of `leadline agents simulate` on a broker, with their figures."""
    with testbed.workplace("negotiation-kill-simulate", arguments.keep) as work:
        leadline = Leadline(arguments.binary, work)
        broker = TestBroker(arguments.broker_program, work)
        try:
            said = leadline.command(
                "agents", "simulate", "--kafka", broker.address, "--leads", str(40 * KILLS), "--agents", "20", "--json")
        finally:
            broker.close()
        report = json.loads(said.stdout)
        for part in ("journal", "plain"):
            findings.equal(report[part]["faults"], [], f"faults of the simulation, {part}")
            findings.equal(report[part]["submitted"], 40 * KILLS, f"leads of the simulation, {part}")
        for name, figure in report["wallClock"].items():
            say(f"simulate: {name}: p50 {figure['p50Millis']:.1f} ms, p99 {figure['p99Millis']:.1f} ms of {figure['count']}")


def main():
    parser = testbed.options(__doc__)
    parser.add_argument("--log", choices=["embedded", "kafka", "takeover", "simulate"], help="only this part")
    arguments, findings = parser.parse_args(), Findings()
    parts = {"embedded": lambda: negotiate(Embedded, arguments, findings),
             "kafka": lambda: negotiate(OnBroker, arguments, findings),
             "takeover": lambda: take_over(arguments, findings),
             "simulate": lambda: simulate(arguments, findings)}
    try:
        for name, part in parts.items():
            if arguments.log in (None, name):
                part()
    finally:
        for wrong in findings.wrong[:40]:
            print(f"not as it must be: {wrong}")
    say(f"{findings.checked} things looked at, {len(findings.wrong)} wrong")
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
