#!/usr/bin/env python3
"""The agent card as the official A2A client verifies it: signed for the public URL, whatever host the request names.

    agent_card.py ADDRESS PUBLIC-URL
"""

import asyncio
import sys

import httpx
from a2a.client import A2ACardResolver
from a2a.utils.signing import create_signature_verifier
from jwt import PyJWK


async def check(address, public):
    for headers in ({}, {"Host": "elsewhere.example"}):
        async with httpx.AsyncClient(headers=headers, timeout=60, trust_env=False) as client:
            card = await A2ACardResolver(client, address).get_agent_card()
            keys = {key["kid"]: key for key in (await client.get(address + "/v1/statement-keys")).json()["keys"]}
        create_signature_verifier(lambda kid, jku: PyJWK(keys[kid]), ["ES256"])(card)
        assert {interface.url for interface in card.supported_interfaces} == {public + "/a2a"}, card
    print("the agent card verifies")


if __name__ == "__main__":
    asyncio.run(check(*sys.argv[1:]))
