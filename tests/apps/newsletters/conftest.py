from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from broadsheet.newsletters.cards import FREE, Letter
from broadsheet.newsletters.letters import letter_of
from broadsheet.newsletters.models import Issue, Newsletter
from broadsheet.newsletters.operations.composing import approve
from broadsheet.newsletters.operations.freezing import freeze
from broadsheet.newsroom.models import PaperSettings
from broadsheet.newsroom.operations import filing
from tests.paper import Paper, block, item, paper

__all__ = ["paper"]

NOW = datetime(2026, 11, 26, 7, tzinfo=UTC)
BASE = "https://quay.example"
ADDRESS = "The Quay Press\nPier 4, Harbour Street\n10111 Tallinn, Estonia"


class Letters:
    """Lists and issues of a small paper."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        PaperSettings.objects.update_or_create(site=paper.site, defaults={"postal_address": ADDRESS})

    def list(self, **fields: Any) -> Newsletter:
        """A list; its topics, places and sections by id."""
        many = {name: fields.pop(name) for name in ("topics", "places", "sections") if name in fields}
        fields = {"slug": "crossing", "name": "The Morning Crossing", "language": "en", "reviewed": False, **fields}
        made = Newsletter.objects.create(**fields)
        for name, ids in many.items():
            getattr(made, name).set(ids)
        made.save()
        return made

    def issue(self, newsletter: Newsletter, *blocks: dict[str, Any], **fields: Any) -> Issue:
        """A draft of these blocks."""
        fields = {"subject": "A quiet port", "period": f"hand-{Issue.objects.count()}", "due_at": NOW, **fields}
        made = Issue.objects.create(newsletter=newsletter, body=json.dumps(blocks), **fields)
        return Issue.objects.select_related("newsletter").get(pk=made.pk)

    def frozen(self, newsletter: Newsletter, *blocks: dict[str, Any], **fields: Any) -> Issue:
        """The same, approved and frozen."""
        issue = self.issue(newsletter, *blocks, **fields)
        approve(issue_id=issue.pk, user_id=self.paper.desk().user.pk, due_at=issue.due_at or NOW)
        freeze(issue_id=issue.pk, now=NOW)
        issue.refresh_from_db()
        return issue

    def letter(self, issue: Issue, variant: str = FREE) -> Letter:
        """The issue as readers of a variant get it."""
        return letter_of(issue, variant, NOW)


def story(pk: int, weight: str = "row", headline: str = "", dek: str = "") -> dict[str, Any]:
    return block("story", {"story": pk, "headline": headline, "dek": dek, "weight": weight})


def note(text: str = "<p>Good <b>morning</b>.</p>", signed: str = "") -> dict[str, Any]:
    return block("note", {"text": text, "signed": signed})


def briefs(*texts: str, story: int | None = None, title: str = "") -> dict[str, Any]:
    points = [item({"text": f"<p>{text}</p>", "story": story}) for text in texts]
    return block("briefs", {"title": title, "points": points})


def quiz() -> dict[str, Any]:
    answers = [item("The Ems"), item("The Elbe")]
    return block("quiz", {"question": "Which river?", "answers": answers, "right": 2, "why": "It ends at Hamburg."})


def promo(address: str = "/subscribe/") -> dict[str, Any]:
    return block(
        "promo", {"title": "Read it all", "text": "30 days free.", "link": "See the plans", "address": address}
    )


def quote(text: str = "We came for the fish.", said_by: str = "Ana, skipper") -> dict[str, Any]:
    return block("quote", {"text": text, "said_by": said_by})


def plate(pk: int, caption: str = "") -> dict[str, Any]:
    return block("picture", {"picture": pk, "caption": caption})


def noisy(size: tuple[int, int] = (1600, 1100)) -> int:
    """A picture that no camera's JPEG would be heavier than."""
    data = io.BytesIO()
    Image.effect_noise(size, 120).convert("RGB").save(data, "JPEG", quality=95)
    return filing.store_picture(name="noise.jpg", content=data.getvalue(), title="Noise", alt="Noise all over")


@pytest.fixture
def letters(paper: Paper, settings: Any) -> Letters:
    settings.WAGTAILADMIN_BASE_URL = BASE
    return Letters(paper)
