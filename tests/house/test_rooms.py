"""What the import contracts cannot see: string references, dotted paths, what an import pulls in."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string

import broadsheet

SOURCE = Path(broadsheet.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))
# Rooms of the same line do not depend on each other; a room depends on lines below its own.
LINES = (
    ("web",),
    ("prerender", "interchange", "analytics"),
    ("newsletters", "editions", "translation"),
    ("newsroom", "membership", "ads"),
    ("accounts",),
    ("edge",),
    ("paywall",),
)
HEIGHT = {room: -line for line, rooms in enumerate(LINES) for room in rooms}
PREFIX = "broadsheet_"


def ours() -> list[Any]:
    return [config for config in apps.get_app_configs() if config.name.startswith("broadsheet.")]


def trees() -> list[tuple[Path, ast.Module]]:
    return [(path.relative_to(SOURCE), ast.parse(path.read_text(encoding="utf-8"))) for path in FILES]


def test_every_app_bears_the_papers_prefix_and_is_a_room() -> None:
    for config in ours():
        assert config.label == PREFIX + config.name.rpartition(".")[2]
        assert config.label.removeprefix(PREFIX) in HEIGHT


def test_migrations_depend_on_lower_rooms_only() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for (app, name), migration in loader.disk_migrations.items():
        if not app.startswith(PREFIX):
            continue
        for needed, _ in migration.dependencies:
            if needed.startswith(PREFIX) and needed != app:
                low, high = HEIGHT[needed.removeprefix(PREFIX)], HEIGHT[app.removeprefix(PREFIX)]
                assert low < high, f"{app}.{name} depends on {needed}, which is no lower room"


def test_relations_between_tables_lead_to_lower_rooms_only() -> None:
    for config in ours():
        for model in config.get_models(include_auto_created=True):
            for field in model._meta.get_fields(include_hidden=True):
                target = getattr(field, "remote_field", None) and not field.auto_created and field.related_model
                if not target or target._meta.app_label in {config.label, None}:
                    continue
                label = target._meta.app_label
                if label.startswith(PREFIX):
                    low, high = HEIGHT[label.removeprefix(PREFIX)], HEIGHT[config.label.removeprefix(PREFIX)]
                    assert low < high, f"{model.__name__}.{field.name} leads to {label}, which is no lower room"


def test_labels_in_strings_name_no_higher_room() -> None:
    label = re.compile(r"^broadsheet_([a-z]+)\.[A-Z]\w+$")
    for path, tree in trees():
        room = path.parts[0]
        if room not in HEIGHT or "migrations" in path.parts:
            continue
        for node in ast.walk(tree):
            match = label.match(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
            if match:
                assert HEIGHT[match[1]] <= HEIGHT[room], f"{path} names {node.value}, which stands in a higher room"


@pytest.mark.parametrize(
    "module",
    ["broadsheet.edge.app", "broadsheet.paywall.rules", "broadsheet.paywall.passes", "broadsheet.newsroom.rules"],
)
def test_importing_what_is_plain_pulls_in_no_django(module: str) -> None:
    code = f"import sys, {module}; print(sorted({{name.partition('.')[0] for name in sys.modules}}))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    found = set(ast.literal_eval(printed)) & {"django", "wagtail", "modelcluster", "treebeard", "taggit"}
    assert found == set()


def test_dotted_paths_in_the_settings_lead_somewhere() -> None:
    paths = [*settings.MIDDLEWARE, *settings.AUTHENTICATION_BACKENDS]
    paths += [
        row["BACKEND"] for row in [*settings.STORAGES.values(), *settings.TASKS.values(), *settings.CACHES.values()]
    ]
    for engine in settings.TEMPLATES:
        paths += engine["OPTIONS"]["context_processors"]
    for path in paths:
        import_string(path)
    for name in [settings.ROOT_URLCONF, *settings.WAGTAILSEARCH_BACKENDS["default"].values()]:
        __import__(name)


def test_packages_say_nothing_when_imported() -> None:
    """Importing `broadsheet.edge.app` runs every `__init__.py` on the way; those of rooms are empty."""
    rooms = [path.parent for path in SOURCE.glob("*/__init__.py")]
    assert {"edge", "paywall", "newsroom", "web"} <= {room.name for room in rooms}
    for room in rooms:
        assert (room / "__init__.py").read_text(encoding="utf-8").strip() == "", (
            f"{room.name}/__init__.py is to be empty"
        )


def test_there_are_no_service_classes_and_no_rooms_for_odds_and_ends() -> None:
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                fine = not node.name.endswith(("Service", "Helper", "Util", "Utils"))
                assert fine, f"{path}: {node.name}: write functions in operations.py and queries.py"
        assert not {"utils", "common", "helpers", "core", "services"} & {*path.with_suffix("").parts}, path


# Who listens to whose signals: pages', and those of logging in. Nothing else happens behind a caller's back.
LISTENERS = {
    Path("prerender/receivers.py"): ("django.", "wagtail.", "broadsheet."),
    Path("accounts/receivers.py"): (
        "django.contrib.auth.signals",
        "django.db.models.signals",
        "django.dispatch",
        "allauth.",
    ),
    Path("web/receivers.py"): ("allauth.account.signals",),
}


def test_only_the_receivers_listen_to_signals() -> None:
    for path, tree in trees():
        if path in LISTENERS:
            found = {
                node.module or ""
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom)
                and ("signals" in (node.module or "") or node.module == "django.dispatch")
            }
            assert all(module.startswith(LISTENERS[path]) for module in found), f"{path} listens to {found}"
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom | ast.Import):
                names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
                assert not [name for name in names if "signals" in name or name == "receiver"], (
                    f"{path} listens to a signal"
                )


def test_nothing_but_the_clock_asks_the_time_in_the_rules() -> None:
    for path, tree in trees():
        if path.name not in {"rules.py", "words.py", "ports.py"}:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {getattr(node, "module", "") or "", *(alias.name for alias in node.names)}
                assert not names & {"time", "random", "secrets", "os", "broadsheet.clock", "clock"}, (
                    f"{path} is not pure"
                )
