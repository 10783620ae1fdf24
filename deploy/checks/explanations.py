#!/usr/bin/env python3
"""Explains leads through the command line and adds the numbers up.

    explanations.py BINARY DATA PROGRAM [HOW_MANY]

For each lead the contributions must sum to the fit, exactly; the logistic of the summed log-odds must be the
conversion, and deal value x conversion x fit^w x engagement the score, to 1e-12; and the evaluation must be the recorded one.
"""

import json
import math
import subprocess
import sys


def run(binary, *arguments):
    return subprocess.run([binary, *arguments], check=True, capture_output=True, text=True).stdout


def lead_ids(binary, data, program, count):
    listed = run(binary, "leads", "list", "--data", data, "--program", program, "--json", "--limit", "1000000")
    found = [json.loads(line)["lead"] for line in listed.splitlines()]
    step = max(1, len(found) // count)
    return found, found[::step]


def close(a, b):
    return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)


def faults(document):
    if not document["recomputedEqual"] or document["recordedDigest"] != document["recomputedDigest"]:
        yield "the evaluation is not the recorded one"
    evaluation = document["evaluation"]
    for candidate in evaluation["candidates"]:
        who = candidate["partnerId"]
        fit, odds = 0.0, 0.0
        for part in candidate["fitContributions"]:
            fit += part["value"]
        for part in candidate["conversionContributions"]:
            odds += part["value"]
        if fit != candidate["fit"]:
            yield f"{who}: fit {candidate['fit']} is not the sum {fit}"
        if not close(1 / (1 + math.exp(-odds)), candidate["conversion"]):
            yield f"{who}: conversion {candidate['conversion']} does not follow from the log-odds {odds}"
        score = evaluation["dealValueMinorUnits"] * candidate["conversion"] * candidate["fit"] ** evaluation["fitExponent"] * candidate["engagement"]
        if not close(score, candidate["score"]):
            yield f"{who}: score {candidate['score']} is not {score}"


def main():
    binary, data, program = sys.argv[1:4]
    everyone, chosen = lead_ids(binary, data, program, int(sys.argv[4]) if len(sys.argv) > 4 else 100)
    bad = candidates = 0
    for lead in chosen:
        document = json.loads(run(binary, "explain", lead, "--data", data, "--program", program, "--json"))
        candidates += len(document["evaluation"]["candidates"])
        for fault in faults(document):
            bad += 1
            print(f"{lead}: {fault}", file=sys.stderr)
    print(f"explained {len(chosen)} of {len(everyone)} leads, {candidates} candidates: "
          + ("all contributions add up" if not bad else f"{bad} FAULTS"))
    sys.exit(1 if bad or not chosen else 0)


if __name__ == "__main__":
    main()
