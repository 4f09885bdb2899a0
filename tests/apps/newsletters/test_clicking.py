"""Which subject a click counts for."""

from __future__ import annotations

import pytest

from broadsheet.newsletters.models import Link
from broadsheet.newsletters.operations.clicking import count_click
from tests.apps.newsletters.sending.stage import a_list, an_issue

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("second", "winner", "web"), [("", "", 1), ("The other", "", 0), ("The other", "b", 1)])
def test_what_is_pressed_on_the_web_decides_no_test_of_two_subjects(second: str, winner: str, web: int) -> None:
    issue = an_issue(a_list(), second_subject=second, winner=winner)
    link = Link.objects.create(issue=issue, number=1, url="https://paper.example/")
    for arm in "aabw":
        count_click(link_id=link.pk, arm=arm)
    link.refresh_from_db()
    assert (link.clicks, link.clicks_b) == (2 + web, 1)
