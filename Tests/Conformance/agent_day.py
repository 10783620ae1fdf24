#!/usr/bin/env python3
"""Another agent's day through the official A2A client. See run.

A vendor's agent previews and routes a lead and one that is negotiated about; a partner's agent answers the offer, accepts,
reports the win and pulls its statement, each by both bindings; a message that is sent again does nothing again, a task is
seen by nobody else, and what a key may not do is refused. The partner's agent goes by its extended card, which names its
tenant.
"""

import asyncio
import json
import os
import sys
import uuid

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.types import (
    GetExtendedAgentCardRequest, GetTaskRequest, ListTasksRequest, Message, Part, Role, SendMessageRequest, TaskState)
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Value

steps = 0


def step(what):
    global steps
    steps += 1
    print(f"{steps:2} {what}", flush=True)


class Agent:
    """One agent under its key, by one binding."""

    def __init__(self, address, key, binding, streaming, extended=None):
        self.address, self.binding, self.streaming, self.extended = address, binding, streaming, extended
        self.http = httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False)

    async def __aenter__(self):
        card = await A2ACardResolver(self.http, self.address).get_agent_card()
        # Where it is not said how others reach the server, nothing is signed.
        assert not card.signatures, card
        assert {skill.id for skill in card.skills} >= {"route_lead", "check_availability", "report_outcome"}, card
        assert not any(interface.tenant for interface in card.supported_interfaces), card
        self.client = self.made_of(card)
        if self.extended:
            card = await self.client.get_extended_agent_card(GetExtendedAgentCardRequest())
            assert {interface.tenant for interface in card.supported_interfaces} == {self.extended}, card
            skills = {skill.id for skill in card.skills}
            assert "accept_lead" in skills and "route_lead" not in skills, skills
            self.client = self.made_of(card)
        return self

    def made_of(self, card):
        return ClientFactory(ClientConfig(
            httpx_client=self.http, streaming=self.streaming, supported_protocol_bindings=[self.binding],
            use_client_preference=True)).create(card)

    async def __aexit__(self, *_):
        await self.http.aclose()

    async def asks(self, skill, message_id=None, **arguments):
        """The task that comes of a message, when it has ended."""
        data = json_format.Parse(json.dumps({"skill": skill, **arguments}), Value())
        message = Message(
            message_id=message_id or str(uuid.uuid4()), role=Role.ROLE_USER, parts=[Part(data=data)])
        task = None
        async for event in self.client.send_message(SendMessageRequest(message=message)):
            if event.WhichOneof("payload") == "task":
                task = event.task.id
        return await self.client.get_task(GetTaskRequest(id=task))

    async def refused(self, skill, **arguments):
        """A skill that the key may not ask for is refused, and makes no task."""
        try:
            task = await self.asks(skill, **arguments)
        except Exception:
            return
        raise AssertionError(task)

    async def result(self, skill, message_id=None, **arguments):
        task = await self.asks(skill, message_id, **arguments)
        assert task.status.state == TaskState.TASK_STATE_COMPLETED, task
        return task.id, json_format.MessageToDict(task.artifacts[0].parts[0].data)


PROGRAM = "conformance"


def mail_free(document):
    return "kim@" not in json.dumps(document)


async def negotiate(address, keys, binding, streaming, lead):
    """The offer of a lead is agreed on by whoever it was made to; the contact is in none of it."""
    for partner_id, key in keys.items():
        async with Agent(address, key, binding, streaming, PROGRAM) as partner:
            _, listed = await partner.result("open_offers")
            for offer in [one for one in listed["offers"] if one["lead"] == lead]:
                assert mail_free(offer), offer
                answer = {"lead": lead, "offer": offer["offer"], "waitSeconds": 20}
                await partner.result("negotiate", answer="OFFER_ANSWER_CAPACITY_CONFIRMED", **answer)
                _, agreed = await partner.result("negotiate", answer="OFFER_ANSWER_ACCEPTED", **answer)
                kinds = {one["type"].rsplit(".", 1)[-1] for one in agreed["decisions"]}
                assert "LeadAssigned" in kinds, agreed
                # What comes after its time changes nothing.
                late = await partner.asks("negotiate", answer="OFFER_ANSWER_DECLINED", reason="REFUSAL_REASON_OTHER", **answer)
                _, story = await partner.result("lead_status", lead=lead)
                assert story["lead"]["partner"] == partner_id, (late, story)
                step(f"{binding}, {'streamed' if streaming else 'whole'}: {partner_id} agreed on a negotiated lead")
                return
    raise AssertionError(f"nobody was offered {lead}")


async def day(address, binding, streaming):
    keys = {
        "alpi-automazione": os.environ["LEADLINE_KEY_PARTNER_ALPI"],
        "rhein-systeme": os.environ["LEADLINE_KEY_PARTNER_RHEIN"]}
    way = f"{binding}, {'streamed' if streaming else 'whole'}"
    async with Agent(address, os.environ["LEADLINE_KEY_AGENT"], binding, streaming) as vendor:
        again = str(uuid.uuid4())
        _, preview = await vendor.result("preview_route", country="IT", vertical="manufacturing")
        assert preview["partner"] in keys, preview
        lead = {"country": "IT", "vertical": "manufacturing", "contact": {"email": "kim@officine-brenta.example"}}
        first = await vendor.result("route_lead", again, waitSeconds=20, **lead)
        assert await vendor.result("route_lead", again, waitSeconds=20, **lead) == first
        task, routed = first
        assert routed["status"] == "decided" and "kim@" not in json.dumps(routed), routed
        _, story = await vendor.result("lead_status", lead=routed["lead"])
        holder = story["lead"]["partner"]
        step(f"{way}: one lead by a message sent twice; {holder} holds it")
        await vendor.refused("accept_lead", lead=routed["lead"])
        _, offered = await vendor.result("route_lead", region="negotiated", waitSeconds=20, **{
            **lead, "contact": {"email": f"kim@{uuid.uuid4().hex}.example"}})
        assert mail_free(offered) and offered["status"] == "decided", offered
    await negotiate(address, keys, binding, streaming, offered["lead"])
    async with Agent(address, keys[holder], binding, streaming, PROGRAM) as partner:
        assert task not in [one.id for one in (await partner.client.list_tasks(ListTasksRequest(page_size=50))).tasks]
        _, standing = await partner.result("check_availability")
        assert standing["partner"] == holder, standing
        await partner.result("accept_lead", lead=routed["lead"], waitSeconds=20)
        await partner.result("report_outcome", action="won", lead=routed["lead"], waitSeconds=20)
        _, earned = await partner.result("commission", month=story["lead"]["submitted"][:7])
        assert earned["partnerId"] == holder, earned
        foreign = await partner.asks("check_availability", partner=next(one for one in keys if one != holder))
        missing = await partner.asks("check_availability", partner="nobody")
        words = [one.status.message.parts[0].data for one in (foreign, missing)]
        assert foreign.status.state == TaskState.TASK_STATE_REJECTED and words[0] == words[1], (foreign, missing)
        step(f"{way}: the partner's agent accepted, won, and is told the same of another as of nobody")


def main():
    for binding in ("JSONRPC", "HTTP+JSON"):
        for streaming in (False, True):
            asyncio.run(asyncio.wait_for(day(sys.argv[1], binding, streaming), 120))
    print(f"{steps} steps")


if __name__ == "__main__":
    main()
