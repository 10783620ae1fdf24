#!/usr/bin/env python3
"""Publishes a policy under which leads of the region "negotiated" are offered before they are assigned. See run.

    negotiating.py ADDRESS
"""

import json
import os
import sys
import urllib.request

POLICY = "/v1/policy"
# All days' leads are manufacturers' in Italy, which one partner serves.
CAPACITY = "/v1/partners/alpi-automazione/capacity"


def ask(address, method, path, body=None):
    request = urllib.request.Request(address + path, json.dumps(body).encode() if body else None, method=method, headers={
        "Authorization": "Bearer " + os.environ["LEADLINE_KEY_MANAGER"], "Content-Type": "application/json",
        "Prefer": "wait=20", **({"Idempotency-Key": "negotiating"} if body else {})})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        return json.load(answer)


def main():
    address = sys.argv[1]
    policy = ask(address, "GET", POLICY)["policy"]
    policy["negotiation"] = {
        "rounds": 3, "answerMillis": 600000, "commissionMaxBasisPoints": 2500, "promiseMaxMinutes": 2880,
        "when": {"leadIs": {"leadField": "LEAD_FIELD_REGION", "values": ["negotiated"]}}}
    assert ask(address, "PUT", POLICY, policy)["status"] == "decided"
    capacity = {"capacity": {"openLeadsMax": 100, "leadsPerPeriodMax": 100}}
    assert ask(address, "PUT", CAPACITY, capacity)["status"] == "decided"
    print("leads of the region negotiated are offered first")


if __name__ == "__main__":
    main()
