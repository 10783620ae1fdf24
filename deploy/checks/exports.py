#!/usr/bin/env python3
"""Imports twenty invented exports of different layouts, currencies and locales as they are, and compares what the product
made of each row with a reading of the same file by Python's own csv, datetime and decimal modules.

    exports.py BINARY [NAME...]      NAME: the beginning of a folder's name in deploy/checks/exports

Each folder holds an export, the mapping that imports it, and reading.json, which tells this script how the export is written.
Compared are, row by row, outcome, partner, both moments and both amounts, then the leads that stand in the journal. Prints a
line an export and exits with 0 only if all agree.
"""

import csv
import io
import json
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).resolve().parent / "exports"
DIGITS = {"JPY": 0, "CLP": 0, "KWD": 3, "TND": 3}
DAY = timedelta(days=1)


class Unreadable(Exception):
    """A value that no reading makes sense of: its row is refused."""


class Reading:
    """How one export is written, and what its rows say."""

    def __init__(self, folder):
        self.told = json.loads((folder / "reading.json").read_text(encoding="utf-8"))
        text = (folder / "deals.csv").read_bytes().decode(self.told["encoding"])
        lines = io.StringIO(text, newline="")
        for _ in range(self.told.get("skip", 0)):
            lines.readline()
        self.rows = list(csv.DictReader(lines, delimiter=self.told["delimiter"]))

    def moment(self, text):
        """UTC; each way of writing is tried, and only one may make sense."""
        for number, month in enumerate(self.told.get("months", []), 1):
            text = text.replace(month, str(number))
        for form in self.told["dates"]:
            try:
                if form == "excel":
                    found = datetime(1899, 12, 30) + timedelta(seconds=round(float(text) * 86_400))
                elif form == "millis":
                    return datetime.fromtimestamp(int(text) / 1_000, timezone.utc)
                else:
                    found = datetime.strptime(text, form)
            except ValueError:
                continue
            if found.tzinfo is None:
                if "at" in self.told:
                    hour, minute = self.told["at"].split(":")
                    found = found.replace(hour=int(hour), minute=int(minute))
                found = found.replace(tzinfo=ZoneInfo(self.told["zone"]))
            return found.astimezone(timezone.utc)
        raise Unreadable(text)

    def number(self, text):
        groups, point = self.told["groups"], self.told["point"]
        plain = text.replace(groups, "") if groups else text
        parts = plain.split(point)
        if groups and any(len(part) != 3 for part in text.split(point)[0].split(groups)[-1:]) and groups in text:
            raise Unreadable(text)
        if len(parts) > 2 or not all(part.isdigit() for part in parts):
            raise Unreadable(text)
        return Decimal(".".join(parts))

    def money(self, row):
        text = row[self.told["amount"]]
        first = next(index for index, sign in enumerate(text) if sign.isdigit())
        last = max(index for index, sign in enumerate(text) if sign.isdigit())
        mark = (text[:first] + text[last + 1:]).strip()
        currency = self.told["currency"]
        if "currency_column" in self.told:
            currency = row[self.told["currency_column"]]
        elif "beside" in self.told:
            if mark not in self.told["beside"]:
                raise Unreadable(mark)
            currency = self.told["beside"][mark]
        number = self.number(text[first:last + 1])
        per_one = self.told.get("per_one") or 10 ** DIGITS.get(currency, 2) * self.told.get("times", 1)
        return int((number * per_one).quantize(Decimal(1), ROUND_HALF_UP)), currency

    def is_left_out(self, row):
        kept = all(row[column] in values for column, values in self.told.get("keep", {}).items())
        return not kept or any(row[column] in values for column, values in self.told.get("drop", {}).items())

    def of_row(self, number, row):
        """What the row becomes, as the product's report says it."""
        told = self.told
        if self.is_left_out(row):
            return {"outcome": "left-out"}
        try:
            outcome = told["words"].get(row[told["stage"]])
            if outcome is None:
                raise Unreadable("stage")
            came = self.moment(row[told["created"]])
            ended = None
            if outcome != "open":
                ended = came + days(row[told["days"]]) if "days" in told else self.moment(row[told["closed"]])
            try:
                money = self.money(row)
            except Unreadable:
                if not told.get("lenient"):
                    raise
                money = None
        except (Unreadable, InvalidOperation):
            return {"outcome": "refused"}
        # No two rows share a moment: each stands as many microseconds later as its number says.
        spread = timedelta(microseconds=number)
        lead = told["joiner"].join(row[name] for name in told["join"]) if "join" in told else row[told["id"]]
        if "row_id" in told:
            lead = f"{told['row_id']}{number}"
        return {"outcome": outcome, "id": lead, "partner": row[told["partner"]], "came": came + spread,
                "ended": ended and max(ended + spread, came + spread + timedelta(microseconds=1)), "value": money,
                "amount": money if outcome == "won" else None}


def days(text):
    return timedelta(seconds=float(Decimal(text) * 86_400))


def reported(path):
    """The product's report, leads' rows alone, in the same form."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    # The one file is read twice: for its partners, then for its leads.
    return rows[len(rows) // 2:]


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def money(row, name):
    return (int(row[f"{name}_minor_units"]), row[f"{name}_currency"]) if row[f"{name}_currency"] else None


def differences(reading, rows):
    expected = [reading.of_row(number, row) for number, row in enumerate(reading.rows, 1)]
    if len(rows) != len(expected):
        yield f"{len(rows)} rows reported, {len(expected)} read"
    for number, (want, row) in enumerate(zip(expected, rows), 1):
        got = {"outcome": row["outcome"]}
        if "id" in want:
            got |= {"id": row["id"], "partner": row["partner"], "came": moment(row["came"]), "ended": moment(row["ended"]),
                    "value": money(row, "value"), "amount": money(row, "amount")}
        for key in want:
            if got.get(key) != want[key]:
                yield f"row {number}: {key} is {got.get(key)}, Python reads {want[key]} ({row['rules']})"


def check(binary, folder, work):
    data = work / folder.name
    run = lambda *words: subprocess.run([binary, *words], capture_output=True, text=True, check=False)
    made = run("init", "--master-key-file", str(work / "master.key"), str(data))
    if made.returncode != 0:
        return [made.stderr], {}
    report = work / f"{folder.name}.csv"
    mapping = ["--mapping", str(folder / "mapping.yaml"), "--from", str(folder), "--data", str(data), "--json"]
    dry = run("import", *mapping, "--dry-run")
    done = run("import", *mapping, "--report", str(report))
    if done.returncode != 0 or dry.returncode != 0:
        return [done.stderr or dry.stderr], {}
    result, foretold = json.loads(done.stdout), json.loads(dry.stdout)
    reading = Reading(folder)
    found = list(differences(reading, reported(report)))
    for key in ("leads", "won", "lost", "open", "refused", "leftOut", "rules", "files", "importID"):
        if result[key] != foretold[key]:
            found.append(f"{key}: the dry run said {foretold[key]}, the run {result[key]}")
    if result["rejections"]:
        found.append(f"{result['rejections']} records were refused by intake")
    program = f"export-{folder.name[:2]}"
    listed = [json.loads(line) for line in run("leads", "list", "--json", "--program", program, "--data", str(data)).stdout.splitlines()]
    read = [reading.of_row(number, row) for number, row in enumerate(reading.rows, 1)]
    expected = {row["id"] for row in read if "id" in row}
    if {lead["lead"] for lead in listed} != expected:
        found.append(f"the journal's leads are {sorted(lead['lead'] for lead in listed)}, Python reads {sorted(expected)}")
    return found, result


def main():
    binary, names = sys.argv[1], sys.argv[2:]
    wrong = 0
    with tempfile.TemporaryDirectory() as work:
        for folder in sorted(FOLDER.iterdir()):
            if not folder.is_dir() or names and not any(folder.name.startswith(name) for name in names):
                continue
            found, result = check(binary, folder, Path(work))
            wrong += bool(found)
            form = result.get("files", [{}])[-1]
            print(f"{folder.name:22} {'DIFFERENT' if found else 'equal':10} {result.get('leads', 0)} leads, {result.get('refused', 0)} refused, "
                  f"{result.get('leftOut', 0)} left out; {form.get('encoding', '')}")
            for line in found:
                print(f"    {line}")
    print("all equal" if wrong == 0 else f"{wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
