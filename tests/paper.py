"""A small paper for tests: opened as `broadsheet` opens one, with a few words to file stories and to sit at the desk.

    def test_something(paper):
        story = paper.story("A quiet port", [paragraph("…")], access="members")
        assert paper.get(story.url).status_code == 200

Whatever a request or a publication would do once it is committed, is done at once.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client, TestCase
from django.urls import reverse
from PIL import Image
from wagtail import blocks
from wagtail.models import Site
from wagtail.test.utils.form_data import nested_form_data, querydict_from_html, rich_text

from broadsheet.newsroom.models import File, Picture, StoryPage
from broadsheet.newsroom.operations import access, filing, opening
from broadsheet.prerender import operations as prerender

ADDRESS = "http://testserver"
EDITIONS = [opening.Edition("en", "The Quay", "News from the water"), opening.Edition("ar", "الرصيف", "أخبار الماء")]
PASSWORD = "amber-quay-41"
Blocks = list[dict[str, Any]]


def block(kind: str, value: Any) -> dict[str, Any]:
    """A block as StreamField data."""
    return {"type": kind, "value": value, "id": str(uuid4())}


def item(value: Any) -> dict[str, Any]:
    """An item of a list inside a block."""
    return block("item", value)


def paragraph(text: str) -> dict[str, Any]:
    """A paragraph of plain words."""
    return block("paragraph", f"<p>{html.escape(text)}</p>")


def words(count: int, word: str = "word") -> str:
    """So many different words: word1 word2 … in sentences of ten."""
    found = [f"{word}{number}" + ("." if number % 10 == 0 else "") for number in range(1, count + 1)]
    return " ".join(found)


def long_body() -> Blocks:
    """Two paragraphs that everybody may read and three that nobody may without a decision."""
    opening_words = [paragraph(words(40, "opening")), paragraph(words(40, "second"))]
    return [*opening_words, *(paragraph(words(80, f"hidden{number}x")) for number in range(3))]


def jpeg(colour: str = "#7aa0b8", size: tuple[int, int] = (64, 48)) -> bytes:
    """A small picture's bytes."""
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "JPEG")
    return made.getvalue()


@dataclass
class Paper:
    """The paper, open."""

    site: Site
    sections: dict[tuple[str, str], int] = field(default_factory=dict)

    def section(self, slug: str = "world", language: str = "en") -> int:
        """The id of a section, made on first use."""
        if (language, slug) not in self.sections:
            made = filing.ensure_section(language=language, slug=slug, name=slug.title(), line=f"About {slug}")
            self.sections[language, slug] = made
        return self.sections[language, slug]

    def story(self, headline: str = "A quiet port", body: Blocks | None = None, **fields: Any) -> StoryPage:
        """A story, published unless `live=False`; `section`, `language` and all fields of a Filing may be given."""
        section = self.section(fields.pop("section", "world"), fields.pop("language", "en"))
        fields.setdefault("slug", re.sub(r"\W+", "-", headline.lower()).strip("-") or "story")
        filed = filing.Filing(section=section, headline=headline, body=long_body() if body is None else body, **fields)
        with committed():
            pk = filing.file_story(filed)
        return StoryPage.objects.get(pk=pk)

    def rules(self, *rules: tuple[str, str, str], archive_days: int = 0) -> None:
        """Staff say who may read what: kind, slug, access."""
        with committed():
            access.set_access(rules=list(rules), archive_days=archive_days)

    def picture(self, title: str = "The harbour", expires: date | None = None, **fields: Any) -> Picture:
        """A picture that is kept."""
        pk = filing.store_picture(name="harbour.jpg", content=jpeg(), title=title, **fields)
        Picture.objects.filter(pk=pk).update(rights_expire=expires)
        return Picture.objects.get(pk=pk)

    def file(self, title: str = "The treaty", expires: date | None = None) -> File:
        """A document that is kept."""
        from django.core.files.base import ContentFile

        return File.objects.create(title=title, file=ContentFile(b"%PDF-1.4", "treaty.pdf"), rights_expire=expires)

    def person(self, name: str) -> int:
        """The id of a person."""
        return filing.ensure_person(name=name)

    def topic(self, slug: str, name: str = "", language: str = "en") -> int:
        """The id of a topic."""
        return filing.ensure_topic(language=language, slug=slug, name=name or slug.title())

    def place(self, slug: str, name: str = "", language: str = "en") -> int:
        """The id of a place."""
        at = {"country": "EE", "latitude": 59.4, "longitude": 24.7}
        return filing.ensure_place(language=language, slug=slug, name=name or slug.title(), **at)

    def get(self, path: str, **headers: Any) -> Any:
        """What a stranger gets from Django for a path."""
        return Client().get(path, headers=headers or None)

    def desk(self, group: str = opening.CHIEFS) -> Desk:
        """A desk at which a member of `group` sits; `superuser` for one who may do everything."""
        name, everything = group.split(maxsplit=1)[0].lower(), group == "superuser"
        users = get_user_model().objects
        user = users.filter(email=f"{name}@example.org").first() or users.create_user(
            f"{name}@example.org", PASSWORD, is_superuser=everything, is_staff=everything, first_name=name.title()
        )
        if group != "superuser":
            user.groups.add(Group.objects.get(name=group))
        return Desk(user)


class Desk:
    """The admin as one member of staff uses it."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.client = Client()
        self.client.force_login(user)

    def get(self, path: str, **fields: Any) -> Any:
        """Open a page of the admin."""
        return self.client.get(path, fields)

    def post(self, path: str, data: Any = None, **extra: Any) -> Answer:
        """Send a form and follow where it leads. What it leads to must be allowed to whoever sits here."""
        with committed():
            response = self.client.post(path, data or {}, follow=True, **extra)
        return Answer(response)

    def form(self, page: Any) -> dict[str, Any]:
        """The edit form of a page as the browser would send it back unchanged."""
        response = self.client.get(f"/admin/pages/{page.pk}/edit/")
        assert response.status_code == 200, response
        sent = querydict_from_html(response.content.decode(), form_id="page-edit-form")
        data = {name: values if len(values) > 1 else values[0] for name, values in sent.lists()}
        draft = page.get_latest_revision_as_object()
        for name, bound in response.context["form"].fields.items():
            if hasattr(bound, "block"):
                data |= nested_form_data({name: _sent(bound.block, getattr(draft, name))})
        return {name: value for name, value in data.items() if not name.startswith("action-")}

    def edit(self, page: Any, action: str = "", **changes: Any) -> Answer:
        """Change fields in a page's form and press a button: `publish`, `submit`, or save."""
        data = {**self.form(page), **{name: value for name, value in changes.items() if value is not None}}
        if action:
            data[f"action-{action}"] = "1"
        return self.post(f"/admin/pages/{page.pk}/edit/", data)

    def approve(self, page: Any, action: str = "approve", **fields: str) -> Answer:
        """Press a button of the review: approve or reject."""
        return self.post(self.review(page, action), {"comment": "", **fields})

    def review(self, page: Any, action: str = "approve") -> str:
        """The address of a button of the review."""
        state = page.specific_class.objects.get(pk=page.pk).current_workflow_task_state
        return reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state.pk])


class Answer:
    """What came of a form: the status, and the words of messages and errors."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.status = response.status_code
        page = response.content.decode(errors="replace") if not response.streaming else ""
        self.html = page
        self.text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def _sent(kind: Any, value: Any) -> Any:
    """A StreamField's value as the editor would send it."""
    if isinstance(kind, blocks.StreamBlock):
        rows = [{"type": child.block_type, **_row(child.block, child.value)} for child in value]
        return _rows(rows)
    if isinstance(kind, blocks.ListBlock):
        return _rows([_row(kind.child_block, child) for child in value])
    if isinstance(kind, blocks.StructBlock):
        return {name: _sent(child, value[name]) for name, child in kind.child_blocks.items()}
    if isinstance(kind, blocks.RichTextBlock):
        return rich_text(value.source, features=kind.features)
    return "" if value is None else str(getattr(value, "pk", value))


def _row(kind: Any, value: Any) -> dict[str, Any]:
    return {"value": _sent(kind, value), "deleted": "", "id": str(uuid4())}


def _rows(rows: list[dict[str, Any]]) -> dict[str, Any]:
    numbered = {str(number): {**row, "order": str(number)} for number, row in enumerate(rows)}
    return {"count": str(len(rows)), **numbered}


@contextmanager
def committed() -> Iterator[None]:
    """Do at once what waits for the end of the transaction, which in a test never comes."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        yield


@contextmanager
def at(moment: datetime) -> Iterator[datetime]:
    """Everybody's clock stands at `moment`: ours, Django's and Wagtail's."""
    with patch("broadsheet.clock.now", lambda: moment), patch("django.utils.timezone.now", lambda: moment):
        yield moment


def open_small_paper() -> Paper:
    """Open the paper in the test's database, with nothing on the shelf and nothing remembered."""
    cache.clear()
    prerender.shelf().clear()
    prerender.shelf().put_document("archive", {})
    return Paper(
        opening.open_paper(editions=EDITIONS, address=ADDRESS, publisher="Quay Press", contact="q@example.org")
    )


@pytest.fixture
def paper(db: None, settings: Any) -> Paper:
    """The small paper, for one test."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return open_small_paper()
