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
