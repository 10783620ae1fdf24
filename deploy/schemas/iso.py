"""Reads the lists of countries and currencies beside the .proto files; writes their Swift table and their patterns."""

from itertools import groupby
from pathlib import Path

from clear_fields import HEADER

SCHEMAS = Path(__file__).resolve().parents[2] / "Schemas"


def sections(name):
    """By section, its words in order."""
    found, current = {}, None
    for line in (SCHEMAS / name).read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif line:
            current += line.split()
    return found


def countries():
    lists = sections("iso-3166-1.txt")
    return sorted(lists["assigned"] + lists["user"]), dict(word.split("=") for word in lists["read-as"])


def currencies():
    lists = sections("iso-4217.txt")
    return {code: int(digits) for code, digits in sorted(word.split(":") for word in lists["current"] + lists["withdrawn"])}


def pattern(codes):
    """A regular expression for exactly these codes, those of one first letter together."""
    groups = []
    for letter, group in groupby(sorted(codes), key=lambda code: code[0]):
        rests = [code[1:] for code in group]
        groups.append(letter + (f"[{''.join(rests)}]" if len(rests[0]) == 1 else f"({'|'.join(rests)})"))
    return f"^({'|'.join(groups)})$"


def country_pattern():
    codes, read_as = countries()
    return pattern([*codes, *read_as])


def currency_pattern():
    return pattern(currencies())


def lines(words, width=110):
    """The words in lines of a Swift array or dictionary."""
    found, line = [], ""
    for word in words:
        if len(line) + len(word) > width:
            found.append(line.rstrip())
            line = ""
        line += word + ", "
    return "\n".join("        " + line for line in [*found, line.rstrip()])


def iso_codes():
    codes, read_as = countries()
    return f"""{HEADER.replace("Schemas/leadline/v1", "Schemas/iso-*.txt")}/// Codes of countries and currencies that an input may name, as `Schemas/iso-3166-1.txt` and `iso-4217.txt` list them.
public enum ISOCodes {{
    /// ISO 3166-1 alpha-2, and XK for Kosovo.
    public static let countries: Set<String> = [
{lines(f'"{code}"' for code in codes)}
    ]

    /// Spellings that are read as a country's code.
    public static let countriesReadAs: [String: String] = [
{lines(f'"{code}": "{other}"' for code, other in sorted(read_as.items()))}
    ]

    /// Digits of the minor unit by currency: ISO 4217, with codes that were withdrawn since 1999.
    public static let minorDigits: [String: Int] = [
{lines(f'"{code}": {digits}' for code, digits in currencies().items())}
    ]

    /// What matches a country, and what is read as one.
    public static let countryPattern =
        "{country_pattern()}"
}}
"""
