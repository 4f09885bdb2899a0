"""Decisions that cannot be taken back later: what the first migration says of bodies, pictures, users and money."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import models
from wagtail.images import get_image_model

import broadsheet
from broadsheet.membership.models import Price
from broadsheet.money import Money
from broadsheet.newsroom.blocks import StoryBlocks
from broadsheet.newsroom.fields import BodyField
from broadsheet.newsroom.models import File, Picture, StoryPage

SOURCE = Path(broadsheet.__file__).parent


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_body_field_leaves_its_blocks_out_of_migrations() -> None:
    _, path, arguments, named = BodyField(StoryBlocks(), blank=True).deconstruct()
    assert path == "broadsheet.newsroom.fields.BodyField"
    assert arguments == [[]]
    assert set(named) <= {"blank", "verbose_name"}
    for file in (SOURCE / "newsroom" / "migrations").glob("*.py"):
        assert "block_lookup" not in file.read_text(encoding="utf-8")


def test_pictures_and_files_are_our_own_and_know_who_made_them_and_until_when() -> None:
    assert get_image_model() is Picture
    assert File._meta.label == settings.WAGTAILDOCS_DOCUMENT_MODEL
    for model in (Picture, File):
        names = {field.name for field in model._meta.get_fields()}
        assert {"credit", "licence", "rights_expire", "source_url"} <= names
    assert {"alt", "caption"} <= {field.name for field in Picture._meta.get_fields()}


def test_users_are_known_by_mail_from_the_first_migration() -> None:
    assert settings.AUTH_USER_MODEL == "broadsheet_accounts.User"


def test_the_lead_is_stored_apart_from_the_body() -> None:
    lead = StoryPage._meta.get_field("lead_html")
    assert isinstance(lead, models.TextField)
    assert not lead.editable


def test_money_is_kept_in_minor_units_with_its_currency() -> None:
    fields = {field.name: field for field in Price._meta.get_fields()}
    for name, field in fields.items():
        assert not isinstance(field, models.FloatField | models.DecimalField), (
            f"{name}: money is a whole number of minor units"
        )
    assert {"currency", "minor"} <= set(fields)
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(290, "usd")


def test_no_float_stands_beside_money() -> None:
    tree = ast.parse((SOURCE / "money.py").read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert "float" not in names


def test_bodies_are_read_for_readers_in_one_module_only() -> None:
    """I1: `.body` of a page is touched by cards.py, by what writes it, and for pictures' rights; else by nobody."""
    allowed = {"newsroom/cards.py", "newsroom/forms.py", "newsroom/rights.py", "newsroom/operations/filing.py"}
    for path in sorted(SOURCE.rglob("*.py")):
        name = str(path.relative_to(SOURCE))
        if name in allowed or name.split("/", maxsplit=1)[0] in {"demo", "edge"} or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found = isinstance(node, ast.Attribute) and node.attr == "body" and isinstance(node.value, ast.Name)
            assert not (found and node.value.id in {"page", "story", "row", "self", "instance"}), f"{name} reads a body"


def test_templates_of_stories_touch_no_page() -> None:
    """I2: a story's template sees a card; only pages about the paper, which everybody may read, show their own body."""
    for path in (SOURCE / "web" / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if path.name != "info.html":
            assert "page.body" not in text, path.name
            assert "self.body" not in text, path.name
