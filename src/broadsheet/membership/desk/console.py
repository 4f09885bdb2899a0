"""What `broadsheet members` does and prints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from broadsheet import clock
from broadsheet.membership.desk import words
from broadsheet.membership.formats.members import read
from broadsheet.membership.gateways import current
from broadsheet.membership.operations import bringing
from broadsheet.membership.queries.taking import members_csv


def export(file: Path) -> None:
    """Write members as CSV; `-` writes to the screen."""
    lines = members_csv(clock.now())
    if str(file) == "-":
        for line in lines:
            click.echo(line, nl=False)
        return
    with _whole(file) as out:
        out.writelines(lines)
    click.echo(f"Members are written to {file}")


@contextmanager
def _whole(file: Path) -> Iterator[TextIO]:
    """A file that nobody but its owner reads, in place of the former one once it is whole."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(0o600)
        with part.open("w", encoding="utf-8", newline="") as out:
            yield out
        part.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from error
    finally:
        if part.parent.is_dir():
            part.unlink(missing_ok=True)


def bring(file: Path, *, dry_run: bool) -> None:
    """Bring a file in, or tell what that would do. Faults end it with exit code 1."""
    sheet = read(file.read_bytes())
    if dry_run:
        report = bringing.look_through(sheet=sheet)
        for row in report.outcomes:
            click.echo(f"line {row.line}  {row.email}  {words.outcome(row.did)}")
    else:
        report = bringing.bring_in(
            sheet=sheet, now=clock.now(), by=None, by_name="broadsheet members import",
            livemode=current.gateway().livemode,
        )  # fmt: skip
    for fault in report.faults:
        click.echo(f"{file.name}: {words.place(fault)}: {words.fault(fault)}", err=True)
    if report.unused:
        click.echo(f"Nothing is made of these columns: {', '.join(report.unused)}")
    if report.faults:
        raise click.ClickException(f"{len(report.faults)} faults in {file.name}. Nothing was written.")
    click.echo(f"{'Would do' if dry_run else 'Done'}: {words.summary(report.counts)}")
