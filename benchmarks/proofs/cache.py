"""Does a cache in front ever give a stranger what a member was given, and would we see it if it did?"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from benchmarks.registry import Figure, measures

PAIRS = int(os.environ.get("PAIRS", "10000"))


@measures(
    "prove",
    "cache_alternation",
    Figure(
        "cache_alternation_pairs",
        10_000,
        "least",
        "Pairs of a member's and a stranger's request for the same story, through nginx with the configuration that is shipped.",
    ),
    Figure(
        "cache_alternation_leaks",
        0,
        "most",
        "Strangers of these pairs, and of a fifth as many where nginx has only the paper's headers to go by, who got "
        "anything of the member's page, and members who got a stranger's.",
    ),
    Figure(
        "cache_deceptions_kept",
        0,
        "most",
        "Addresses that look like files, of sixty asked by a member, that put a word of a story into nginx's cache.",
    ),
    Figure(
        "cache_alternation_control",
        100,
        "least",
        "Strangers who got something of the member's page in a thousand pairs where nginx is told to ignore the paper's "
        "headers: the check can fail.",
    ),
)
def cache_alternation() -> dict[str, float]:
    """One paper, three configurations one after the other."""
    from tests.proxy.alternation import HEADERS_ALONE, WRONG, alternate, deceptions_kept
    from tests.proxy.nginx import command, fronting
    from tests.proxy.readers import paper_behind

    if command() is None:
        raise click.ClickException("nginx is missing: apt-get install nginx-light")
    with tempfile.TemporaryDirectory(prefix="bs-cache-") as name:
        folder = Path(name)
        with paper_behind(folder / "paper") as paper:
            with fronting(folder / "shipped", paper.address) as front:
                shipped, kept = alternate(front, paper, PAIRS), deceptions_kept(front, paper)
            with fronting(folder / "headers", paper.address, HEADERS_ALONE) as front:
                headers = alternate(front, paper, PAIRS // 5, seed=2)
            with fronting(folder / "wrong", paper.address, WRONG) as front:
                wrong = alternate(front, paper, 1_000, seed=3)
    for where, found in (("as shipped", shipped), ("the paper's headers alone", headers), ("headers ignored", wrong)):
        kinds = "; ".join(f"{count} {kind}" for kind, count in found.kinds.most_common(3))
        click.echo(
            f"    {where}: of {found.pairs} pairs {found.leaks} leak, {found.denied} deny the member"
            + (f", such as {kinds}" if kinds else "")
        )
    return {
        "cache_alternation_pairs": shipped.pairs,
        "cache_alternation_leaks": sum(found.leaks + found.denied for found in (shipped, headers)),
        "cache_deceptions_kept": kept,
        "cache_alternation_control": wrong.leaks,
    }
