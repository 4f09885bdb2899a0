"""A correction stands under the story with its time, whoever reads it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from broadsheet.newsroom.models import Correction, StoryPage
from broadsheet.paywall.rules import MEMBERS_ONLY, READ_BEFORE
from broadsheet.prerender.operations import _render
from tests.paper import Paper, committed


def corrected(paper: Paper, *texts: str) -> StoryPage:
    story = paper.story(access="members")
    story.corrections = [
        Correction(text=text, made_at=datetime(2026, 11, 20 + day, 17, 5, tzinfo=UTC)) for day, text in enumerate(texts)
    ]
    with committed():
        story.save_revision().publish()
    return StoryPage.objects.get(pk=story.pk)


@pytest.mark.parametrize("decision", [MEMBERS_ONLY, READ_BEFORE], ids=["walled", "full"])
def test_readers_and_strangers_see_what_was_wrong_and_when_it_was_said(paper: Paper, decision: object, rf: object):
    story = corrected(paper, "The bridge opened in June, not in July.")
    page = _render(story, rf.get(story.url), decision).content.decode()
    assert "The bridge opened in June, not in July." in page
    assert 'datetime="2026-11-20T17:05+00:00"' in page
    assert re.search(r">November 20, 2026(,| at) 5:05\sPM UTC</time>", page)
    assert '"correction":["The bridge opened in June, not in July."]' in page


def test_corrections_stand_in_the_order_in_which_they_were_made(paper: Paper, rf: object):
    story = corrected(paper, "First.", "Second.")
    page = _render(story, rf.get(story.url), MEMBERS_ONLY).content.decode()
    assert page.index("First.") < page.index("Second.")
    assert "Corrections" in page


def test_an_editor_adds_a_correction_in_the_form(paper: Paper):
    story = paper.story()
    answer = paper.desk().edit(
        story, "publish",
        **{
            "corrections-TOTAL_FORMS": "1", "corrections-0-text": "It was five trucks.", "corrections-0-id": "",
            "corrections-0-made_at": "2026-11-21 08:00", "corrections-0-ORDER": "1", "corrections-0-DELETE": "",
        },
    )  # fmt: skip
    assert answer.status == 200
    assert [row.text for row in StoryPage.objects.get(pk=story.pk).corrections.all()] == ["It was five trucks."]


def test_a_correction_without_words_is_refused(paper: Paper):
    story = paper.story()
    fields = {"corrections-TOTAL_FORMS": "1", "corrections-0-text": "", "corrections-0-made_at": "2026-11-21 08:00"}
    paper.desk().edit(story, "publish", **fields, **{"corrections-0-id": "", "corrections-0-ORDER": "1"})
    assert not StoryPage.objects.get(pk=story.pk).corrections.exists()
