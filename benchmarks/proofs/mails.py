"""Does every reader get an issue once, whatever becomes of those who send it? And who leaves, nothing more?"""

from __future__ import annotations

import os

import click

from benchmarks.mail import paper, run
from benchmarks.registry import Figure, measures

KILLS = int(os.environ.get("KILLS", "200"))
MAILS = int(os.environ.get("MAILS", "10000"))
LEAVING = int(os.environ.get("LEAVING", "1000"))


@measures(
    "prove",
    "send_kills",
    Figure(
        "send_kills_missed", 0, "most",
        f"Readers, of {MAILS} (MAILS=), who got nothing, after the sender was killed (kill -9) at {KILLS} random moments "
        "(KILLS=) while an issue went out over SMTP to a server in a process of its own; and again with a server that "
        "cannot be asked, over one connection and over sixteen.",
    ),
    Figure(
        "send_kills_twice", 0, "most",
        "Messages that came twice where the server can be asked what it took (Postfix's log), or drops what it has already.",
    ),
    Figure(
        "send_kills_beyond_bound", 0, "most",
        "Messages that came twice where the server can neither be asked nor drops them, beyond one for each connection and "
        "each kill that fell while a message was under way.",
    ),
)  # fmt: skip
def send_kills() -> dict[str, float]:
    """On SQLite. The server notes a message, and only then says that it took it."""
    asked = [_killed(KILLS, MAILS, 4, "resolves"), _killed(KILLS // 4, MAILS // 4, 4, "dedupes")]
    asked.append(_killed(KILLS // 4, MAILS // 4, 4, "crosses"))
    neither = [_killed(KILLS // 4, MAILS // 4, lines, "neither") for lines in (1, 16)]
    return {
        "send_kills_missed": sum(one["missed"] for one in [*asked, *neither]),
        "send_kills_twice": sum(one["twice"] for one in asked),
        "send_kills_beyond_bound": sum(max(0, one["twice"] - one["under_way"] * one["lines"]) for one in neither),
    }


def _killed(kills: int, mails: int, lines: int, mode: str) -> dict[str, int]:
    with paper() as environment:
        found = run(environment, "killing", str(max(kills, 4)), str(mails), str(lines), mode)
    click.echo(
        f"    {mode}, {lines} connections: {found['kills']} kills, {found['under_way']} of them with messages under way; "
        f"{found['missed']} missed, {found['twice']} twice"
    )
    if not found["under_way"] or found["state"] != "done":
        raise click.ClickException(f"That proves nothing: {found}")
    return found


@measures(
    "prove",
    "mail_after_unsubscribe",
    Figure(
        "mail_after_unsubscribe", 0, "most",
        f"Mails that a server took later than a second after their reader had left the list, of {LEAVING} readers (LEAVING=) "
        "who left while an issue went out by two workers, and while the server was slow to answer.",
    ),
)  # fmt: skip
def mail_after_unsubscribe() -> dict[str, float]:
    """Every third reader leaves, at moments spread over the whole mailing."""
    with paper() as environment:
        found = run(environment, "leaving", str(LEAVING * 3))
    click.echo(f"    {found['left']} left while it went out; {found['spared']} of them before their mail had gone")
    if not found["spared"] or not found["sent"]:
        raise click.ClickException(f"That proves nothing: {found}")
    return {"mail_after_unsubscribe": found["late"]}
