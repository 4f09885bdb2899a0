"""docs/reference/figures.md, made from what was measured."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.registry import FILES, MEASUREMENTS, ROOT, Figure, Measurement

PAGE = ROOT / "docs" / "reference" / "figures.md"
HEAD = """# Figures

Every figure here was printed by a command that stands beside it, on a machine of two cores. A ratio compares two
things that one server did in one run, in alternating slices, and is the median of the slices; run it on your own
machine before you rely on it. Where a reader is compared with fixed bytes and nothing is written, the worker has one
processor and what loads it the other. This page is written by `make figures`, from `var/bench.json` and `var/proofs.json`.

| figure | value | goal | what it means | again |
| --- | ---: | ---: | --- | --- |
"""


def write() -> str:
    """Write the page; gives its path."""
    kept = {kind: json.loads(path.read_text()) if path.exists() else {} for kind, path in FILES.items()}
    rows = [_row(item, figure, kept[item.kind]) for item in MEASUREMENTS for figure in item.figures]
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(HEAD + "".join(row for row in rows if row))
    return str(PAGE.relative_to(ROOT))


def _row(item: Measurement, figure: Figure, kept: dict[str, Any]) -> str:
    found = kept.get(figure.name)
    if found is None:
        return ""
    bound = "at least" if figure.sense == "least" else "at most"
    value = f"{found['value']:g}" + ("" if found["ok"] else " (missed)")
    again = f"`make {item.kind} ONLY={item.name}`"
    return f"| `{figure.name}` | {value} | {bound} {figure.goal:g} | {figure.meaning} | {again} |\n"
