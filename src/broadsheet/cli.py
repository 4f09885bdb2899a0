"""The `broadsheet` command."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from typing import BinaryIO

import click

from broadsheet.commands import Commands
from broadsheet.web.newsletters.commands import bring

STARTER = "broadsheet.starter.paper.settings"
YIELDING = 10  # of 19


def find_settings(start: Path) -> str:
    """The settings module: the environment's, else that of `[tool.broadsheet]` in the nearest pyproject.toml."""
    if named := os.environ.get("DJANGO_SETTINGS_MODULE"):
        return named
    for folder in [start, *start.parents]:
        try:
            project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except tomllib.TOMLDecodeError as error:
            raise click.ClickException(f"{folder / 'pyproject.toml'}: {error}") from error
        if settings := project.get("tool", {}).get("broadsheet", {}).get("settings"):
            sys.path.insert(0, str(folder))
            return settings
    return STARTER


def start_django() -> None:
    """Set Django up for a command, with a plain sentence where a setting is wrong."""
    import django

    from broadsheet.conf import SettingsError

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", find_settings(Path.cwd()))
    try:
        django.setup()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="broadsheet")
def main() -> None:
    """Publish, meter, sell and send journalism."""


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run one of Django's or Wagtail's own commands: `broadsheet manage migrate`."""
    from django.core.management import execute_from_command_line

    start_django()
    execute_from_command_line(["broadsheet manage", *arguments])


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--work/--no-work", default=True, help="Also do the clock's work here: scheduled publishing, sweeping.")
def serve(host: str, port: int, workers: int, work: bool) -> None:
    """Serve the paper."""
    start_django()
    _serve(host, port, workers, work)


@main.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@click.option("--send/--no-send", "sending", default=True, help="Also send newsletters here.")
def work(once: bool, sending: bool) -> None:
    """Do the clock's work: scheduled publishing, sweeping the meter, sending newsletters."""
    start_django()
    from broadsheet.web.serving import run_work

    run_work(once=once, sending=sending)


@main.command()
@click.option("--until-empty", is_flag=True, help="End when nothing is left to send.")
@click.option("--lines", type=click.IntRange(1, 256), help="Connections.  [default: NEWSLETTER_LINES]")
def send(until_empty: bool, lines: int | None) -> None:
    """Send newsletters, beside `broadsheet work`: as many of these as you need, on as many machines."""
    start_django()
    from broadsheet.newsletters import tasks

    click.echo(f"Sent: {tasks.send(until_empty=until_empty, lines=lines or 0)}")


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--serve/--no-serve", "serving", default=True, help="Serve the paper once it is made.")
def demo(port: int, serving: bool) -> None:
    """Make the demo paper, and serve it."""
    os.environ.setdefault("BROADSHEET_FOLDER", "var/demo")
    os.environ.setdefault("BASE_URL", f"http://127.0.0.1:{port}")
    start_django()
    from broadsheet.demo import making

    password = making.make(address=os.environ["BASE_URL"])
    if serving:
        making.announce_when_ready(address=os.environ["BASE_URL"], password=password)
        _serve("127.0.0.1", port, workers=1, work=True)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8091, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where its state lies.  [default: sandbox.sqlite3 in the paper's folder]",
)
def sandbox(host: str, port: int, file: Path | None) -> None:
    """Serve the payments sandbox alone: speaks Stripe's language, moves no money."""
    from broadsheet.membership.gateways.sandbox import server

    path = file or Path(os.environ.get("BROADSHEET_FOLDER", ".")) / "sandbox.sqlite3"
    try:
        server.serve(path, host, port, lambda address: click.echo(f"No money moves at {address} (state: {path})"))
    except OSError as error:
        raise click.ClickException(
            f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: --port"
        ) from error


@main.command("open")
@click.option("--name", prompt="The paper's name", help="What stands in its head.")
@click.option("--language", default="en", show_default=True, help="The language it appears in: en, ar …")
@click.option("--email", prompt="The chief editor's mail address", help="Who may do everything.")
def open_(name: str, language: str, email: str) -> None:
    """Open a paper in this folder: database, front page, chief editor."""
    start_django()
    from django.core.exceptions import ValidationError

    from broadsheet.web import opening

    opening.prepare()
    if opening.languages():
        raise click.ClickException("There is a paper here already; nothing was changed.")
    try:
        password = opening.open_new(name=name, language=language, email=email)
    except ValidationError as error:
        raise click.ClickException("; ".join(error.messages)) from error
    click.echo(f"{name} is open. Serve it with `broadsheet serve`; edit it at /admin/ as {email}, password {password}")


@main.group("import")
def import_() -> None:
    """Bring in what another system exported."""


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--media",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with the old site's uploads.",
)
@click.option(
    "--fetch/--no-fetch",
    default=True,
    help="Fetch pictures that are not in the folder from where they lie.",
    show_default=True,
)
@click.option(
    "--trust-host", multiple=True, metavar="HOST", help="A host on a private network that may be asked for pictures."
)
@click.option("--language", help="The edition to import into.  [default: the export's, where the paper has it]")
@click.option(
    "--access",
    type=click.Choice(["inherit", "metered", "open", "members"]),
    default="inherit",
    show_default=True,
    help="Who may read the stories; `inherit`: as their section and topics say.",
)
@click.option("--section", "into", metavar="NAME", default="", help="Put every story into this section.")
@click.option(
    "--sections",
    "most_sections",
    type=click.IntRange(0, 40),
    default=8,
    show_default=True,
    help="How many categories become sections; the others become topics.",
)
@click.option(
    "--commenters",
    type=click.Choice(["drop", "hash"]),
    default="drop",
    show_default=True,
    help="What happens to commenters' mail addresses.",
)
@click.option("--also", multiple=True, metavar="TYPE", help="A further post type whose items are stories.")
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the whole report there, as JSON.",
)
def wordpress(
    file: Path,
    media: Path | None,
    fetch: bool,
    trust_host: tuple[str, ...],
    language: str | None,
    access: str,
    into: str,
    most_sections: int,
    commenters: str,
    also: tuple[str, ...],
    report_file: Path | None,
) -> None:
    """Import a WordPress export (WXR). Safe to repeat: what is there already stays as it is."""
    start_django()
    from rich.console import Console

    from broadsheet import clock
    from broadsheet.interchange import console as desk
    from broadsheet.interchange.fetching import Finder
    from broadsheet.interchange.formats.wordpress import wxr
    from broadsheet.interchange.operations.importing import Choices

    console = Console(highlight=False)
    with console.status(f"Reading {file.name}"):
        try:
            export = wxr.scan(file)
        except wxr.ExportError as error:
            raise click.ClickException(f"{error} Nothing was imported.") from error
    choices = Choices(
        language=_edition(language, export.language, export.title), access=access, into=into,
        most_sections=most_sections, hash_commenters=commenters == "hash", also=frozenset(also),
    )  # fmt: skip
    finder = Finder(media, fetch, frozenset(host.lower() for host in trust_host))
    report = desk.import_wordpress(export, choices, finder, clock.now(), console)
    desk.show(report, choices, console)
    if report_file is not None:
        desk.write(report, report_file)
    if report.total("failed"):
        raise SystemExit(1)


def _yield_to_readers() -> None:
    """Let whoever serves pages on this machine go first: long work has time."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, 0, YIELDING)


def _edition(wanted: str | None, exported: str, title: str) -> str:
    """The edition to import into; a folder without a paper gets one, named as the export is."""
    from django.conf import settings

    from broadsheet.web import opening

    opening.prepare()
    known = dict(settings.WAGTAIL_CONTENT_LANGUAGES)
    short = exported.partition("-")[0].lower()
    ours = opening.languages()
    if wanted and wanted not in (ours or known):
        raise click.ClickException(f"The paper has no edition in {wanted!r}; it has {', '.join(ours or known)}.")
    if ours:
        return wanted or (short if short in ours else ours[0])
    language = wanted or (short if short in known else next(iter(known)))
    email = "editor@example.org"
    password = opening.open_new(name=title or "Broadsheet", language=language, email=email)
    click.echo(f"There was no paper here: “{title}” is open now. Edit it at /admin/ as {email}, password {password}")
    return language


@main.command("take-back-receipt")
@click.argument("value")
def take_back_receipt(value: str) -> None:
    """Let a receipt that goes round prove nothing any more. VALUE is that of its cookie, bs-r."""
    start_django()
    from broadsheet import clock
    from broadsheet.paywall import operations
    from broadsheet.prerender.operations import publish_receipts

    if not operations.take_back_receipt(value=value, now=clock.now()):
        raise click.ClickException("That is no receipt of this paper: give the value of the cookie bs-r, all of it.")
    publish_receipts()
    click.echo("Taken back. Within a second it opens nothing any more.")


@main.group()
def members() -> None:
    """Take members out to a file, and bring them in from one."""


@members.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path))
def members_export(file: Path) -> None:
    """Write members with plan, state, dates and Stripe's numbers as CSV; `-` writes to the screen."""
    start_django()
    from broadsheet.membership.desk import console

    console.export(file)


@members.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Tell what becomes of each line; write nothing.")
def members_import(file: Path, dry_run: bool) -> None:
    """Bring members in from Ghost's CSV or this paper's own: all of it or nothing. Safe to repeat."""
    start_django()
    from broadsheet.membership.desk import console

    console.bring(file, dry_run=dry_run)


@main.group()
def newsletters() -> None:
    """Bring readers of newsletters in from a file."""
    start_django()


newsletters.add_command(bring)


@main.command("refresh-crawlers")
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Take the lists from files in this folder instead of fetching them.",
)
@click.option("--mirror", metavar="ADDRESS", help="Ask this address, by the same paths, in place of the publishers'.")
@click.option("--check", is_flag=True, help="Fetch, judge and print; keep nothing.")
def refresh_crawlers(folder: Path | None, mirror: str | None, check: bool) -> None:
    """Fetch the addresses that search engines publish of their crawlers."""
    start_django()
    from django.conf import settings
    from rich.console import Console

    from broadsheet import clock
    from broadsheet.paywall.fetching import Folder, Publishers
    from broadsheet.web import refreshing

    now = clock.now()
    source = Folder(folder) if folder else Publishers(mirror or settings.CRAWLER_LISTS_MIRROR)
    try:
        rows = refreshing.refresh(source, now, check=check)
    except refreshing.NoPaperError as error:
        raise click.ClickException(
            "There is no paper here, or its tables are not up to date: `broadsheet open`, `broadsheet manage migrate`."
        ) from error
    refreshing.show(rows, now, Console(highlight=False))
    if folder and not {row.outcome for row in rows} & {"taken", "good", "refused"}:
        raise click.ClickException(f"No file in {folder} is named as an engine's list: googlebot.json, bing.txt …")
    if any(row.wrong for row in rows):
        raise SystemExit(1)


@main.command()
@click.argument("url")
@click.option(
    "--as",
    "who",
    type=click.Choice(["stranger", "reader", "member", "staff"]),
    default="stranger",
    show_default=True,
    help="Who reads: a reader has come before, and holds a receipt.",
)
@click.option("--read", type=click.IntRange(0, 10), default=0, help="How many free stories the receipt lists already.")
@click.option("--again", is_flag=True, help="This story is among them.")
@click.option("--address", default="", help="The network address that the reader comes from.")
@click.option("--user-agent", "agent", default="Mozilla/5.0", help="What the reader's browser calls itself.")
@click.option("--mail", default="", help="The verified mail address that the reader is logged in with.")
@click.option("--at", "moment", help="When, as 2026-12-24T18:00, in the paper's time zone unless it names one.")
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def why(
    url: str, who: str, read: int, again: bool, address: str, agent: str, mail: str, moment: str | None, as_json: bool
) -> None:
    """Tell whether a reader would get a story, and why. Spends nothing."""
    start_django()
    import json
    from dataclasses import asdict

    from broadsheet.web import why as answers

    named = {"now": _moment(moment)} if moment else {}
    asked = answers.Asked(url, who, read, again, address, agent, mail, **named)
    try:
        found = answers.why(asked)
    except answers.NoStoryError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(asdict(found), ensure_ascii=False) if as_json else "\n".join(answers.lines(found)))


def _moment(text: str) -> float:
    """Seconds since 1970 of a moment as people write it."""
    from datetime import datetime

    from django.utils.timezone import get_default_timezone

    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.ClickException(f"“{text}” is no moment. Write it as 2026-12-24T18:00") from error
    return (found if found.tzinfo else found.replace(tzinfo=get_default_timezone())).timestamp()


@main.command()
def reindex() -> None:
    """Make the search index anew."""
    start_django()
    from broadsheet.newsroom.operations import indexing

    click.echo(f"{indexing.reindex()} stories can be found.")


@main.command("mail-intake")
@click.argument("standard_input", default="", metavar="[-]")
@click.option(
    "--maildir", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Read what is new there."
)
@click.option("--mbox", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read what is unread there.")
@click.option("--imap", metavar="URL", help="Read a mailbox: imaps://user:password@host/INBOX")
def mail_intake(standard_input: str, maildir: Path | None, mbox: Path | None, imap: str | None) -> None:
    """Take in bounces, complaints and wishes to leave. Safe to repeat; without a mailbox, from standard input (-)."""
    start_django()
    from rich.console import Console

    from broadsheet import clock
    from broadsheet.newsletters import console, sources

    if standard_input not in {"", "-"}:
        raise click.ClickException("Name the mailbox: --maildir, --mbox, --imap, or - for standard input.")
    chosen = [sources.maildir(maildir)] if maildir else []
    chosen += [sources.mbox(mbox)] if mbox else []
    chosen += [sources.imap(imap)] if imap else []
    try:
        for items in chosen or [sources.standard_input()]:
            console.show(console.take_all(items, clock.now()), Console(highlight=False))
    except sources.SourceError as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.option("--domain", default="", help="The domain that newsletters are sent from.  [default: the paper's]")
@click.option("--selector", "selectors", multiple=True, help="The name of a DKIM key, as your mail service gives it.")
@click.option("--dns", metavar="ADDRESS", help="Ask this name server.  [default: the machine's]")
@click.option("--send-to", metavar="ADDRESS", help="Send a mail there, to be read with --seed when it has arrived.")
@click.option("--seed", type=click.File("rb"), help="A mail of the paper as it arrived; - for standard input.")
def mailcheck(
    domain: str, selectors: tuple[str, ...], dns: str | None, send_to: str | None, seed: BinaryIO | None
) -> None:
    """See whether mailbox providers have reason to believe our mail: SPF, DKIM, DMARC, alignment, encryption."""
    start_django()
    from rich.console import Console

    from broadsheet import clock
    from broadsheet.newsletters import console, mailcheck, resolving
    from broadsheet.newsletters.operations import checking

    if send_to:
        console.send_seed(send_to)
        click.echo(f"A mail is on its way to {send_to}. Once it has arrived, save it: broadsheet mailcheck --seed FILE")
    names, sending = resolving.Dns((dns,) if dns else ()), console.sending(domain, selectors)
    findings = mailcheck.check(sending, names, resolving.speaks_tls)
    findings += mailcheck.seed(seed.read(), names) if seed else []
    checking.keep(domain=sending.author, findings=findings, now=clock.now())
    if not console.show_findings(findings, Console(highlight=False)):
        raise SystemExit(1)


def _serve(host: str, port: int, workers: int, work: bool) -> None:
    """Run the server, with the clock's work in a process of its own that ends with it."""
    import socket
    import subprocess

    from broadsheet.web.serving import run_server

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: --port"
            ) from error
    settings = os.environ["DJANGO_SETTINGS_MODULE"]
    helper = subprocess.Popen([sys.executable, "-m", "broadsheet", "work"]) if work else None
    try:
        run_server(target=f"{settings.rpartition('.')[0]}.asgi:application", host=host, port=port, workers=workers)
    finally:
        if helper is not None:
            helper.terminate()
            helper.wait(timeout=10)
