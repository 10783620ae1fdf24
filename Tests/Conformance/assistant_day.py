#!/usr/bin/env python3
"""An assistant's day through the official client of the Model Context Protocol. See run.

The assistant works for the vendor with an agent's key, and for the partner that the lead went to with that partner's:
it looks where a lead would go, submits it, accepts it, reads the contact with a reason, reports the win, asks for the
explanation and for a review, and is refused what its key may not do. Once over HTTP, once over standard input and output.
"""

import asyncio
import json
import os
import sys

import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

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


def over_http(address, key):
    client = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False)
    return Client(streamable_http_client(f"{address}/mcp", http_client=client), cache=None)


def over_lines(address, key):
    binary = os.environ["LEADLINE_BINARY"]
    return Client(
        StdioServerParameters(
            command=binary, args=["mcp", "--url", address],
            env={"LEADLINE_KEY": key, "PATH": os.environ["PATH"]}), cache=None)


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


def main():
    address = sys.argv[1]
    for connect, name in [(over_http, "http"), (over_lines, "lines")]:
        asyncio.run(asyncio.wait_for(day(connect, address, name), 180))
    print(f"{steps} steps")


if __name__ == "__main__":
    main()
