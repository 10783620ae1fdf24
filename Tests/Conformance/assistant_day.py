#!/usr/bin/env python3
"""An assistant's day through the official client of the Model Context Protocol. See run.

The assistant works for the vendor with an agent's key, and for the partner that the lead went to with that partner's:
it looks where a lead would go, submits it, negotiates about another, accepts, reads the contact with a reason, reports the
win, pulls the statement, asks for the explanation and for a review, and is refused what its key may not do. Long work tells
how far it is, or is followed as a task; a review ends when the person says so whom the manager's assistant asks. Once over
HTTP, once over standard input and output.
"""

import asyncio
import json
import os
import sys
from typing import Any, Literal

import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.extension import ClientExtension, ResultClaim
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, ElicitResult, Request, RequestParams, Result
from pydantic import ConfigDict

steps = 0


def step(what):
    global steps
    steps += 1
    print(f"{steps:2} {what}", flush=True)


class Assistant:
    """One client of the protocol, under one key."""

    def __init__(self, client):
        self.client = client

    async def does(self, tool, **arguments):
        """What a tool answers, which must be no error."""
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, (tool, result.content)
        assert json.loads(result.content[0].text) == result.structured_content, tool
        return result.structured_content

    async def cannot(self, tool, **arguments):
        """Why a tool does not do it."""
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error, (tool, result.structured_content)
        return json.loads(result.content[0].text)

    async def refused(self, tool, **arguments):
        """A tool that the key may not use is refused before it is looked at."""
        try:
            result = await self.client.call_tool(tool, arguments)
        except (MCPError, httpx2.HTTPStatusError):
            return
        raise AssertionError((tool, result))


class BegunTask(Result):
    """What a call answers that goes on as a task."""

    model_config = ConfigDict(extra="allow")
    result_type: Literal["task"]
    taskId: str
    status: str


class TaskStanding(Result):
    model_config = ConfigDict(extra="allow")
    taskId: str
    status: str
    result: Any = None


class TaskParams(RequestParams):
    taskId: str


class GetTask(Request[TaskParams, Literal["tasks/get"]]):
    name_param = "taskId"
    method: Literal["tasks/get"] = "tasks/get"
    params: TaskParams


class Tasks(ClientExtension):
    """Follows tasks until they are over, and keeps what they said on the way."""

    identifier = "io.modelcontextprotocol/tasks"

    def __init__(self):
        self.said = []

    def claims(self):
        return [ResultClaim(result_type="task", model=BegunTask, resolve=self.follow)]

    async def follow(self, begun, context):
        standing = begun
        while standing.status in ("working", "input_required"):
            self.said.append((begun.taskId, standing.status, getattr(standing, "statusMessage", None)))
            await asyncio.sleep(0.05)
            standing = await context.session.send_request(
                GetTask(params=TaskParams(taskId=begun.taskId)), TaskStanding)
        assert standing.status == "completed", standing
        return CallToolResult.model_validate(standing.result, by_name=False)


def over_http(address, key, **more):
    client = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False)
    return Client(streamable_http_client(f"{address}/mcp", http_client=client), cache=None, **more)


def over_lines(address, key, **more):
    binary = os.environ["LEADLINE_BINARY"]
    return Client(
        StdioServerParameters(
            command=binary, args=["mcp", "--url", address],
            env={"LEADLINE_KEY": key, "PATH": os.environ["PATH"]}), cache=None, **more)


async def day(connect, address, name):
    keys = {
        "alpi-automazione": os.environ["LEADLINE_KEY_PARTNER_ALPI"],
        "rhein-systeme": os.environ["LEADLINE_KEY_PARTNER_RHEIN"]}
    lead, mail = f"assistant-{name}", f"kim.{name}@officine-brenta.example"
    about = {"country": "IT", "vertical": "manufacturing"}
    async with connect(address, os.environ["LEADLINE_KEY_AGENT"]) as client:
        agent = Assistant(client)
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert "submit_lead" in names and "accept_lead" not in names and "read_contact" not in names, names
        preview = await agent.does("preview_route", **about)
        step(f"{name}: it would go to {preview['partner']}; tools offered: {len(names)}")

        contact = {"email": mail, "givenName": "Kim"}
        order = {**about, "leadId": lead, "contact": contact, "idempotencyKey": lead, "waitSeconds": 20}
        submitted = await agent.does("submit_lead", **order)
        assert submitted["status"] == "decided" and not submitted["repeated"], submitted
        again = await agent.does("submit_lead", **order)
        assert again["repeated"] and again["event"] == submitted["event"], again
        story = await agent.does("get_lead", lead=lead)
        holder = story["lead"]["partner"]
        assert mail not in json.dumps([submitted, again, story])
        step(f"{name}: submitted once, though sent twice; {holder} holds it")

        await agent.refused("accept_lead", lead=lead)
        await agent.refused("read_contact", lead=lead, reason="curious")
        wrong = await agent.cannot("submit_lead", country="Italy")
        assert wrong["status"] == 422 and wrong["field"] == "country", wrong
        step(f"{name}: refused what an agent's key may not do, and told which field is wrong")

    async with connect(address, keys[holder]) as client:
        partner = Assistant(client)
        early = await partner.cannot("read_contact", lead=lead, reason="to call")
        assert early["status"] == 409, early
        await partner.does("accept_lead", lead=lead, waitSeconds=20)
        silent = await partner.cannot("read_contact", lead=lead)
        assert silent["field"] == "reason", silent
        read = await partner.does("read_contact", lead=lead, reason="to call the prospect")
        assert mail in json.dumps(read), read
        step(f"{name}: accepted, and only then read the contact, with a reason")

        await partner.does("record_response", lead=lead, waitSeconds=20)
        await partner.does(
            "update_opportunity", action="won", lead=lead, waitSeconds=20,
            amount={"minorUnits": "1250000", "currency": "EUR"})
        own = await partner.does("explain_decision", lead=lead)
        others = [one for one in keys if one != holder]
        assert not any(other in json.dumps(own) for other in others), own
        await partner.does("request_human_review", lead=lead, waitSeconds=20)
        month = story["lead"]["submitted"][:7]
        earned = await partner.does("commission_statement", month=month)
        assert earned["partnerId"] == holder and not any(other in json.dumps(earned) for other in others), earned
        step(f"{name}: answered, won, explained without naming another partner, stated, and put under review")

    async with connect(address, keys[others[0]]) as client:
        other = Assistant(client)
        foreign, missing = await other.cannot("get_lead", lead=lead), await other.cannot("get_lead", lead="no-such")
        assert foreign == missing, (foreign, missing)
        step(f"{name}: another partner is told the same of this lead as of none")


async def negotiation(connect, address, name):
    """A lead is offered, its terms are countered and agreed on; who submitted it follows it until somebody has it."""
    keys = {
        "alpi-automazione": os.environ["LEADLINE_KEY_PARTNER_ALPI"],
        "rhein-systeme": os.environ["LEADLINE_KEY_PARTNER_RHEIN"]}
    lead, mail = f"negotiated-{name}", f"lea@negotiated-{name}.example"
    tasks = Tasks()
    async with connect(address, os.environ["LEADLINE_KEY_AGENT"], extensions=[tasks]) as client:
        agent = Assistant(client)
        submitting = asyncio.create_task(agent.does(
            "submit_lead", leadId=lead, country="IT", vertical="manufacturing", region="negotiated",
            contact={"email": mail, "givenName": "Lea"}, idempotencyKey=lead, waitSeconds=20))
        offer = holder = None
        while offer is None:
            for one, key in keys.items():
                async with connect(address, key) as other:
                    offers = (await Assistant(other).does("list_offers"))["offers"]
                found = [each for each in offers if each["lead"] == lead]
                if found:
                    offer, holder = found[0], one
        assert mail not in json.dumps(offer) and "Lea" not in json.dumps(offer), offer
        async with connect(address, keys[holder]) as other:
            partner = Assistant(other)
            answer = {"lead": lead, "offer": offer["offer"], "waitSeconds": 20}
            await partner.cannot("read_contact", lead=lead, reason="to call")
            await partner.does("negotiate", answer="OFFER_ANSWER_CAPACITY_CONFIRMED", **answer)
            promise = offer["terms"]["promiseMinutes"] * 2
            await partner.does(
                "negotiate", answer="OFFER_ANSWER_COUNTERED", terms={"promiseMinutes": promise}, **answer)
            open_now = [each for each in (await partner.does("list_offers"))["offers"] if each["lead"] == lead]
            for each in open_now:
                await partner.does(
                    "negotiate", lead=lead, offer=each["offer"], answer="OFFER_ANSWER_ACCEPTED", waitSeconds=20)
        routed = await asyncio.wait_for(submitting, 60)
        kinds = [one["type"].rsplit(".", 1)[-1] for one in routed["decisions"]]
        assert kinds[-1] == "LeadAssigned" and "OfferMade" in kinds, kinds
        assert tasks.said and tasks.said[0][1] == "working", tasks.said
        holder = (await agent.does("get_lead", lead=lead))["lead"]["partner"]
    async with connect(address, keys[holder]) as client:
        partner = Assistant(client)
        read = await partner.does("read_contact", lead=lead, reason="agreed on")
        assert mail in json.dumps(read), read
        await partner.does(
            "update_opportunity", action="won", lead=lead, waitSeconds=20,
            amount={"minorUnits": "900000", "currency": "EUR"})
    step(f"{name}: offered, countered, agreed on with {holder}, and only then the contact; won")


async def long_work(connect, address, name):
    """A verification tells how far it is, and is followed as a task; a preview becomes a lead; a person ends a review."""
    told = []

    async def progress(done, total, message):
        told.append((done, total, message))

    async with connect(address, os.environ["LEADLINE_KEY_AGENT"]) as client:
        agent = Assistant(client)
        young = await client.call_tool("forecast", {"days": 30}, progress_callback=progress)
        assert young.is_error and "too little history" in young.content[0].text, young
        simulated = await client.call_tool("simulate_policy", {
            "attemptsMax": 2, "fitWeights": {"language": 10}, "sla": {"firstResponseMinutes": 60}, "periodDays": 7},
            progress_callback=progress)
        assert not simulated.is_error and simulated.structured_content["output"]["replay"]["decisions"] > 0, simulated
        kept = await agent.does("preview_route", country="IT", vertical="manufacturing", preLead=True)
        mail = f"pia.{name}@officine-brenta.example"
        unconsented = await agent.cannot("convert_pre_lead", preLead=kept["preLead"], contact={"email": mail})
        assert unconsented["field"] == "lawfulBasis", unconsented
        made = await agent.does(
            "convert_pre_lead", preLead=kept["preLead"], contact={"email": mail},
            lawfulBasis="LAWFUL_BASIS_CONSENT", idempotencyKey=f"pre-{name}", waitSeconds=20)
        assert made["status"] == "decided" and mail not in json.dumps([kept, made]), made
        lead = made["lead"]
        completed = await client.complete(
            ref={"type": "ref/prompt", "name": "why_this_partner"}, argument={"name": "lead", "value": lead})
        assert completed.completion.values == [lead], completed
        prompt = await client.get_prompt("why_this_partner", {"lead": lead})
        assert lead in prompt.messages[0].content.text, prompt
    async with connect(address, os.environ["LEADLINE_KEY_AUDITOR"]) as client:
        told.clear()
        result = await client.call_tool("verify_audit", {}, progress_callback=progress)
        assert not result.is_error and result.structured_content["output"]["good"] is True, result
        assert [one[0] for one in told] == sorted({one[0] for one in told}), told
    step(f"{name}: a verification told {len(told)} times how far it was, a policy was simulated; a preview became a lead with consent")

    tasks, asked = Tasks(), []

    async def person(context, params):
        asked.append(params.message)
        return ElicitResult(action="accept", content={"decision": "uphold"})

    async with connect(address, os.environ["LEADLINE_KEY_AUDITOR"], extensions=[tasks]) as client:
        verified = await client.call_tool("verify_audit", {"quick": True})
        assert verified.structured_content["output"]["good"] is True, verified
        assert tasks.said, "it was no task"
    async with connect(address, os.environ["LEADLINE_KEY_MANAGER"]) as client:
        await Assistant(client).does("request_human_review", lead=lead, waitSeconds=20)
        await Assistant(client).refused("decide_review", lead=lead)
    async with connect(address, os.environ["LEADLINE_KEY_MANAGER"], elicitation_callback=person) as client:
        await Assistant(client).does("decide_review", lead=lead)
        assert len(asked) == 1 and lead in asked[0], asked
    step(f"{name}: a verification was followed as a task; a review ended as the person said")


def main():
    address = sys.argv[1]
    for connect, name in [(over_http, "http"), (over_lines, "lines")]:
        for part in (day, negotiation, long_work):
            asyncio.run(asyncio.wait_for(part(connect, address, name), 180))
    print(f"{steps} steps")


if __name__ == "__main__":
    main()
