"""Does any answer show a word of a body to somebody who may not read it, and would we see it if one did?"""

from __future__ import annotations

import click

from benchmarks.registry import Figure, measures


@measures(
    "prove",
    "leak_sweep",
    Figure(
        "leak_sweep_requests",
        20_000,
        "least",
        "Requests to the whole application: routes by states of a story, readers, methods, formats and headers.",
    ),
    Figure(
        "leak_sweep_canaries",
        0,
        "most",
        "Words of a gated or unpublished text that stood in an answer to somebody who may not read it, and slots used that should not have been.",
    ),
)
def leak_sweep() -> dict[str, float]:
    """The whole sweep, on a paper of its own."""
    from tests.leaks import sweep
    from tests.leaks.process import Child

    child = Child()
    try:
        result = child.do(sweep.whole)
    finally:
        child.close()
    if result.faults:
        click.echo(result.report())
    counts = ", ".join(f"{name} {count}" for name, count in result.surfaces.most_common())
    click.echo(f"    {counts}; {result.opened} answers held the body that they had to")
    return {"leak_sweep_requests": result.requests, "leak_sweep_canaries": max(result.leaks, len(result.faults))}


@measures(
    "prove",
    "mutation_guard",
    Figure(
        "mutation_guard_missed",
        0,
        "most",
        "Gates that were taken away, one after the other on each surface that they guard, without the sweep noticing.",
    ),
)
def mutation_guard() -> dict[str, float]:
    """Every mutant."""
    from tests.leaks import mutants
    from tests.leaks.process import Child

    child = Child()
    try:
        missed = child.do(mutants.whole)
    finally:
        child.close()
    click.echo(f"    {len(missed)} gates taken away")
    for name, surfaces in missed.items():
        if surfaces:
            click.echo(f"    {name}: not noticed on {', '.join(surfaces)}")
    return {"mutation_guard_missed": sum(len(surfaces) for surfaces in missed.values())}
