"""Producers that duplicate, reorder, contradict themselves and send rubbish, and now and then a very large record."""

import collections
import json
import random
import threading
import time

from testbed import Inputs, lead

PARTNERS, OPEN_CAP, PERIOD_CAP = 6, 60, 400
BACKLOG_PROGRAM = "backlog"


def programs(count):
    return [f"p{number:02}" for number in range(count)]


class Traffic(threading.Thread):
    """Everything that is sent to the input topics."""

    def __init__(self, run, big):
        super().__init__(daemon=True)
        self.options, self.big = run.options, big
        self.chance = random.Random(run.options.seed + 1)
        self.inputs = Inputs(run.broker.address, "/chaos", **run.client_properties)
        self.failure = None
        self.open = threading.Event()
        self.open.set()
        # Inputs go on beyond their count until this is set, so that whatever is broken is broken under load.
        self.enough = threading.Event()
        self.recent = collections.deque(maxlen=400)
        self.names = programs(run.options.programs)

    @property
    def sent(self):
        return self.inputs.sent

    @property
    def failed(self):
        return self.inputs.failed + self.big.inputs.failed

    def register(self):
        for program in [*self.names, *([BACKLOG_PROGRAM] if self.options.backlog else [])]:
            self.inputs.register(program, PARTNERS, OPEN_CAP, PERIOD_CAP)

    def send_backlog(self):
        """Leads of one program, before anybody is there to take them."""
        for number in range(self.options.backlog):
            lead_id, value = f"backlog-{number}", 1 + number * 7919 % 9_000_000
            body = lead(lead_id, minor_units=value, domain=f"company{number % 5000}.example")
            self.inputs.send("leads", BACKLOG_PROGRAM, "LeadSubmitted", lead_id, body)
        self.inputs.flush(120)

    def run(self):
        try:
            self.work()
        except Exception as error:
            self.failure = error

    def work(self):
        began, made, late = time.monotonic(), 0, []
        base, count = self.sent, self.options.inputs
        # The large ones are spread over the first four fifths, so that something comes behind each.
        large_at = [count * 4 * (number + 1) // (5 * (len(self.big.plan) + 1)) for number in range(len(self.big.plan))]
        while self.sent - base < count or not self.enough.is_set():
            if not self.open.is_set():
                paused = time.monotonic()
                self.open.wait()
                began += time.monotonic() - paused
            program = self.chance.choice(self.names)
            self.story(program, f"lead-{made}", late)
            made += 1
            self.chance.shuffle(late)
            while len(late) > 300:
                self.again(*late.pop())
            if large_at and self.sent - base >= large_at[0]:
                large_at.pop(0)
                self.big.send_next()
            ahead = (self.sent - base) / self.options.rate - (time.monotonic() - began)
            if ahead > 0.01:
                self.inputs.flush(1)
                time.sleep(min(ahead, 0.2))
        self.inputs.flush(120)
        self.big.inputs.flush(300)

    def again(self, *event):
        """Sends an event, now and then twice, and one of the last ones once more."""
        self.inputs.send(*event)
        self.recent.append(event)
        if self.chance.random() < 0.06:
            self.inputs.send(*event)
        if self.chance.random() < 0.06:
            self.inputs.send(*self.chance.choice(self.recent))

    def story(self, program, lead_id, late):
        """A lead and what becomes of it; everything after the lead comes when it comes, at times before the lead."""
        chance, send = self.chance, self.inputs.send
        country, value = chance.choice(["IT", "DE", "FR", "ES", "PT"]), chance.randrange(1, 9_000_000)
        body = lead(lead_id, country, value, f"company{chance.randrange(5000)}.example")
        first = ("leads", program, "LeadSubmitted", f"{lead_id}-s", json.dumps(body).encode())
        if chance.random() < 0.1:
            late.append(first)
        else:
            self.again(*first)
        dice = chance.random()
        if dice < 0.02:
            send("leads", program, "LeadSubmitted", f"{lead_id}-x", b"{\"leadId\": 7")
        elif dice < 0.03:
            send("leads", program, "LeadSubmitted", f"{lead_id}-s", dict(body, country="GR"))
        elif dice < 0.04:
            astray = chance.randrange(self.options.partitions)
            send("leads", program, "LeadSubmitted", f"{lead_id}-w", dict(body, leadId=f"{lead_id}-w"), astray)
        elif dice < 0.05:
            send("intents", "nobody", "IntentObserved", f"{lead_id}-i", {})
        who = {"leadId": lead_id, "partnerId": f"partner{chance.randrange(PARTNERS)}"}
        answer = "LeadDeclined" if chance.random() < 0.4 else "LeadAccepted"
        late.append(("outcomes", program, answer, f"{lead_id}-a", who))
        for number in range(PARTNERS):
            # Nobody here knows who got it: whoever did not is disregarded.
            if chance.random() < 0.5:
                continue
            who = {"leadId": lead_id, "partnerId": f"partner{number}"}
            if chance.random() < 0.3:
                won = dict(who, amount={"minorUnits": "100000", "currency": "EUR"})
                late.append(("outcomes", program, "DealWon", f"{lead_id}-w{number}", won))
            else:
                late.append(("outcomes", program, "DealLost", f"{lead_id}-l{number}", who))
