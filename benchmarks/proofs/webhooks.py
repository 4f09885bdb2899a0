"""Do our rows say what the gateway says, whatever becomes of its webhooks? And does any body trip the hook?"""

from __future__ import annotations

import os

import click

from benchmarks.registry import Figure, measures

NUMBER = int(os.environ.get("CASES", "10000"))


MEANING = (
    f"Random schedules, of {NUMBER} (CASES=) on {{where}}, after which a row or a reader's access was not what the "
    "gateway's facts give: webhooks lost, doubled, late and out of order, workers killed at any statement, a gateway that "
    "is down, that loses its answers, and that changes between being read and being written; then the hourly list of "
    "events."
)


@measures(
    "prove",
    "webhook_schedules",
    Figure("webhook_schedules_divergent", 0, "most", MEANING.format(where="SQLite")),
    Figure("webhook_schedules_postgresql_divergent", 0, "most", MEANING.format(where="PostgreSQL")),
)
def webhook_schedules() -> dict[str, float]:
    """Each with its own readers: on SQLite in memory, and on a PostgreSQL server of our own."""
    from tests.servers import postgresql_bin, postgresql_server

    binaries = postgresql_bin()
    if binaries is None:
        raise click.ClickException("PostgreSQL's server is missing: apt-get install postgresql")
    sqlite = _divergent("")
    with postgresql_server(binaries) as server:
        postgresql = _divergent(server)
    return {"webhook_schedules_divergent": sqlite, "webhook_schedules_postgresql_divergent": postgresql}


def _divergent(server: str) -> int:
    from tests.apps.membership.many import schedules

    wrong = schedules(NUMBER, server)
    for line in wrong[:10]:
        click.echo(f"    {line}")
    return len({line.partition(":")[0] for line in wrong})


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
