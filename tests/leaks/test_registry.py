"""I12: every surface that can carry a story's words is in the registry, or this fails and says what to add."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

import pytest
from django_tasks.base import Task

import broadsheet
from tests.leaks import registry
from tests.leaks.mutants import all_mutants

SOURCE = Path(broadsheet.__file__).parent
TEMPLATES = SOURCE / "web" / "templates"
HELP = (
    "Decide what it may show, name a surface of SURFACES for it (or add one, with its addresses, so that the sweep "
    "asks for it), and where it can carry a story's words, take its gate away in tests/leaks/mutants.py."
)


def unlisted(found: set[str], listed: set[str], where: str) -> None:
    new = sorted(found - listed)
    assert not new, f"Not in tests/leaks/registry.py, {where}: {new}. {HELP}"


def test_I12_every_url_pattern_is_listed() -> None:
    public = {pattern for pattern in registry.patterns() if not pattern.startswith("admin/")}
    unlisted(public, set(registry.URLS), "URLS")


def test_I12_every_room_of_the_admin_is_listed() -> None:
    rooms = {pattern.split("/")[1] for pattern in registry.desk_patterns()}
    unlisted(rooms - {"", "^.*"}, set(registry.DESK_ROOMS), "DESK_ROOMS")


def test_I12_every_template_of_the_paper_is_listed() -> None:
    found = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file()}
    unlisted(found, set(registry.TEMPLATES), "TEMPLATES")
    others = [path for folder in SOURCE.rglob("templates") if folder != TEMPLATES for path in folder.rglob("*.*")]
    pages = [path for path in others if path.suffix != ".svg"]  # the admin's icons are templates too, without words
    pages = [path for path in pages if str(path.relative_to(SOURCE)) not in registry.MAILS]  # of money, not of stories
    assert pages == [], f"Templates stand outside web/templates: {pages}. Teach this test to read them. {HELP}"


def test_I12_every_task_is_listed() -> None:
    modules = [
        f"broadsheet.{item.name}.tasks"
        for item in pkgutil.iter_modules([str(SOURCE)])
        if item.ispkg and (SOURCE / item.name / "tasks.py").exists()
    ]
    found = {
        f"{module}.{name}"
        for module in modules
        for name, value in vars(import_module(module)).items()
        if isinstance(value, Task)
    }
    unlisted(found, set(registry.TASKS), "TASKS")


def test_I12_every_command_is_listed() -> None:
    from broadsheet.cli import main

    unlisted(set(main.commands), set(registry.COMMANDS), "COMMANDS")
    own = {path.stem for path in SOURCE.rglob("management/commands/*.py")} - {"__init__"}
    unlisted(own, set(registry.DJANGO_COMMANDS), "DJANGO_COMMANDS")


def test_I12_every_format_is_listed() -> None:
    import broadsheet.interchange.formats as formats

    found = {f"{formats.__name__}.{item.name}" for item in pkgutil.iter_modules(formats.__path__)}
    unlisted(found, set(registry.FORMATS), "FORMATS")


def test_I12_whatever_the_edge_lets_through_or_keeps_is_listed(canary) -> None:
    from broadsheet.edge.app import PASSED_THROUGH

    unlisted(set(PASSED_THROUGH), set(registry.PASSED_THROUGH), "PASSED_THROUGH")
    unlisted(canary.do(_documents), set(registry.SHELF_DOCUMENTS), "SHELF_DOCUMENTS")


def _documents() -> set[str]:
    import sqlite3

    from tests.leaks.process import paper

    with sqlite3.connect(paper().folder / "shelf.sqlite3") as db:
        return {row[0] for row in db.execute("SELECT name FROM shelf_document")}


def test_I12_every_listed_surface_exists() -> None:
    listed = {
        *registry.URLS.values(), *registry.TEMPLATES.values(), *registry.TASKS.values(), *registry.COMMANDS.values(),
        *registry.PASSED_THROUGH.values(), *registry.SHELF_DOCUMENTS.values(), *registry.FORMATS.values(),
    }  # fmt: skip
    assert listed <= set(registry.SURFACES)


@pytest.mark.parametrize("surface", [name for name, value in registry.SURFACES.items() if value.shows != "nothing"])
def test_every_surface_that_shows_something_has_a_mutant(surface: str) -> None:
    guarded = {name for mutant in all_mutants() for name in mutant.surfaces}
    assert surface in guarded, f"No gate of {surface!r} is taken away in tests/leaks/mutants.py."
