"""An import as the operator sees it: progress while it runs, and a report that names what wants a look."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from broadsheet.interchange.fetching import Finder
from broadsheet.interchange.formats.wordpress import wxr
from broadsheet.interchange.operations.importing import Choices, Import, source_of
from broadsheet.interchange.operations.pictures import Pictures
from broadsheet.interchange.rules import Report

MOST_KINDS = 12
MOST_NAMED = 5
OUTCOMES = ("imported", "scheduled", "drafts", "there already", "skipped", "not found", "failed")


def import_wordpress(export: wxr.Export, choices: Choices, finder: Finder, now: datetime, console: Console) -> Report:
    """Run an import with a bar of progress. Stopped by Ctrl+C, it gives the report of what is done by then."""
    report = Report()
    source = source_of(export)
    work = Import(export, choices, Pictures(export, source, finder, report), now)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        try:
            work.run(lambda done, of, name: bar.update(task, completed=done, total=of, description=name[:48]))
        except KeyboardInterrupt:
            report.note("import", "stopped", "what is done is kept; run the same command again to go on")
    return report


def show(report: Report, choices: Choices, console: Console) -> None:
    """Print the report."""
    seen = [outcome for outcome in OUTCOMES if report.total(outcome)]
    table = Table(Column("", no_wrap=True), *seen, title="What became of the export", title_justify="left")
    for kind, counts in sorted(report.counts.items()):
        table.add_row(kind, *(str(counts[outcome] or "") for outcome in seen))
    console.print(table)
    for kind in dict.fromkeys(kind for kind, _which, _what in report.notes):
        _show_notes(kind, [(which, what) for found, which, what in report.notes if found == kind], console)
    if report.left_out:
        named = ", ".join(f"{name} ({count})" for name, count in report.left_out.most_common(MOST_KINDS))
        more = len(report.left_out) - MOST_KINDS
        console.print(f"Without a counterpart here, left out: {named}{f', and {more} more kinds' if more > 0 else ''}.")
    if "comment" in report.counts:
        how = "kept as keyed hashes" if choices.hash_commenters else "dropped"
        console.print(f"Commenters' mail addresses were {how}; their network addresses were dropped.")


def _show_notes(kind: str, notes: list[tuple[str, str]], console: Console) -> None:
    """The notes on one kind, those that say the same together."""
    console.print(f"\n[bold]{kind}[/bold]: to look at")
    for what in dict.fromkeys(what for _which, what in notes):
        named = [which for which, said in notes if said == what]
        console.print(f"  {what} ({len(named)})", markup=False)
        for which in named[:MOST_NAMED]:
            console.print(f"    {which}", markup=False, overflow="ellipsis", no_wrap=True)
        if len(named) > MOST_NAMED:
            console.print(f"    and {len(named) - MOST_NAMED} more (all of them with --report FILE)")


def write(report: Report, path: Path) -> None:
    """Write the whole report as JSON."""
    rows = [{"kind": kind, "which": which, "what": what} for kind, which, what in report.notes]
    values = {"counts": report.counts, "left_out": report.left_out, "notes": rows}
    path.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
