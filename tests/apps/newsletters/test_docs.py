"""What the editors' page says of newsletters is so."""

from __future__ import annotations

from pathlib import Path

from broadsheet.newsletters.blocks import IssueBlocks
from broadsheet.newsletters.desk.lists import NewsletterViewSet
from broadsheet.newsletters.models import Issue
from broadsheet.newsletters.plaintext import WIDTH
from broadsheet.newsletters.rendering import MOST_BYTES
from broadsheet.newsletters.rules import schedule, testing, typefaces
from broadsheet.newsroom.operations import reading

ROOT = Path(__file__).parents[3]
PAGE = " ".join((ROOT / "docs" / "how-to" / "newsletters.md").read_text(encoding="utf-8").split())


def test_its_numbers_are_those_of_the_code() -> None:
    for said in (
        f"at most {MOST_BYTES // 1000} kB", f"lines of {WIDTH} columns", f"kept for {reading.KEPT.days} days",
        f"at least {testing.FEWEST} readers", f"frozen {schedule.EASTMOST.seconds // 3600} hours before",
    ):  # fmt: skip
        assert said in PAGE, said
    assert schedule.AHEAD_ALONE.seconds == 600
    assert "Ten minutes before its time, or two hours before" in PAGE
    assert schedule.AHEAD_FOR_REVIEW.seconds == 7200
    assert testing.SURE == 1 / 20
    assert len({typefaces.script(language) for language in LANGUAGES}) == 14
    assert "in fourteen scripts" in PAGE


LANGUAGES = ("en", "ru", "el", "ar", "he", "hi", "bn", "ta", "th", "zh", "ja", "ko", "ka", "hy")


def test_its_words_are_those_of_the_desk() -> None:
    for tab in NewsletterViewSet.edit_handler.children:
        assert f"| {tab.heading} |" in PAGE
    for block in IssueBlocks().child_blocks.values():
        assert str(block.label) in PAGE, block.label
    for _value, label in Issue.Winner.choices:
        assert f"| {label} |" in PAGE
    assert str(Issue._meta.permissions[0][1]) in PAGE
