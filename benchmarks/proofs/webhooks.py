"""Do our rows say what the gateway says, whatever becomes of its webhooks? And does any body trip the hook?"""

from __future__ import annotations

import os

import click

from benchmarks.registry import Figure, measures

NUMBER = int(os.environ.get("CASES", "10000"))


@measures(
    "prove",
    "webhook_schedules",
    Figure(
        "webhook_schedules_divergent", 0, "most",
        f"Random schedules, of {NUMBER} (CASES=), after which a row or a reader's access was not what the gateway's facts "
        "give: webhooks lost, doubled, late and out of order, workers killed at any statement, a gateway that is down, "
        "that loses its answers, and that changes between being read and being written; then the hourly list of events.",
    ),
)  # fmt: skip
def webhook_schedules() -> dict[str, float]:
    """Each with its own readers, on SQLite in memory."""
    from tests.apps.membership.many import schedules

    wrong = schedules(NUMBER)
    for line in wrong[:10]:
        click.echo(f"    {line}")
    return {"webhook_schedules_divergent": len({line.partition(":")[0] for line in wrong})}


@measures(
    "prove",
    "webhook_fuzz",
    Figure(
        "webhook_fuzz_500", 0, "most",
        f"Bodies and signatures, of {NUMBER} (CASES=), that the hook answered with anything but 200 or 400, or that left a "
        "row although they were refused.",
    ),
)  # fmt: skip
def webhook_fuzz() -> dict[str, float]:
    """Seven in ten bear a signature that holds."""
    from tests.apps.membership.many import bodies

    wrong = bodies(NUMBER)
    for line in wrong[:10]:
        click.echo(f"    {line}")
    return {"webhook_fuzz_500": len(wrong)}
