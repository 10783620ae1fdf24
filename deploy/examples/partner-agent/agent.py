#!/usr/bin/env python3
"""A partner's agent: answers offers of leads by the rules of a file. See README.md, and `run`, which starts it.

Leadline sends each offer as an A2A message with one data part and takes the answer out of what is sent back. The agent
asks nobody and keeps nothing but what it holds now and what it answered, so that a message that comes twice gets the
same answer twice.
"""

import argparse
import base64
import collections
import hashlib
import hmac
import json
import os
import signal
import sys
import time

import httpx
import uvicorn
import yaml
from a2a.helpers.proto_helpers import new_data_message
from a2a.server.agent_execution import AgentExecutor
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes
from a2a.server.tasks import InMemoryTaskStore
from a2a.types import AgentCapabilities, AgentCard, AgentInterface, AgentSkill
from google.protobuf import json_format
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

PREFIX = "leadline.v1."
# What tells the agent that it has an offer, got a lead, and is rid of one.
KINDS = ["OfferMade", "LeadAssigned", "AssignmentExpired", "AssignmentEnded", "LeadClosed"]
ANSWERS = {"accept": "OFFER_ANSWER_ACCEPTED", "decline": "OFFER_ANSWER_DECLINED", "counter": "OFFER_ANSWER_COUNTERED"}
REASONS = {"no-capacity": "REFUSAL_REASON_NO_CAPACITY", "not-a-fit": "REFUSAL_REASON_NOT_A_FIT",
           "price": "REFUSAL_REASON_PRICE", "other": "REFUSAL_REASON_OTHER"}
REMEMBERED = 10_000
SKEW_SECONDS = 300
BODY_MAX = 262_144


class Rules:
    """What the partner takes. The first rule that fits an offer answers it."""

    LISTS = {"country": "country", "language": "language", "vertical": "vertical", "product": "product"}

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            known = yaml.safe_load(file)
        self.room = int(known.get("room", 1_000_000))
        self.rules = known.get("rules") or []
        for rule in self.rules:
            if rule.get("answer") not in ANSWERS:
                raise SystemExit(f"{path}: an answer is one of {', '.join(ANSWERS)}, not {rule.get('answer')}")
            if rule["answer"] == "decline" and rule.get("reason", "other") not in REASONS:
                raise SystemExit(f"{path}: a reason is one of {', '.join(REASONS)}")
            unknown = set(rule.get("when") or {}) - set(self.LISTS) - {
                "deal_value_at_least", "deal_value_below", "employees_at_least", "commission_below"}
            if unknown:
                raise SystemExit(f"{path}: nothing is known of {', '.join(sorted(unknown))}")

    def fits(self, when, features, terms):
        value = int(features.get("dealValueMinorUnits", 0))
        return (
            all(features.get(name) in when[word] for word, name in self.LISTS.items() if word in when)
            and value >= when.get("deal_value_at_least", 0)
            and value < when.get("deal_value_below", float("inf"))
            and int(features.get("employees", 0)) >= when.get("employees_at_least", 0)
            and int(terms.get("commissionBasisPoints", 0)) < when.get("commission_below", float("inf")))

    def answer(self, offer, held):
        """The answer to an offer, as Leadline reads it."""
        if held >= self.room:
            return {"answer": ANSWERS["decline"], "reason": REASONS["no-capacity"]}
        for rule in self.rules:
            if not self.fits(rule.get("when") or {}, offer.get("features", {}), offer.get("terms", {})):
                continue
            answer = {"answer": ANSWERS[rule["answer"]]}
            if rule["answer"] == "decline":
                answer["reason"] = REASONS[rule.get("reason", "other")]
            if rule["answer"] == "counter":
                ask = rule.get("ask") or {}
                words = {"promise_minutes": "promiseMinutes", "commission_basis_points": "commissionBasisPoints",
                         "enrichment": "enrichment"}
                answer["terms"] = {words[word]: value for word, value in ask.items()}
            return answer
        return {"answer": ANSWERS["decline"], "reason": REASONS["not-a-fit"]}


class Negotiator(AgentExecutor):
    """Reads a decision out of a message's data part and says what the partner says to it."""

    def __init__(self, rules):
        self.rules, self.held = rules, set()
        self.answered = collections.OrderedDict()

    async def execute(self, context, event_queue):
        message = context.message
        event = next(
            (json_format.MessageToDict(part.data) for part in message.parts if part.WhichOneof("content") == "data"), {})
        reply = self.reply(message.message_id, event)
        await event_queue.enqueue_event(
            new_data_message(reply, media_type="application/json", context_id=context.context_id))

    async def cancel(self, context, event_queue):
        """Nothing is ever under way."""

    def reply(self, message_id, event):
        if message_id in self.answered:
            return self.answered[message_id]
        kind, data = str(event.get("type", "")).removeprefix(PREFIX), event.get("data") or {}
        reply = {"received": kind or "nothing"}
        lead = data.get("leadId")
        if kind == "OfferMade":
            reply = {"offerId": data.get("offerId"), **self.rules.answer(data, len(self.held))}
        elif kind == "LeadAssigned":
            self.held.add(lead)
        elif kind in KINDS:
            self.held.discard(lead)
        print(json.dumps({"kind": kind, "lead": lead, "says": reply.get("answer"), "terms": reply.get("terms"),
                          "holds": len(self.held)}), flush=True)
        self.answered[message_id] = reply
        while len(self.answered) > REMEMBERED:
            self.answered.popitem(last=False)
        return reply


class Signed:
    """Lets through what Leadline has signed with the endpoint's secret (Standard Webhooks), and the card."""

    def __init__(self, app, secrets):
        self.app, self.secrets = app, secrets

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["method"] != "POST":
            return await self.app(scope, receive, send)
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body, more = body + message.get("body", b""), message.get("more_body", False)
            if len(body) > BODY_MAX:
                return await PlainTextResponse("too long", 413)(scope, receive, send)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if not self.is_signed(headers, body):
            return await PlainTextResponse("not signed", 401)(scope, receive, send)

        async def again():
            return {"type": "http.request", "body": body, "more_body": False}

        return await self.app(scope, again, send)

    def is_signed(self, headers, body):
        stamp = headers.get("webhook-timestamp", "")
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > SKEW_SECONDS:
            return False
        signed = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + body
        given = headers.get("webhook-signature", "").split(" ")
        return any(
            hmac.compare_digest("v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode(), one)
            for key in self.secrets for one in given)


def card(url):
    return AgentCard(
        name="Partner's agent", description="Answers offers of leads by rules.", version="1",
        supported_interfaces=[AgentInterface(url=url, protocol_binding="JSONRPC", protocol_version="1.0")],
        capabilities=AgentCapabilities(), default_input_modes=["application/json"],
        default_output_modes=["application/json"],
        skills=[AgentSkill(
            id="answer_offer", name="Answer an offer", description="Accepts, declines or counters an offer of a lead.",
            tags=["leads"])])


def register(leadline, key, url):
    """Tells Leadline where the agent is; its secret is shown this once."""
    with httpx.Client(trust_env=False, timeout=30, headers={"Authorization": f"Bearer {key}"}) as client:
        made = client.post(f"{leadline}/v1/webhooks", json={
            "url": url, "format": "a2a", "kinds": [PREFIX + kind for kind in KINDS], "label": "partner's agent"})
        if made.status_code != 201:
            raise SystemExit(f"{leadline} says {made.status_code}: {made.text}")
        return made.json()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leadline", default="http://127.0.0.1:8080", help="where Leadline is served")
    parser.add_argument("--rules", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "rules.yaml"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9400)
    parser.add_argument("--url", help="how Leadline reaches the agent, where that is not host and port")
    options = parser.parse_args()
    key = os.environ.get("LEADLINE_KEY") or sys.exit("LEADLINE_KEY holds the key of a partner-lead")
    rules = Rules(options.rules)
    url = (options.url or f"http://{options.host}:{options.port}") + "/a2a"
    endpoint = register(options.leadline, key, url)
    secret = base64.b64decode(endpoint["secret"].removeprefix("whsec_"))
    handler = DefaultRequestHandler(
        agent_executor=Negotiator(rules), task_store=InMemoryTaskStore(), agent_card=card(url))
    app = Starlette(
        routes=[*create_agent_card_routes(card(url)), *create_jsonrpc_routes(handler, "/a2a")],
        middleware=[Middleware(Signed, secrets=[secret])])
    print(json.dumps({"endpoint": endpoint["webhook"], "url": url}), flush=True)
    # Uvicorn hands the signal on once it has stopped; the endpoint goes then.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        uvicorn.run(app, host=options.host, port=options.port, log_level="warning")
    finally:
        httpx.delete(f"{options.leadline}/v1/webhooks/{endpoint['webhook']}", trust_env=False,
                     headers={"Authorization": f"Bearer {key}"}, timeout=30)


if __name__ == "__main__":
    main()
