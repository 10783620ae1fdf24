#!/usr/bin/env python3
"""Progressive validation of Vowpal Wabbit and River on the rows that `leadline evaluate` is measured on.

Run it through deploy/evaluate-peers, which brings what it needs. Columns are t, tclose, partner, y, c_* and n_*;
numbers count by their half-octave band, as for Leadline. A row is predicted at its arrival and taught once its closing
day is past, or at once if all outcomes are prompt. Each peer's setting is the best of a few by log-loss over the first
half of the rows; scores are over the last half. The simple rates are here to check that both sides read the same.
"""

import argparse
import csv
import datetime
import json
import math
import os
import subprocess
import sys
import tempfile
import time

import numpy
import vowpalwabbit
from river import linear_model, optim
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

VW = "--quiet --loss_function logistic --link logistic -b 18 -q pl"
VW_SETTINGS = ["", "-l 0.1", "-l 0.03", "-l 0.01", "--ftrl --ftrl_alpha 0.01 --ftrl_beta 0.5"]
RIVER_SETTINGS = [("SGD 0.01", lambda: optim.SGD(0.01)), ("SGD 0.03", lambda: optim.SGD(0.03)), ("AdaGrad 0.03", lambda: optim.AdaGrad(0.03))]
CLIP = 1e-6
WON, LOST = {"1", "1.0", "won", "true", "yes"}, {"0", "0.0", "lost", "false", "no"}


class Progress:
    """A line on stderr, if that is a terminal."""

    def __init__(self, label, total):
        self.label, self.total, self.drawn, self.shown = label, total, 0.0, sys.stderr.isatty()

    def at(self, done):
        if self.shown and time.monotonic() - self.drawn > 0.1:
            self.drawn = time.monotonic()
            print(f"\r\033[K{self.label}  {100 * done // self.total} %", end="", file=sys.stderr, flush=True)

    def end(self):
        if self.shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def day(text):
    text = text.strip()
    if not text:
        return None
    if text.count("-") == 2 and not text.startswith("-"):
        return datetime.date.fromisoformat(text).toordinal()
    return int(text.removesuffix(".0"))


def band(text):
    """Half-octave band of a number."""
    try:
        x = float(text)
    except ValueError:
        x = math.nan
    if math.isnan(x):
        return "none"
    if x == 0:
        return "zero"
    mantissa, exponent = math.frexp(abs(x))
    return f"{'-' if x < 0 else ''}{2 * exponent + (mantissa >= math.sqrt(0.5))}"


class Rows:
    """A file, column by column, in order of arrival."""

    def __init__(self, path):
        with open(path, newline="", encoding="utf-8-sig") as file:
            records = list(csv.DictReader(file))
        if not records:
            sys.exit(f"error: {path}: the file has no rows")
        if missing := {"t", "tclose", "partner", "y"} - set(records[0]):
            sys.exit(f"error: {path}: there is no column {', '.join(sorted(missing))}")
        records.sort(key=lambda record: day(record["t"]))
        slots = [name for name in records[0] if name.startswith(("c_", "n_"))]
        self.count = len(records)
        self.partner = [record["partner"] for record in records]
        self.values = [[f"{s}={record[s] if s.startswith('c_') else band(record[s])}" for s in slots] for record in records]
        self.arrival = [day(record["t"]) for record in records]
        self.closing, self.won = [], []
        for record in records:
            closing, text = day(record["tclose"]), record["y"].strip().lower()
            if text and text not in WON | LOST:
                sys.exit(f"error: {path}: y is {text!r}")
            is_known = closing is not None and text != ""
            self.closing.append(closing if is_known else None)
            self.won.append(text in WON if is_known else None)
        known = [k for k in range(self.count) if self.closing[k] is not None]
        self.is_prompt = all(self.closing[k] == self.arrival[k] for k in known)
        self.outcomes = sorted(known, key=lambda k: (self.closing[k], k))


class BaseRate:
    name = "base rate"

    def __init__(self, rows):
        self.rows, self.wins, self.known = rows, 1.0, 4.0

    def predict(self, k):
        return self.wins / self.known

    def learn(self, k, won):
        self.wins += won
        self.known += 1


class PartnerRate(BaseRate):
    name = "partner rate (Beta, m = 20)"

    def __init__(self, rows):
        super().__init__(rows)
        self.own = {partner: [0.0, 0.0] for partner in rows.partner}

    def predict(self, k):
        wins, known = self.own[self.rows.partner[k]]
        return (wins + 20 * super().predict(k)) / (known + 20)

    def learn(self, k, won):
        super().learn(k, won)
        own = self.own[self.rows.partner[k]]
        own[0] += won
        own[1] += 1


def vw_word(text):
    return "".join("_" if c in " :|\t\n\r" else c for c in text) or "_"


def vw_lines(rows):
    return [f"|p {vw_word(p)} |l {' '.join(map(vw_word, values))}" for p, values in zip(rows.partner, rows.values)]


class VowpalWabbit:
    """Through its Python API, as a service in Python would use it; reading a line of text is part of each call."""

    def __init__(self, rows, setting):
        self.name = f"Vowpal Wabbit -q pl {setting}".strip()
        self.workspace = vowpalwabbit.Workspace(f"{VW} {setting}")
        self.lines = vw_lines(rows)

    def predict(self, k):
        return self.workspace.predict(self.lines[k])

    def learn(self, k, won):
        self.workspace.learn(("1 " if won else "-1 ") + self.lines[k])

    def close(self):
        self.workspace.finish()


class River:
    """Logistic regression on partner, values, and partner with each value."""

    def __init__(self, rows, setting):
        label, optimizer = setting
        self.name = f"River logistic, {label}"
        self.model = linear_model.LogisticRegression(optimizer=optimizer())
        self.features = [
            dict.fromkeys([p, *values, *((p, value) for value in values)], 1.0) for p, values in zip(rows.partner, rows.values)]

    def predict(self, k):
        return self.model.predict_proba_one(self.features[k]).get(True, 0.5)

    def learn(self, k, won):
        self.model.learn_one(self.features[k], won)


def validate(rows, model, count=None):
    """Predictions of the first `count` rows, and the time of this thread that predicting and learning took."""
    count = count or rows.count
    predictions, head, seconds, progress = [], 0, 0.0, Progress(model.name, count)
    for first in range(0, count, 2_000):
        progress.at(first)
        start = time.thread_time()
        for k in range(first, min(first + 2_000, count)):
            if rows.is_prompt:
                predictions.append(model.predict(k))
                if rows.won[k] is not None:
                    model.learn(k, rows.won[k])
                continue
            while head < len(rows.outcomes) and rows.closing[rows.outcomes[head]] < rows.arrival[k]:
                model.learn(rows.outcomes[head], rows.won[rows.outcomes[head]])
                head += 1
            predictions.append(model.predict(k))
        seconds += time.thread_time() - start
    progress.end()
    if hasattr(model, "close"):
        model.close()
    return predictions, seconds


def scores(rows, predictions, first, end):
    scored = [k for k in range(first, end) if rows.won[k] is not None]
    if not scored:
        return None
    p, y = numpy.array([predictions[k] for k in scored]), numpy.array([float(rows.won[k]) for k in scored])
    bins = [part for part in numpy.array_split(numpy.argsort(p, kind="stable"), 10) if len(part)]
    return {
        "logLoss": log_loss(y, numpy.clip(p, CLIP, 1 - CLIP), labels=[0, 1]),
        "auc": roc_auc_score(y, p) if 0 < y.mean() < 1 else None,
        "brier": brier_score_loss(y, p),
        "ece": sum(len(part) * abs(p[part].mean() - y[part].mean()) for part in bins) / len(y),
    }


def chosen(rows, make, settings):
    """The setting with the least log-loss over the first half, without its first fifth."""
    half, best = rows.count // 2, None
    for setting in settings:
        found = scores(rows, validate(rows, make(rows, setting), half)[0], half // 5, half) if half else None
        if found and (best is None or found["logLoss"] < best[0]):
            best = (found["logLoss"], setting)
    return best[1] if best else settings[0]


def native_vw(rows, setting):
    """Rows a second of Vowpal Wabbit's own loop, no Python in it: from a binary cache, by the clock, and from text.

    The wheel of PyPI has no program `vw`, yet it has the loop, which runs when a workspace gets a file. It predicts each
    row and learns it at once, so late outcomes do not wait: speed alone. Starting it, which allots the weights, is not
    counted: a run over one row is taken off.
    """
    known = [k for k in range(rows.count) if rows.won[k] is not None]
    lines = vw_lines(rows)
    arguments = f"{VW} {setting} --no_stdin".split()

    def best(count, *source):
        found = []
        for _ in range(5):
            start, wall = time.process_time(), time.perf_counter()
            workspace = vowpalwabbit.Workspace(arg_list=[*arguments, *source])
            found.append((time.process_time() - start, time.perf_counter() - wall))
            if workspace.get_weighted_examples() != count:
                sys.exit(f"error: Vowpal Wabbit read {workspace.get_weighted_examples()} rows of {count}")
            workspace.finish()
        return [min(each) for each in zip(*found)]

    def rate(spent, before):
        return len(known) / (spent - before) if spent > before else None

    with tempfile.TemporaryDirectory() as work:
        text, one, cache = f"{work}/rows.vw", f"{work}/one.vw", f"{work}/rows.cache"
        with open(text, "w", encoding="utf-8") as file, open(one, "w", encoding="utf-8") as first:
            file.writelines(f"{1 if rows.won[k] else -1} {lines[k]}\n" for k in known)
            first.writelines(f"{1 if rows.won[k] else -1} {lines[k]}\n" for k in known[:1])
        vowpalwabbit.Workspace(arg_list=[*arguments, "-d", text, "--cache_file", cache, "-k"]).finish()
        start = best(1, "-d", one)
        # With a cache the text is not read, yet without its name nothing runs.
        cached, read = best(len(known), "-d", text, "--cache_file", cache), best(len(known), "-d", text)
    return rate(cached[0], start[0]), rate(cached[1], start[1]), rate(read[0], start[0])


def leadline(binary, path):
    progress = Progress("Leadline", 1)
    progress.at(0)
    done = subprocess.run([binary, "evaluate", path, "--json", "--repeat", "5"], capture_output=True, text=True)
    progress.end()
    if done.returncode != 0:
        print(f"Leadline is left out: {done.stderr.strip()}", file=sys.stderr)
        return []
    report = json.loads(done.stdout)["files"][0]
    speed = {"leadline": report["speed"]["rowsPerSecond"]}
    return [(f"Leadline: {e['model']}".replace("Leadline: leadline", "Leadline"), e["scores"], speed.get(e["model"])) for e in report["scores"]]


def table(entries):
    def number(value):
        return "-" if value is None else f"{value:.4f}"

    width = max(len(name) for name, _, _ in entries)
    print(f"{'MODEL':{width}}  LOG-LOSS     AUC   BRIER     ECE     ROWS/S")
    for name, found, rate in entries:
        found = found or {}
        cells = "  ".join(f"{number(found.get(key)):>{size}}" for key, size in [("logLoss", 8), ("auc", 6), ("brier", 6), ("ece", 6)])
        print(f"{name:{width}}  {cells}  {'-' if rate is None else f'{rate:,.0f}':>9}")


def compare(path, binary):
    rows = Rows(path)
    half = rows.count // 2
    outcomes = "known on arrival" if rows.is_prompt else "taught once their closing day is past"
    print(f"{path}: {rows.count:,} rows, scored from row {half + 1:,} on, outcomes {outcomes}", flush=True)
    entries = leadline(binary, path) if binary else []
    vw_setting = chosen(rows, VowpalWabbit, VW_SETTINGS)
    models = [BaseRate(rows), PartnerRate(rows), VowpalWabbit(rows, "")]
    if vw_setting:
        models.append(VowpalWabbit(rows, vw_setting))
    models.append(River(rows, chosen(rows, River, RIVER_SETTINGS)))
    for model in models:
        predictions, seconds = validate(rows, model)
        entries.append((model.name, scores(rows, predictions, half, rows.count), rows.count / max(seconds, 1e-9)))
    by_cache, by_clock, by_text = native_vw(rows, "")
    entries.append(("Vowpal Wabbit's own loop, from its cache", None, by_cache))
    entries.append(("Vowpal Wabbit's own loop, from text", None, by_text))
    table(entries)
    clock = "-" if by_clock is None else f"{by_clock:,.0f}"
    print(f"Rows a second of processor time. Vowpal Wabbit's own loop from its cache, by the clock, on two threads: {clock}\n", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="deploy/evaluate-peers", description=__doc__.splitlines()[0])
    parser.add_argument("--root", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--binary", help="leadline to compare with (default: the release build, if it is there)")
    parser.add_argument("files", nargs="+", metavar="FILE.csv")
    options = parser.parse_args()
    default = f"{options.root}/.build-release/release/leadline"
    binary = options.binary or (default if os.access(default, os.X_OK) else None)
    for path in options.files:
        compare(path, binary)


if __name__ == "__main__":
    main()
