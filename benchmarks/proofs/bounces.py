"""Are bounces read for what they are, and does anything take a reader off a list that may not?"""

from __future__ import annotations

import click

from benchmarks.registry import ROOT, Figure, measures

DATA = ROOT.parent / "shared" / "data"


@measures(
    "prove",
    "bounces",
    Figure(
        "bounces_right_share", 0.99, "least",
        "Recipients of real bounces, complaints and automatic answers of some sixty mail systems of whom the reason that was "
        "read is exactly the one that a mature parser reads.",
    ),
    Figure(
        "bounces_wrong_suppressions", 0, "most",
        "Times that a reader was suppressed by what may suppress nobody: every real mail without our seal; answers of "
        "machines, delays and feedback that complains of nothing, sealed, eight issues long; and ten thousand refusals of "
        "what we are, after which the domain has to be paused and the staff told within a minute.",
    ),
)  # fmt: skip
def bounces() -> dict[str, float]:
    """All mails that lie beside the project."""
    from tests.apps.newsletters.storms import share, wrongly_suppressed

    if not DATA.exists():
        raise click.ClickException("the real input beside the project is missing")
    found, wrong = share(DATA), wrongly_suppressed(DATA)
    click.echo(f"    {found.right} of {found.rows} recipients")
    for line in [*found.wrong, *wrong][:20]:
        click.echo(f"    {line}")
    return {"bounces_right_share": found.right / found.rows, "bounces_wrong_suppressions": len(wrong)}
