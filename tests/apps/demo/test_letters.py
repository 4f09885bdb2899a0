"""The demo's past issues: about stories that the demo has, and none of them mailed to anybody."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.core import mail

from broadsheet.demo import contents, letters
from broadsheet.newsletters import housekeeping
from broadsheet.newsletters.models import Delivery, Issue
from broadsheet.newsletters.queries import archive
from broadsheet.newsletters.rules.schedule import Rhythm
from tests.apps.newsletters.conftest import Letters
from tests.apps.newsletters.stage import joined
from tests.paper import Paper, paragraph

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OUT = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
LETTER: dict[str, Any] = {
    "list": "crossing", "language": "en", "subject": "It's a quiet port", "preheader": "And nothing else.",
    "note": "Good *morning*.", "signed": "The desk", "stories": ["port", "ship"],
    "briefs": [{"text": "A **ship** came.", "story": "ship"}], "quote": {"text": "It came.", "said_by": "A man"},
    "quiz": {"question": "What came?", "answers": ["A ship", "A bus"], "right": 1, "why": "It's a port."},
    "promo": {"title": "More", "text": "Of it.", "link": "See", "address": "/plans/"},
}  # fmt: skip


def test_letters_speak_of_stories_and_lists_that_there_are() -> None:
    stories = {(content.meta["language"], content.slug) for content in contents.stories()}
    lists = {row["slug"] for row in contents.paper()["newsletters"]}
    for letter in contents.letters():
        named = [*letter["stories"], *(row["story"] for row in letter.get("briefs", ()))]
        assert {(letter["language"], slug) for slug in named} <= stories, letter["subject"]
        if quiz := letter.get("quiz"):
            assert 1 <= quiz["right"] <= len(quiz["answers"]), letter["subject"]
    sent = [(letter["language"], letter["list"]) for letter in contents.letters() if not letter.get("waits")]
    assert {slug for language, slug in sent if language == "en"} == lists
    assert "ar" in dict(sent)


@pytest.mark.django_db
def test_past_issues_are_in_the_archive_and_nobody_is_sent_them(paper: Paper) -> None:
    """Also where readers had joined before the issues were made."""
    newsletter = Letters(paper).list(slug="crossing")
    joined(newsletter.pk)
    told = {("en", name): paper.story(name.title(), [paragraph("Words.")]).pk for name in ("port", "ship")}
    made = letters.Made(
        {("en", "crossing"): newsletter.pk}, told, dict.fromkeys(told, OUT), {"crossing": Rhythm(at=time(6))}
    )
    mailed = len(mail.outbox)
    for _ in range(2):
        letters.make([LETTER, {**LETTER, "waits": True}], made, NOW)
        housekeeping.prepare(now=NOW)
    past, waiting = Issue.objects.order_by("pk")
    assert (past.state, past.number, past.began_at, past.expected) == ("done", 1, OUT.replace(hour=6, minute=0), 0)
    assert (waiting.state, waiting.due_at) == ("review", datetime(2026, 11, 27, 6, tzinfo=UTC))
    assert not Delivery.objects.exists()
    assert len(mail.outbox) == mailed
    assert [card.subject for card in archive.issues(newsletter.pk, 9)] == ["It’s a quiet port"]
    sent = archive.words(past.pk, "free")
    for words in ("Good <em>morning</em>", "<strong>ship</strong>", "What came?", "1. A ship", "/newsletters/go/"):
        assert words in sent
