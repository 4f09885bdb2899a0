"""The figures that Broadsheet states of itself: each has a name, a goal, and a function that measures it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
FILES = {"bench": VAR / "bench.json", "prove": VAR / "proofs.json"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `sense` is `least` where the value must reach the goal, `most` where it may not pass it."""

    name: str
    goal: float
    sense: str
    meaning: str

    def ok(self, value: float) -> bool:
        """Whether `value` reaches the goal."""
        return value >= self.goal if self.sense == "least" else value <= self.goal


@dataclass(frozen=True, slots=True)
class Measurement:
    """A function that measures one or several figures in one run."""

    kind: str  # bench or prove
    name: str
    figures: tuple[Figure, ...]
    run: Callable[[], dict[str, float]]


MEASUREMENTS: list[Measurement] = []


def measures(kind: str, name: str, *figures: Figure) -> Callable[[Callable[[], dict[str, float]]], Callable[[], Any]]:
    """Register a function that gives a value for each of `figures`."""

    def register(run: Callable[[], dict[str, float]]) -> Callable[[], Any]:
        MEASUREMENTS.append(Measurement(kind, name, figures, run))
        return run

    return register


def chosen(kind: str, only: str) -> list[Measurement]:
    """The measurements of a kind: all, or those called `only` or giving a figure of that name."""
    ours = [item for item in MEASUREMENTS if item.kind == kind]
    return [item for item in ours if not only or only == item.name or only in {figure.name for figure in item.figures}]


def record(item: Measurement, values: dict[str, float], seconds: float) -> dict[str, Any]:
    """Keep the values beside those of earlier runs, and give what was kept."""
    path = FILES[item.kind]
    kept = json.loads(path.read_text()) if path.exists() else {}
    made = {
        figure.name: {
            "value": round(values[figure.name], 3), "goal": figure.goal, "ok": figure.ok(values[figure.name]),
            "seconds": round(seconds, 1), "commit": commit(),
        }
        for figure in item.figures
    }  # fmt: skip
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**kept, **made}, indent=1, sort_keys=True) + "\n")
    return made


def commit() -> str:
    """The commit that is measured, with a plus where files were changed since."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    changed = subprocess.run(["git", "status", "--porcelain", "-uno"], cwd=ROOT, capture_output=True, text=True)
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")


def timed(item: Measurement) -> dict[str, Any]:
    """Run a measurement and record it."""
    begun = time.monotonic()
    return record(item, item.run(), time.monotonic() - begun)
