#!/usr/bin/env python3
"""Another agent's day through the official A2A client. See run.

A vendor's agent routes a lead, a partner's agent accepts it and reports the win, each by both bindings; a message that is
sent again does nothing again, and a task is seen by nobody else.
"""

import asyncio
import json
import os
import sys
import uuid

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.types import GetTaskRequest, ListTasksRequest, Message, Part, Role, SendMessageRequest, TaskState
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Value

steps = 0


def step(what):
    global steps
    steps += 1
    print(f"{steps:2} {what}", flush=True)


class Agent:
    """One agent under its key, by one binding."""

    def __init__(self, address, key, binding, streaming):
        self.address, self.binding, self.streaming = address, binding, streaming
        self.http = httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False)

    async def __aenter__(self):
        card = await A2ACardResolver(self.http, self.address).get_agent_card()
        # Where it is not said how others reach the server, nothing is signed.
        assert not card.signatures, card
        assert {skill.id for skill in card.skills} >= {"route_lead", "check_availability", "report_outcome"}, card
        self.client = ClientFactory(ClientConfig(
            httpx_client=self.http, streaming=self.streaming, supported_protocol_bindings=[self.binding],
            use_client_preference=True)).create(card)
        return self

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

    async def result(self, skill, message_id=None, **arguments):
        task = await self.asks(skill, message_id, **arguments)
        assert task.status.state == TaskState.TASK_STATE_COMPLETED, task
        return task.id, json_format.MessageToDict(task.artifacts[0].parts[0].data)


async def day(address, binding, streaming):
    keys = {
        "alpi-automazione": os.environ["LEADLINE_KEY_PARTNER_ALPI"],
        "rhein-systeme": os.environ["LEADLINE_KEY_PARTNER_RHEIN"]}
    way = f"{binding}, {'streamed' if streaming else 'whole'}"
    async with Agent(address, os.environ["LEADLINE_KEY_AGENT"], binding, streaming) as vendor:
        again = str(uuid.uuid4())
        lead = {"country": "IT", "vertical": "manufacturing", "contact": {"email": "kim@officine-brenta.example"}}
        first = await vendor.result("route_lead", again, waitSeconds=20, **lead)
        assert await vendor.result("route_lead", again, waitSeconds=20, **lead) == first
        task, routed = first
        assert routed["status"] == "decided" and "kim@" not in json.dumps(routed), routed
        _, story = await vendor.result("lead_status", lead=routed["lead"])
        holder = story["lead"]["partner"]
        step(f"{way}: one lead by a message sent twice; {holder} holds it")
    async with Agent(address, keys[holder], binding, streaming) as partner:
        assert task not in [one.id for one in (await partner.client.list_tasks(ListTasksRequest(page_size=50))).tasks]
        _, standing = await partner.result("check_availability")
        assert standing["partner"] == holder, standing
        await partner.result("accept_lead", lead=routed["lead"], waitSeconds=20)
        await partner.result("report_outcome", action="won", lead=routed["lead"], waitSeconds=20)
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
