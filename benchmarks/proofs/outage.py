"""What do readers meet while the ledger cannot be written?"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from benchmarks.registry import Figure, measures

WORKERS = 2
SECONDS = {"locked": 65, "read-only": 20, "full": 20, "stopped": 20}  # the first long enough for the alarm
HOW = "while SQLite's file was locked, read-only and full, and while Valkey was stopped; a server with two workers"


@measures(
    "prove",
    "ledger_outage",
    Figure(
        "ledger_outage_refused_rereads", 0, "most", f"Re-reads and members' reads that were not served whole, {HOW}."
    ),
    Figure(
        "ledger_outage_over_bound", 0, "most",
        f"New stories given to a network beyond five a worker, {HOW}; with answers that were errors.",
    ),
    Figure(
        "ledger_outage_drift", 0, "most",
        "Grants that the ledger held after those outages and no receipt proved, or the other way round.",
    ),
)  # fmt: skip
def ledger_outage() -> dict[str, float]:
    """One paper, served anew for each fault."""
    from tests.contracts.outages import make_paper, outage

    refused = over = drift = 0
    with tempfile.TemporaryDirectory(prefix="bs-outage-") as name:
        paper = Path(name) / "paper"
        paper.mkdir()
        make_paper(paper)
        for kind, seconds in SECONDS.items():
            with ExitStack() as stack:
                folder = Path(name) / kind
                seen = outage(paper, folder, _fault(stack, folder, kind), seconds, WORKERS)
            click.echo(f"    {kind} for {seconds} s: {seen}")
            if seen.alarmed != (seconds > 60):
                raise click.ClickException(
                    f"{kind}: an alarm after a minute, and not before; the log had {seen.alarmed}"
                )
            refused, over, drift = refused + seen.refused, over + seen.over + seen.errors, drift + abs(seen.drift)
    return {
        "ledger_outage_refused_rereads": refused, "ledger_outage_over_bound": over, "ledger_outage_drift": drift,
    }  # fmt: skip


def _fault(stack: ExitStack, folder: Path, kind: str):  # type: ignore[no-untyped-def]
    from tests.contracts.faults import SqliteFault, ValkeyFault

    return stack.enter_context(ValkeyFault(folder)) if kind == "stopped" else SqliteFault(folder, kind)
