"""Does anybody pay twice, try twice, or pay what they did not agree to, by clicking in two tabs at once?"""

from __future__ import annotations

import os

import click

from benchmarks.registry import Figure, measures

NUMBER = int(os.environ.get("CASES", "10000"))
HOW = (
    f"in {NUMBER} (CASES=) random sessions: one reader or two with shared cards, joining, paying, cancelling, resuming and "
    "switching in two tabs, one of them while the other waits for the gateway, and then two months."
)


@measures(
    "prove",
    "two_tabs",
    Figure("two_tabs_double_charges", 0, "most", f"Pairs of charges for the same days that were both kept, {HOW}"),
    Figure(
        "two_tabs_second_trials", 0, "most",
        f"Trials that ran on although the reader, the mailbox or the card had had one, {HOW}",
    ),
    Figure(
        "two_tabs_surprise_charges", 0, "most",
        f"Charges that were kept without a consent, above it, before its date, or after a cancellation, {HOW}",
    ),
)  # fmt: skip
def two_tabs() -> dict[str, float]:
    """Each session with its own readers, on SQLite in memory."""
    from tests.apps.membership.many import sessions

    found = sessions(NUMBER)
    for line in found.told[:10]:
        click.echo(f"    {line}")
    return {
        "two_tabs_double_charges": found.double_charges, "two_tabs_second_trials": found.second_trials,
        "two_tabs_surprise_charges": found.surprises,
    }  # fmt: skip
