"""`python -m benchmarks bench|prove|figures [NAME]`."""

from __future__ import annotations

import sys

import click

from benchmarks import held, latency, ledgers, mail, pages, speed  # noqa: F401  (they register what they measure)
from benchmarks.proofs import bounces, cache, leaks, mails, outage, races, tabs, webhooks  # noqa: F401
from benchmarks.registry import chosen, timed


@click.group()
def main() -> None:
    """Measure what docs/reference/figures.md states."""


@main.command()
@click.argument("only", default="")
def bench(only: str) -> None:
    """Speed: ratios, each taken in one run."""
    _run("bench", only)


@main.command()
@click.argument("only", default="")
def prove(only: str) -> None:
    """Long proofs: sweeps, races, kills."""
    _run("prove", only)


@main.command()
def figures() -> None:
    """Write docs/reference/figures.md."""
    click.echo(pages.write())


def _run(kind: str, only: str) -> None:
    items = chosen(kind, only)
    if only and not items:
        raise click.ClickException(f"Nothing here measures {only!r}.")
    missed = False
    for item in items:
        click.echo(f"{item.name} …")
        for name, found in timed(item).items():
            missed |= not found["ok"]
            sign = "ok" if found["ok"] else "MISSED"
            click.echo(f"  {name:28} {found['value']:>10} (goal {found['goal']}) {sign}, {found['seconds']} s")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
