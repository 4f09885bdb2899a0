"""The `broadsheet` command."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

import click

STARTER = "broadsheet.starter.paper.settings"


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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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
def work(once: bool) -> None:
    """Do the clock's work: scheduled publishing, sweeping the meter."""
    start_django()
    from broadsheet.web.serving import run_work

    run_work(once=once)


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
def reindex() -> None:
    """Make the search index anew."""
    start_django()
    from broadsheet.newsroom.operations import indexing

    click.echo(f"{indexing.reindex()} stories can be found.")


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
