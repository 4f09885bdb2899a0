"""`broadsheet demo`: from an empty folder to a paper that can be read."""

from __future__ import annotations

import secrets
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from broadsheet import conf
from broadsheet.demo import seeding
from broadsheet.newsroom.operations.opening import move_site
from broadsheet.prerender import operations as prerender

PATIENCE = 60


def make(*, address: str) -> str:
    """Make the paper where it is missing; gives the editor's password. Safe to repeat."""
    console = Console(highlight=False)
    console.print("Preparing the database …")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    password = _password()
    columns = TextColumn("Writing the {task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("paper", total=None)
        seeding.seed(
            address=address,
            password=password,
            progress=lambda what, done, of: bar.update(task, description=what, completed=done, total=of),
        )
    move_site(address=address)
    prerender.shelf().clear()
    return password


def announce_when_ready(*, address: str, password: str) -> None:
    """Once the first page answers, say where it is and how to get in. Runs beside the server."""
    threading.Thread(target=_announce, args=(address, password), daemon=True).start()


def _announce(address: str, password: str) -> None:
    console, until = Console(highlight=False), time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address + "/", timeout=10) as answer:  # noqa: S310
                answer.read()
            break
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    else:
        console.print(
            f"[red]The paper does not answer at {address}/ after {PATIENCE} seconds.[/red] See the messages above."
        )
        return
    console.print(
        f"\n[bold]The Ferry is open.[/bold]\n\n"
        f"  Read it     {address}/\n  In Arabic   {address}/ar/\n  Edit it     {address}/admin/\n"
        f"              {seeding.EDITOR}\n              {password}\n\nEnd with Ctrl+C. Its data: {settings.FOLDER}\n"
    )


def _password() -> str:
    """The editor's password, kept in the paper's folder so that a second run prints the same."""
    path: Path = conf.folder() / "editor-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9) + "\n", encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()
