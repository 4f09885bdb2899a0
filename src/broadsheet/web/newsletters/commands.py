"""`broadsheet newsletters …`: what is below it. Nothing of Django is touched before the command runs."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--list", "slug", required=True, metavar="SLUG", help="The list, as it stands in its page's address.")
@click.option("--language", default="", metavar="CODE", help="The list's language; else the paper's first.")
@click.option("--source", required=True, help="Where these readers said yes: it is kept with each as proof.")
@click.option("--dry-run", is_flag=True, help="Tell what becomes of each line; write nothing.")
def bring(file: Path, slug: str, language: str, source: str, dry_run: bool) -> None:
    """Put readers on a list from a CSV with the columns `email` and `consented` (a date). Safe to repeat.

    Lines without a date of consent are left out, and so are mailboxes that left the list or are not to be written to.
    """
    from django.conf import settings

    from broadsheet import clock
    from broadsheet.newsletters.formats.readers import FileError, read
    from broadsheet.newsletters.operations import bringing
    from broadsheet.newsletters.queries.lists import list_of

    card = list_of(slug, language or settings.LANGUAGE_CODE)
    if card is None:
        raise click.ClickException(f"There is no list {slug!r} in {language or settings.LANGUAGE_CODE}.")
    try:
        lines = read(file.read_bytes())
    except FileError as error:
        raise click.ClickException(str(error)) from error
    report = bringing.bring(lines=lines, newsletter_id=card.id, source=source, now=clock.now(), dry_run=dry_run)
    for outcome in report.outcomes:
        if outcome.what != bringing.JOINED:
            click.echo(f"line {outcome.line}: {outcome.address or '–'}: {outcome.what}")
    for what, number in sorted(report.counts.items()):
        click.echo(f"{number} {what}")
    if dry_run:
        click.echo("Nothing was written.")
