#!/usr/bin/env python3
"""Writes an invented CRM: 40 agents and any number of opportunities, each with a contact, and the mapping that
imports them. The same seed gives the same files.

    generate_crm.py FOLDER [--leads 10000] [--seed 1]
"""

import argparse
import csv
import datetime
import random
from pathlib import Path

VERTICALS = ["manufacturing", "retail", "logistics", "finance", "health", "energy"]
COUNTRIES = ["DE", "FR", "IT", "ES", "NL", "PL", "SE", "GB"]
GIVEN = ["Anna", "Bruno", "Chiara", "David", "Elif", "Freja", "Goran", "Hélène", "Ivo", "Jana"]
FAMILY = ["Almeida", "Brandt", "Conti", "Dubois", "Eriksen", "Ferrer", "Grünwald", "Horvat", "Iversen", "Janssen"]

MAPPING = """source: /imports/generated
program: { id: generated, name: Generated CRM, currency: EUR }
policy: policy.yaml
dates: { format: YYYY-MM-DD hh:mm, zone: UTC }
files:
  agents: { path: agents.csv }
  deals: { path: deals.csv }
partners:
  file: agents
  fields:
    partner_id: { column: agent }
    name: { column: name }
    verticals: { column: verticals, split: "," }
    countries: { column: countries, split: "," }
leads:
  file: deals
  fields:
    lead_id: { column: id }
    account_domain: { column: domain }
    account_name: { column: company }
    given_name: { column: given_name }
    family_name: { column: family_name }
    email: { column: email }
    phone: { column: phone }
    job_title: { column: job_title }
    message: { column: message }
    country: { column: country }
    vertical: { column: vertical }
    deal_value: { column: value, currency: EUR, minor_units_per_one: 100 }
  time: { column: created }
  assigned_to: { column: agent }
  stage: stage
  outcomes:
    Won: { result: won, time: { column: closed }, amount: { column: value, currency: EUR, minor_units_per_one: 100 } }
    Lost: { result: lost, time: { column: closed } }
    Open: { result: open }
"""

POLICY = """name: generated-history
hard_rules: []
fit_weights: { vertical: 40, country: 20, language: 0, deal_size: 20, technologies: 0, win_rate: 20 }
sla: { first_response_minutes: 0 }
attempts_max: 3
minimum_conversion_basis_points: 0
prior_win_rate_basis_points: 3000
prior_strength_deals: 12
fit_fade_outcomes: 500
period_days: 30
default_deal_value_minor_units: 100000
same_person_days: 30
owner_first: false
human_queue: sales-operations
"""


def rows(path, header, lines):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(lines)


def agents(chance):
    for number in range(1, 41):
        yield [f"agent-{number}", f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}",
               ",".join(sorted(chance.sample(VERTICALS, 2))), ",".join(sorted(chance.sample(COUNTRIES, 3)))]


def deals(chance, count):
    created = datetime.datetime(2024, 1, 8, 8, 0)
    for number in range(1, count + 1):
        created += datetime.timedelta(minutes=chance.randrange(1, 90))
        given, family = chance.choice(GIVEN), chance.choice(FAMILY)
        domain = f"company-{chance.randrange(count // 2 + 1)}.example"
        stage = chance.choices(["Won", "Lost", "Open"], [3, 4, 2])[0]
        closed = "" if stage == "Open" else f"{created + datetime.timedelta(days=chance.randrange(5, 120)):%Y-%m-%d %H:%M}"
        yield [f"deal-{number}", domain, f"Company {domain}", given, family, f"{given}.{family}.{number}@{domain}".lower(),
               f"+49 30 {number:07d}", "Head of operations", f'Please call back, "{given}", about offer {number}.',
               chance.choice(COUNTRIES), chance.choice(VERTICALS), chance.randrange(1_000, 250_000), f"{created:%Y-%m-%d %H:%M}",
               f"agent-{chance.randrange(1, 41)}", stage, closed]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--leads", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(given.seed)
    rows(given.folder / "agents.csv", ["agent", "name", "verticals", "countries"], agents(chance))
    rows(given.folder / "deals.csv",
         ["id", "domain", "company", "given_name", "family_name", "email", "phone", "job_title", "message", "country", "vertical",
          "value", "created", "agent", "stage", "closed"], deals(chance, given.leads))
    (given.folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    (given.folder / "policy.yaml").write_text(POLICY, encoding="utf-8")


if __name__ == "__main__":
    main()
